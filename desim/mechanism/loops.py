"""Loops in the graph of what can follow what within one instant."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf, nextafter

from desim.mechanism.levels import Condition

OUT = -1
"""The end of a procedure, or a label that does not exist: either way the item is gone."""
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class Node:
    """A step, or one of the ways out of it, as far as one instant is concerned.

    Parameters
    ----------
    at
        Position of the step.
    follows
        Nodes that can come next in the same instant; none when time passes here.
    every
        Whether chance alone decides, so that each of them comes sooner or later.
    when
        What must hold to come here.
    """

    at: int
    follows: tuple[int, ...]
    every: bool = True
    when: tuple[Condition, ...] = ()


def end_components(nodes: tuple[Node, ...], within: frozenset[int]) -> Iterator[frozenset[int]]:
    """Largest connected sets of nodes that an item need never leave.

    Levels choose the way of a node whose ways are not all taken, chance that of the others: the
    end components of a Markov decision process (de Alfaro 1997, section 3.3).
    """
    stay = _staying(nodes, within)
    if not stay:
        return
    parts = _components(nodes, stay)
    if len(parts) == 1:
        yield stay
        return
    for part in parts:
        yield from end_components(nodes, part)


def _staying(nodes: tuple[Node, ...], within: frozenset[int]) -> frozenset[int]:
    """Nodes from which the item can be kept within some nodes, whatever chance brings."""
    stay = within
    while True:
        kept = frozenset(k for k in stay if _stays(nodes[k], stay))
        if kept == stay:
            return stay
        stay = kept


def _stays(node: Node, stay: frozenset[int]) -> bool:
    inside = [k in stay for k in node.follows]
    return bool(inside) and (all(inside) if node.every else any(inside))


def reaching_out(nodes: tuple[Node, ...], able: frozenset[int]) -> frozenset[int]:
    """Those of some nodes that come out at the end without leaving these nodes."""
    good: set[int] = set()
    while True:
        more = {
            k
            for k in able - good
            if any(j == OUT or j in good for j in nodes[k].follows)
            and (not nodes[k].every or all(j == OUT or j in able for j in nodes[k].follows))
        }
        if not more:
            return frozenset(good)
        good |= more


def _components(nodes: tuple[Node, ...], within: frozenset[int]) -> list[frozenset[int]]:
    """Sets of nodes that can each reach each other, without leaving these nodes."""
    reach = {k: _reached(nodes, within, k) for k in within}
    parts = {frozenset({k, *(j for j in reach[k] if k in reach[j])}) for k in within}
    return sorted(parts, key=min)


def _reached(nodes: tuple[Node, ...], within: frozenset[int], start: int) -> set[int]:
    seen: set[int] = set()
    todo = [start]
    while todo:
        for j in nodes[todo.pop()].follows:
            if j in within and j not in seen:
                seen.add(j)
                todo.append(j)
    return seen


def opposite(condition: Condition) -> tuple[Condition, ...]:
    """The condition that holds when this one does not; none when its comparator is unknown."""
    comparator = _OPPOSITE.get(condition.comparator)
    if comparator is None:
        return ()
    return (Condition(condition.level, comparator, condition.threshold),)


def never_both(one: Condition, other: Condition) -> bool:
    """Whether two conditions on the same level exclude each other."""
    if one.level != other.level or not {one.comparator, other.comparator} <= set(_HOLDS):
        return False
    low, high = sorted((one.threshold, other.threshold))
    # Between and at the thresholds both conditions are constant, so five values stand for all.
    values = (nextafter(low, -inf), low, low / 2.0 + high / 2.0, high, nextafter(high, inf))
    return not any(_true(one, value) and _true(other, value) for value in values)


def _true(condition: Condition, value: float) -> bool:
    return _HOLDS[condition.comparator](value, condition.threshold)
