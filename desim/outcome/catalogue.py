"""The outcomes there are, by name."""

from __future__ import annotations

from desim.mechanism.complaint import unknown
from desim.outcome.delays import DELAYS
from desim.outcome.energy import ENERGY
from desim.outcome.organisation import ORGANISATION
from desim.outcome.outcome import Outcome, OutcomeError
from desim.outcome.stale import STALE
from desim.outcome.timing import TIMING

OUTCOMES: tuple[Outcome, ...] = (*ENERGY, *TIMING, *DELAYS, *STALE, *ORGANISATION)


def find_outcome(name: str) -> Outcome:
    """The outcome with a name.

    Raises
    ------
    OutcomeError
        When there is none, with the nearest name.
    """
    for outcome in OUTCOMES:
        if outcome.name == name:
            return outcome
    raise OutcomeError(unknown("outcome", name, [outcome.name for outcome in OUTCOMES]))
