"""Outcomes are found by name and say what they are."""

from __future__ import annotations

import pytest

from desim.distribution import constant
from desim.mechanism.steps import Work
from desim.outcome import OUTCOMES, Outcome, OutcomeError, find_outcome
from tests.accounting import played
from tests.small import one, unit

every_outcome = pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.name)


def test_names_are_unique() -> None:
    names = [outcome.name for outcome in OUTCOMES]
    assert len(set(names)) == len(names)


@every_outcome
def test_an_outcome_is_found_by_its_name(outcome: Outcome) -> None:
    assert find_outcome(outcome.name) is outcome


@every_outcome
def test_an_outcome_says_what_it_is(outcome: Outcome) -> None:
    assert outcome.title
    assert outcome.unit
    assert outcome.better in ("lower", "higher", "neither")
    assert outcome.summary.endswith(".")
    assert outcome.unfinished.endswith(".")


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(OutcomeError, match="unknown outcome 'referal'; did you mean 'referrals'"):
        find_outcome("referal")


@every_outcome
def test_an_outcome_of_the_world_refuses_a_run_without_one(outcome: Outcome) -> None:
    trace = played(one(Work("w", "desk", constant(1.0)), units=(unit("desk"),)))
    if outcome.needs_world:
        with pytest.raises(OutcomeError, match=f"outcome {outcome.name} needs a world"):
            outcome(trace)
    else:
        assert isinstance(outcome(trace), float)
