"""A mechanism's clock goes by whole minutes, from a local start in whole minutes (rule 1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from desim.distribution import constant, exponential, lognormal, mixture, triangular, weibull
from desim.mechanism.checks import complaints
from desim.mechanism.minutes import minute
from desim.mechanism.parts import Arrival, Pool, Shift, Unit
from desim.mechanism.steps import Give, Take, Work
from desim.program import lower
from tests.small import mechanism, one, unit


@pytest.mark.parametrize(
    ("hour", "found"), [(0.0, 0), (8.0, 480), (8.5, 510), (8.333, 500), (23.75, 1425)]
)
def test_an_hour_is_its_nearest_minute(hour: float, found: int) -> None:
    assert minute(hour) == found


@pytest.mark.parametrize("hour", [8.333, 8.3333333, 8.0 + 1.0 / 3.0])
def test_a_shift_and_a_full_hour_of_the_same_minute_are_simultaneous(hour: float) -> None:
    shifts = unit("desk", ((hour, 2), (20.0, 1)))
    late = replace(
        one(Work("w", "desk", constant(1.0)), units=(shifts,)), start=datetime(2022, 1, 1, 7, 20)
    )
    assert lower(late).calendars.shift_time[0] == 1.0


def test_a_start_says_which_shift_is_on_duty() -> None:
    shifts = unit("desk", ((8.0, 3), (20.0, 1)))
    noon = replace(
        one(Work("w", "desk", constant(1.0)), units=(shifts,)), start=datetime(2022, 1, 1, 12)
    )
    calendars = lower(noon).calendars
    assert calendars.staff.tolist() == [3]
    assert calendars.shift_time[:2].tolist() == [8.0, 20.0]


@pytest.mark.parametrize(
    ("start", "complaint"),
    [
        (datetime(2022, 1, 1, 0, 0, 1), "start must be a whole minute, got 2022-01-01T00:00:01"),
        (datetime(2022, 1, 1, tzinfo=UTC), "start must be local time without an offset"),
        (date(2022, 1, 1), "start must be a date and time"),
        (datetime(9999, 12, 31), "start and the run would end after the year 9999"),
    ],
)
def test_a_start_that_is_none_is_named(start: datetime, complaint: str) -> None:
    desk = one(Work("w", "desk", constant(1.0)), units=(unit("desk"),))
    (found,) = complaints(replace(desk, start=start))
    assert complaint in str(found)


def test_shifts_of_the_same_minute_are_refused() -> None:
    found = complaints(
        one(Work("w", "desk", constant(1.0)), units=(unit("desk", ((8.0, 1), (8.001, 2))),))
    )
    assert "shifts must start a minute apart" in str(found[0])


def desk_with(**parts: object) -> tuple[str, ...]:
    """Complaints about one desk at which one item works, with changes."""
    sound = one(Work("w", "desk", constant(1.0)), units=(unit("desk"),))
    return tuple(complaint.text for complaint in complaints(replace(sound, **parts)))


def test_times_and_a_first_time_exclude_each_other() -> None:
    stream = Arrival("c", "p", times=(1.0, 2.0), first=10.0)
    assert desk_with(arrivals=(stream,)) == ("first means nothing where the times are given",)


@pytest.mark.parametrize("horizon", [1e9, 1e308])
def test_a_run_of_a_hundred_thousand_years_is_refused(horizon: float) -> None:
    assert desk_with(horizon=horizon) == (f"horizon must be at most 10000000 h, got {horizon:g}",)


def test_more_shifts_than_can_be_held_are_refused() -> None:
    shifts = unit("desk", tuple((0.25 * i, 1 + i % 2) for i in range(96)))
    (text,) = desk_with(horizon=1e7, units=(shifts,))
    assert text.endswith("96 shifts a day are more changes than can be held")


@pytest.mark.parametrize("staff", [1.5, float("nan"), 10**10])
def test_people_are_whole(staff: float) -> None:
    (text,) = desk_with(units=(Unit("desk", staff=(Shift(0.0, staff),)),))  # type: ignore[arg-type]
    assert text.startswith(f"staff {staff}")


def test_urgency_is_whole() -> None:
    stream = Arrival("c", "p", times=(1.0,), urgency=0.5)  # type: ignore[arg-type]
    assert desk_with(arrivals=(stream,)) == ("urgency 0.5 is not a whole number",)


def test_a_stock_has_a_limit() -> None:
    steps = (Take("t", "fuel", 1.0), Give("g", "fuel", 1.0))
    (found,) = complaints(one(*steps, pools=(Pool("fuel", 1e308),)))
    assert found.text == "stock 1e+308 is more than 1e+09"


@pytest.mark.parametrize(
    ("law", "complaint"),
    [
        (lognormal(1.0, 1e155), "cv of a lognormal is outside"),
        (triangular(0.0, 1.0, 1.7e308), "high of a triangular is outside"),
        (weibull(1.0, 0.005), "shape of a weibull is outside"),
        (exponential(1e16), "mean of a exponential is outside"),
    ],
)
def test_a_law_at_the_edge_of_floats_is_refused(law: object, complaint: str) -> None:
    found = complaints(one(Work("w", "desk", law), units=(unit("desk"),)))  # type: ignore[arg-type]
    assert complaint in str(found[0])


def test_an_interval_that_is_nearly_always_nothing_is_refused() -> None:
    never = mixture((constant(0.0), constant(1.0)), (1.0, 1e-12))
    stream = Arrival("c", "p", interval=never)
    (text,) = desk_with(arrivals=(stream,))
    assert text == "interval must have a positive mean, not 1e-12 h"


def test_a_mechanism_of_nothing_is_sound() -> None:
    assert complaints(mechanism()) == ()
