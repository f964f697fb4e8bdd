"""What an item can do within one instant: a procedure as a graph in which no time passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from desim.mechanism.complaint import takes_time
from desim.mechanism.flow import positions
from desim.mechanism.levels import Condition
from desim.mechanism.loops import OUT, Node, opposite
from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import Link, Procedure
from desim.mechanism.steps import Await, Choose, Send, Step, Work

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Instant:
    """How items move on within one instant (semantics 4) of a mechanism."""

    mechanism: Mechanism

    def nodes(self, procedure: Procedure) -> tuple[Node, ...]:
        """A node for each step, then one for each way that depends on a condition."""
        last = len(procedure.steps)
        place = {label: i if i < last else OUT for label, i in positions(procedure).items()}
        nodes: list[Node] = []
        ways: list[list[Node]] = []
        for i, step in enumerate(procedure.steps):
            behind = i + 1 if i + 1 < last else OUT
            nodes.append(self._node(step, i, behind, place))
            ways.append(self._conditional(step, i, behind, place))
        for i, found in enumerate(ways):
            if found:
                nodes[i] = Node(i, tuple(range(len(nodes), len(nodes) + len(found))), every=False)
                nodes += found
        return tuple(nodes)

    def _node(self, step: Step, i: int, behind: int, place: Mapping[str, int]) -> Node:
        if self._passes_time(step):
            return Node(i, (), every=False)
        if isinstance(step, Choose) and any(b.chance is not None for b in step.branches):
            # The chances as they are: a policy that changes them is checked again.
            likely = [b for b in step.branches if (b.chance or 0.0) > _ROUNDING]
            left = 1.0 - sum(b.chance or 0.0 for b in likely)
            follows = tuple(place.get(b.to, OUT) for b in likely)
            return Node(i, (*follows, behind) if left > _ROUNDING else follows)
        return Node(i, (behind,))

    def _conditional(self, step: Step, i: int, behind: int, place: Mapping[str, int]) -> list[Node]:
        """The ways out of a step that depend on conditions."""
        match step:
            case Choose() if any(b.when is not None for b in step.branches):
                return _branches(step, i, behind, place)
            case Await(when=when, deadline=deadline, otherwise=otherwise):
                ways = [Node(i, (behind,), when=(when,))]
                if deadline is not None and not takes_time(deadline, self.mechanism.horizon):
                    given_up = place.get(otherwise, OUT) if otherwise else behind
                    ways.append(Node(i, (given_up,), when=opposite(when)))
                return ways
            case _:
                return []

    def _passes_time(self, step: Step) -> bool:
        """Whether the clock moves before the next step, sooner or later at least."""
        horizon = self.mechanism.horizon
        if isinstance(step, Work):
            return takes_time(step.duration, horizon)
        if isinstance(step, Send):
            link = self._links.get(step.link)
            if link is None:
                return True  # complained about as such
            lost = link.loss > 0.0 and takes_time(link.resend, horizon)
            return lost or takes_time(link.delay, horizon)
        return False

    @cached_property
    def _links(self) -> Mapping[str, Link]:
        return by_name(self.mechanism.links)


def _branches(step: Choose, i: int, behind: int, place: Mapping[str, int]) -> list[Node]:
    """One way for each branch whose condition is the first that holds, and one for none."""
    ways: list[Node] = []
    failed: tuple[Condition, ...] = ()
    for branch in step.branches:
        if branch.when is not None:
            to = place.get(branch.to, OUT)
            ways.append(Node(i, (to,), when=(*failed, branch.when)))
            failed = (*failed, *opposite(branch.when))
    return [*ways, Node(i, (behind,), when=failed)]
