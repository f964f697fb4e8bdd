"""Emulators of functions that are known, and the space that they leave."""

from __future__ import annotations

import numpy as np
import pytest

from desim.calibration.emulator import emulate, select
from desim.calibration.plausible import Plausible
from desim.calibration.waves import fit_all, latin

DIMENSIONS, POINTS, RUNS = 30, 150, 8


def truth(unit: np.ndarray) -> np.ndarray:
    """A curved function of two of thirty inputs."""
    found: np.ndarray = 8.0 * (unit[:, 3] - 0.5) + 10.0 * (unit[:, 11] - 0.5) ** 2
    return found


def spread(unit: np.ndarray) -> np.ndarray:
    """Its standard deviation over luck: from 0.5 to 2 along another input."""
    found: np.ndarray = 0.5 * 4.0 ** unit[:, 20]
    return found


def played(unit: np.ndarray, seed: int) -> np.ndarray:
    luck = np.random.default_rng(seed).standard_normal((len(unit), RUNS))
    found: np.ndarray = truth(unit)[:, None] + spread(unit)[:, None] * luck
    return found


UNIT = latin(POINTS, DIMENSIONS, 1)
EMULATOR = emulate(UNIT, played(UNIT, 2), 3)
FRESH = np.random.default_rng(4).random((400, DIMENSIONS))


def test_the_inputs_that_matter_are_found_among_many() -> None:
    assert set(EMULATOR.mean.active) == {3, 11}
    assert 20 in EMULATOR.log_variance.active


def test_nothing_is_found_where_nothing_is() -> None:
    """Of 40 targets that are luck alone, hardly one finds an input."""
    generator = np.random.default_rng(5)
    found = [len(select(UNIT, generator.standard_normal(POINTS))) for _ in range(40)]
    assert sum(found) <= 4


def test_the_mean_is_foretold_where_it_was_never_played() -> None:
    mean, uncertain, _ = EMULATOR.predict(FRESH)
    error = mean - truth(FRESH)
    assert 1.0 - (error**2).mean() / truth(FRESH).var() > 0.95
    assert (np.abs(error) <= 3.0 * np.sqrt(uncertain)).mean() > 0.97


def test_the_variance_over_luck_is_foretold() -> None:
    _, _, luck = EMULATOR.predict(FRESH)
    assert np.corrcoef(np.log(luck), 2.0 * np.log(spread(FRESH)))[0, 1] > 0.9


def test_what_is_plausible_is_what_three_deviations_reach() -> None:
    """Where the emulator is certain, the rule is |mean| <= 3 sqrt(1 + luck)."""
    sure = truth(FRESH) / np.sqrt(1.0 + spread(FRESH) ** 2)
    held = Plausible(DIMENSIONS, ((EMULATOR,),)).holds(FRESH)
    assert not held[np.abs(sure) > 3.6].any()
    assert held[np.abs(sure) < 2.4].all()


def test_points_are_drawn_where_they_are_plausible() -> None:
    space = Plausible(DIMENSIONS, ((EMULATOR,),))
    points, share = space.sample(300, 6)
    assert points.shape == (300, DIMENSIONS)
    assert space.holds(points).all()
    assert share == pytest.approx(space.holds(FRESH).mean(), abs=0.1)


def test_more_points_than_trials_find_are_walked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desim.calibration.plausible.MOST_TRIED", 50)
    monkeypatch.setattr("desim.calibration.plausible.BATCH", 50)
    space = Plausible(DIMENSIONS, ((EMULATOR,),))
    points, _ = space.sample(200, 7)
    assert space.holds(points).all()
    assert len(np.unique(points, axis=0)) > 190


def test_a_record_out_of_reach_is_said_to_contradict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desim.calibration.plausible.MOST_TRIED", 5000)
    away = emulate(UNIT, played(UNIT, 2) + 100.0, 3)
    with pytest.raises(ValueError, match="contradict"):
        Plausible(DIMENSIONS, ((away,),)).sample(10, 8)


def test_fits_are_the_same_each_time() -> None:
    one, other = (fit_all(UNIT, played(UNIT, 2)[:, :, None], 3)[0] for _ in range(2))
    assert np.array_equal(one.implausibility(FRESH), other.implausibility(FRESH))
