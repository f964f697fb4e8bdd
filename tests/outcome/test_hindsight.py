"""The hindsight optimum: known answers, a bound on every run, a convex frontier that falls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from desim import balance
from desim.case import load
from desim.engine import play
from desim.mechanism.parts import Measure
from desim.mechanism.world import PowerBalance, Public, columns
from desim.outcome.hindsight import bound, frontier, highest, least_curtailed, tangents, water_left
from desim.outcome.hourly_limits import hourly_limits
from desim.policy import find_policy
from desim.policy.catalogue import POLICIES
from desim.program import lower
from desim.trace import Trace
from tests.outcome.worlds import measured
from tests.random_worlds import Run, flat_world, run, runs

SICHUAN = load("sichuan_2022").mechanism
NEAR = 1e-5
"""GWh by which the solver and the world's own arithmetic may differ."""
CUT = Measure("cut", "curtail", {"here": 1.0}, "industrial")
"""All of industry: 1 of the 4 GW that `flat_world` needs."""


def short_by(*gaps: float, **changes: object) -> PowerBalance:
    """A world of 4 GW a sector each, with so much too little fixed supply in each hour."""
    fixed = 4.0 - np.array(gaps)
    still = {"need": np.ones((len(gaps), 1, 4)), "inflow": np.zeros(len(gaps))}
    return flat_world(**{"fixed": fixed, **still, **changes})


def curtailed(
    world: PowerBalance, *measures: Measure, ens: float = 0.0, water: float = 0.0
) -> float:
    return least_curtailed(world, measures, ens, water).curtailed


def test_what_the_store_cannot_give_is_curtailed() -> None:
    assert curtailed(short_by(1.0, 1.0, store=1.5), CUT) == pytest.approx(0.5)


@pytest.mark.parametrize(("water", "least"), [(0.5, 1.0), (1.5, 2.0)])
def test_water_that_is_to_be_left_is_curtailed_instead(water: float, least: float) -> None:
    world = short_by(1.0, 1.0, store=1.5)
    assert curtailed(world, CUT, water=water) == pytest.approx(least)
    assert highest(tangents(hourly_limits(world, (CUT,))), 0.0, water) == pytest.approx(least)


def test_water_that_would_be_left_anyhow_costs_nothing() -> None:
    world = short_by(1.0, store=3.0, hydro_most=0.5)
    assert curtailed(world, CUT, water=2.5) == pytest.approx(0.5)
    assert highest(tangents(hourly_limits(world, (CUT,))), 0.0, 2.5) == pytest.approx(0.5)


def test_more_water_than_there_is_cannot_be_left() -> None:
    with pytest.raises(ValueError, match="2 GWh cannot be left in the store"):
        curtailed(short_by(1.0, 1.0, store=1.5), CUT, water=2.0)


def test_below_the_floor_the_store_gives_nothing() -> None:
    world = short_by(1.0, 1.0, store=1.5, floor=1.0)
    assert curtailed(world, CUT) == pytest.approx(1.5)


def test_a_store_below_its_floor_does_not_owe_anything() -> None:
    world = short_by(1.0, 1.0, inflow=np.full(2, 0.25), floor=1.0)
    assert curtailed(world, CUT) == pytest.approx(1.5)


def test_what_the_store_cannot_hold_is_spilled() -> None:
    """3 GWh flow in before the need, and 1 GWh can be kept."""
    world = short_by(0.0, 2.0, inflow=np.array([3.0, 0.0]), store_full=1.0)
    assert curtailed(world, CUT) == pytest.approx(1.0)


def test_water_does_not_flow_back_in_time() -> None:
    assert curtailed(short_by(1.0, 0.0, inflow=np.array([0.0, 5.0])), CUT) == pytest.approx(1.0)


def test_hydropower_gives_no_more_than_its_most() -> None:
    world = short_by(1.0, 1.0, store=9.0, hydro_most=0.75)
    assert curtailed(world, CUT) == pytest.approx(0.5)


def test_supply_comes_before_curtailment_and_needs_no_ramp() -> None:
    trucks = Measure("trucks", "supply", {"here": 0.1, "province": 0.2}, ramp_up=9.0, most=2.0)
    assert curtailed(short_by(1.0), CUT, trucks) == pytest.approx(0.4)


def test_neighbours_give_what_they_have_as_far_as_the_ties_carry_it() -> None:
    """0.8, 0.4 and 0 GW of 0.8 are there; 0.5 GW can be carried."""
    support = Measure("support", "support", {"province": 0.8})
    still = short_by(1.0, 1.0, 1.0)
    assert curtailed(still, CUT, support) == pytest.approx(3.0 - 2.4)
    world = replace(still, surplus=np.array([1.0, 0.5, 0.0]), ties=0.5)
    assert curtailed(world, CUT, support) == pytest.approx(3.0 - 0.9)


def test_an_appeal_is_answered_in_every_hour_as_at_first() -> None:
    """A tenth of 2 GW."""
    appeal = Measure("appeal", "appeal", {"here": 1.0}, ramp_up=5.0)
    public = Public(reach=0.5, response=0.2, habituation=9.0, trust_loss=9.0)
    assert curtailed(short_by(1.0, 1.0, public=public), CUT, appeal) == pytest.approx(1.6)


def test_measures_of_one_sector_cannot_cut_more_than_it_needs() -> None:
    half = Measure("half", "curtail", {"here": 0.75}, "industrial")
    found = least_curtailed(short_by(1.5), (half, CUT))
    assert not found.feasible
    assert found.curtailed == pytest.approx(1.0)


def test_a_residents_loss_saves_as_much_curtailment_as_their_share_allows() -> None:
    """Residents need a quarter, so 0.1 GWh of theirs means at most 0.4 GWh of all."""
    found = least_curtailed(short_by(1.0, 1.0), (CUT,), 0.1)
    assert found.curtailed == pytest.approx(1.6)
    assert found.slope == pytest.approx(-4.0)
    assert found.feasible


def test_when_residents_are_not_exposed_shedding_costs_them_nothing() -> None:
    world = short_by(1.0, 1.0, exposure=np.array([0.0, 1.0, 1.0, 1.0]))
    assert curtailed(world, CUT) == pytest.approx(0.0)


def test_the_most_exposed_bear_more_until_all_is_shed() -> None:
    """Commerce is exposed more than residents: for 1 GWh of theirs at most 1 + 2 + 1 + 1."""
    world = short_by(1.0, 1.0, exposure=np.array([0.5, 1.0, 0.5, 0.5]))
    assert least_curtailed(world, (CUT,), 0.1).slope == pytest.approx(-5.0)


def test_when_measures_cannot_keep_everybody_served_the_least_is_found() -> None:
    """1.5 GW are missing and 1 GW can be curtailed, in each of two hours."""
    found = least_curtailed(short_by(1.5, 1.5), (CUT,))
    assert not found.feasible
    assert found.energy_not_served == pytest.approx(0.25)
    assert found.curtailed == pytest.approx(2.0)
    assert found.slope == pytest.approx(-4.0, rel=1e-3)


def test_nothing_is_needed_when_there_is_enough() -> None:
    found = least_curtailed(short_by(0.0, -1.0), (CUT,))
    assert (found.curtailed, found.slope, found.feasible) == (0.0, 0.0, True)


def test_the_frontier_begins_at_the_least_that_residents_can_lose() -> None:
    points = frontier(short_by(1.5, 1.5), (CUT,), (0.0, 0.25, 0.5, 0.75, 1.0))
    assert points[:, 0] == pytest.approx([0.25, 0.25, 0.5, 0.75, 1.0])
    assert points[:, 1] == pytest.approx([2.0, 2.0, 1.0, 0.0, 0.0])


def left(played: Run) -> float:
    """What is left in the store above its floor at the end, GWh."""
    return water_left(played.world, float(played.series("store")[-1]))


def loss_and_cut(played: Run) -> tuple[float, float]:
    """Residential energy not served and energy curtailed, GWh."""
    return float(played.series("shed_residential").sum()), float(played.series("curtailed").sum())


each_run = settings(max_examples=150)


@given(runs())
@each_run
def test_no_run_curtails_less_than_hindsight(played: Run) -> None:
    """With measures of all kinds, ramps, faults, tight networks, and a public that learns; to
    leave as much water as the run does is possible, and costs no less."""
    lost, cut = loss_and_cut(played)
    free = curtailed(played.world, *played.measures, ens=lost + NEAR)
    same = curtailed(played.world, *played.measures, ens=lost + NEAR, water=left(played) - NEAR)
    assert cut >= same - NEAR
    assert same >= free - NEAR


def tense(seed: int) -> Run:
    """Two places that are short in most hours, and measures that nearly suffice."""
    random = np.random.default_rng(seed)
    hours = 24
    world = flat_world(
        hours,
        places=("here", "there"),
        need=random.uniform(0.5, 1.0, (hours, 2, 4)),
        fixed=random.uniform(3.5, 5.5, hours),
        inflow=random.uniform(0.0, 0.5, hours),
        store=random.uniform(0.0, 5.0),
        store_full=random.uniform(3.0, 9.0),
        hydro_most=random.uniform(0.5, 2.0),
        exposure=random.uniform(0.1, 1.0, 4),
        weights=random.uniform(0.5, 2.0, 2),
        line_limit=random.uniform(3.0, 5.0, 2),
        customers=np.ones(2),
        public=Public(0.5, 0.1, 0.1, 24.0, 0.05, 0.2, 0.5),
    )
    measures = (
        Measure("industry", "curtail", {"here": 0.9, "there": 0.8}, "industrial", 2.0, 2.0),
        Measure("commerce", "curtail", {"here": 0.5, "there": 0.5}, "commercial", 1.0, 3.0),
        Measure("trucks", "supply", {"there": 0.05}, most=4.0),
        Measure("appeal", "appeal", {"here": 1.0}, ramp_up=2.0),
        Measure("fault", "fault", {"here": 0.02}),
    )
    most = np.array([measure.most for measure, _ in balance.slots(measures)])
    targets = most * random.uniform(0.7, 1.0, (hours, len(most)))
    targets[:, -1] = random.integers(0, 2, hours)
    return run(world, measures, targets)


def test_no_run_in_a_tense_world_curtails_less_than_hindsight() -> None:
    """Most of these bounds are not 0, so that there is something to be below."""
    shares = []
    for seed in range(60):
        played = tense(seed)
        lost, cut = loss_and_cut(played)
        shares.append(curtailed(played.world, *played.measures, ens=lost) / (cut + NEAR))
    assert max(shares) <= 1.0
    assert np.median(shares) > 0.3


@given(runs())
@each_run
def test_no_run_lies_below_a_tangent(played: Run) -> None:
    lost, cut = loss_and_cut(played)
    lines = tangents(hourly_limits(played.world, played.measures))
    assert highest(lines, lost) <= highest(lines, lost, left(played)) <= cut + NEAR
    for budget in (0.0, lost, 2.0 * lost):
        found = least_curtailed(played.world, played.measures, budget)
        assert highest(lines, found.energy_not_served) <= found.curtailed + NEAR


@given(runs())
@settings(max_examples=30)
def test_the_frontier_falls_and_is_convex(played: Run) -> None:
    budgets = np.linspace(0.0, 60.0, 6)
    points = frontier(played.world, played.measures, budgets)
    points = points[points[:, 0] <= budgets + NEAR]  # those that can be reached
    assert np.all(np.diff(points[:, 1]) <= NEAR)
    assert np.all(np.diff(points[:, 1], 2) >= -NEAR)


@given(runs())
@each_run
def test_no_hour_goes_beyond_its_limits(played: Run) -> None:
    limits = hourly_limits(played.world, played.measures)
    lost, all_shed = played.series("shed_residential"), played.series("shed")
    assert np.all(played.series("curtailed") <= limits.curtail + 1e-9)
    assert np.all(all_shed <= most_shed(limits.shed, limits.share, lost) + 1e-9)


def most_shed(
    shed: NDArray[np.float64], share: NDArray[np.float64], lost: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The most that can be shed when residents lose so much: lowest shares first, by hour."""
    total, left = shed[:, 0].copy(), lost.copy()
    for kind in (1, 2):
        part = np.minimum(shed[:, kind], left / share[:, kind])
        total, left = total + part, left - part * share[:, kind]
    return total


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 8.0))
@each_run
def test_a_run_that_curtails_what_is_missing_when_it_is_missing_is_optimal(
    seed: int, store: float
) -> None:
    """Water is used first; what it does not cover is cut in the hour in which it is missing."""
    random = np.random.default_rng(seed)
    gaps = random.uniform(0.0, 1.0, 20)
    left = np.maximum(store - np.append(0.0, np.cumsum(gaps)[:-1]), 0.0)
    world = short_by(*gaps, store=store)
    played = run(world, (CUT,), np.maximum(gaps - left, 0.0)[:, None])
    lost, cut = loss_and_cut(played)
    assert lost == pytest.approx(0.0, abs=1e-9)
    assert cut == pytest.approx(curtailed(world, CUT), abs=NEAR)
    assert cut == pytest.approx(highest(tangents(hourly_limits(world, (CUT,))), 0.0), abs=NEAR)


def test_a_world_that_breaks_its_own_limits_lies_below_the_frontier() -> None:
    """A negative control: the step gives twice the hydropower that the world allows."""
    world = short_by(*[2.0] * 10, store=20.0, store_full=20.0, hydro_most=1.0)
    wrong = replace(world, hydro_most=2.0)
    targets = np.repeat([0.0, 1.0], 5)[:, None]
    for made, honest in ((world, True), (wrong, False)):
        lost, cut = loss_and_cut(run(made, (CUT,), targets))
        least = least_curtailed(world, (CUT,), lost).curtailed
        assert (cut >= least - NEAR) == honest


def test_a_step_that_spares_residents_lies_below_the_frontier() -> None:
    """A negative control: what residents lost is served to them after all."""
    world = short_by(*[1.0] * 10)
    played = run(world, (CUT,), np.zeros((10, 1)))
    spared = [name.startswith("shed_residential") for name in columns(world.places)]
    played.rows[:, spared] = 0.0
    lost, cut = loss_and_cut(played)
    assert cut < curtailed(world, CUT, ens=lost) - 1.0


def of_sichuan(policy: str, seed: int) -> Trace:
    """A run of August under a policy in full."""
    mechanism = find_policy(policy).apply(SICHUAN, 1.0) if policy else SICHUAN
    return play(lower(mechanism), seed=seed, replication=0)


@pytest.mark.parametrize("everybody", [False, True])
@pytest.mark.parametrize("policy", ["", *(policy.name for policy in POLICIES)])
def test_every_policy_of_sichuan_lies_above_its_frontier(policy: str, everybody: bool) -> None:
    for seed in (1, 2):
        trace = of_sichuan(policy, seed)
        lost = trace.series("shed" if everybody else "shed_residential").sum()
        water = measured(trace, "water_left")
        least = bound(trace.program, float(lost), everybody=everybody, water=water)
        assert trace.series("curtailed").sum() >= least
        if policy not in ("no_coordination", "local_response"):
            assert least > 0.0


def test_the_tangents_are_close_to_the_frontier_of_sichuan() -> None:
    world, measures = SICHUAN.world, SICHUAN.measures
    assert world is not None
    lines = tangents(hourly_limits(world, measures))
    points = frontier(world, measures, (0.0, 30.0, 100.0, 300.0))
    below = [least - highest(lines, lost) for lost, least in points]
    below += [
        least_curtailed(world, measures, 30.0, water).curtailed - highest(lines, 30.0, water)
        for water in (100.0, 1000.0, 2000.0)
    ]
    assert min(below) >= -NEAR
    assert max(below) <= 0.002 * points[0, 1]


def test_the_outcome_is_what_was_curtailed_beyond_the_frontier_of_everybody() -> None:
    trace = of_sichuan("", 1)
    shed, cut = (float(trace.series(name).sum()) for name in ("shed", "curtailed"))
    water = measured(trace, "water_left")
    least = bound(trace.program, shed, everybody=True, water=water)
    assert least > bound(trace.program, shed, everybody=True)
    assert measured(trace, "curtailed_not_needed") == pytest.approx(cut - least)


def test_the_frontier_of_everybody_is_the_higher_one_where_others_are_shed_too() -> None:
    """What all sectors lose bounds more closely than what residents lose of it."""
    trace = of_sichuan("", 1)
    all_lost, lost = (float(trace.series(name).sum()) for name in ("shed", "shed_residential"))
    assert bound(trace.program, all_lost, everybody=True) > bound(trace.program, lost)


@given(runs())
@each_run
def test_no_run_lies_below_a_tangent_of_everybody(played: Run) -> None:
    shed, cut = (float(played.series(name).sum()) for name in ("shed", "curtailed"))
    limits = hourly_limits(played.world, played.measures).of_everybody()
    assert highest(tangents(limits), shed, left(played)) <= cut + NEAR


def test_one_gigawatt_hour_not_served_to_anybody_saves_one_of_curtailment() -> None:
    limits = hourly_limits(short_by(1.0, 1.0), (CUT,)).of_everybody()
    assert [highest(tangents(limits), shed) for shed in (0.0, 0.5, 2.0)] == pytest.approx(
        [2.0, 1.5, 0.0]
    )
