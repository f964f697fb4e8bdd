"""Known answers for energy: small worlds whose hours can be added up by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from desim.mechanism.parts import Measure, Procedure
from desim.mechanism.steps import Activate
from desim.outcome.energy import gini, outage_hours, weighted_mean
from desim.trace import Trace
from tests.outcome.worlds import lived, measured
from tests.small import once

SHORT = (8.0, 7.0, 6.5, 8.0)
"""GW of supply for 8 GW of need: 1 GWh is missing in the second hour and 1.5 in the third."""


def with_measure(fixed: tuple[float, ...], measure: Measure, **changes: Any) -> Trace:
    """A measure that is activated in its first place in the first hour, so felt from the second."""
    place = next(iter(measure.effects))
    steps = (Activate("on", measure.name, place, 1.0),)
    parts = {
        "measures": (measure,),
        "procedures": (Procedure("p", steps),),
        "arrivals": (once("c", "p", 0.5),),
    }
    return lived(fixed, parts, **changes)


CUT = Measure("cut", "curtail", {"a": 0.5}, "industrial")
"""Half of the 1 GW of industry in place a."""


def test_energy_not_served_is_what_is_missing() -> None:
    assert measured(lived(SHORT), "residential_energy_not_served") == pytest.approx(2.5)


def test_nothing_is_shed_when_there_is_enough() -> None:
    trace = lived((8.0, 9.0, 8.0))
    for name in (
        "residential_energy_not_served",
        "residential_customer_hours",
        "peak_shortfall",
        "rotating_outage_hours",
        "outage_gini",
        "interruption_cost_high",
    ):
        assert measured(trace, name) == 0.0


@pytest.mark.parametrize(
    ("sector", "energy"),
    [("residential", 0.0), ("commercial", 1.25), ("industrial", 1.25), ("essential", 0.0)],
)
def test_each_sector_loses_what_it_is_exposed_to(sector: str, energy: float) -> None:
    """Commerce and industry need 2 GW each and share what is missing equally."""
    trace = lived(SHORT, exposure=np.array([0.0, 1.0, 1.0, 0.0]))
    assert measured(trace, f"{sector}_energy_not_served") == pytest.approx(energy)


def test_what_the_store_gives_is_served() -> None:
    """2 GWh in the store, at most 1 GW: of 1 and 1.5 GWh missing, 1 and 1 are covered."""
    trace = lived(SHORT, store=2.0, store_full=2.0, hydro_most=1.0)
    assert measured(trace, "residential_energy_not_served") == pytest.approx(0.5)


def test_an_overloaded_network_sheds_in_its_place_only() -> None:
    trace = lived((8.0, 8.0), line_limit=np.array([3.5, 99.0]))
    assert measured(trace, "residential_energy_not_served") == pytest.approx(1.0)
    assert outage_hours(trace).tolist() == pytest.approx([0.5, 0.0])


def test_a_fault_takes_residents_supply_away() -> None:
    fault = Measure("fault", "fault", {"b": 0.25})
    trace = with_measure((8.0, 8.0, 8.0), fault)
    assert measured(trace, "residential_energy_not_served") == pytest.approx(0.5)


def test_what_residents_lose_is_told_apart_by_cause() -> None:
    """A quota and a fault of 0.25 GW each in place b, in the two hours after the first."""
    for kind in ("quota", "fault"):
        trace = with_measure((8.0, 8.0, 8.0), Measure("less", kind, {"b": 0.25}))
        causes = [measured(trace, f"residential_{c}") for c in ("shortage", "quota", "local")]
        assert causes == pytest.approx([0.0, 0.5 * (kind == "quota"), 0.5 * (kind == "fault")])
        assert measured(trace, "shortage_risk") == 0.0


def test_a_shortage_of_the_whole_province_is_none_of_the_local_causes() -> None:
    trace = lived(SHORT)
    assert measured(trace, "residential_shortage") == pytest.approx(2.5)
    assert measured(trace, "residential_quota") == measured(trace, "residential_local") == 0.0
    assert measured(trace, "shortage_risk") == 1.0


def test_what_the_reservoirs_give_is_counted_and_what_is_left() -> None:
    """2 GWh in the store, 1 of them below the floor: of 2.5 missing 1 is drawn, 1.5 are shed."""
    trace = lived(SHORT, store=2.0, store_full=9.0, hydro_most=1.0, floor=1.0)
    assert measured(trace, "water_left") == pytest.approx(0.0)
    assert measured(trace, "curtailed_shed_and_drawn") == pytest.approx(2.5)
    richer = lived((8.0, 8.0), store=2.0, store_full=9.0, hydro_most=1.0, floor=0.5)
    assert measured(richer, "water_left") == pytest.approx(1.5)
    assert measured(richer, "curtailed_shed_and_drawn") == pytest.approx(0.0)


def test_outage_hours_are_the_shares_shed() -> None:
    """2.5 GWh over 3 GW of residents, at every hour the same share in both places."""
    assert outage_hours(lived(SHORT)).tolist() == pytest.approx([2.5 / 3.0] * 2)


def test_outage_hours_of_a_window() -> None:
    assert outage_hours(lived(SHORT), 2, 4).tolist() == pytest.approx([0.5, 0.5])


def test_who_needs_nothing_has_no_outage() -> None:
    need = np.zeros((4, 2, 4))
    need[:, 0, 0] = 8.0
    assert outage_hours(lived(SHORT, need=need)).tolist() == pytest.approx([2.5 / 8.0, 0.0])


def test_customer_hours_are_households_times_hours() -> None:
    """3 million households for 0.8333 hours each."""
    assert measured(lived(SHORT), "residential_customer_hours") == pytest.approx(2.5)


def test_customer_hours_where_one_place_bears_all() -> None:
    """In place a, 1 and 1.5 of 2 GW are shed: 1.25 hours for 2 million households."""
    trace = lived(SHORT, weights=np.array([1.0, 0.0]))
    assert measured(trace, "residential_customer_hours") == pytest.approx(2.5)
    assert measured(trace, "rotating_outage_hours") == pytest.approx(2.5 / 3.0)


def test_the_outage_hours_of_a_resident_are_weighted_by_households() -> None:
    trace = lived(SHORT, weights=np.array([1.0, 0.0]), customers=np.array([1e6, 3e6]))
    assert measured(trace, "rotating_outage_hours") == pytest.approx(1.25 / 4.0)


def test_equal_outages_have_a_gini_of_zero() -> None:
    assert measured(lived(SHORT), "outage_gini") == pytest.approx(0.0, abs=1e-12)


def test_the_gini_of_outages_is_the_share_of_those_who_are_spared() -> None:
    """When some bear all alike, it is the share of the households that bear nothing."""
    trace = lived(SHORT, weights=np.array([1.0, 0.0]), customers=np.array([1e6, 3e6]))
    assert measured(trace, "outage_gini") == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [
        ((3.0, 3.0, 3.0), (1.0, 1.0, 1.0), 0.0),
        ((0.0, 0.0), (1.0, 1.0), 0.0),
        ((0.0, 1.0), (1.0, 1.0), 0.5),
        ((1.0, 3.0), (1.0, 1.0), 0.25),
        ((0.0, 0.0, 0.0, 8.0), (1.0, 1.0, 1.0, 1.0), 0.75),
        ((0.0, 8.0), (3.0, 1.0), 0.75),
    ],
)
def test_gini_of_known_distributions(
    values: tuple[float, ...], weights: tuple[float, ...], expected: float
) -> None:
    assert gini(np.array(values), np.array(weights)) == pytest.approx(expected)


def test_gini_does_not_depend_on_the_unit() -> None:
    values, weights = np.array([1.0, 2.0, 7.0]), np.array([1.0, 2.0, 1.0])
    assert gini(values, weights) == pytest.approx(gini(60.0 * values, weights))


def test_the_largest_shortfall_is_that_of_the_worst_hour() -> None:
    assert measured(lived(SHORT), "peak_shortfall") == pytest.approx(1.5)


@pytest.mark.parametrize(("name", "cost"), [("low", 0.025), ("high", 0.15)])
def test_interruptions_cost_what_is_assumed_for_their_sector(name: str, cost: float) -> None:
    """2.5 million kWh of residents at 10 and 60 CNY each."""
    assert measured(lived(SHORT), f"interruption_cost_{name}") == pytest.approx(cost)


def test_curtailed_energy_is_what_measures_take() -> None:
    """0.5 GW from the second to the fourth hour."""
    assert measured(with_measure((8.0,) * 4, CUT), "energy_curtailed") == pytest.approx(1.5)


def test_what_is_curtailed_is_not_shed() -> None:
    trace = with_measure(SHORT, CUT)
    assert measured(trace, "residential_energy_not_served") == pytest.approx(1.5)


WATER = {"store": 20.0, "store_full": 20.0, "hydro_most": 2.0}


def test_curtailing_while_there_is_water_is_not_needed() -> None:
    trace = with_measure((8.0,) * 4, CUT, **WATER)
    assert measured(trace, "curtailed_not_needed") == pytest.approx(1.5)


def test_curtailing_what_the_store_lacks_is_needed() -> None:
    """2 GWh are missing, of which the store has 0.5."""
    trace = with_measure((7.5,) * 4, CUT, store=0.5, store_full=20.0, hydro_most=2.0)
    assert measured(trace, "residential_energy_not_served") == pytest.approx(0.0)
    assert measured(trace, "curtailed_not_needed") == pytest.approx(0.0, abs=1e-9)


def test_what_is_curtailed_to_leave_water_at_the_end_is_not_held_against_a_run() -> None:
    """Of 2 GWh missing the store has 1, of which 0.5 are left."""
    trace = with_measure((8.0, 7.5, 7.5, 7.0), CUT, store=1.0, store_full=20.0, hydro_most=2.0)
    assert measured(trace, "water_left") == pytest.approx(0.5)
    assert measured(trace, "curtailed_not_needed") == pytest.approx(0.0, abs=1e-9)


def test_curtailing_while_water_is_spilled_is_not_needed() -> None:
    """0.5 GWh flow in and run over in each hour but the last, which needs 0.5 of cuts at least."""
    trace = with_measure(
        (8.0, 8.0, 8.0, 7.0), CUT, inflow=np.full(4, 0.5), store_full=0.0, hydro_most=2.0
    )
    assert measured(trace, "curtailed_not_needed") == pytest.approx(1.0)


def test_what_was_lost_instead_of_curtailed_is_not_needed_either() -> None:
    """2 GWh are missing: 0.5 are shed and 1.5 curtailed, which is the least for that loss."""
    trace = with_measure((7.5,) * 4, CUT)
    assert measured(trace, "residential_energy_not_served") == pytest.approx(0.5)
    assert measured(trace, "curtailed_not_needed") == pytest.approx(0.0, abs=1e-9)


def test_what_other_sectors_lost_spares_curtailment_as_what_residents_lost() -> None:
    """The same with commerce exposed only: the same energy is not served, so as much is needed."""
    trace = with_measure((7.5,) * 4, CUT, exposure=np.array([0.0, 1.0, 0.0, 0.0]))
    assert measured(trace, "residential_energy_not_served") == 0.0
    assert measured(trace, "curtailed_not_needed") == pytest.approx(0.0, abs=1e-9)


def test_where_nobody_lives_there_is_no_mean_resident() -> None:
    nobody, hours = np.zeros(2), np.array([1.0, 2.0])
    assert np.isnan(weighted_mean(hours, nobody))
    assert np.isnan(gini(hours, nobody))
