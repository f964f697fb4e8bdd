"""Energy plans: known answers by hand, and what they share with the world (semantics 14)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from desim.mechanism.levels import Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Energy, Measure, Procedure, Profile, Rule, Topic
from desim.mechanism.steps import Decide, Observe, Step, Tell
from desim.mechanism.world import PowerBalance
from desim.trace import Kind, Trace
from tests.accounting import played, records_of
from tests.random_worlds import flat_world, run
from tests.small import NOTHING, link, mechanism, once, unit

FIXED, STORE, INFLOW = "fixed_ahead", "store", "inflow_ahead"
PLANS = ("peak", "daily", "budget")


def by_hours(*runs: tuple[float, int]) -> NDArray[np.float64]:
    """A series from (GW, hours) pairs."""
    return np.concatenate([np.full(hours, value) for value, hours in runs])


def days(*values: float) -> NDArray[np.float64]:
    """A series that is flat within each day."""
    return by_hours(*((value, 24) for value in values))


def basin(need: NDArray[np.float64], **changes: Any) -> PowerBalance:
    """One place with this need, fixed supply of 2 GW, and hydropower up to 20 GW."""
    hours = len(need)
    parts = {
        "need": np.repeat(need / 4.0, 4).reshape(hours, 1, 4),
        "fixed": np.full(hours, 2.0),
        "store_full": 1e6,
        "hydro_most": 20.0,
        "line_limit": np.full(1, 1e6),
    }
    return flat_world(hours, **{**parts, **changes})


def truth(world: PowerBalance) -> dict[str, float]:
    """What true reports of hour 0 say."""
    need = world.need[:24].sum(axis=2).max(axis=0)
    told = {f"need_ahead@{place}": float(need[i]) for i, place in enumerate(world.places)}
    inflow = 24.0 * float(world.inflow[:24].mean())
    return {**told, FIXED: float(world.fixed[:24].mean()), STORE: world.store, INFLOW: inflow}


def level(topic: str) -> Level:
    """The quantity of the world that a topic is named after."""
    quantity, _, place = topic.partition("@")
    return Level("world", quantity, place)


def planning(
    world: PowerBalance, plan: str, steps: tuple[Step, ...], at: float, margin: float = 0.0,
    told: dict[str, float] | None = None, **figures: Any,
) -> Mechanism:  # fmt: skip
    """A mechanism that decides once, at an hour, on what was told at hour 0."""
    board = {**truth(world), **(told or {})}
    needs = tuple(topic for topic in board if topic.startswith("need"))
    energy = Energy(plan, STORE, INFLOW, world.hydro_most, **figures)
    rule = Rule(
        "sizing", "size", "desk", needs, (FIXED,), ("cut",), (1.0,), margin=margin, energy=energy
    )
    return mechanism(
        float(len(world.fixed)),
        units=(unit("desk"),),
        links=(link("way", "desk", "desk", NOTHING),),
        topics=tuple(Topic(name, value, level=level(name)) for name, value in board.items()),
        measures=(Measure("cut", "signal", {"province": 1.0}),),
        rules=(rule,),
        procedures=(Procedure("p", (*steps, Decide("decide", "sizing"))),),
        arrivals=(once("c", "p", at),),
        world=world,
    )


def found(trace: Trace) -> float:
    """The gap of the last decision."""
    return next(r.value for r in reversed(records_of(trace)) if r.kind == Kind.DECIDE)


def gap(world: PowerBalance, plan: str, *steps: Step, at: float = 0.0, **more: Any) -> float:
    """The gap that a plan finds, on both engines."""
    return found(played(planning(world, plan, steps, at, **more)))


def reports(*topics: str) -> tuple[Step, ...]:
    """Steps that read quantities now and put them on the board."""
    pairs = [(Observe(f"see {t}", level(t)), Tell(f"tell {t}", "desk", t)) for t in topics]
    return tuple(step for pair in pairs for step in pair)


# 96 GWh of inflow a day, and hydropower of 8 GW at most is wanted, 144 GWh in all: 18 hours.
LONG = basin(by_hours((10.0, 12), (6.0, 12)), inflow=np.full(24, 4.0), hydro_most=8.0)
# 12 GW at most are wanted, 120 GWh in all: 10 hours.
SHORT = basin(by_hours((14.0, 8), (3.5, 16)), inflow=np.full(24, 4.0), hydro_most=12.0)


@pytest.mark.parametrize(
    ("world", "plan", "gw"),
    [
        (LONG, "peak", 10.0 - 2.0 - 96.0 / 14.0),
        (LONG, "daily", (144.0 - 96.0) / 24.0),
        (LONG, "budget", (144.0 - 96.0) / 24.0),
        (SHORT, "peak", 14.0 - 2.0 - 96.0 / 14.0),
        (SHORT, "daily", (120.0 - 96.0) / 24.0),
        (SHORT, "budget", (120.0 - 96.0) / 24.0),
    ],
)
def test_a_day_of_18_hours_has_a_larger_gap_than_its_peak_and_one_of_10_a_smaller(
    world: PowerBalance, plan: str, gw: float
) -> None:
    """The peak plan believes in 14 hours."""
    assert gap(world, plan) == pytest.approx(gw)
    assert gap(LONG, "peak") < gap(LONG, "daily")
    assert gap(SHORT, "peak") > gap(SHORT, "daily")


def test_at_its_own_hours_the_peak_plan_wants_the_gap_scaled_to_the_peak() -> None:
    """(144 - 96) GWh over 18 hours; over 24 hours that is the daily plan's gap."""
    assert gap(LONG, "peak", peak_hours=18.0) == pytest.approx(48.0 / 18.0)


def test_the_peak_plan_spreads_the_store_over_its_days() -> None:
    world = replace(LONG, store=42.0)
    most = 8.0 - (96.0 + 42.0 / 3.0) / 14.0
    assert gap(world, "peak") == pytest.approx(most)
    assert gap(world, "peak", draw_days=1.0) == pytest.approx(8.0 - min(8.0, 138.0 / 14.0))


# Net of fixed supply and inflow: 4, 4, 8 and 2 GW by day, with 96 GWh in store.
RISING = basin(days(8.0, 8.0, 12.0, 6.0), inflow=np.full(96, 2.0), store=96.0)


@pytest.mark.parametrize(
    ("horizon", "gw"),
    [
        (1, 4.0 - 96.0 / 24.0),
        (2, 4.0 - 96.0 / 48.0),
        (3, 16.0 / 3.0 - 96.0 / 72.0),
        (4, 16.0 / 3.0 - 96.0 / 72.0),
    ],
)
def test_a_budget_finds_the_largest_gap_of_its_horizons(horizon: int, gw: float) -> None:
    """Four days need 18 / 4 - 96 / 96 = 3.5 GW, less than three: 4 GW."""
    assert gap(RISING, "budget", days=horizon) == pytest.approx(gw)


def test_a_daily_plan_is_a_budget_of_one_day() -> None:
    assert gap(RISING, "daily", days=4) == gap(RISING, "budget", days=1)


def test_more_exports_than_other_supply_are_to_be_covered_as_well() -> None:
    """Fixed supply may be below 0: 1 GW more is exported than there is besides hydropower."""
    world = replace(RISING, fixed=np.full(96, -1.0))
    assert gap(world, "budget", days=1) == pytest.approx(8.0 + 1.0 - 2.0 - 4.0)
    told = {FIXED: -1.5}
    assert gap(world, "budget", days=1, told=told) == pytest.approx(8.0 + 1.5 - 2.0 - 4.0)


@pytest.mark.parametrize(("floor", "reserve"), [(0.0, 36.0), (36.0, 0.0), (24.0, 12.0)])
def test_a_plan_leaves_the_floor_and_a_reserve_in_the_store(floor: float, reserve: float) -> None:
    world = replace(RISING, floor=floor)
    assert gap(world, "budget", days=3, reserve=reserve) == pytest.approx(16.0 / 3.0 - 60.0 / 72.0)


def test_a_store_below_what_is_kept_is_to_be_filled() -> None:
    assert gap(RISING, "budget", days=1, reserve=120.0) == pytest.approx(4.0 + 24.0 / 24.0)


@pytest.mark.parametrize("plan", ["daily", "budget"])
def test_the_margin_is_on_the_power_gap_only(plan: str) -> None:
    few = replace(RISING, hydro_most=2.0)
    assert gap(few, plan) == pytest.approx(8.0 - 2.0 - 2.0)
    assert gap(few, plan, margin=0.5) == pytest.approx(1.5 * 8.0 - 2.0 - 2.0)
    assert gap(RISING, plan, margin=0.5, days=3) == gap(RISING, plan, days=3)


# 10 GW of need, 2 of fixed supply, 2 of inflow, 240 GWh in store, all days alike.
FLAT = basin(days(10.0, 10.0, 10.0), inflow=np.full(72, 2.0), store=240.0)


@pytest.mark.parametrize(
    ("told", "growth", "gw"),
    [
        ({}, 5.0, 10.0 - 2.0 - 2.0 - 240.0 / 72.0),
        ({"need_ahead@here": 11.0}, 0.0, 11.0 - 2.0 - 2.0 - 240.0 / 72.0),
        ({"need_ahead@here": 11.0}, 0.5, 12.0 - 2.0 - 2.0 - 240.0 / 72.0),
        ({INFLOW: 36.0}, 0.5, 10.0 - 2.0 - 1.0 - 240.0 / 72.0),
        ({INFLOW: 60.0}, 0.5, 10.0 - 2.0 - 3.0 - 240.0 / 72.0),
        ({INFLOW: 24.0}, 5.0, 10.0 - 2.0 - 0.0 - 240.0 / 72.0),
        ({FIXED: 3.0}, 0.5, 10.0 - 3.0 - 2.0 - 240.0 / 72.0),
        ({STORE: 72.0}, 0.5, 10.0 - 2.0 - 2.0 - 72.0 / 72.0),
    ],
)
def test_the_deviation_of_a_forecast_grows_with_its_lead(
    told: dict[str, float], growth: float, gw: float
) -> None:
    """Three days ahead it is 1 + 2 * growth times that of the coming day. An outlook is never
    negative; fixed supply and the store are no forecasts and keep theirs."""
    assert gap(FLAT, "budget", told=told, growth=growth, days=3) == pytest.approx(gw)


def test_an_outlook_follows_the_true_days_behind_its_report() -> None:
    """A tenth more than true on the first day is two tenths more than true on the third."""
    world = basin(days(6.0, 6.0, 12.0))
    told = {"need_ahead@here": 6.6}
    mean = 8.0 * (1.0 + 0.1 * 2.0)
    assert gap(world, "budget", told=told, growth=0.5, days=3) == pytest.approx(mean - 2.0)


# The need doubles on the second day.
TWICE = basin(days(8.0, 16.0, 16.0))


@pytest.mark.parametrize("at", [0.0, 24.0, 40.0])
def test_a_stale_report_foretells_from_when_it_was_true(at: float) -> None:
    assert gap(TWICE, "daily", at=at) == pytest.approx(8.0 - 2.0)
    assert gap(TWICE, "budget", at=at, days=2) == pytest.approx(12.0 - 2.0)


def test_a_fresh_report_foretells_from_now() -> None:
    topics = ("need_ahead@here", FIXED, INFLOW, STORE)
    assert gap(TWICE, "daily", *reports(*topics), at=24.0) == pytest.approx(16.0 - 2.0)
    assert gap(TWICE, "daily", *reports("need_ahead@here"), at=12.0) == pytest.approx(12.0 - 2.0)


def test_reports_of_several_places_may_be_of_several_times() -> None:
    """Only the first place has reported anew on the second day."""
    need = np.stack([days(8.0, 16.0, 16.0) / 4.0, days(4.0, 1.0, 1.0) / 4.0], axis=1)
    world = replace(
        TWICE, places=("a", "b"), need=np.repeat(need[:, :, None], 4, axis=2),
        weights=np.ones(2), line_limit=np.full(2, 1e6), customers=np.ones(2),
    )  # fmt: skip
    fresh = reports("need_ahead@a")
    assert gap(world, "daily", *fresh, at=24.0) == pytest.approx(16.0 + 4.0 - 2.0)


def test_beyond_the_end_of_the_series_its_last_day_goes_on() -> None:
    """30 hours are known: 6 of 4 GW, then 24 of 10 GW."""
    world = basin(by_hours((4.0, 6), (10.0, 24)))
    mean = (6 * 4.0 + 66 * 10.0) / 72.0
    assert gap(world, "budget", days=3) == pytest.approx(mean - 2.0)


@pytest.mark.parametrize("plan", PLANS)
def test_a_need_that_is_met_leaves_no_gap(plan: str) -> None:
    assert gap(basin(days(1.0)), plan) <= 0.0


@st.composite
def worlds(draw: st.DrawFn) -> PowerBalance:
    """Random worlds of one place over three days."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return basin(
        random.uniform(0.0, 20.0, 72),
        fixed=random.uniform(-4.0, 4.0, 72) + draw(st.sampled_from((-4.0, 0.0, 4.0))),
        inflow=random.uniform(0.0, 6.0, 72),
        store=draw(st.floats(0.0, 400.0)),
        store_full=400.0,
        hydro_most=draw(st.floats(0.0, 15.0)),
        floor=draw(st.sampled_from((0.0, 50.0))),
        outlook=draw(st.integers(1, 6)),
    )


@given(worlds(), st.integers(1, 71), st.floats(0.0, 10.0))
@settings(max_examples=60)
def test_with_true_reports_a_budget_finds_the_gap_ahead_of_the_world(
    world: PowerBalance, hour: int, growth: float
) -> None:
    """Whatever the growth is: a true report has no deviation."""
    topics = reports("need_ahead@here", FIXED, INFLOW, STORE)
    figures = {"days": world.outlook, "growth": growth}
    trace = played(planning(world, "budget", topics, float(hour), **figures))
    assert max(0.0, found(trace)) == pytest.approx(trace.series("gap_ahead")[hour], abs=1e-9)


@st.composite
def stretches(draw: st.DrawFn) -> PowerBalance:
    """Worlds whose days are flat, and which no source but the store and inflow can serve."""
    number = draw(st.integers(1, 4))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    floor = draw(st.sampled_from((0.0, 30.0)))
    return basin(
        days(*random.uniform(12.0, 20.0, number)),
        fixed=days(*random.uniform(0.0, 4.0, number)),
        inflow=days(*random.uniform(0.0, 4.0, number)),
        store=floor + draw(st.floats(0.0, 200.0)),
        hydro_most=100.0,
        floor=floor,
    )


def with_plan(world: PowerBalance, supply: float) -> NDArray[np.float64]:
    """Shortage by hour when a measure supplies so much from the first hour on."""
    measure = Measure("plan", "supply", {"here": 1.0}, most=99.0)
    result = run(world, (measure,), np.full((len(world.fixed), 1), supply))
    assert result.series("store").min() >= world.floor - 1e-9
    return result.series("shortage")


@given(stretches())
@settings(max_examples=60)
def test_a_plan_that_covers_the_gap_is_never_short_and_any_smaller_one_is(
    world: PowerBalance,
) -> None:
    """Within a flat day the store moves evenly, so that it is lowest at the end of a day: it
    reaches the floor at the horizon that sets the budget, and not before."""
    number = len(world.fixed) // 24
    wanted = gap(world, "budget", days=number)
    assume(0.1 < wanted < (world.need.sum(axis=(1, 2)) - world.fixed).min())
    assert with_plan(world, wanted).max() <= 1e-9
    assert with_plan(world, wanted - 0.05).sum() > 0.0


def plans_by_hour(need: Profile, hours: int, **rule: Any) -> list[float]:
    """The plan of a measure of 10 GW after a decision each hour."""
    size = Rule("sizing", "size", "desk", ("need",), (), ("cut",), (10.0,), granularity=0.1, **rule)
    steps = (
        Observe("need", Level("profile", "need")),
        Tell("tell", "desk", "need"),
        Decide("decide", "sizing"),
        Observe("plan", Level("plan", "cut")),
    )
    trace = played(
        mechanism(
            float(hours),
            units=(unit("desk"),),
            profiles=(need,),
            topics=(Topic("need", need.values[0]),),
            measures=(Measure("cut", "signal", {"province": 1.0}),),
            rules=(size,),
            procedures=(Procedure("p", steps),),
            arrivals=(once("c", "p", *map(float, range(hours))),),
        )
    )
    row = trace.program.labels.index("p.plan")
    return [r.value for r in records_of(trace) if r.row == row and r.kind == Kind.OBSERVE]


def test_without_a_term_a_plan_is_eased_as_soon_as_it_may() -> None:
    need = Profile("need", (0.0, 2.0), (5.0, 2.0))
    assert plans_by_hour(need, 4) == [0.5, 0.5, 0.2, 0.2]


def test_a_plan_is_eased_at_the_end_of_its_term_only() -> None:
    need = Profile("need", (0.0, 2.0), (5.0, 2.0))
    assert plans_by_hour(need, 9, term=6.0) == [0.5] * 6 + [0.2] * 3


def test_a_plan_that_is_still_wanted_at_the_end_of_its_term_is_extended_by_another() -> None:
    """The need falls at hour 7, a term ends at 6 and the next at 12."""
    need = Profile("need", (0.0, 7.0), (5.0, 2.0))
    assert plans_by_hour(need, 14, term=6.0) == [0.5] * 12 + [0.2] * 2


def test_a_plan_that_rises_begins_a_new_term() -> None:
    """It rises at hour 4: that term ends at 10."""
    need = Profile("need", (0.0, 4.0, 5.0), (5.0, 8.0, 2.0))
    assert plans_by_hour(need, 12, term=6.0) == [0.5] * 4 + [0.8] * 6 + [0.2] * 2


def test_a_plan_that_is_eased_runs_for_another_term() -> None:
    need = Profile("need", (0.0, 5.0, 7.0), (5.0, 2.0, 0.0))
    assert plans_by_hour(need, 14, term=6.0) == [0.5] * 6 + [0.2] * 6 + [0.0] * 2


def test_a_plan_that_is_nothing_has_no_term() -> None:
    """Nothing is wanted until hour 4; then a term begins at once."""
    need = Profile("need", (0.0, 4.0, 5.0), (0.0, 5.0, 0.0))
    assert plans_by_hour(need, 12, term=6.0) == [0.0] * 4 + [0.5] * 6 + [0.0] * 2


def test_a_term_may_be_shorter_than_the_hold() -> None:
    need = Profile("need", (0.0, 1.0), (5.0, 0.0))
    assert plans_by_hour(need, 10, term=3.0, hold=8.0) == [0.5] * 8 + [0.0] * 2
