"""Elementary functions of basic operations: near the true values, and the same everywhere."""

from __future__ import annotations

import math
import re
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from desim import elementary
from desim.draw import gamma_quantile, normal_quantile, quantile

POSITIVE = st.floats(min_value=5e-324, max_value=1.7e308, allow_nan=False)
many = settings(max_examples=400)


def apart(found: float, true: Decimal) -> float:
    """By how many units in the last place a number is wrong."""
    return float(abs(Decimal(found) - true) / Decimal(math.ulp(float(true) or 5e-324)))


def exactly(function: str, x: float) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        value: Decimal = getattr(Decimal(x), function)()
        return value


@given(POSITIVE)
@many
def test_a_logarithm_is_right_to_the_last_place_but_one(x: float) -> None:
    assert apart(elementary.log(x), exactly("ln", x)) <= 1.0


@given(st.floats(0.999, 1.001))
@many
def test_a_logarithm_near_one_keeps_its_digits(x: float) -> None:
    assert apart(elementary.log(x), exactly("ln", x)) <= 1.0


@given(st.floats(-708.0, 709.0))
@many
def test_an_exponential_is_right_to_the_last_place_but_one(x: float) -> None:
    assert apart(elementary.exp(x), exactly("exp", x)) <= 1.0


@given(st.floats(1e-12, 10.0))
@many
def test_log1p_keeps_the_digits_of_small_numbers(x: float) -> None:
    with localcontext() as context:
        context.prec = 60
        true = (1 + Decimal(x)).ln()
    assert apart(elementary.log1p(x), true) <= 4.0


@given(st.floats(1e-6, 1e6))
@many
def test_log_gamma_agrees_with_the_library(x: float) -> None:
    assert elementary.log_gamma(x) == pytest.approx(math.lgamma(x), rel=1e-14, abs=1e-14)


@given(st.floats(1e-6, 1e6), st.floats(-20.0, 20.0))
@many
def test_a_power_agrees_with_the_library(x: float, y: float) -> None:
    assert elementary.power(x, y) == pytest.approx(x**y, rel=1e-13)


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        ("log", 1.0, 0.0), ("log", 0.0, -math.inf), ("log", math.inf, math.inf),
        ("exp", 0.0, 1.0), ("exp", -800.0, 0.0), ("exp", 800.0, math.inf),
        ("exp", -math.inf, 0.0), ("exp", math.inf, math.inf), ("log1p", 0.0, 0.0),
        ("log1p", 1e-300, 1e-300), ("log_gamma", 1.0, 0.0),
    ],
)  # fmt: skip
def test_special_values(function: str, x: float, expected: float) -> None:
    assert getattr(elementary, function)(x) == pytest.approx(expected, abs=5e-15)


@pytest.mark.parametrize("function", ["log", "exp"])
def test_nothing_comes_of_what_is_no_number(function: str) -> None:
    assert math.isnan(getattr(elementary, function)(math.nan))


def test_the_logarithm_of_a_negative_number_is_none() -> None:
    assert math.isnan(elementary.log(-1.0))


@pytest.mark.parametrize("function", ["log", "exp"])
def test_they_are_monotone_between_neighbours(function: str) -> None:
    """Quantiles have to be, so that common random numbers stay positively correlated."""
    random = np.random.default_rng(3)
    for x in random.uniform(0.01, 40.0, 2000):
        beside = math.nextafter(x, math.inf)
        assert getattr(elementary, function)(x) <= getattr(elementary, function)(beside)


@pytest.mark.parametrize(
    "compiled", [elementary.log, elementary.exp, elementary.log_gamma, normal_quantile, quantile]
)
def test_no_product_and_sum_are_contracted_and_no_library_is_called(compiled: object) -> None:
    """A fused multiply-add rounds once where two operations round twice."""
    anew = njit(compiled.py_func)  # type: ignore[attr-defined]  # of cached code there is none
    anew.compile(compiled.signatures[0])  # type: ignore[attr-defined]
    (assembly,) = anew.inspect_asm().values()
    assert "mulsd" in assembly or "fmul" in assembly
    code = re.sub(r'"[^"]*"', "", assembly)  # but for the function's own name, which is a text
    words = set(re.findall(r"(?<![.\w])[A-Za-z_]\w*", code))
    assert not {w for w in words if w.startswith(("vfmadd", "vfnmadd", "vfmsub", "fmadd", "fmla"))}
    assert not words & {"log", "exp", "pow", "lgamma", "log1p", "logf", "expf"}


SAME = [
    "-0x1.8b8cbb7204471p+1",
    "-0x1.0c7e39582c5fbp-1",
    "0x1.c505eaed7622dp-1",
    "0x1.7f08de7c9bac4p+1",
    "0x1.34378fcbda720p+1",
    "0x1.a796b6233d955p-1",
    "0x1.472dc1f964f85p+0",
]


def test_draws_have_the_same_bits_on_every_machine() -> None:
    """Of each distribution that takes a logarithm, an exponential, a power or a gamma function."""
    drawn = [
        normal_quantile(0.001), normal_quantile(0.3), gamma_quantile(0.3, 0.9),
        gamma_quantile(7.5, 0.02), quantile(3, 2.0, 0.0, 0.0, 0.7),
        quantile(5, 3.0, 0.5, 0.125, 0.01), quantile(6, 2.0, 1.5, 0.0, 0.4),
    ]  # fmt: skip
    assert [float(value).hex() for value in drawn] == SAME
