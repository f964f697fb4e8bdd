"""Who may pass a matter to whom, and the way it goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

Edge = tuple[int, int]


@dataclass(frozen=True)
class Network:
    """An organisation: units, and who works with whom.

    Parameters
    ----------
    units
        How many.
    edges
        Pairs of units, each once, the smaller number first.
    """

    units: int
    edges: tuple[Edge, ...]

    @cached_property
    def _neighbours(self) -> tuple[tuple[int, ...], ...]:
        found: list[list[int]] = [[] for _ in range(self.units)]
        for one, other in self.edges:
            found[one].append(other)
            found[other].append(one)
        return tuple(tuple(sorted(each)) for each in found)

    def route(self, origin: int, destination: int) -> tuple[int, ...]:
        """Units on a shortest way, the origin left out; the smaller numbers where there are two.

        Raises
        ------
        ValueError
            When there is no way.
        """
        before = {origin: origin}
        waiting = deque([origin])
        while waiting and destination not in before:
            here = waiting.popleft()
            for there in self._neighbours[here]:
                if there not in before:
                    before[there] = here
                    waiting.append(there)
        if destination not in before:
            raise ValueError(f"there is no way from {origin} to {destination}")
        way = [destination]
        while before[way[-1]] != origin:
            way.append(before[way[-1]])
        return tuple(reversed(way))

    @cached_property
    def routes(self) -> dict[Edge, tuple[int, ...]]:
        """The way of every ordered pair of different units."""
        return {
            (origin, destination): self.route(origin, destination)
            for origin in range(self.units)
            for destination in range(self.units)
            if origin != destination
        }


def star(units: int) -> Network:
    """All work with unit 0 and with nobody else: the most central organisation."""
    return Network(units, tuple((0, other) for other in range(1, units)))


def ring(units: int) -> Network:
    """Each works with two others and nobody is special: the least central with as many links."""
    return Network(units, tuple(sorted(_ordered(i, (i + 1) % units) for i in range(units))))


def hierarchy(branching: int, levels: int, horizontal: int = 0, seed: int = 0) -> Network:
    """A tree of superiors, with some horizontal links between units of one level.

    Parameters
    ----------
    branching, levels
        Units under each superior, and levels below the top.
    horizontal
        Links between units of one level with different superiors, drawn at random.
    seed
        Of the draw: a network with more links has those of one with fewer.
    """
    by_level, edges, number = [[0]], [], 1
    for _ in range(levels):
        below = []
        for superior in by_level[-1]:
            for _ in range(branching):
                edges.append((superior, number))
                below.append(number)
                number += 1
        by_level.append(below)
    superior_of = {below: above for above, below in edges}
    able = list(_colleagues(by_level, superior_of))
    order = np.random.default_rng(seed).permutation(len(able))
    chosen = [able[place] for place in order[:horizontal].tolist()]
    return Network(number, tuple(sorted([*edges, *chosen])))


def _colleagues(by_level: list[list[int]], superior_of: dict[int, int]) -> Iterator[Edge]:
    for level in by_level[1:]:
        for one, other in combinations(level, 2):
            if superior_of[one] != superior_of[other]:
                yield one, other


def _ordered(one: int, other: int) -> Edge:
    return (one, other) if one < other else (other, one)
