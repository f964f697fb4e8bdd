"""A trace: the records of one run (semantics 12), its items and its hourly world."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from desim.program.program import Program


class Kind(IntEnum):
    """What a record says."""

    ARRIVAL = 0
    QUEUE = 1
    START = 2
    FINISH = 3
    SEND = 4
    DELIVERY = 5
    ASK = 6
    GRANT = 7
    GIVE = 8
    FORK = 9
    JOIN = 10
    OBSERVE = 11
    TELL = 12
    DECIDE = 13
    ACTIVATE = 14
    DONE = 15


RECORD = np.dtype(
    [
        ("time", "<f8"),
        ("kind", "<i8"),
        ("item", "<i8"),
        ("step", "<i8"),
        ("value", "<f8"),
        ("since", "<f8"),
    ]
)
"""One record. `step` is a row of the program. `value` and `since` depend on the kind:

ARRIVAL its stream row (-1 for a child); QUEUE the urgency; SEND the attempt; DELIVERY, OBSERVE,
TELL the value carried and when it was true; ASK and GIVE the amount; GRANT 1, or 0 when an Await
gave up; FORK and JOIN the number of branches and of answers; DECIDE the gap or share found and
the mean time at which what the board showed was true; ACTIVATE the new target and when the value
behind it was true.
"""

ITEM = np.dtype([("key", "<u8"), ("parent", "<i8"), ("origin", "<i8"), ("ordinal", "<i8")])
"""One item: its key, its parent's row (-1: none), its stream (or the parent's branch row), and
its ordinal in the stream (or the parent's visit to the fork)."""


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
        return self.records[np.isin(self.records["kind"], kinds)]

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
        found = hashlib.blake2b(digest_size=16)
        for array in (self.records, self.items, self.world):
            found.update(np.ascontiguousarray(array).tobytes())
        return found.hexdigest()


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
