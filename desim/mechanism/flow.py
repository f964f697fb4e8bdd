"""The control flow of a procedure: which step can follow which."""

from __future__ import annotations

from collections.abc import Mapping

from desim.mechanism.parts import Procedure
from desim.mechanism.steps import END, Await, Choose, Fork, Give, Join, Step, Take

_ROUNDING = 1e-9


def positions(procedure: Procedure) -> Mapping[str, int]:
    """Where each label stands; `END` stands behind the last step."""
    found = {step.label: i for i, step in enumerate(procedure.steps)}
    found[END] = len(procedure.steps)
    return found


def successors(procedure: Procedure) -> tuple[tuple[int, ...], ...]:
    """For each step the positions that can follow it; absent labels are left out.

    A choice with a purpose is a chance that policies push towards 0 or 1, so going on and every
    branch of it count as possible; a certain choice without a purpose is a plain jump.
    """
    at = positions(procedure)
    return tuple(_followers(step, i, at) for i, step in enumerate(procedure.steps))


def _followers(step: Step, i: int, at: Mapping[str, int]) -> tuple[int, ...]:
    if isinstance(step, Choose):
        targets = [at[b.to] for b in step.branches if b.to in at]
        certain = not step.purpose and sum(b.chance or 0.0 for b in step.branches) >= 1.0
        return tuple(targets) if certain else (*targets, i + 1)
    if isinstance(step, Await) and step.otherwise in at:
        return (i + 1, at[step.otherwise])
    return (i + 1,)


def reachable(procedure: Procedure) -> frozenset[int]:
    """Positions that an item starting at the first step can come to."""
    return _closure(successors(procedure), {0})


def can_end(procedure: Procedure) -> frozenset[int]:
    """Positions from which the end can be reached."""
    forward = successors(procedure)
    backward: list[list[int]] = [[] for _ in range(len(forward) + 1)]
    for i, following in enumerate(forward):
        for j in following:
            backward[j].append(i)
    return _closure(tuple(map(tuple, backward)), {len(forward)})


def unforked(procedure: Procedure) -> tuple[Join, ...]:
    """Joins that some path comes to without passing their fork."""
    forward = successors(procedure)
    found = []
    for i, join in enumerate(procedure.steps):
        if isinstance(join, Join):
            asked = {j for j, step in enumerate(procedure.steps) if step.label == join.fork}
            around = tuple(() if j in asked else after for j, after in enumerate(forward))
            if asked and i in _closure(around, {0}):
                found.append(join)
    return tuple(found)


def _closure(edges: tuple[tuple[int, ...], ...], start: set[int]) -> frozenset[int]:
    seen, todo = set(start), list(start)
    while todo:
        i = todo.pop()
        for j in edges[i] if i < len(edges) else ():
            if j not in seen:
                seen.add(j)
                todo.append(j)
    return frozenset(seen)


def kept_stock(procedure: Procedure) -> frozenset[str]:
    """Pools of which some path through the procedure takes more than it gives back."""
    forward = successors(procedure)
    kept: set[str] = set()
    seen: set[tuple[int, tuple[tuple[str, float], ...]]] = set()
    todo: list[tuple[int, tuple[tuple[str, float], ...]]] = [(0, ())]
    most = 200 * (len(forward) + 1)
    while todo:
        state = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        i, held = state
        if i == len(forward) or len(seen) > most:
            kept.update(pool for pool, amount in held if amount > _ROUNDING)
            if len(seen) > most:
                break
            continue
        after = _holding(procedure.steps[i], dict(held))
        todo.extend((j, after) for j in forward[i])
    return frozenset(kept)


def _holding(step: Step, held: dict[str, float]) -> tuple[tuple[str, float], ...]:
    if isinstance(step, Take):
        held[step.pool] = held.get(step.pool, 0.0) + step.amount
    elif isinstance(step, Give):
        held[step.pool] = held.get(step.pool, 0.0) - step.amount
    return tuple(sorted((pool, amount) for pool, amount in held.items() if amount != 0.0))


def forks(procedure: Procedure) -> tuple[str, ...]:
    """Procedures that this one starts by forking."""
    return tuple(
        branch for step in procedure.steps if isinstance(step, Fork) for branch in step.branches
    )
