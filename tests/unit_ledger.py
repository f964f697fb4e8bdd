"""The accounts of the units: who waits, who is at work, and whether staff and order allow it."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from desim.program.program import Op
from desim.trace import Kind, Trace

if TYPE_CHECKING:
    from tests.accounting import Record


@dataclass
class _Unit:
    """One unit, replayed from the records by semantics 5 and 7."""

    staff: int
    changes: deque[tuple[float, int]]
    busy: int = 0
    serial: int = 0
    queue: list[tuple[float, int, int]] = field(default_factory=list)
    admitted: set[int] = field(default_factory=set)

    @property
    def free(self) -> bool:
        return not self.queue and self.busy < self.staff

    def fill(self) -> None:
        while self.queue and self.busy < self.staff:
            self.busy += 1
            self.admitted.add(heappop(self.queue)[2])

    def change_until(self, time: float) -> None:
        while self.changes and self.changes[0][0] <= time:
            self.staff = self.changes.popleft()[1]
            self.fill()

    def settle(self, time: float) -> None:
        """Before anything at `time`: all changes of earlier instants have happened."""
        self.change_until(math.nextafter(time, -math.inf))

    def queued(self, r: Record, at_once: bool) -> None:
        """A shift change of this very instant may stand before or after the record."""
        if self.free and not at_once:
            self.change_until(r.time)
        assert at_once or not self.free, f"left waiting before free staff: {r}"
        if self.free:
            self.busy += 1
            self.admitted.add(r.item)
        else:
            self.serial += 1
            heappush(self.queue, (-r.value, self.serial, r.item))

    def started(self, r: Record) -> None:
        if r.item not in self.admitted:
            self.change_until(r.time)
        assert r.item in self.admitted, f"started out of turn: {r}"
        self.admitted.remove(r.item)

    def finished(self, r: Record) -> None:
        self.change_until(r.time)
        self.busy -= 1
        self.fill()


class UnitLedger:
    """Replays desks: work conservation, urgency, first come, shifts that do not interrupt."""

    def __init__(self, trace: Trace) -> None:
        calendars = trace.program.calendars
        self.steps = trace.program.steps
        self.horizon = trace.final_time
        columns = (calendars.shift_time, calendars.shift_unit, calendars.shift_staff)
        changes = list(zip(*(column.tolist() for column in columns), strict=True))
        self.units = [
            _Unit(staff, deque((t, s) for t, unit, s in changes if unit == u))
            for u, staff in enumerate(calendars.staff.tolist())
        ]

    def enter(self, r: Record, following: Record | None) -> None:
        """Enter one record; `following` is the one after it."""
        if self.steps.op[r.row] != Op.WORK or r.kind == Kind.ARRIVAL:
            return
        unit = self.units[int(self.steps.target[r.row])]
        unit.settle(r.time)
        if r.kind == Kind.QUEUE:
            at_once = (
                following is not None
                and (following.item, following.kind) == (r.item, Kind.START)
                and following.row == r.row
            )
            unit.queued(r, at_once)
        elif r.kind == Kind.START:
            unit.started(r)
        else:
            unit.finished(r)
        assert unit.busy >= 0

    def close(self) -> None:
        """At the end nobody was admitted and then forgotten, and no staff sat idle."""
        for unit in self.units:
            unit.settle(self.horizon)
            assert not unit.admitted
            assert not unit.queue or unit.busy >= unit.staff
