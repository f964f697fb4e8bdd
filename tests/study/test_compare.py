"""Statistics of comparison: known answers, and coverage of intervals."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from desim.study import compare


def test_half_width_is_that_of_student() -> None:
    sample = np.array([1.0, 2.0, 4.0, 7.0])
    low, high = stats.t.interval(0.95, 3, sample.mean(), stats.sem(sample))
    assert float(compare.half_width(sample)) == pytest.approx((high - low) / 2.0)


def test_p_value_is_that_of_the_t_test() -> None:
    sample = np.array([0.3, -0.1, 0.4, 0.2, 0.5])
    assert compare.p_value(sample) == pytest.approx(stats.ttest_1samp(sample, 0.0).pvalue)


@pytest.mark.parametrize(("value", "p"), [(0.0, 1.0), (2.0, 0.0)])
def test_identical_differences_are_certain(value: float, p: float) -> None:
    assert compare.p_value(np.full(5, value)) == p


def test_holm_multiplies_the_smallest_by_the_number_of_tests() -> None:
    assert compare.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    samples = rng.exponential(2.0, (4000, 40))
    covered = [found["low"] <= 2.0 <= found["high"] for found in map(compare.interval, samples)]
    # 40 exponentials are skewed, so a little under 95 % is the honest answer
    assert 0.915 < np.mean(covered) < 0.965


def factorial(truth: dict[tuple[int, ...], float]) -> tuple[np.ndarray, np.ndarray]:
    levers = np.array(list(product((0.0, 1.0), repeat=3)))
    signs = 2.0 * levers - 1.0
    mean = sum(
        effect / 2.0 * (signs[:, list(term)].prod(axis=1) if term else 2.0)
        for term, effect in truth.items()
    )
    return levers, np.asarray(mean)


def test_factorial_effects_are_recovered() -> None:
    truth = {(): 10.0, (0,): -3.0, (1,): 1.0, (2,): 0.0, (0, 1): 2.0, (0, 1, 2): -0.5}
    levers, mean = factorial(truth)
    rng = np.random.default_rng(2)
    luck = rng.normal(0.0, 5.0, (50, 1))
    values = mean + luck + rng.normal(0.0, 0.1, (50, 8))
    table = compare.factorial_effects(levers, values, ("a", "b", "c")).set_index("term")
    for term, effect in (("a", -3.0), ("b", 1.0), ("a × b", 2.0), ("a × b × c", -0.5)):
        assert table.loc[term, "effect"] == pytest.approx(effect, abs=0.1)
    assert list(table["order"]) == [1, 1, 1, 2, 2, 2, 3]


def test_common_luck_cancels_in_effects() -> None:
    """Luck that is common to all points of a replication leaves effects without spread."""
    levers, mean = factorial({(): 10.0, (0,): -3.0})
    values = mean + np.random.default_rng(3).normal(0.0, 50.0, (10, 1))
    table = compare.factorial_effects(levers, values, ("a", "b", "c"))
    assert table["half_width"].max() < 1e-9


def test_gap_closed_is_the_ratio_of_means() -> None:
    rng = np.random.default_rng(4)
    base = rng.normal(100.0, 5.0, 30)
    found = compare.gap_closed(base, base - 20.0, base - 40.0, 1)
    assert found == pytest.approx((0.5, 0.5, 0.5))


def test_there_is_no_gap_closed_without_a_gap() -> None:
    rng = np.random.default_rng(5)
    base = rng.normal(100.0, 5.0, 30)
    assert np.isnan(compare.gap_closed(base, base - 20.0, base + rng.normal(0.0, 5.0, 30), 1)).all()


def test_the_bootstrap_of_the_gap_is_reproducible() -> None:
    rng = np.random.default_rng(6)
    base, policy, perfect = rng.normal((100.0, 80.0, 50.0), 9.0, (30, 3)).T
    assert compare.gap_closed(base, policy, perfect, 7) == (
        compare.gap_closed(base, policy, perfect, 7)
    )
