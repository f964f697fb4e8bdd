"""Data sharing: a younger board, water and supply first, orders watched, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from desim.case import load
from desim.engine import play
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Procedure
from desim.mechanism.steps import Observe
from desim.policy import find_policy
from desim.policy.overloaded_desk import offered_load
from desim.program import lower
from desim.trace import Kind, Trace
from tests.policy.boards import Floats, mean_age, shown_since
from tests.policy.draws import drawn

CASE = load("sichuan_2022")
SICHUAN = CASE.mechanism
POLICY = find_policy("data_sharing")
OVERLOADED = find_policy("overloaded_desk")
WATER_AND_SUPPLY = {"report.store", "report.inflow", "report.fixed"}
ROUNDING = 1e-9


def shared(lever: float = 1.0, base: Mechanism = SICHUAN, **values: float) -> Mechanism:
    return POLICY.apply(base, lever, {f"data_sharing.{name}": v for name, v in values.items()})


def played(mechanism: Mechanism, seed: int = 1, replication: int = 0) -> Trace:
    return play(lower(mechanism), seed=seed, replication=replication)


def oldest_difference(base: Mechanism, values: Mapping[str, float], seed: int) -> float:
    """The most hours by which any line under data sharing is older than in the baseline."""
    before, after = (
        shown_since(played(m, seed)) for m in (base, POLICY.apply(base, 1.0, dict(values)))
    )
    return float(max((before[topic] - after[topic]).max() for topic in before))


@pytest.mark.parametrize("seed", range(1, 6))
def test_no_line_of_the_board_is_ever_older_than_in_the_baseline(seed: int) -> None:
    """Meters are read at full hours, as follow-up reports are written."""
    assert oldest_difference(SICHUAN, {}, seed) <= ROUNDING


@pytest.mark.parametrize("number", range(8))
def test_over_draws_a_line_is_older_by_no_more_than_the_platforms_interval(number: int) -> None:
    """While a platform is down its last reading may be that much older than a report of letters.

    Nobody decides here: a decision that comes sooner changes the response level, and with it who
    reports at night.
    """
    values = list(drawn(CASE.parameters, 8, seed=3))[number]
    own = list(drawn(POLICY.parameters, 8, seed=4))[number]
    base = _undecided(load("sichuan_2022", values).mechanism)
    assert oldest_difference(base, own, seed=1) <= own["data_sharing.interval"]


def _undecided(mechanism: Mechanism) -> Mechanism:
    kept = (arrival for arrival in mechanism.arrivals if arrival.purpose != "assessment")
    return replace(mechanism, arrivals=tuple(kept))


def test_the_board_is_younger_by_hours_on_average() -> None:
    assert mean_age(played(shared())).mean() < mean_age(played(SICHUAN)).mean() - 6.0


def overloaded(reading: float) -> Trace:
    values = {"overloaded_desk.reading": reading}
    return played(OVERLOADED.apply(shared(), 1.0, values))


def test_a_desk_that_reads_more_slowly_than_messages_come_ages_without_end() -> None:
    """25 messages an hour of a quarter of an hour each need 6 people, and there are 2 to 4."""
    age, before = mean_age(overloaded(0.25)), mean_age(played(SICHUAN))
    first, last = age[: len(age) // 2].mean(), age[len(age) // 2 :].mean()
    assert last > 2.0 * first > 10.0 * before.mean()


def test_a_desk_that_keeps_up_stays_younger_than_letters() -> None:
    assert mean_age(overloaded(0.02)).max() < mean_age(played(SICHUAN)).mean()


def test_the_offered_load_of_a_desk_that_reads_is_messages_times_reading() -> None:
    """25 bodies send two messages an hour; 4 people by day and 2 by night read for 0.05 h each."""
    both = OVERLOADED.apply(shared(interval=0.5), 1.0, {"overloaded_desk.reading": 0.05})
    found = offered_load(both)
    assert set(found) == {"leading_group_office"}
    assert found["leading_group_office"] == pytest.approx((2.5, 3.0))
    assert offered_load(shared()) == {}


# Who is connected.


def connected(mechanism: Mechanism) -> set[str]:
    """Reports that a platform brings."""
    platform = (a.procedure for a in mechanism.arrivals if a.purpose == "platform")
    return {name.removeprefix("platform.") for name in platform}


REPORTS = {a.procedure for a in SICHUAN.arrivals if a.purpose == "report"}


@pytest.mark.parametrize(("lever", "count"), [(0.04, 1), (0.08, 2), (0.12, 3)])
def test_water_and_supply_are_connected_first(lever: float, count: int) -> None:
    found = connected(shared(lever))
    assert len(found) == count
    assert found <= WATER_AND_SUPPLY


def test_then_those_who_report_need_join_one_by_one() -> None:
    some, more = connected(shared(0.4)), connected(shared(0.6))
    assert WATER_AND_SUPPLY < some < more < REPORTS == connected(shared(1.0))


def test_data_of_water_and_supply_can_be_shared_alone() -> None:
    assert connected(shared(need_share=0.0)) == WATER_AND_SUPPLY


def test_data_of_need_can_be_shared_alone() -> None:
    assert connected(shared(supply_share=0.0)) == REPORTS - WATER_AND_SUPPLY


def test_what_cannot_be_connected_takes_nobody_elses_place() -> None:
    """At a tenth of the lever only water and supply would be connected, so none is."""
    assert connected(shared(0.1, supply_share=0.0)) == set()


def test_a_platform_reads_more_exactly_but_does_not_foretell_better() -> None:
    mechanism = shared(error=0.5)
    errors = {
        procedure.name: step.error
        for procedure in mechanism.procedures
        for step in procedure.steps
        if isinstance(step, Observe)
    }
    for name in connected(mechanism):
        share = 0.5 if name in {"report.store", "report.fixed"} else 1.0
        assert errors[f"platform.{name}"] == share * errors[name]


def test_without_anything_to_connect_nothing_changes() -> None:
    assert shared(supply_share=0.0, need_share=0.0) == SICHUAN


@pytest.mark.parametrize("share", ["supply_share", "need_share"])
def test_lines_that_are_not_connected_come_as_before(share: str) -> None:
    """Nobody decides here, so nothing that is shared reaches those who are not connected."""
    base = _undecided(SICHUAN)
    before = shown_since(played(base))
    after = shown_since(played(shared(1.0, base, **{share: 0.0})))
    supply = {"store", "inflow", "fixed"}
    manual = supply if share == "supply_share" else before.keys() - supply
    for topic in before:
        same = np.array_equal(before[topic], after[topic])
        assert same == (topic in manual), topic


# Meters.

LOST_OFTEN = load("sichuan_2022", {"order.orphan": 0.08}).mechanism
RUNS = 8


@cache
def issued_again(sharing: bool) -> tuple[float, ...]:
    """For each order that was issued again: hours from the decision to the field."""
    program = lower(shared(base=LOST_OFTEN) if sharing else LOST_OFTEN)
    found = []
    for replication in range(RUNS):
        trace = play(program, seed=1, replication=replication)
        given = trace.select(Kind.OBSERVE)
        labels = np.array([program.labels[step] for step in given["step"]])
        for record in trace.select(Kind.ACTIVATE):
            origin, measure, *_ = program.labels[record["step"]].split(".")
            if origin == "watch":
                times = given["time"][labels == f"order.{measure}.observe"]
                found.append(float(record["time"] - times[times < record["time"]][-1]))
    return tuple(found)


def test_more_lost_orders_are_issued_again_before_they_are_overtaken() -> None:
    assert len(issued_again(True)) > 1.2 * len(issued_again(False)) > 5.0 * RUNS


def test_a_lost_order_is_issued_again_sooner() -> None:
    """Meters are compared every 4 h instead of once a day, and not passed on by hand."""
    assert np.mean(issued_again(True)) < np.mean(issued_again(False)) - 8.0


def test_an_order_is_not_issued_again_before_it_is_overdue() -> None:
    patience = next(p.value for p in CASE.parameters if p.name == "watch.patience")
    assert np.quantile(issued_again(False), 0.05) > patience


# The platform fails.

FAILING = {"failure_gap": 72.0, "failure_length": 24.0}


def down(trace: Trace, times: Floats) -> NDArray[np.bool_]:
    """Whether the platform is down at some times."""
    rows = trace.select(Kind.ACTIVATE)
    slots = trace.program.steps.target[rows["step"]]
    mine = rows[[trace.program.slots[slot][0] == "platform_down" for slot in slots]]
    state = np.concatenate([[0.0], mine["value"]])
    found: NDArray[np.bool_] = state[np.searchsorted(mine["time"], times, side="right")] > 0.0
    return found


def times_of(trace: Trace, kind: Kind, procedure: str, label: str) -> Floats:
    """Times of an item's first record of a step, in procedures whose names begin so.

    What is lost on a link is sent again, and by then the platform may work again.
    """
    rows = trace.select(kind)
    labels = [trace.program.labels[step] for step in rows["step"]]
    mine = rows[[name.startswith(procedure) and name.endswith(f".{label}") for name in labels]]
    _, first = np.unique(mine["item"], return_index=True)
    found: Floats = mine["time"][first]
    return found


def test_reports_go_the_manual_way_when_and_only_when_the_platform_is_down() -> None:
    trace = played(shared(**FAILING))
    manual = times_of(trace, Kind.OBSERVE, "report.", "observe")
    platform = times_of(trace, Kind.OBSERVE, "platform.", "observe")
    assert len(manual) > 50
    assert len(platform) > 1000
    assert down(trace, manual).all()
    assert not down(trace, platform).any()


def test_meters_are_compared_by_hand_when_and_only_when_the_platform_is_down() -> None:
    program = lower(shared(base=LOST_OFTEN, **FAILING))
    by_hand, by_platform = [], []
    for replication in range(6):
        trace = play(program, seed=1, replication=replication)
        by_hand += list(down(trace, times_of(trace, Kind.SEND, "watch.", "up")))
        by_platform += list(down(trace, times_of(trace, Kind.SEND, "watch.", "platform")))
    assert len(by_hand) > 5
    assert all(by_hand)
    assert len(by_platform) > 50
    assert not any(by_platform)


def test_a_platform_that_never_works_leaves_the_board_to_letters() -> None:
    """But for readings of hour 0, which were on their way when it failed."""
    base = _undecided(SICHUAN)
    before, after = shown_since(played(base)), shown_since(played(_failed(shared(1.0, base))))
    for topic in before:
        assert after[topic][48:] == pytest.approx(before[topic][48:])


def _failed(mechanism: Mechanism) -> Mechanism:
    """The platform fails at once and is not repaired."""

    def at_once(arrival: Arrival) -> Arrival:
        if arrival.name != "platform.outage":
            return arrival
        return replace(arrival, interval=None, times=(0.0,))

    def for_good(procedure: Procedure) -> Procedure:
        if procedure.name != "platform.outage":
            return procedure
        return replace(procedure, steps=procedure.steps[:1])

    return mechanism.mapped(arrivals=at_once, procedures=for_good)
