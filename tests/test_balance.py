"""The hourly world: energy is conserved, measures ramp, shedding is spread, the public learns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from desim.balance import slots
from desim.mechanism.parts import Measure
from desim.mechanism.world import SECTORS, PowerBalance, Public, columns
from tests.random_worlds import Run, flat_world, run, runs

TOLERANCE = 1e-9
each_run = settings(max_examples=100)


@given(runs())
@each_run
def test_need_is_served_shed_curtailed_or_given_up(played: Run) -> None:
    """served + shed + curtailed + the answer to the appeal = need, in every hour."""
    answer = played.series("appeal")
    accounted = played.series("served") + played.series("shed") + played.series("curtailed")
    given_up = played.series("need") - accounted
    assert np.all(given_up >= -TOLERANCE)
    left = np.zeros(len(given_up))
    for sector in ("residential", "commercial"):
        left += played.series(f"served_{sector}") + played.series(f"shed_{sector}")
    assert np.allclose(given_up * (1.0 - answer), left * answer, atol=TOLERANCE)


@given(runs())
@each_run
def test_the_store_balances_with_inflow_output_and_spill(played: Run) -> None:
    store = played.series("store")
    before = np.append(played.world.store, store[:-1])
    change = played.world.inflow - played.series("hydro") - played.series("spill")
    assert np.allclose(store, before + change, atol=TOLERANCE)
    assert np.all(store <= played.world.store_full + TOLERANCE)


@given(runs())
@each_run
def test_nothing_is_negative(played: Run) -> None:
    assert played.rows.min() >= -TOLERANCE


@given(runs())
@each_run
def test_no_more_is_served_than_there_is(played: Run) -> None:
    supply = played.series("fixed") + played.series("supply") + played.series("hydro")
    assert np.all(played.series("served") <= supply + 1e-6)
    assert np.all(played.series("hydro") <= played.world.hydro_most + TOLERANCE)


@given(runs())
@each_run
def test_nobody_is_shed_more_than_he_needs(played: Run) -> None:
    assert np.all(played.field("shed") <= played.field("need") + TOLERANCE)


@given(runs())
@each_run
def test_a_shortage_is_shed_in_full_and_no_more_than_faults_lines_and_shortage_explain(
    played: Run,
) -> None:
    shed, short = played.series("shed"), played.series("shortage")
    assert np.all(shed >= np.minimum(short, played.series("need")) - 1e-6)
    if not any(m.kind in ("fault", "quota") for m in played.measures) and np.all(
        played.world.line_limit >= played.world.need.sum(axis=2).max()
    ):
        assert np.allclose(shed, short, atol=1e-6)


@given(runs())
@each_run
def test_totals_are_the_sums_of_places_and_sectors(played: Run) -> None:
    for quantity in ("need", "served", "shed"):
        field = played.field(quantity)
        assert np.allclose(field.sum(axis=(1, 2)), played.series(quantity))
        for s, sector in enumerate(SECTORS):
            assert np.allclose(field[:, :, s].sum(axis=1), played.series(f"{quantity}_{sector}"))
    for p, place in enumerate(played.world.places):
        assert np.allclose(played.field("shed")[:, p].sum(axis=1), played.series(f"shed@{place}"))


@given(runs())
@each_run
def test_activation_moves_towards_its_target_and_never_past_it(played: Run) -> None:
    before = np.vstack([np.zeros(played.active.shape[1]), played.active[:-1]])
    gap, moved = played.targets - before, played.active - before
    assert np.all(moved * gap >= -TOLERANCE)
    assert np.all(np.abs(moved) <= np.abs(gap) + TOLERANCE)


def targets(*values: float) -> np.ndarray:
    """One slot, one target an hour."""
    return np.array(values, dtype=float).reshape(-1, 1)


def test_ramps_take_the_given_hours() -> None:
    slow = Measure("cut", "curtail", {"here": 0.5}, "industrial", ramp_up=4.0, ramp_down=2.0)
    played = run(flat_world(), (slow,), targets(*[1.0] * 6, *[0.0] * 6))
    expected = [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert played.active[:, 0].tolist() == expected
    assert played.series("curtailed").tolist() == [0.5 * share for share in expected]


def test_a_ramp_of_0_is_at_once() -> None:
    quick = Measure("cut", "curtail", {"here": 1.0}, "industrial")
    played = run(flat_world(), (quick,), targets(0.0, 1.0, 0.5))
    assert played.series("served_industrial").tolist() == [1.0, 0.0, 0.5]


def test_a_shortage_is_spread_by_exposure_and_place() -> None:
    world = flat_world(
        places=("a", "b"),
        need=np.ones((2, 2, 4)),
        fixed=np.full(2, 7.0),
        exposure=np.array([4.0, 2.0, 1.0, 1.0]),
        weights=np.array([3.0, 1.0]),
        line_limit=np.full(2, 99.0),
        customers=np.ones(2),
        inflow=np.zeros(2),
    )
    shed = run(world, (), np.zeros((1, 0))).field("shed")[0]
    expected = np.outer([3.0, 1.0], [4.0, 2.0, 1.0, 1.0]) / 32.0
    assert np.allclose(shed, expected)


def test_a_place_that_is_shed_in_full_passes_the_rest_on() -> None:
    world = flat_world(fixed=np.full(30, 0.5), exposure=np.array([100.0, 1.0, 1.0, 1.0]))
    shed = run(world, (), np.zeros((1, 0))).field("shed")[0, 0]
    assert shed[0] == pytest.approx(1.0)
    assert shed.sum() == pytest.approx(3.5)


def test_those_not_exposed_are_shed_only_when_nobody_else_is_left() -> None:
    exposure = np.array([1.0, 1.0, 1.0, 0.0])
    some = run(flat_world(fixed=np.full(30, 1.0), exposure=exposure), (), np.zeros((1, 0)))
    most = run(flat_world(fixed=np.full(30, 0.5), exposure=exposure), (), np.zeros((1, 0)))
    assert some.field("shed")[0, 0].tolist() == pytest.approx([1.0, 1.0, 1.0, 0.0])
    assert most.field("shed")[0, 0].tolist() == pytest.approx([1.0, 1.0, 1.0, 0.5])


def test_very_unequal_exposure_still_sheds_the_whole_shortage() -> None:
    """Each round of spreading fills at least one sector of one place."""
    world = flat_world(
        places=("a", "b", "c"),
        need=np.ones((1, 3, 4)),
        fixed=np.full(1, 0.1),
        inflow=np.zeros(1),
        exposure=10.0 ** np.arange(4.0),
        weights=10.0 ** np.array([0.0, 4.0, 8.0]),
        line_limit=np.full(3, 99.0),
        customers=np.ones(3),
    )
    assert run(world, (), np.zeros((1, 0))).series("shed")[0] == pytest.approx(11.9)


def test_a_local_limit_sheds_even_when_the_province_has_enough() -> None:
    world = flat_world(
        places=("tight", "wide"),
        need=np.ones((3, 2, 4)),
        fixed=np.full(3, 99.0),
        inflow=np.zeros(3),
        weights=np.ones(2),
        line_limit=np.array([3.0, 99.0]),
        customers=np.ones(2),
    )
    played = run(world, (), np.zeros((1, 0)))
    assert played.series("shed@tight")[0] == pytest.approx(1.0)
    assert played.series("shed@wide")[0] == 0.0
    assert played.series("shortage")[0] == 0.0


def test_local_generators_widen_a_local_limit() -> None:
    world = flat_world(fixed=np.full(30, 99.0), line_limit=np.array([3.0]))
    trucks = Measure("trucks", "supply", {"here": 0.4}, most=2.0)
    played = run(world, (trucks,), targets(0.0, 1.0, 2.0))
    assert played.series("shed").tolist() == pytest.approx([1.0, 0.6, 0.2])


def test_a_fault_takes_residential_supply_away() -> None:
    world = flat_world(fixed=np.full(30, 99.0))
    fault = Measure("fault", "fault", {"here": 0.3}, most=9.0)
    played = run(world, (fault,), targets(0.0, 1.0, 9.0))
    assert played.series("shed_residential").tolist() == pytest.approx([0.0, 0.3, 1.0])
    assert played.series("shed_industrial").tolist() == [0.0, 0.0, 0.0]


def test_a_quota_takes_residential_supply_away_as_well_and_is_told_apart() -> None:
    """The residents' need of 1 GW: a quota of 0.5, a fault of 0.25, half of 0.25 by rotation."""
    world = flat_world(fixed=np.full(30, 3.0), exposure=np.array([1.0, 0.0, 0.0, 1.0 / 4.0]))
    measures = (Measure("quota", "quota", {"here": 0.5}), Measure("fault", "fault", {"here": 0.25}))
    played = run(world, measures, np.ones((1, 2)))
    assert played.series("shed_by_quota").tolist() == pytest.approx([0.5])
    assert played.series("shed_locally").tolist() == pytest.approx([0.25])
    assert played.series("shortage").tolist() == pytest.approx([0.25])
    assert played.series("shed_residential").tolist() == pytest.approx([0.75 + 0.125])


@given(runs())
@each_run
def test_quotas_local_causes_and_rotation_make_up_what_residents_lose(played: Run) -> None:
    """No rotation without a shortage, and quotas take no more than they may."""
    quota, local = played.series("shed_by_quota"), played.series("shed_locally")
    rotation = played.series("shed_residential") - quota - local
    assert np.all(quota >= 0.0)
    assert np.all(local >= -1e-9)
    assert np.all(rotation >= -1e-9)
    assert np.all(np.abs(rotation[played.series("shortage") <= 1e-12]) <= 1e-9)
    most = sum(sum(m.effects.values()) for m in played.measures if m.kind == "quota")
    assert np.all(quota <= most + 1e-9)


def test_hydropower_follows_need_until_the_store_is_empty_then_the_inflow() -> None:
    world = flat_world(fixed=np.full(30, 2.0), inflow=np.full(30, 0.5), store=3.0)
    played = run(world, (), np.zeros((5, 0)))
    assert played.series("hydro").tolist() == pytest.approx([2.0, 2.0, 0.5, 0.5, 0.5])
    assert played.series("store").tolist() == pytest.approx([1.5, 0.0, 0.0, 0.0, 0.0])
    assert played.series("shed").tolist() == pytest.approx([0.0, 0.0, 1.5, 1.5, 1.5])


def test_a_full_store_spills() -> None:
    world = flat_world(inflow=np.full(30, 2.0), store=9.0)
    played = run(world, (), np.zeros((3, 0)))
    assert played.series("spill").tolist() == pytest.approx([1.0, 2.0, 2.0])


def test_water_saved_today_serves_the_evening() -> None:
    """A cut an hour earlier leaves its energy in the store."""
    cut = Measure("cut", "curtail", {"here": 1.0}, "industrial")
    world = flat_world(fixed=np.full(30, 2.0), store=4.0)
    late = run(world, (cut,), targets(0.0, 0.0, 1.0, 1.0))
    early = run(world, (cut,), targets(1.0, 1.0, 1.0, 1.0))
    assert early.series("shed").sum() < late.series("shed").sum()


APPEAL = (Measure("appeal", "appeal", {"here": 1.0}),)


def test_an_appeal_cuts_residential_and_commercial_need_of_those_it_reaches() -> None:
    public = Public(reach=0.5, response=0.2)
    played = run(flat_world(public=public), APPEAL, targets(1.0))
    assert played.series("appeal")[0] == pytest.approx(0.1)
    assert played.series("served_residential")[0] == pytest.approx(0.9)
    assert played.series("served_commercial")[0] == pytest.approx(0.9)
    assert played.series("served_industrial")[0] == 1.0


def test_the_public_habituates_and_recovers_with_its_half_life() -> None:
    public = Public(reach=1.0, response=0.2, habituation=2.4, half_life=6.0)
    played = run(flat_world(public=public), APPEAL, targets(*[1.0] * 12, *[0.0] * 12))
    answers = played.series("appeal")[:12]
    assert np.all(np.diff(answers) < 0.0)
    first_hour = 0.1 * 0.5 ** (1.0 / 6.0)
    assert answers[1] == pytest.approx(0.2 * np.exp(-first_hour))
    habit = played.series("habituation")
    assert habit[17] == pytest.approx(habit[11] / 2.0)
    assert habit[23] == pytest.approx(habit[11] / 4.0)


@pytest.mark.parametrize(("announced", "loss"), [(1.0, 0.0), (0.5, 0.125), (0.0, 0.25)])
def test_trust_falls_with_unannounced_residential_outages(announced: float, loss: float) -> None:
    """A quarter of 1 GWh of shedding is residential."""
    public = Public(trust_loss=1.0, announced=announced)
    world = flat_world(fixed=np.full(30, 3.0), public=public)
    played = run(world, (), np.zeros((3, 0)))
    expected = np.exp(-loss * np.arange(1.0, 4.0))
    assert np.allclose(played.series("trust"), expected)


def test_trust_recovers_towards_1() -> None:
    public = Public(trust_loss=1.0, trust_recovery=2.4)
    fixed = np.append(np.zeros(1), np.full(29, 9.0))
    trust = run(flat_world(fixed=fixed, public=public), (), np.zeros((20, 0))).series("trust")
    gaps = 1.0 - trust
    assert np.allclose(gaps[1:], gaps[:-1] * 0.9)


@given(runs())
@each_run
def test_dispatch_keeps_the_floor(played: Run) -> None:
    """It never draws the store below the floor; a store that began below only fills."""
    store, floor = played.series("store"), played.world.floor
    before = np.append(played.world.store, store[:-1])
    assert np.all(store >= np.minimum(before, floor) - TOLERANCE)


@given(runs())
@each_run
def test_support_is_limited_by_surplus_and_ties(played: Run) -> None:
    pairs = slots(played.measures)
    effects = np.array([m.effects[place] if m.kind == "support" else 0.0 for m, place in pairs])
    wanted = played.world.surplus * (played.active @ effects)
    assert np.allclose(played.series("support"), np.minimum(wanted, played.world.ties))
    assert np.all(played.series("supply") >= played.series("support") - TOLERANCE)


def test_the_store_is_drawn_to_the_floor_and_then_the_inflow_is_used() -> None:
    """1 GW is wanted; 8 GWh are there, of which 6 are kept; 0.25 GW flow in from hour 4 on."""
    inflow = np.append(np.zeros(4), np.full(26, 0.25))
    world = flat_world(fixed=np.full(30, 3.0), inflow=inflow, store=8.0, floor=6.0)
    played = run(world, (), np.zeros((6, 0)))
    assert played.series("hydro").tolist() == [1.0, 1.0, 0.0, 0.0, 0.25, 0.25]
    assert played.series("store").tolist() == [7.0, 6.0, 6.0, 6.0, 6.0, 6.0]
    assert played.series("shortage").tolist() == [0.0, 0.0, 1.0, 1.0, 0.75, 0.75]


@pytest.mark.parametrize(
    ("surplus", "ties", "gw"), [(1.0, 9.0, 3.0), (0.5, 9.0, 1.5), (1.0, 2.0, 2.0), (0.5, 1.0, 1.0)]
)
def test_neighbours_support_as_far_as_they_can_and_the_ties_carry(
    surplus: float, ties: float, gw: float
) -> None:
    """Two agreements of 2 and 1 GW; a generator is no support."""
    two = Measure("far", "support", {"province": 2.0})
    one = Measure("near", "support", {"province": 1.0})
    own = Measure("own", "supply", {"province": 0.5})
    world = flat_world(fixed=np.zeros(30), surplus=np.full(30, surplus), ties=ties)
    played = run(world, (two, one, own), np.ones((1, 3)))
    assert played.series("support")[0] == gw
    assert played.series("supply")[0] == gw + 0.5
    assert played.series("shortage")[0] == pytest.approx(4.0 - gw - 0.5)


def test_without_a_word_on_neighbours_all_support_comes() -> None:
    world = flat_world()
    assert world.surplus.tolist() == [1.0] * 30
    assert world.ties == np.inf


def test_what_the_dispatchers_expect_looks_a_day_ahead() -> None:
    need = np.ones((30, 1, 4))
    need[20] = 2.0
    fixed = np.arange(30.0)
    world = flat_world(need=need, fixed=fixed, inflow=np.full(30, 0.5), store=8.0)
    played = run(world, (), np.zeros((30, 0)))
    ahead = played.series("need_ahead")
    assert ahead[:21].tolist() == [8.0] * 21
    assert ahead[21] == 4.0
    assert played.series("fixed_ahead")[0] == pytest.approx(fixed[:24].mean())
    assert played.series("inflow_ahead")[0] == pytest.approx(12.0)


def rising_world(**changes: object) -> PowerBalance:
    """4 GW of need on the first day and 6 on the second, 1 of fixed supply, 1 of inflow."""
    need = np.repeat([1.0, 1.5], 24).repeat(4).reshape(48, 1, 4)
    parts: dict[str, object] = {"store": 74.0, "store_full": 100.0, "hydro_most": 9.0}
    flat = {"need": need, "fixed": np.ones(48), "inflow": np.ones(48), "outlook": 3}
    return flat_world(48, **{**flat, **parts, **changes})


@pytest.mark.parametrize(
    ("changes", "gw"),
    [
        ({"outlook": 1}, 0.0),
        ({"outlook": 2}, (2.0 + 4.0) / 2.0 - 72.0 / 48.0),
        ({"outlook": 3}, (2.0 + 4.0 + 4.0) / 3.0 - 72.0 / 72.0),
        ({"outlook": 1, "floor": 48.0}, 2.0 - 24.0 / 24.0),
        ({"hydro_most": 0.5, "store": 71.5}, 4.0 - 1.0 - 0.5),
    ],
)
def test_the_gap_ahead_is_the_largest_of_power_and_all_horizons(
    changes: dict[str, object], gw: float
) -> None:
    """72 GWh are in store after the first hour; beyond the end the last day goes on."""
    played = run(rising_world(**changes), (), np.zeros((1, 0)))
    assert played.series("store")[0] == pytest.approx(72.0)
    assert played.series("gap_ahead")[0] == pytest.approx(gw)


def test_every_column_is_written_where_its_name_says() -> None:
    """Totals that are not tested above: fixed, supply and spare."""
    extra = Measure("import", "supply", {"province": 1.5})
    world = flat_world(fixed=np.full(30, 1.0), store=8.0, hydro_most=3.0)
    played = run(world, (extra,), targets(1.0))
    assert len(columns(world.places)) == played.rows.shape[1]
    assert played.series("fixed")[0] == 1.0
    assert played.series("supply")[0] == 1.5
    assert played.series("hydro")[0] == pytest.approx(1.5)
    assert played.series("spare")[0] == pytest.approx(1.5)
