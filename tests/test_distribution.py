"""Distributions as data: means, scaling and complaints."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desim.distribution import (
    KINDS,
    Distribution,
    constant,
    empirical,
    erlang,
    exponential,
    gamma,
    lognormal,
    mixture,
    triangular,
    uniform,
    weibull,
)

ALL = [
    constant(2.0),
    uniform(1.0, 3.0),
    triangular(1.0, 2.0, 6.0),
    exponential(2.0),
    gamma(2.0, 3.0),
    erlang(2.0, 4),
    lognormal(2.0, 0.5),
    weibull(2.0, 1.5),
    empirical((1.0, 2.0), (1.0, 3.0)),
    mixture((constant(1.0), exponential(2.0)), (1.0, 3.0)),
]


def test_every_kind_is_tried_here() -> None:
    assert {law.kind for law in ALL} == set(KINDS)


@pytest.mark.parametrize("law", ALL, ids=str)
def test_a_sound_distribution_has_no_complaints(law: Distribution) -> None:
    assert law.problems() == ()


@pytest.mark.parametrize(
    ("law", "mean"),
    [
        (uniform(1.0, 3.0), 2.0),
        (triangular(1.0, 2.0, 6.0), 3.0),
        (erlang(2.0, 4), 2.0),
        (weibull(2.0, 1.0), 2.0),
        (weibull(2.0, 2.0), math.sqrt(math.pi)),
        (empirical((1.0, 2.0), (1.0, 3.0)), 1.75),
        (mixture((constant(1.0), exponential(2.0)), (1.0, 3.0)), 1.75),
    ],
    ids=str,
)
def test_means(law: Distribution, mean: float) -> None:
    assert law.mean == pytest.approx(mean, rel=1e-12)


@given(st.sampled_from(ALL), st.floats(0.0, 1e6))
def test_scaling_scales_the_mean_and_stays_sound(law: Distribution, factor: float) -> None:
    scaled = law.scaled(factor)
    assert scaled.problems() == ()
    assert scaled.mean == pytest.approx(factor * law.mean, rel=1e-9, abs=1e-300)
    assert (scaled.unit, scaled.source) == (law.unit, law.source)


def test_only_constants_are_certain() -> None:
    assert [law.kind for law in ALL if not law.random] == ["constant"]
    assert not empirical((3.0,)).random


BAD = [
    (Distribution("normal", (1.0, 1.0)), "unknown distribution 'normal'"),
    (Distribution("uniform", (1.0,)), "uniform takes low, high; got 1 numbers"),
    (constant(-1.0), "value of a constant is negative (-1)"),
    (exponential(math.nan), "mean of a exponential is not finite (nan)"),
    (exponential(math.inf), "mean of a exponential is not finite (inf)"),
    (uniform(3.0, 1.0), "uniform wants low <= high, got (3.0, 1.0)"),
    (triangular(1.0, 5.0, 2.0), "triangular wants low <= mode <= high"),
    (gamma(1.0, 0.0), "shape of a gamma must be positive"),
    (lognormal(1.0, 0.0), "cv of a lognormal must be positive"),
    (empirical(()), "empirical has no members"),
    (empirical((1.0, 2.0), (1.0,)), "empirical has 2 members and 1 weights"),
    (empirical((1.0, 2.0), (0.0, 0.0)), "weights of a empirical must be finite"),
    (empirical((1.0, -2.0)), "values of an empirical must be finite and not negative"),
    (mixture((), ()), "mixture has no members"),
    (mixture((constant(-1.0),), (1.0,)), "value of a constant is negative (-1)"),
    (mixture((mixture((constant(1.0),), (1.0,)),), (1.0,)), "a mixture may not contain a mixture"),
]


@pytest.mark.parametrize(("law", "complaint"), BAD, ids=[text for _, text in BAD])
def test_each_wrong_parameter_gets_one_complaint(law: Distribution, complaint: str) -> None:
    (found,) = law.problems()
    assert found.startswith(complaint)


def test_two_wrong_parameters_get_two_complaints() -> None:
    assert len(uniform(-1.0, math.inf).problems()) == 2
