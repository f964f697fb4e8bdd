"""Wording: numbers as print writes them."""

from __future__ import annotations

from datetime import datetime

import pytest

from desim.paper import wording

SPACE = wording.NARROW


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-37.824, "−37.8"), (5590.4, "5,590"), (4.764, "4.76"), (0.05, "0.050"), (-0.0, "0.00"),
        (float("nan"), "not defined"),
    ],
)  # fmt: skip
def test_three_figures_are_shown(value: float, text: str) -> None:
    assert wording.number(value) == text


def test_a_share_is_a_percentage() -> None:
    assert wording.quantity(0.846, "share") == f"85{SPACE}%"


def test_a_count_has_no_unit() -> None:
    assert wording.quantity(778.0, "count") == "778"


def test_value_and_interval_have_the_same_decimals() -> None:
    said = wording.estimate(-84.4, -104.2, -64.63, "GWh", sign=True)
    assert said == f"−84.4{SPACE}GWh (95{SPACE}% interval −104.2 to −64.6)"


def test_a_difference_upward_carries_its_sign() -> None:
    assert wording.estimate(9.72, 2.92, 16.5, "GWh", sign=True).startswith("+9.7")


def test_what_is_not_significant_has_no_direction() -> None:
    assert wording.changes(-5.0, 0.2, "up", "down", "neither") == "neither"
    assert wording.changes(-5.0, float("nan"), "up", "down", "neither") == "neither"


@pytest.mark.parametrize(("count", "text"), [(0, "no"), (3, "three"), (16, "sixteen"), (17, "17")])
def test_small_counts_are_words(count: int, text: str) -> None:
    assert wording.in_words(count) == text


def test_lists_end_with_and() -> None:
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed([]) == "none"


def test_an_hour_of_the_run_is_a_date() -> None:
    start = datetime(2022, 8, 1)
    assert wording.date(start, 480.0) == f"21{SPACE}August 00:00"
    assert wording.date(start, float("nan")) == "never"
