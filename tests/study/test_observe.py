"""What is kept of a run for figures."""

from __future__ import annotations

import numpy as np
import pytest

from desim.case import load
from desim.engine import play
from desim.program import lower
from desim.study.observe import measure_power, series

TRACE = play(lower(load("sichuan_2022").mechanism), seed=3, replication=0)


def test_measures_together_are_the_sum_of_all_in_the_same_run() -> None:
    rows = series(TRACE)
    together = rows[rows["quantity"] == "active"]["value"].to_numpy()
    assert together == pytest.approx(np.sum(list(measure_power(TRACE).values()), axis=0))
    assert together.max() > 5.0


def test_days_hold_what_their_hours_hold() -> None:
    rows = series(TRACE)
    hourly = rows[rows["quantity"] == "shed_residential"]
    daily = rows[rows["quantity"] == "shed_residential_day"]
    assert len(daily) == len(hourly) // 24
    assert daily["value"].sum() == pytest.approx(hourly["value"].sum())
    assert (daily["hour"] % 24 == 12).all()
    fourth = hourly[hourly["hour"].between(72, 95)]["value"].sum()
    assert daily["value"].iloc[3] == pytest.approx(fourth)
