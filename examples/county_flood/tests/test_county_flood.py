"""The package's policy, outcome and case keep the contracts of built-in ones."""

from desim.plugin import discover
from desim.testing import check_case, check_outcome, check_policy

FOUND = discover()
CASE = FOUND.case("county_flood")


def test_the_policy_conforms() -> None:
    check_policy(FOUND.policy("boats_in_advance"), CASE)


def test_the_outcome_conforms() -> None:
    check_outcome(FOUND.outcome("hours_to_rescue"), CASE)


def test_the_case_conforms() -> None:
    check_case(CASE)
