"""A SimPy environment whose calendar is ordered by (time, rank, item), never by insertion."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from typing import Any

from simpy import Environment, Event, Process
from simpy.core import EmptySchedule
from simpy.events import NORMAL, URGENT, Initialize

_STOP = -1


class Clock(Environment):
    """The calendar and the agenda of one instant (semantics 2 to 4).

    SimPy orders simultaneous events by insertion. Here, whatever is triggered within an instant
    goes on an agenda (children first, then those admitted, each in order), and whatever is
    scheduled for a time goes on a calendar ordered by time, rank and item. Only when the agenda
    is empty does the calendar move.
    """

    def __init__(self) -> None:
        super().__init__()
        self._calendar: list[tuple[float, int, int, int, Event]] = []
        self._children: deque[Event] = deque()
        self._admitted: deque[Event] = deque()
        self._serial = 0

    def at(self, time: float, rank: int, item: int) -> Event:
        """An event that happens at a time.

        Parameters
        ----------
        time
            Hours, not before now.
        rank
            One of `desim.program.program.Rank`.
        item
            Order key among entries of the same time and rank.
        """
        event = Event(self)
        event._ok = True
        event._value = None
        # The serial only keeps heapq from comparing events: no item has two entries of one rank.
        self._serial += 1
        heappush(self._calendar, (time, rank, item, self._serial, event))
        return event

    def schedule(self, event: Event, priority: int = NORMAL, delay: float = 0.0) -> None:
        """Put a triggered event on the agenda (SimPy calls this)."""
        if type(event) is Initialize:
            self._children.append(event)
        elif isinstance(event, Process):
            # Nobody waits for a process as such: its end needs no turn of its own.
            event.callbacks = None  # type: ignore[assignment]
            if not event._ok:
                raise event._value
        elif delay or priority == URGENT:
            self._serial += 1
            heappush(self._calendar, (self._now + delay, _STOP, 0, self._serial, event))
        else:
            self._admitted.append(event)

    def step(self) -> None:
        """Process the next event.

        Raises
        ------
        simpy.core.EmptySchedule
            When nothing is left to happen.
        """
        if self._children:
            event = self._children.popleft()
        elif self._admitted:
            event = self._admitted.popleft()
        elif self._calendar:
            self._now, _, _, _, event = heappop(self._calendar)
        else:
            raise EmptySchedule
        callbacks: Any = event.callbacks
        event.callbacks = None  # type: ignore[assignment]
        for callback in callbacks:
            callback(event)
