"""Keyed uniforms and quantiles: against scipy, for uniformity, independence and collisions."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from desim import draw
from desim.distribution import (
    KINDS,
    Distribution,
    constant,
    empirical,
    exponential,
    gamma,
    lognormal,
    mixture,
    triangular,
    uniform,
    weibull,
)
from desim.program.tables import LawTable
from tests.estimation import assert_shares

GRID = (1e-12, 1e-9, 1e-6, 1e-3, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999)
ROUGHLY = (*GRID, 1.0 - 1e-6, 1.0 - 1e-9, 1.0 - 1e-12)
U = tuple((math.floor(u * 2**52) + 0.5) / 2**52 for u in ROUGHLY)
"""Odd multiples of 2**-53: the numbers that `draw.uniform` gives."""
SPREAD = math.sqrt(math.log1p(0.8**2))

LAWS = [
    (uniform(2.0, 5.0), stats.uniform(2.0, 3.0)),
    (triangular(1.0, 2.0, 4.0), stats.triang(1.0 / 3.0, 1.0, 3.0)),
    (triangular(1.0, 1.0, 4.0), stats.triang(0.0, 1.0, 3.0)),
    (triangular(1.0, 4.0, 4.0), stats.triang(1.0, 1.0, 3.0)),
    (exponential(2.5), stats.expon(scale=2.5)),
    (gamma(3.0, 0.3), stats.gamma(0.3, scale=10.0)),
    (gamma(3.0, 1.0), stats.gamma(1.0, scale=3.0)),
    (gamma(3.0, 2.0), stats.gamma(2.0, scale=1.5)),
    (gamma(3.0, 40.0), stats.gamma(40.0, scale=3.0 / 40.0)),
    (lognormal(2.0, 0.8), stats.lognorm(SPREAD, scale=2.0 / math.sqrt(1.0 + 0.8**2))),
    (weibull(2.0, 0.7), stats.weibull_min(0.7, scale=2.0)),
    (weibull(2.0, 3.0), stats.weibull_min(3.0, scale=2.0)),
]
NAMES = [f"{law}" for law, _ in LAWS]


def quantile(law: Distribution, u: float) -> float:
    """The quantile of a simple kind."""
    a, b, c = (*law.parameters, 0.0, 0.0, 0.0)[:3]
    kind = list(KINDS).index(law.kind)
    return float(draw.quantile(kind, *draw.prepared(kind, a, b, c), u))


def sample(law: Distribution, size: int, label: int = 7) -> NDArray[np.float64]:
    """Draws of `size` items at one label."""
    table = LawTable()
    row = table.row(law)
    laws = table.lowered()
    stem = draw.mix(draw.run_key(1, 0), label)
    key = [np.uint64(word) for word in (stem, 0, 0)]
    items = np.arange(size, dtype=np.uint64)
    tables = (laws.table, laws.members, row)
    return np.array([draw.sample(*tables, key[0], item, *key[1:]) for item in items])


@pytest.mark.parametrize(("law", "reference"), LAWS, ids=NAMES)
def test_quantiles_agree_with_scipy(law: Distribution, reference: stats.rv_frozen) -> None:
    for u in U:
        assert quantile(law, u) == pytest.approx(float(reference.ppf(u)), rel=1e-9), u


@pytest.mark.parametrize("law", [law for law, _ in LAWS], ids=NAMES)
def test_quantiles_rise_with_u(law: Distribution) -> None:
    grid = np.sort(np.concatenate([np.linspace(1e-9, 1.0 - 1e-9, 2001), U]))
    values = [quantile(law, float(u)) for u in grid]
    assert all(a <= b for a, b in pairwise(values))
    assert values[0] >= 0.0


def test_the_normal_quantile_agrees_with_scipy() -> None:
    for u in U:
        assert draw.normal_quantile(u) == pytest.approx(float(stats.norm.ppf(u)), rel=1e-12)


@given(st.floats(0.05, 500.0), st.floats(1e-12, 1.0 - 1e-12))
def test_the_gamma_quantile_inverts_the_gamma_function(shape: float, u: float) -> None:
    x = draw.gamma_quantile(shape, u)
    lower, upper = stats.gamma.cdf(x, shape), stats.gamma.sf(x, shape)
    assert lower == pytest.approx(u, rel=1e-7) or upper == pytest.approx(1.0 - u, rel=1e-4)


def test_a_constant_is_its_value() -> None:
    assert quantile(constant(4.0), 0.3) == 4.0


def keyed(run: int, label: int, item: int, visit: int, index: int) -> float:
    """A uniform by all five parts of its key."""
    return float(draw.uniform(draw.mix(run, label), item, visit, index))


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 10**6))
def test_uniforms_lie_strictly_between_0_and_1(run: int, item: int, visit: int) -> None:
    assert 0.0 < keyed(run, 5, item, visit, 0) < 1.0


def uniforms(**varied: int) -> NDArray[np.float64]:
    """40,000 uniforms while one part of the key runs through neighbouring numbers."""
    key = {"run": draw.run_key(3, 1), "label": 11, "item": 12, "visit": 0, "index": 0}
    (name, start), *_ = varied.items()
    found = []
    for step in range(40_000):
        key[name] = start + step
        found.append(keyed(*key.values()))
    return np.array(found)


@pytest.mark.parametrize("name", ["run", "label", "item", "visit", "index"])
def test_neighbouring_keys_give_uniform_and_independent_numbers(name: str) -> None:
    values = uniforms(**{name: 1000})
    assert stats.kstest(values, "uniform").pvalue > 0.001
    for lag in (1, 2, 3, 64, 256):
        correlation = np.corrcoef(values[:-lag], values[lag:])[0, 1]
        assert abs(correlation) < 3.3 / math.sqrt(len(values) - lag)
    cells = np.histogram2d(values[:-1:2], values[1::2], bins=10, range=[[0, 1], [0, 1]])[0]
    assert_shares(cells.ravel(), [0.01] * 100)


def test_the_parts_of_a_key_are_not_interchangeable() -> None:
    numbers = [1, 2, 3, 4, 5]
    turned = {keyed(*(numbers[(i + k) % 5] for i in range(5))) for k in range(5)}
    assert len(turned) == 5


def test_run_keys_do_not_collide() -> None:
    keys = {draw.run_key(seed, replication) for seed in range(100) for replication in range(2000)}
    assert len(keys) == 200_000
    assert draw.run_key(1, 0) != draw.run_key(0, 1)


def test_a_million_child_keys_do_not_collide() -> None:
    branches = [draw.name_key(f"branch{b}") for b in range(10)]
    parents = [draw.mix(draw.name_key("stream"), ordinal) for ordinal in range(10_000)]
    keys = {draw.child_key(p, b, v) for p in parents for b in branches for v in range(10)}
    assert len(keys) == 1_000_000


def test_name_keys_are_the_same_everywhere() -> None:
    """A golden value: hashing names differently would rename every item."""
    assert draw.name_key("report.chengdu") == 14661559290373751229
    assert draw.run_key(1, 0) == 3515554312513467283


def finalised(word: int) -> int:
    """The finaliser of splitmix64 in whole numbers of Python."""
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    word = (word ^ word >> 27) * 0x94D049BB133111EB % 2**64
    return word ^ word >> 31


@given(st.lists(st.integers(0, 2**64 - 1), min_size=5, max_size=5))
def test_uniforms_are_the_published_mixing_of_their_key(words: list[int]) -> None:
    key = words[0]
    for word in words[1:]:
        key = finalised(key ^ finalised((word + 0x9E3779B97F4A7C15) % 2**64))
    assert keyed(*words) == ((key >> 12) + 0.5) / 2**52


MEANS: list[Distribution] = [
    *(law for law, _ in LAWS),
    empirical((1.0, 2.0, 7.0), (5.0, 3.0, 2.0)),
    mixture((exponential(1.0), gamma(4.0, 2.0)), (3.0, 1.0)),
    mixture((constant(1.0), empirical((2.0, 6.0))), (1.0, 1.0)),
]


@pytest.mark.parametrize("law", MEANS, ids=str)
def test_sample_means_agree_with_the_mean(law: Distribution) -> None:
    values = sample(law, 20_000)
    half = 3.3 * values.std(ddof=1) / math.sqrt(len(values))
    assert abs(values.mean() - law.mean) <= half
    assert half < 0.06 * law.mean


@pytest.mark.parametrize(("law", "reference"), LAWS, ids=NAMES)
def test_samples_follow_their_law(law: Distribution, reference: stats.rv_frozen) -> None:
    assert stats.kstest(sample(law, 5_000), reference.cdf).pvalue > 0.001


def test_an_empirical_law_has_its_weights() -> None:
    law = empirical((1.0, 2.0, 7.0, 9.0), (5.0, 3.0, 2.0, 0.0))
    values, counts = np.unique(sample(law, 20_000), return_counts=True)
    assert values.tolist() == [1.0, 2.0, 7.0]
    assert_shares(counts, (0.5, 0.3, 0.2))


def test_a_mixture_has_its_weights_and_its_parts() -> None:
    law = mixture((constant(1.0), uniform(2.0, 4.0), empirical((8.0, 9.0))), (1.0, 2.0, 1.0))
    values = sample(law, 20_000)
    parts = [(values == 1.0), (values > 1.0) & (values < 5.0), (values == 8.0), (values == 9.0)]
    assert_shares([part.sum() for part in parts], (0.25, 0.5, 0.125, 0.125))
    assert stats.kstest(values[parts[1]], stats.uniform(2.0, 2.0).cdf).pvalue > 0.001


def test_a_distortion_has_mean_1_and_its_coefficient_of_variation() -> None:
    values = np.array([draw.distortion(0.4, 2, item, 0) for item in range(20_000)])
    assert values.mean() == pytest.approx(1.0, abs=3.3 * 0.4 / math.sqrt(20_000))
    assert values.std() == pytest.approx(0.4, rel=0.06)
    assert draw.distortion(0.0, 2, 3, 0) == 1.0


STEMS = 20_000
LIMIT = 3.29 / math.sqrt(STEMS)
"""What 99.9 % of all correlations of so many independent pairs lie below."""
APART = 24.0


def drifts(time: float) -> NDArray[np.float64]:
    """The drifting number of many readers at a time."""
    return np.array([draw.drift(draw.mix(7, stem), time, APART) for stem in range(STEMS)])


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(np.corrcoef(one, other)[0, 1])


@pytest.mark.parametrize("time", [0.0, 6.0, 12.0, 23.0, 24.0, 500.5])
def test_a_drifting_number_is_standard_normal_at_knots_and_between(time: float) -> None:
    assert stats.kstest(drifts(time), stats.norm.cdf).pvalue > 0.001


@pytest.mark.parametrize("time", [0.0, 11.5, 23.5, 100.0])
def test_drifting_numbers_an_hour_apart_are_nearly_equal(time: float) -> None:
    assert correlation(drifts(time), drifts(time + 1.0)) > 0.99


@pytest.mark.parametrize("time", [0.0, 7.0, 12.0])
def test_drifting_numbers_two_knots_apart_are_independent(time: float) -> None:
    assert abs(correlation(drifts(time), drifts(time + 2.0 * APART))) < LIMIT


def test_drifting_numbers_of_neighbouring_knots_are_independent() -> None:
    assert abs(correlation(drifts(24.0), drifts(48.0))) < LIMIT


def test_a_drifting_number_moves_without_jumps() -> None:
    hours = np.arange(0.0, 240.0, 0.01)
    path = np.array([draw.drift(3, float(time), APART) for time in hours])
    assert np.abs(np.diff(path)).max() < 0.01
    assert np.ptp(path) > 1.0


def misread(
    time: float, shared: float, *, cv: float = 0.4, own: int = 1, common: int = 11
) -> NDArray[np.float64]:
    """Errors of many runs of one quantity at a time."""
    stems = ((draw.mix(run, own), draw.mix(run, common)) for run in range(STEMS))
    return np.array([draw.misreading(cv, shared, APART, a, b, time) for a, b in stems])


@pytest.mark.parametrize("time", [0.0, 12.0, 30.0])
@pytest.mark.parametrize("shared", [0.0, 0.5, 1.0])
def test_an_error_of_reading_has_mean_1_and_its_coefficient_of_variation(
    time: float, shared: float
) -> None:
    values = misread(time, shared)
    assert values.mean() == pytest.approx(1.0, abs=3.3 * 0.4 / math.sqrt(STEMS))
    spread = math.sqrt(math.log1p(0.4**2))
    law = stats.norm(-0.5 * spread**2, spread)
    assert stats.kstest(np.log(values), law.cdf).pvalue > 0.001


@pytest.mark.parametrize("shared", [0.0, 0.3, 1.0])
def test_errors_of_two_places_correlate_by_what_they_share(shared: float) -> None:
    here, there = np.log(misread(9.0, shared)), np.log(misread(9.0, shared, own=5))
    assert correlation(here, there) == pytest.approx(shared, abs=LIMIT)


def test_an_error_of_0_changes_nothing() -> None:
    assert set(misread(5.0, 0.5, cv=0.0).tolist()) == {1.0}


def test_the_day_of_a_time_keys_what_is_drawn_by_the_day() -> None:
    keys = [draw.day_key(time) for time in (0.0, 23.99, 24.0, 47.0, 48.0)]
    assert keys[0] == keys[1] != keys[2] == keys[3] != keys[4]
    assert keys[4] != keys[0]
