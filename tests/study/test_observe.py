"""What is kept of a run for figures."""

from __future__ import annotations

import numpy as np
import pytest

from desim.case import load
from desim.engine import play
from desim.outcome import find_outcome
from desim.outcome.delays import PARTS
from desim.outcome.outcome import Outcome, OutcomeError
from desim.plugin.catalogue import Catalogue
from desim.policy.bounds import NO_COORDINATION
from desim.program import lower
from desim.study.observe import bottlenecks, delays, measure_power, outcomes, series, tables

CASE = load("sichuan_2022")
TRACE = play(lower(CASE.mechanism), seed=3, replication=0)


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


def test_parts_by_measure_are_those_of_all_orders_together() -> None:
    rows = delays(TRACE)
    assert list(dict.fromkeys(rows["part"])) == list(PARTS)
    assert not rows.duplicated(["measure", "part"]).any()
    for part, mine in rows.groupby("part"):
        mean = (mine["hours"] * mine["orders"]).sum() / mine["orders"].sum()
        assert mean == pytest.approx(find_outcome(f"delay_{part}")(TRACE))


def test_bottlenecks_are_ranked_and_hold_what_was_not_idle_or_ramp() -> None:
    rows = bottlenecks(TRACE)
    assert rows["hours"].is_monotonic_decreasing
    assert (rows["waiting"] <= rows["hours"]).all()
    somewhere = [part for part in PARTS if part not in ("observing", "condition", "ramp")]
    known = sum(find_outcome(f"delay_{part}")(TRACE) for part in somewhere)
    assert rows["hours"].sum() / rows["orders"].iloc[0] == pytest.approx(known)


def test_without_orders_the_tables_are_empty_and_have_their_columns() -> None:
    nobody = NO_COORDINATION.apply(CASE.mechanism, 1.0, {})
    trace = play(lower(nobody), seed=3, replication=0)
    for name, made in tables(trace, CASE, ("delays", "bottlenecks")).items():
        full = {"delays": delays, "bottlenecks": bottlenecks}[name](TRACE)
        assert made.empty
        assert made.dtypes.astype(str).to_dict() == full.dtypes.astype(str).to_dict()


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_an_infinite_outcome_is_none(value: float) -> None:
    endless = Outcome(
        "endless", "Endless", "h", "lower", "For tests.", "None.", lambda trace: value
    )
    with pytest.raises(OutcomeError, match=f"outcome endless is {value}; it must be finite"):
        outcomes(TRACE, ("endless",), Catalogue(outcomes=(endless,)))
