"""Processes: any behaviour in Python beside a mechanism, for exploration.

Steps and conditions are data, so that they can be printed, compared and compiled. A process can be
none of that. It is played by the SimPy engine only, and its actions leave no records of their own:
what a trace shows is what followed from them. Where a behaviour can be said in steps, say it there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Run(Protocol):
    """A run as a process sees it; names are those of the mechanism that is played."""

    @property
    def now(self) -> float:
        """Hours since the start."""

    def wait(self, hours: float) -> Any:
        """What to ``yield`` to go on after some hours, before items that come to that instant."""

    def level(self, kind: str, of: str = "", at: str = "") -> float:
        """The present value of a level, as `desim.mechanism.levels.Level`."""

    def staff(self, unit: str, count: int) -> None:
        """Have so many people on duty at a unit until its next shift; work in hand goes on."""

    def activate(self, measure: str, place: str, target: float) -> None:
        """Give a measure at a place its target, cut to [0, most]."""

    def chance(self, what: str) -> float:
        """A number in (0, 1): a function of seed, replication, process, words, and how often."""


Process = Callable[[Run, float, Mapping[str, float]], Generator[Any, Any, None]]
"""A generator function of run, lever and parameter values."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A process that runs beside a mechanism.

    Parameters
    ----------
    name
        What its draws and its turns within an instant are named by.
    process
        The generator function.
    lever, values
        What it is called with.
    """

    name: str
    process: Process
    lever: float
    values: Mapping[str, float]
