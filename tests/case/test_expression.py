"""Cells of tables: numbers, parameters, products, distributions, levels and conditions."""

from __future__ import annotations

import pytest

from desim.case.expression import (
    ExpressionError,
    WrongParameter,
    condition,
    law,
    level,
    number,
    whole,
)
from desim.distribution import constant, empirical, exponential, lognormal, mixture
from desim.mechanism.levels import Condition, Level

VALUES = {"work.verify": 0.5, "share": 0.25}


def test_a_number_or_a_parameter_or_a_product() -> None:
    assert number("4.5", VALUES) == 4.5
    assert number("work.verify", VALUES) == 0.5
    assert number("work.verify * 8 * share", VALUES) == 1.0


def test_a_distribution_of_parameters() -> None:
    assert law("lognormal(work.verify, 0.6)", VALUES) == lognormal(0.5, 0.6)
    assert law("3", VALUES) == constant(3.0)


def test_a_mixture_of_distributions() -> None:
    parts = (constant(1.0), exponential(0.5))
    assert law("mixture(0.8: constant(1), 0.2: exponential(work.verify))", VALUES) == mixture(
        parts, (0.8, 0.2)
    )


def test_observed_values() -> None:
    assert law("empirical(1, work.verify, 3)", VALUES) == empirical((1.0, 0.5, 3.0))


def test_a_whole_number_is_whole() -> None:
    assert whole("1e3", VALUES) == 1000
    with pytest.raises(ExpressionError, match=r"0.5 is not a whole number"):
        whole("work.verify", VALUES)


def test_a_parameter_that_is_wrong_is_not_complained_about_again() -> None:
    with pytest.raises(WrongParameter):
        number("work.verify * 8", {"work.verify": float("nan")})


def test_a_condition_on_a_level() -> None:
    found = condition("measure:severity@province >= 4", VALUES)
    assert found == Condition(Level("measure", "severity", "province"), ">=", 4.0)


@pytest.mark.parametrize(
    "text", ["", "nonsense", "lognormal(1)", "mixture(1)", "triangular(3, 2, 1)"]
)
def test_what_is_no_distribution_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        law(text, VALUES)


@pytest.mark.parametrize("text", ["queue:a", "queue:a => 3", "queu:a > 3", "queue:a > x"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        condition(text, VALUES)


def test_nothing_in_a_cell_is_executed() -> None:
    with pytest.raises(ExpressionError):
        number("__import__('os').getcwd()", VALUES)


def test_an_unknown_level_gets_the_nearest_kind() -> None:
    with pytest.raises(ExpressionError, match="did you mean 'queue'"):
        level("queu:office")
