"""Loops that an item could go round for ever while no time passes.

In one instant the item in hand goes on until it must wait (semantics 4), so such a loop would
never give the clock back. Found are the loops of one item: whoever chooses among the open ways
of a procedure (the levels, whatever they may be) can keep the item in the loop, and no chance
lets it go. A level that nothing in the loop changes cannot both hold and not hold in one instant,
so "wait until it is high, wait until it is low, again" is no such loop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from desim.mechanism.flow import Flow
from desim.mechanism.instant import Instant
from desim.mechanism.loops import Node, end_components, never_both, reaching_out
from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import Procedure, Rule
from desim.mechanism.steps import (
    Activate,
    Decide,
    Fork,
    Give,
    Join,
    Observe,
    Send,
    Step,
    Take,
    Tell,
    Work,
)

Nodes = tuple[Node, ...]


@dataclass(frozen=True)
class Endless:
    """The endless loops of a mechanism's procedures."""

    mechanism: Mechanism
    _through: dict[str, bool] = field(default_factory=dict)

    def loops(self, flow: Flow) -> tuple[tuple[int, ...], ...]:
        """Positions of the steps of each endless loop; one loop for each first step."""
        if flow.only_forward:
            return ()
        procedure = flow.procedure
        nodes = self._instant.nodes(procedure)
        within = frozenset(k for k, node in enumerate(nodes) if node.at in flow.reachable)
        found: dict[int, tuple[int, ...]] = {}
        for loop in self._endless(procedure, nodes, within, set()):
            steps = tuple(sorted({nodes[k].at for k in loop}))
            found.setdefault(steps[0], steps)
        return tuple(found.values())

    def _endless(
        self,
        procedure: Procedure,
        nodes: Nodes,
        within: frozenset[int],
        seen: set[frozenset[int]],
    ) -> Iterator[frozenset[int]]:
        """End components that hold no two nodes which exclude each other."""
        for component in end_components(nodes, within):
            if component in seen:
                continue
            seen.add(component)
            apart = self._apart(procedure, nodes, component)
            if apart is None:
                yield component
            for node in apart or ():
                yield from self._endless(procedure, nodes, component - {node}, seen)

    def _apart(
        self, procedure: Procedure, nodes: Nodes, loop: frozenset[int]
    ) -> tuple[int, ...] | None:
        """Nodes of a loop that no item can pass all, again and again, in one instant."""
        steps = {k: procedure.steps[nodes[k].at] for k in sorted(loop)}
        given = {step.pool for step in steps.values() if isinstance(step, Give)}
        asked = {step.label: k for k, step in steps.items() if isinstance(step, Fork)}
        for k, step in steps.items():
            if isinstance(step, Take) and step.amount > 0.0 and step.pool not in given:
                return (k,)  # the stock comes to an end
            if isinstance(step, Join) and step.fork in asked and self._waits(step, procedure):
                return k, asked[step.fork]
        # Children may change any level in between.
        return None if asked else self._excluding(nodes, steps)

    def _excluding(self, nodes: Nodes, steps: Mapping[int, Step]) -> tuple[int, ...] | None:
        """Two nodes whose conditions never hold in one instant."""
        changed = {level for step in steps.values() for level in self._changes(step)}
        tested = [
            (k, condition)
            for k in steps
            for condition in nodes[k].when
            if (condition.level.kind, condition.level.of) not in changed
        ]
        pairs = ((a, b) for (a, x), (b, y) in combinations(tested, 2) if never_both(x, y))
        return next(pairs, None)

    def _changes(self, step: Step) -> tuple[tuple[str, str], ...]:
        """Kinds of level, and whose, that an item changes by performing a step in no time."""
        match step:
            case Take() | Give():
                return (("stock", step.pool),)
            case Activate():
                return tuple((kind, step.measure) for kind in ("target", "measure", "overdue"))
            case Decide():
                rule = self._rules.get(step.rule)
                measures = rule.measures if rule else ()
                return tuple(
                    (kind, name) for kind in ("plan", "change", "overdue") for name in measures
                )
            case Tell():
                return (("board", step.unit), ("age", step.unit))
            case Work():
                return (("queue", step.unit), ("busy", step.unit))
            case Observe() | Send():
                return (("carried", ""),)
            case _:
                return ()

    def _waits(self, join: Join, procedure: Procedure) -> bool:
        """Whether time passes before enough children of a fork have answered."""
        for fork in procedure.steps:
            if isinstance(fork, Fork) and fork.label == join.fork:
                wanted = len(fork.branches) if join.quorum is None else join.quorum
                return sum(map(self._at_once, fork.branches)) < wanted
        return True

    def _at_once(self, name: str) -> bool:
        """Whether an item can surely come through a procedure in one instant."""
        if name not in self._through:
            self._through[name] = False  # for what forks itself, a complaint of its own
            if name in self._procedures:
                self._through[name] = self._comes_through(self._procedures[name])
        return self._through[name]

    def _comes_through(self, procedure: Procedure) -> bool:
        nodes = self._instant.nodes(procedure)
        steps = [procedure.steps[node.at] for node in nodes]
        waits = {
            k for k, s in enumerate(steps) if isinstance(s, Join) and self._waits(s, procedure)
        }
        able = frozenset(range(len(nodes))) - waits
        while (good := reaching_out(nodes, able)) != able:
            able = good
        return 0 in able

    @cached_property
    def _instant(self) -> Instant:
        return Instant(self.mechanism)

    @cached_property
    def _rules(self) -> Mapping[str, Rule]:
        return by_name(self.mechanism.rules)

    @cached_property
    def _procedures(self) -> Mapping[str, Procedure]:
        return by_name(self.mechanism.procedures)
