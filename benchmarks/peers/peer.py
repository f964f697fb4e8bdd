"""What every engine gives back of a run, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

SINGLE_QUEUE, NETWORK, COORDINATION = "single_queue", "network", "coordination"
WORKLOADS = (SINGLE_QUEUE, NETWORK, COORDINATION)
RATE = 0.9
"""Customers an hour of W1, whose services take `workloads.SERVICE` on average."""
COUNTY_STAFF, CITY_STAFF, DEPARTMENT_STAFF, CENTRE_STAFF = 1, 8, 2, 6
"""Staff of each unit of W3, by tier."""


@dataclass(slots=True)
class Run:
    """One run of a workload.

    Parameters
    ----------
    events
        Calendar entries: arrivals, ends of service, ends of trips.
    done
        Customers or reports that left before the end.
    hours
        What they spent in the system, summed; the mean is what engines must agree on.
    urgent_done, urgent_hours
        The same of the urgent customers of W2 alone: without them an engine that serves the wrong
        class first would go unnoticed, for the mean over all customers stays the same.
    """

    events: int = 0
    done: int = 0
    hours: float = 0.0
    urgent_done: int = 0
    urgent_hours: float = 0.0

    def leave(self, spent: float, *, urgent: bool = False) -> None:
        """One customer leaves after so many hours."""
        self.done += 1
        self.hours += spent
        if urgent:
            self.urgent_done += 1
            self.urgent_hours += spent


Read = Callable[[], Run]
"""Reads a finished run; its time does not count."""
Play = Callable[[int], Read]
"""Plays one run with a seed; its time counts."""
Prepare = Callable[[float], Play]
"""Does for a size what is done once for many runs; its time does not count."""
Plays = Mapping[str, Prepare]
"""What an engine can play, by the name of the workload."""


def at_once(run: Callable[[float, int], Run]) -> Prepare:
    """An engine that needs no preparation and whose runs need no reading."""

    def prepare(size: float) -> Play:
        def play(seed: int) -> Read:
            found = run(size, seed)
            return lambda: found

        return play

    return prepare
