"""The control flow of a procedure: which step can follow which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from desim.mechanism.parts import GRAINS, Procedure
from desim.mechanism.steps import END, Await, Choose, Fork, Give, Join, Step, Take

_ROUNDING = 1.0 / GRAINS


def positions(procedure: Procedure) -> Mapping[str, int]:
    """Where each label stands; `END` stands behind the last step."""
    found = {step.label: i for i, step in enumerate(procedure.steps)}
    found[END] = len(procedure.steps)
    return found


@lru_cache(maxsize=1 << 11)
def flow_of(procedure: Procedure) -> Flow:
    """The control flow of a procedure, kept: the same procedures are checked again and again."""
    return Flow(procedure)


@dataclass(frozen=True, eq=False)
class Flow:
    """The control flow of a procedure, looked at once for everything that is asked of it."""

    procedure: Procedure

    @property
    def steps(self) -> tuple[Step, ...]:
        """The procedure's steps."""
        return self.procedure.steps

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where each label stands, see `positions`."""
        return positions(self.procedure)

    @cached_property
    def successors(self) -> tuple[tuple[int, ...], ...]:
        """For each step the positions that can follow it; absent labels are left out.

        A choice with a purpose is a chance that policies push towards 0 or 1, so going on and
        every branch of it count as possible; a certain choice without a purpose is a plain jump.
        """
        return tuple(_followers(step, i, self.positions) for i, step in enumerate(self.steps))

    @cached_property
    def only_forward(self) -> bool:
        """Whether no item comes to a step again."""
        return all(j > i for i, after in enumerate(self.successors) for j in after)

    @cached_property
    def reachable(self) -> frozenset[int]:
        """Positions that an item starting at the first step can come to."""
        return _closure(self.successors, {0})

    @cached_property
    def can_end(self) -> frozenset[int]:
        """Positions from which the end can be reached."""
        backward: list[list[int]] = [[] for _ in range(len(self.successors) + 1)]
        for i, following in enumerate(self.successors):
            for j in following:
                backward[j].append(i)
        return _closure(tuple(map(tuple, backward)), {len(self.successors)})

    @cached_property
    def unreached(self) -> tuple[int, ...]:
        """Steps that no path leads to; of those that lead to one another only the first."""
        left = set(range(len(self.successors))) - self.reachable
        found = []
        while left:
            found.append(min(left))
            left -= _closure(self.successors, {found[-1]})
        return tuple(found)

    @cached_property
    def trapping(self) -> tuple[int, ...]:
        """Steps that no path leads away from to the end; of a loop only the first.

        Steps that merely lead into such a loop are left out.
        """
        stuck = self.reachable - self.can_end
        after = {i: _closure(self.successors, {i}) for i in stuck}
        loops = {after[i] for i in stuck if all(i in after[j] for j in after[i])}
        return tuple(sorted(map(min, loops)))

    @cached_property
    def unforked(self) -> tuple[Join, ...]:
        """Joins that some path comes to without passing their fork."""
        found = []
        for i, join in enumerate(self.steps):
            if isinstance(join, Join):
                asked = {j for j, step in enumerate(self.steps) if step.label == join.fork}
                around = tuple(() if j in asked else a for j, a in enumerate(self.successors))
                if asked and i in _closure(around, {0}):
                    found.append(join)
        return tuple(found)


def _followers(step: Step, i: int, at: Mapping[str, int]) -> tuple[int, ...]:
    if isinstance(step, Choose):
        targets = [at[b.to] for b in step.branches if b.to in at]
        certain = not step.purpose and sum(b.chance or 0.0 for b in step.branches) >= 1.0
        # A jump to nowhere is complained about as such, and not again by what lies behind it.
        known = len(targets) == len(step.branches)
        return tuple(targets) if certain and known else (*targets, i + 1)
    if isinstance(step, Await) and step.otherwise in at:
        return (i + 1, at[step.otherwise])
    return (i + 1,)


def _closure(edges: tuple[tuple[int, ...], ...], start: set[int]) -> frozenset[int]:
    seen, todo = set(start), list(start)
    while todo:
        i = todo.pop()
        for j in edges[i] if i < len(edges) else ():
            if j not in seen:
                seen.add(j)
                todo.append(j)
    return frozenset(seen)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an item can hold of each pool on its way through a procedure.

    Parameters
    ----------
    kept
        Pools of which some path takes more than it gives back.
    lent
        Pools to which some path has at some time given more than it took: their stock can grow.
    most
        By position of a Take, the most that the item can hold of its pool from there on.
    """

    kept: frozenset[str] = frozenset()
    lent: frozenset[str] = frozenset()
    most: Mapping[int, float] = field(default_factory=dict)


Held = tuple[tuple[str, float], ...]


@lru_cache(maxsize=1 << 11)
def holdings(procedure: Procedure) -> Holdings:
    """Follow every path through a procedure with what is held on it."""
    if not any(isinstance(step, Take | Give) for step in procedure.steps):
        return Holdings()
    forward = flow_of(procedure).successors
    kept, lent, most = set[str](), set[str](), dict[int, float]()
    seen: set[tuple[int, Held]] = set()
    todo: list[tuple[int, Held]] = [(0, ())]
    limit = 200 * (len(forward) + 1)
    while todo and len(seen) <= limit:
        state = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        i, held = state
        lent.update(pool for pool, amount in held if amount < -_ROUNDING)
        # Beyond the limit a loop takes again and again, and what it holds by then is kept.
        if i == len(forward) or len(seen) > limit:
            kept.update(pool for pool, amount in held if amount > _ROUNDING)
            continue
        step = procedure.steps[i]
        after = _holding(step, dict(held))
        if isinstance(step, Take):
            most[i] = max(most.get(i, 0.0), dict(after).get(step.pool, 0.0))
        todo.extend((j, after) for j in forward[i])
    return Holdings(frozenset(kept), frozenset(lent), most)


def _holding(step: Step, held: dict[str, float]) -> Held:
    # An amount below 0 is complained about as such, and not again by what it would do.
    if isinstance(step, Take):
        held[step.pool] = held.get(step.pool, 0.0) + max(step.amount, 0.0)
    elif isinstance(step, Give):
        held[step.pool] = held.get(step.pool, 0.0) - max(step.amount, 0.0)
    return tuple(sorted((pool, amount) for pool, amount in held.items() if abs(amount) > _ROUNDING))


def exceeds(amount: float, stock: float) -> bool:
    """Whether more is asked for than there is, by more than a grain (semantics 6)."""
    return amount > stock + _ROUNDING * max(1.0, amount)


def forks(procedure: Procedure) -> tuple[str, ...]:
    """Procedures that this one starts by forking."""
    return tuple(
        branch for step in procedure.steps if isinstance(step, Fork) for branch in step.branches
    )
