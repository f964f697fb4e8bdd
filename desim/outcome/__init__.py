"""Outcomes: what a trace says about how well a mechanism did."""

from desim.outcome.catalogue import OUTCOMES, find_outcome
from desim.outcome.outcome import Outcome, OutcomeError

__all__ = ["OUTCOMES", "Outcome", "OutcomeError", "find_outcome"]
