"""The sequential replication rule: known answers, look-ahead, forecasts, and its coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from desim.study import replications
from desim.study.compare import half_width
from desim.study.replications import enough, needed
from desim.study.target import Precision


def met_by_hand(values: np.ndarray, count: int, limit: float) -> bool:
    low, high = stats.t.interval(0.95, count - 1, 0.0, stats.sem(values[:count]))
    return bool((high - low) / 2.0 <= limit)


def test_a_precision_must_say_something() -> None:
    with pytest.raises(ValueError, match="needs an absolute or a relative"):
        Precision()


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
def test_a_precision_must_be_positive(limit: float) -> None:
    with pytest.raises(ValueError, match="positive and finite"):
        Precision(absolute=limit)
    with pytest.raises(ValueError, match="positive and finite"):
        Precision(relative=limit)


def test_both_limits_must_hold() -> None:
    precision = Precision(absolute=2.0, relative=0.1)
    assert precision.limit(np.array([-5.0, 50.0])) == pytest.approx([0.5, 2.0])


def test_the_rule_is_that_of_the_paper_step_by_step() -> None:
    """Walk through the values as the paper's algorithm does, one by one."""
    values = np.random.default_rng(1).normal(10.0, 3.0, 400)
    for limit in (2.0, 1.0, 0.7):
        count = 3
        while not all(met_by_hand(values, n, limit) for n in range(count, count + 6)):
            count += 1
        assert count <= 100
        assert enough(values, Precision(absolute=limit), look_ahead=5) == count


def test_the_look_ahead_grows_beyond_a_hundred() -> None:
    found = [replications.look_ahead_after(n, 5) for n in (3, 100, 101, 119, 120, 1000)]
    assert found == [5, 5, 5, 5, 6, 50]


def test_the_grown_look_ahead_is_used() -> None:
    values = np.random.default_rng(2).normal(10.0, 3.0, 800)
    limit = 0.27
    found = enough(values, Precision(absolute=limit))
    assert found is not None
    assert found > 200
    last = found + replications.look_ahead_after(found)
    assert all(met_by_hand(values, n, limit) for n in range(found, last + 1))
    assert enough(values[:last], Precision(absolute=limit)) == found
    assert enough(values[: last - 1], Precision(absolute=limit)) is None


def test_an_early_lucky_spread_is_seen_through() -> None:
    values = np.array([10.0, 10.01, 10.02, 30.0, -10.0, *np.tile([9.0, 11.0], 300)])
    precision = Precision(relative=0.1)
    assert enough(values, precision, look_ahead=0) == 3
    found = enough(values, precision)
    assert found is not None
    assert found > 20


def test_three_are_the_least() -> None:
    assert enough(np.full(20, 4.0), Precision(absolute=1e-9)) == 3


def test_too_few_values_to_look_ahead_are_not_enough() -> None:
    assert enough(np.full(7, 4.0), Precision(absolute=1.0)) is None
    assert enough(np.full(8, 4.0), Precision(absolute=1.0)) == 3


def test_a_relative_precision_needs_a_mean() -> None:
    values = np.tile([1.0, -1.0], 50)
    assert enough(values, Precision(relative=0.5)) is None
    assert needed(values, Precision(relative=0.5)) is None


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_missing_value_is_never_skipped(bad: float) -> None:
    values = np.array([1.0, 2.0, bad, 3.0])
    for rule in (enough, needed):
        with pytest.raises(ValueError, match="1 of 4 values are not finite"):
            rule(values, Precision(absolute=1.0))


def test_values_have_one_dimension() -> None:
    with pytest.raises(ValueError, match="one value a replication"):
        enough(np.ones((3, 3)), Precision(absolute=1.0))


def test_a_negative_look_ahead_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be negative"):
        enough(np.ones(9), Precision(absolute=1.0), look_ahead=-1)


def test_the_forecast_is_the_smallest_number_that_meets_the_limit() -> None:
    values = np.random.default_rng(3).normal(100.0, 20.0, 15)
    spread, limit = values.std(ddof=1), 5.0
    more = needed(values, Precision(absolute=limit))
    assert more is not None

    def width(n: int) -> float:
        return float(stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n))

    total = 15 + more
    assert width(total) <= limit < width(total - 1)


def test_nothing_more_is_needed_when_the_limit_is_met() -> None:
    assert needed(np.array([1.0, 1.1, 0.9, 1.0]), Precision(absolute=1.0)) == 0


def test_the_forecast_never_advises_fewer_than_three() -> None:
    assert needed(np.array([1.0, 1.0]), Precision(absolute=1.0)) == 1


def test_the_forecast_has_a_cap() -> None:
    values = np.random.default_rng(4).normal(0.0, 1.0, 10)
    assert needed(values, Precision(absolute=1e-4)) is None
    assert needed(values, Precision(absolute=0.5), cap=11) is None


def test_a_forecast_needs_a_spread() -> None:
    with pytest.raises(ValueError, match="at least two"):
        needed(np.array([1.0]), Precision(absolute=1.0))


def test_the_forecast_is_right_on_average() -> None:
    """From 30 normal values, the forecast is near the number that the known spread requires."""
    values = np.random.default_rng(5).normal(50.0, 10.0, (200, 30))
    found = [needed(row, Precision(absolute=1.0)) for row in values]
    total = 30 + np.mean([more for more in found if more is not None])
    required = (stats.norm.ppf(0.975) * 10.0) ** 2
    assert len([more for more in found if more is None]) == 0
    assert total == pytest.approx(required, rel=0.05)


def test_the_table_has_the_half_width_after_every_replication() -> None:
    values = np.random.default_rng(6).normal(1e6, 1.0, 12)
    table = replications.half_width_table({"energy": values, "hours": np.zeros(4)})
    energy = table[table["outcome"] == "energy"]
    assert list(energy["replications"]) == list(range(2, 13))
    expected = [float(half_width(values[:n])) for n in range(2, 13)]
    assert energy["half_width"].to_numpy() == pytest.approx(expected, rel=1e-6)
    assert energy["mean"].to_numpy() == pytest.approx([values[:n].mean() for n in range(2, 13)])
    assert list(table["relative"][table["outcome"] == "hours"]) == [np.inf] * 3


def test_advice_shows_that_pairing_saves_replications() -> None:
    rng = np.random.default_rng(7)
    luck = rng.normal(100.0, 20.0, 60)
    table = pd.DataFrame({0: luck, 1: luck - 10.0 + rng.normal(0.0, 1.0, 60)})
    found = replications.advise(
        {"energy": table}, {"energy": Precision(absolute=1.0)}, {"energy": Precision(absolute=1.0)}
    ).set_index(["quantity", "point"])
    assert list(found.index) == [("mean", 0), ("mean", 1), ("difference", 1)]
    assert found["enough"].isna().to_list() == [True, True, False]
    assert found.loc[("difference", 1), "enough"] <= 10
    assert found.loc[("difference", 1), "more"] == 0
    assert found.loc[("mean", 0), "more"] > 1000
    assert found.loc[("difference", 1), "half_width"] == pytest.approx(
        float(half_width((table[1] - table[0]).to_numpy()))
    )
    assert list(found["limit"]) == [1.0, 1.0, 1.0]


def test_advice_about_nothing_is_an_empty_table() -> None:
    found = replications.advise({}, {}, {})
    assert found.empty
    assert "enough" in found


def test_the_interval_where_the_rule_stops_covers_nearly_as_often_as_it_says() -> None:
    """Stopping on the width costs a little coverage; the look-ahead keeps it small."""
    values = np.random.default_rng(8).normal(10.0, 3.0, (1000, 150))
    covered = []
    for row in values:
        found = enough(row, Precision(relative=0.1))
        assert found is not None
        covered.append(abs(row[:found].mean() - 10.0) <= float(half_width(row[:found])))
    assert 0.92 < np.mean(covered) < 0.97
