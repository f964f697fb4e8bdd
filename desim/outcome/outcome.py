"""What an outcome is: a function of a trace with a name, a unit and a better direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desim.error import DesimError
from desim.trace.trace import Trace


class OutcomeError(DesimError):
    """An outcome does not exist or cannot be read from a trace."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One number that a run is judged by.

    Parameters
    ----------
    name, title, unit
        Identifier, name for print, unit.
    better
        ``lower``, ``higher`` or ``neither`` (a quantity without a good direction).
    summary
        Its definition in a sentence or two.
    unfinished
        What it does about items that are not done at the horizon.
    measure
        The function.
    needs_world
        Whether the mechanism must have a world.
    """

    name: str
    title: str
    unit: str
    better: str
    summary: str
    unfinished: str
    measure: Callable[[Trace], float]
    needs_world: bool = False

    def __call__(self, trace: Trace) -> float:
        """The outcome of one run.

        Raises
        ------
        OutcomeError
            When the trace has no world and the outcome needs one.
        """
        if self.needs_world and not len(trace.world):
            raise OutcomeError(f"outcome {self.name} needs a world, and the mechanism has none")
        return float(self.measure(trace))
