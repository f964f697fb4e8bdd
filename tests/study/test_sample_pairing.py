"""Pairing of runs and the bound over a sample, on numbers whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest

from desim.outcome.catalogue import find_outcome
from desim.study.design import Setting
from desim.study.sample_pairing import bounded, pairing

OUTCOME = find_outcome("residential_energy_not_served")


def setting(label: str, kind: str, **levers: float) -> Setting:
    return Setting(label, kind, levers)


SETTINGS = (
    setting("baseline", "factorial"),
    setting("data_sharing", "factorial", data_sharing=1.0),
    setting("perfect_coordination", "bound", perfect_coordination=1.0),
)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=shape)


def test_what_moves_with_the_baseline_correlates_within_rows_and_over_all() -> None:
    base = noise(30, 8)
    values = np.stack([base, base + 5.0, -base], axis=1)
    same, opposite = pairing(OUTCOME, SETTINGS, values)
    assert same["correlation"] == pytest.approx(1.0)
    assert same["within"] == pytest.approx(1.0)
    assert same["above"] == 1.0
    assert opposite["within"] == pytest.approx(-1.0)


def test_rows_that_differ_make_no_correlation_within_rows() -> None:
    level = 100.0 * noise(40, 1)
    values = np.stack([level + noise(40, 25), level + noise(41, 25)[1:], level + 0 * noise(40, 25)])
    (shared, constant) = pairing(OUTCOME, SETTINGS, values.transpose(1, 0, 2))
    assert shared["correlation"] > 0.99
    assert abs(shared["within"]) < 0.11
    assert np.isnan(constant["within"])


def test_a_bound_below_all_holds_in_every_row() -> None:
    base = 50.0 + noise(20, 6)
    (found,) = bounded(OUTCOME, SETTINGS, np.stack([base, base - 3.0, base - 4.0], axis=1))
    assert found["held"] == 1.0
    assert found["worst"] == pytest.approx(-1.0)


def test_a_bound_that_is_beaten_by_more_than_noise_does_not_hold() -> None:
    base = 50.0 + noise(20, 6)
    (found,) = bounded(OUTCOME, SETTINGS, np.stack([base, base - 3.0, base - 1.0], axis=1))
    assert found["held"] == 0.0
    assert found["worst"] == pytest.approx(2.0)


def test_a_bound_within_noise_counts_as_held() -> None:
    base = 50.0 + 10.0 * noise(20, 6)
    values = np.stack([base, base, base + noise(21, 6)[1:]], axis=1)
    (found,) = bounded(OUTCOME, SETTINGS, values)
    assert found["held"] > 0.7


def test_without_a_bound_there_is_nothing_to_say() -> None:
    base = noise(5, 3)
    assert bounded(OUTCOME, SETTINGS[:2], np.stack([base, base], axis=1)) == []
