"""Recovery on a table of runs of a model whose posterior is known."""

from __future__ import annotations

import numpy as np
import pytest

from desim.calibration.adjusted import posterior, table_of, weighted_quantiles
from desim.calibration.recovery import coverage, recover
from desim.calibration.sequential import Reference
from desim.calibration.space import Space, to_normal
from desim.study.uncertainty import Uncertainty
from tests.calibration.toy import Toy, toy_posterior

TOY = Toy(dimensions=3)
UNIT = np.random.default_rng(1).random((3000, 3))
REFERENCE = Reference(UNIT, TOY.deviations(UNIT, 2, 2))
SPACE = Space(
    tuple(Uncertainty(name, "uniform", 0.0, 1.0, 0.5) for name in "abc"), ("assumed",) * 3
)


def test_the_adjusted_posterior_is_the_one_that_is_known() -> None:
    table = table_of(to_normal(UNIT[:, :1]), REFERENCE.deviations, 3)
    points, weight = posterior(table, np.zeros(1), 600)
    mean, deviation = toy_posterior(TOY)
    found = float(weight @ points[:, 0])
    assert found == pytest.approx(mean, abs=0.12 * deviation * 3.29)
    assert np.sqrt(weight @ (points[:, 0] - found) ** 2) == pytest.approx(deviation, rel=0.12)


def test_runs_of_the_point_that_is_the_record_are_left_out() -> None:
    table = table_of(to_normal(UNIT[:, :1]), REFERENCE.deviations, 3)
    own = table.summaries[10]
    nearest, _ = posterior(table, own, 1)
    without, _ = posterior(table, own, 1, without=5)
    assert nearest[0, 0] == pytest.approx(table.normal[10, 0])
    assert without[0, 0] != pytest.approx(table.normal[10, 0])


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """200 records: 90 % is within four standard errors of what is seen, and so within 80 to 97."""
    recovered = recover(REFERENCE, SPACE, (0,), 200, 4)
    row = coverage(recovered).iloc[0]
    assert 0.82 <= row["coverage"] <= 0.97
    assert row["narrowed"] < 0.6
    assert row["correlation"] > 0.8


def test_a_parameter_that_the_record_does_not_move_keeps_its_prior() -> None:
    recovered = recover(REFERENCE, SPACE, (1,), 60, 5)
    assert recovered["narrowed"].median() == pytest.approx(1.0, abs=0.12)
    assert coverage(recovered).iloc[0]["coverage"] > 0.78


def test_quantiles_of_equal_weights_are_the_usual_ones() -> None:
    values = np.arange(101.0)[:, None]
    found = weighted_quantiles(values, np.full(101, 1 / 101), (0.25, 0.5))
    assert found[:, 0] == pytest.approx([25.0, 50.0], abs=0.8)
