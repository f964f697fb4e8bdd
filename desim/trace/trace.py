"""A trace: the records of one run (semantics 12), its items and its hourly world."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from desim.program.program import Program
from desim.trace.record import Kind


@dataclass(frozen=True, eq=False)
class Trace:
    """What happened in one run.

    Parameters
    ----------
    program
        What was performed.
    seed, replication
        Which run of it.
    records
        Structured array of `RECORD`, in the order in which things happened.
    items
        Structured array of `ITEM`, in the order of their arrival.
    world
        float64 (hours, quantities), named by ``program.columns``.
    final_time
        The horizon, hours.
    """

    program: Program
    seed: int
    replication: int
    records: NDArray[np.void]
    items: NDArray[np.void]
    world: NDArray[np.float64]

    @property
    def final_time(self) -> float:
        """The horizon, hours."""
        return self.program.mechanism.horizon

    def select(self, *kinds: Kind) -> NDArray[np.void]:
        """The records of some kinds, in order."""
        order, begins = self._by_kind
        rows = np.concatenate([order[begins[kind] : begins[kind + 1]] for kind in kinds])
        found: NDArray[np.void] = self.records[np.sort(rows) if len(kinds) > 1 else rows]
        return found

    def count(self, kind: Kind) -> int:
        """How many records of a kind there are."""
        begins = self._by_kind[1]
        return int(begins[kind + 1] - begins[kind])

    @cached_property
    def _by_kind(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of records, kind by kind, and where each kind begins."""
        kinds = self.records["kind"].astype(np.int8)
        order = np.argsort(kinds, kind="stable")
        begins = np.searchsorted(kinds[order], np.arange(len(Kind) + 1))
        return order, begins.astype(np.int64)

    @cached_property
    def worked(self) -> NDArray[np.float64]:
        """Stretches of work, see `stretches`."""
        return self.stretches(Kind.START, Kind.FINISH)

    @cached_property
    def waited(self) -> NDArray[np.float64]:
        """Stretches of waiting for staff, see `stretches`."""
        return self.stretches(Kind.QUEUE, Kind.START)

    def stretches(self, begin: Kind, end: Kind) -> NDArray[np.float64]:
        """Begin, end and step of each stretch between two kinds of record of an item's visit.

        Parameters
        ----------
        begin, end
            The kinds of record with which a stretch begins and ends.

        Returns
        -------
        numpy.ndarray
            float64 (stretches, 3): begin and end in hours, row of the step. What has not ended
            at the horizon ends there.
        """
        by_kind, begins = self._by_kind
        bounds = [by_kind[begins[kind] : begins[kind + 1]] for kind in (begin, end)]
        rows = np.sort(np.concatenate(bounds))
        # An item does one thing at a time: its records of the two kinds alternate.
        rows = rows[np.argsort(self.records["item"][rows], kind="stable")]
        kind, item = self.records["kind"][rows], self.records["item"][rows]
        time = self.records["time"][rows]
        starts = np.flatnonzero(kind == begin)
        ends = np.full(len(starts), self.final_time)
        after = np.minimum(starts + 1, len(rows) - 1)
        closed = (kind[after] == end) & (item[after] == item[starts])
        ends[closed] = time[after[closed]]
        return np.column_stack([time[starts], ends, self.records["step"][rows[starts]]])

    def series(self, column: str) -> NDArray[np.float64]:
        """One hourly quantity of the world, float64 (hours,)."""
        return self.world[:, self._column[column]]

    @cached_property
    def _column(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.program.columns)}

    def name(self, item: int) -> str:
        """The name of an item: ``stream/ordinal``, or ``parent/branch/visit`` (semantics 9)."""
        row = self.items[item]
        ordinal = int(row["ordinal"])
        if row["parent"] < 0:
            stream = self.program.mechanism.arrivals[int(row["origin"])].name
            return f"{stream}/{ordinal}"
        entry = int(self.program.branches.to[int(row["origin"])])
        branch = self.program.procedures[entry]
        again = f"/{ordinal}" if ordinal else ""
        return f"{self.name(int(row['parent']))}/{branch}{again}"

    def find(self, name: str) -> int | None:
        """The row of the item with a name, or ``None``."""
        return next((i for i in range(len(self.items)) if self.name(i) == name), None)

    @cached_property
    def digest(self) -> str:
        """A hash of records, items and world: equal digests are equal traces."""
        found = hashlib.sha256()  # the fastest where processors have instructions for it
        for array in (self.records, self.items, self.world):
            found.update(np.ascontiguousarray(array).view(np.uint8).data)
        return found.hexdigest()[:32]


def first_difference(one: Trace, other: Trace) -> str:
    """The first record in which two traces differ, in words; empty when there is none.

    Records are compared by item name and label, so that traces of different programs can be
    compared too.
    """
    for i, (a, b) in enumerate(zip(one.records, other.records, strict=False)):
        left, right = describe(one, a), describe(other, b)
        if left != right:
            return f"record {i}: {left} | {right}"
    if len(one.records) != len(other.records):
        return f"one trace has {len(one.records)} records, the other {len(other.records)}"
    if not np.array_equal(one.world, other.world, equal_nan=True):
        hour = int(np.argmax(np.any(one.world != other.world, axis=1)))
        return f"records agree, the world differs from hour {hour} on"
    return ""


def describe(trace: Trace, record: np.void) -> str:
    """One record in one line, exact to the bit."""
    step = trace.program.labels[int(record["step"])]
    kind = Kind(int(record["kind"])).name.lower()
    numbers = ", ".join(f"{field} {float(record[field])!r}" for field in ("time", "value", "since"))
    return f"{trace.name(int(record['item']))} {kind} at {step} ({numbers})"
