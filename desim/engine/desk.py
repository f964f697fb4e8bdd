"""Where items wait: desks with staff, and stocks of things."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from itertools import count

from simpy import Event

from desim.decision import covers, restocked
from desim.engine.clock import Clock


class Desk:
    """A unit's staff and its queue: by urgency, then first come (semantics 5 and 7).

    It replaces `simpy.Resource`, whose request and release take extra turns within an instant.
    """

    __slots__ = ("_order", "busy", "clock", "queue", "staff")

    def __init__(self, clock: Clock, staff: int) -> None:
        self.clock = clock
        self.staff = staff
        self.busy = 0
        self.queue: list[tuple[int, int, Event]] = []
        self._order = count()

    def admit(self) -> bool:
        """Take a free place at once; False when the item must queue."""
        if self.queue or self.busy >= self.staff:
            return False
        self.busy += 1
        return True

    def wait(self, urgency: int) -> Event:
        """Queue; the event happens when the item is admitted and holds a place."""
        event = Event(self.clock)
        heappush(self.queue, (-urgency, next(self._order), event))
        return event

    def release(self) -> None:
        """Free a place and admit whoever is next."""
        self.busy -= 1
        self._fill()

    def change(self, staff: int) -> None:
        """A shift change: more staff admit more items, fewer let those at work finish."""
        self.staff = staff
        self._fill()

    def _fill(self) -> None:
        while self.queue and self.busy < self.staff:
            self.busy += 1
            heappop(self.queue)[2].succeed()


class Stock:
    """A pool's stock: the head of the line is served, nobody overtakes unless the pool says so
    (semantics 6)."""

    __slots__ = ("clock", "left", "overtaking", "queue")

    def __init__(self, clock: Clock, stock: float, overtaking: bool) -> None:
        self.clock = clock
        self.left = stock
        self.overtaking = overtaking
        self.queue: deque[tuple[float, Event]] = deque()

    def take(self, amount: float) -> bool:
        """Take from the stock at once; False when the item must wait."""
        if (self.queue and not self.overtaking) or not covers(self.left, amount):
            return False
        self.left = restocked(self.left, -amount)
        return True

    def wait(self, amount: float) -> Event:
        """Wait in line; the event happens when the amount was taken."""
        event = Event(self.clock)
        self.queue.append((amount, event))
        return event

    def give(self, amount: float) -> None:
        """Bring an amount back and serve whoever can be served, in order."""
        self.left = restocked(self.left, amount)
        if not self.overtaking:
            while self.queue and covers(self.left, self.queue[0][0]):
                self._serve(self.queue.popleft())
            return
        waiting, self.queue = self.queue, deque()
        for entry in waiting:
            if covers(self.left, entry[0]):
                self._serve(entry)
            else:
                self.queue.append(entry)

    def _serve(self, entry: tuple[float, Event]) -> None:
        self.left = restocked(self.left, -entry[0])
        entry[1].succeed()
