"""Parameters in unit, normal and own coordinates; the record in its own deviations."""

from __future__ import annotations

import numpy as np
import pytest

from desim.calibration.space import Space, to_normal, to_unit
from desim.calibration.target import FAR, Targets
from desim.case import load
from desim.parameter import CHOICE

CASE = load("sichuan_2022")
SPACE = Space.of(CASE)
TARGETS = Targets.of(CASE)


def test_every_parameter_with_a_range_is_in_the_space_but_for_choices() -> None:
    uncertain = {p.name for p in CASE.parameters if p.low < p.high and p.law != CHOICE}
    assert set(SPACE.names) == uncertain


def test_values_stay_within_their_ranges_and_need_six_digits() -> None:
    values = SPACE.values(np.random.default_rng(1).random((50, len(SPACE))))
    for each, column in zip(SPACE.inputs, values.T, strict=True):
        assert ((column >= each.low) & (column <= each.high)).all()
        assert all(float(f"{value:.6g}") == value or value in (each.low, each.high)
                   for value in column.tolist())  # fmt: skip


def test_the_edges_of_the_cube_are_the_ends_of_the_ranges() -> None:
    ends = SPACE.values(np.array([np.zeros(len(SPACE)), np.ones(len(SPACE))]))
    assert ends[0].tolist() == [each.low for each in SPACE.inputs]
    assert ends[1].tolist() == [each.high for each in SPACE.inputs]


def test_normal_coordinates_lead_back_to_unit_ones() -> None:
    unit = np.random.default_rng(2).random((20, 3))
    assert to_unit(to_normal(unit)) == pytest.approx(unit, abs=1e-9)


def test_the_record_is_at_zero_and_its_bands_end_at_two_deviations() -> None:
    rows = TARGETS.rows
    for column, expected in (("value", 0.0), ("low", -2.0), ("high", 2.0)):
        values = np.array([getattr(row, column) for row in rows])
        assert TARGETS.deviations(values) == pytest.approx(np.full(len(rows), expected))


def test_what_never_happened_counts_as_the_end_of_the_run() -> None:
    never = np.full(len(TARGETS.rows), np.nan)
    at_the_end = np.full(len(TARGETS.rows), TARGETS.horizon)
    hours = [row.unit == "h" for row in TARGETS.rows]
    assert TARGETS.deviations(never)[hours].tolist() == (
        TARGETS.deviations(at_the_end)[hours].tolist()
    )


def test_deviations_end_where_distance_no_longer_counts() -> None:
    assert TARGETS.deviations(np.full(len(TARGETS.rows), -1e6)).tolist() == (
        [-FAR] * len(TARGETS.rows)
    )
