"""Small mechanisms in one line, for tests that need one thing of each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desim.distribution import Distribution, constant
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Link, Procedure, Shift, Unit
from desim.mechanism.steps import Step

START = datetime(2022, 1, 1)


def unit(name: str, staff: int | tuple[tuple[float, int], ...] = 1) -> Unit:
    """A unit with constant staff, or with (hour, staff) shifts."""
    shifts = ((0.0, staff),) if isinstance(staff, int) else staff
    return Unit(name, staff=tuple(Shift(hour, people) for hour, people in shifts))


def link(name: str, origin: str, destination: str, delay: Distribution, **more: Any) -> Link:
    """A vertical written link."""
    return Link(name, origin, destination, "vertical", "written", delay, **more)


def mechanism(horizon: float = 100.0, **parts: Any) -> Mechanism:
    """A mechanism that starts at midnight."""
    return Mechanism("small", START, horizon, **parts)


def once(name: str, procedure: str, *times: float, urgency: int = 0) -> Arrival:
    """Items at given times."""
    return Arrival(name, procedure, times=times or (0.0,), urgency=urgency)


def one(
    *steps: Step, horizon: float = 100.0, times: tuple[float, ...] = (0.0,), **parts: Any
) -> Mechanism:
    """One procedure ``p`` with these steps, one stream ``c`` of items at the given times."""
    procedures = (Procedure("p", steps), *parts.pop("procedures", ()))
    arrivals = (once("c", "p", *times), *parts.pop("arrivals", ()))
    return mechanism(horizon, procedures=procedures, arrivals=arrivals, **parts)


NOTHING = constant(0.0)
