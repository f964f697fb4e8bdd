"""Intervals hold the truth as often as they say, over a thousand repetitions of a study.

Whatever has a t interval over replications is tried on normal outcomes, for which the interval is
exact: of 1,000 repetitions, 93 to 97 % must hold the truth.
"""

from __future__ import annotations

import gc
from itertools import product

import numpy as np
import pytest

from desim.study import compare

REPETITIONS = 1000


def coverage(values: np.ndarray, truth: float) -> float:
    """Share of repetitions whose interval of the mean holds the truth; (replications, ...)."""
    return float(np.mean(np.abs(values.mean(axis=0) - truth) <= compare.half_width(values)))


def says_95(share: float) -> bool:
    return 0.93 <= share <= 0.97


@pytest.mark.parametrize("replications", [2, 5, 30])
def test_the_mean_is_covered(replications: int) -> None:
    values = np.random.default_rng(1).normal(40.0, 9.0, (replications, REPETITIONS))
    assert says_95(coverage(values, 40.0))


@pytest.mark.parametrize("replications", [3, 10, 30])
@pytest.mark.parametrize("common", [0.0, 30.0])
def test_the_paired_difference_is_covered(replications: int, common: float) -> None:
    """With common luck or without, and with more luck under one policy than under the other."""
    rng = np.random.default_rng(2)
    shape = (replications, REPETITIONS)
    luck = rng.normal(0.0, common, shape)
    baseline = 100.0 + luck + rng.normal(0.0, 2.0, shape)
    policy = 88.0 + luck + rng.normal(0.0, 6.0, shape)
    assert says_95(coverage(policy - baseline, -12.0))


def test_common_luck_narrows_the_difference_and_not_its_coverage() -> None:
    rng = np.random.default_rng(3)
    shape = (10, REPETITIONS)
    luck, own = rng.normal(0.0, 30.0, shape), rng.normal(0.0, 2.0, (2, *shape))
    together = luck + own[0] - (luck + own[1])
    apart = luck + own[0] - (rng.normal(0.0, 30.0, shape) + own[1])
    assert says_95(coverage(together, 0.0))
    assert says_95(coverage(apart, 0.0))
    assert compare.half_width(together).mean() * 10.0 < compare.half_width(apart).mean()


def test_pairing_that_is_ignored_would_be_noticed() -> None:
    """The test's own power: an interval from unpaired spreads covers far too often."""
    rng = np.random.default_rng(4)
    shape = (10, REPETITIONS)
    luck = rng.normal(0.0, 30.0, shape)
    one, other = luck + rng.normal(0.0, 2.0, shape), luck + rng.normal(0.0, 2.0, shape)
    unpaired = np.hypot(compare.half_width(one), compare.half_width(other))
    held = np.abs((one - other).mean(axis=0)) <= unpaired
    assert not says_95(float(held.mean()))


def test_factorial_effects_are_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The full 2^4 of four reforms: each of 15 effects, over a thousand repetitions."""
    # intervals are on trial here, not the adjusted p-values, whose library takes its time
    monkeypatch.setattr(compare, "holm", list)
    names = ("a", "b", "c", "d")
    levers = np.array(list(product((0.0, 1.0), repeat=4)))
    signs = 2.0 * levers - 1.0
    # half an effect on either side: a, b, a × b and a × b × c do something, the rest nothing
    truth = {"a": -6.0, "b": 3.0, "a × b": 1.5, "a × b × c": -0.5}
    columns = {"a": [0], "b": [1], "a × b": [0, 1], "a × b × c": [0, 1, 2]}
    mean = 50.0 + sum(truth[t] / 2.0 * signs[:, columns[t]].prod(axis=1) for t in truth)
    rng = np.random.default_rng(5)
    held = np.zeros(15)
    for _ in range(REPETITIONS):
        luck = rng.normal(0.0, 10.0, (8, 1))
        values = mean + luck + rng.normal(0.0, 1.0 + levers[:, 0], (8, 16))
        table = compare.factorial_effects(levers, values, names)
        target = table["term"].map(truth).fillna(0.0)
        held += ((table["low"] <= target) & (target <= table["high"])).to_numpy()
    assert list(table["order"]) == [1] * 4 + [2] * 6 + [3] * 4 + [4]
    shares = held / REPETITIONS
    # fifteen together: each within 93 to 97 %, all of them 95 % on average
    assert [says_95(share) for share in shares] == [True] * 15
    assert shares.mean() == pytest.approx(0.95, abs=0.01)


def test_the_gap_closed_is_covered() -> None:
    """The bootstrap of a ratio is not exact in 30 replications: a little under 95 % is honest."""
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(REPETITIONS):
        luck = rng.normal(0.0, 20.0, 30)
        base, policy, perfect = (
            luck + rng.normal(m, s, 30) for m, s in ((100.0, 3.0), (85.0, 3.0), (60.0, 3.0))
        )
        _, low, high = compare.gap_closed(base, policy, perfect, 1)
        held += low <= 15.0 / 40.0 <= high
    assert 0.92 <= held / REPETITIONS <= 0.96


def test_holm_keeps_the_family_below_five_percent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifteen true null effects: at least one is called real in no more than 5 % of studies."""
    # statsmodels collects garbage at every call, which takes all of the time
    monkeypatch.setattr(gc, "collect", lambda: 0)
    rng = np.random.default_rng(7)
    values = rng.normal(0.0, 1.0, (8, REPETITIONS, 15))
    false_alarms = 0
    for study in range(REPETITIONS):
        p_values = [compare.p_value(values[:, study, term]) for term in range(15)]
        false_alarms += min(compare.holm(p_values)) < 0.05
    assert false_alarms / REPETITIONS <= 0.07
