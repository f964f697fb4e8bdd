"""The way to a record: what an item did, and the items that started it, stretch by stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desim.trace.record import Kind
from desim.trace.trace import Trace

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_FEW = 2**16
"""Below so many items their numbers are sorted as short integers, which is quicker."""


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of time between two records of an item that follow one another.

    Parameters
    ----------
    owner
        int64 (stretches,): which of the ways a stretch is part of.
    place
        int64 (stretches,): place of the record with which it begins, see `Ways`.
    begin, hours
        float64 (stretches,): hour at which it begins, and how long it lasts (more than 0).
    """

    owner: Ints
    place: Ints
    begin: Floats
    hours: Floats


class Ways:
    """The records of a trace, item by item.

    A *place* is a row of this order: an item's records stand together, in the order in which
    they happened.

    Parameters
    ----------
    trace
        A trace.
    """

    def __init__(self, trace: Trace) -> None:
        records, items = trace.records, trace.records["item"]
        count = len(trace.items)
        self.trace = trace
        order = np.argsort(items.astype(np.uint16) if count < _FEW else items, kind="stable")
        self.row: Ints = order.astype(np.int64)
        """Row of the trace's records, by place."""
        self.place = np.empty_like(self.row)
        """Place of each of the trace's records."""
        self.place[self.row] = np.arange(len(self.row))
        self.item: Ints = items[self.row]
        self.time: Floats = records["time"][self.row]
        self.kind: Ints = records["kind"][self.row]
        self.step: Ints = records["step"][self.row]
        self.first: Ints = np.searchsorted(self.item, np.arange(count)).astype(np.int64)
        """Place of each item's arrival."""
        self.origin = self._origins()

    def _origins(self) -> Ints:
        """Place of the Fork that made each item; -1 where a stream did."""
        forks = np.flatnonzero(self.trace.records["kind"] == Kind.FORK)
        origin = np.full(len(self.first), -1)
        made = np.flatnonzero(self.trace.items["parent"] >= 0)
        # a fork's children arrive right after its record
        last = np.searchsorted(forks, self.row[self.first[made]]) - 1
        origin[made] = self.place[forks[last]]
        return origin

    def back(self, ends: Ints, since: Floats) -> tuple[Stretches, Floats]:
        """The ways from an hour to some records: along an item, and before it along its parents.

        Parameters
        ----------
        ends
            Places of the records, int64 (ways,).
        since
            Hour from which on each way is wanted, float64 (ways,).

        Returns
        -------
        tuple
            The stretches, whose owner is the number of the way; and the hours of each way that
            passed before the first item arrived, float64 (ways,).
        """
        owner, before, found = np.arange(len(ends)), np.zeros(len(ends)), [self._no_stretches()]
        while len(owner):
            item = self.item[ends]
            arrival = self.first[item]
            found.append(self._stretches(owner, arrival, ends, since))
            early = self.time[arrival] > since
            up = early & (self.origin[item] >= 0)
            top = early & ~up
            before[owner[top]] = self.time[arrival[top]] - since[top]
            owner, ends, since = owner[up], self.origin[item[up]], since[up]
        columns = zip(*((s.owner, s.place, s.begin, s.hours) for s in found), strict=True)
        return Stretches(*(np.concatenate(column) for column in columns)), before

    def answers(self, joins: Ints) -> Ints:
        """Places of the ends of the children whose answers some Joins had waited for.

        Parameters
        ----------
        joins
            Places of Join records.
        """
        steps = self.trace.program.steps
        ends = np.append(self.first[1:], len(self.row)) - 1
        found = np.empty(len(joins), dtype=np.int64)
        for number, join in enumerate(joins.tolist()):
            step = self.step[join]
            mine = slice(self.first[self.item[join]], join)
            is_fork = self.step[mine] == steps.target[step]
            fork = mine.start + np.flatnonzero(is_fork & (self.kind[mine] == Kind.FORK))[-1]
            last = ends[self.origin == fork]
            done = last[self.kind[last] == Kind.DONE]
            wanted = len(last) if steps.extra[step] < 0 else int(steps.extra[step])
            found[number] = done[np.argsort(self.row[done])[wanted - 1]]
        return found

    def _stretches(self, owner: Ints, arrival: Ints, ends: Ints, since: Floats) -> Stretches:
        """Stretches of one item each, up to a place and not before an hour."""
        begins = self._last_until(arrival, ends, since)
        count = ends - begins
        way = np.repeat(np.arange(len(ends)), count)
        place = np.arange(len(way)) + np.repeat(begins - np.cumsum(count) + count, count)
        begin = np.maximum(self.time[place], since[way])
        hours = self.time[place + 1] - begin
        lasts = hours > 0.0
        return Stretches(owner[way[lasts]], place[lasts], begin[lasts], hours[lasts])

    def _last_until(self, low: Ints, high: Ints, hour: Floats) -> Ints:
        """The last place from `low` to `high` not after an hour; `low` when all are after it."""
        while np.any(low < high):
            middle = (low + high + 1) // 2
            fits = self.time[middle] <= hour
            low, high = np.where(fits, middle, low), np.where(fits, high, middle - 1)
        return low

    @staticmethod
    def _no_stretches() -> Stretches:
        return Stretches(*(np.zeros(0, dtype=np.int64),) * 2, *(np.zeros(0),) * 2)
