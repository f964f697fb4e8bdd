"""Known answers for the organisation: load, referrals, conflicting orders, what is not done."""

from __future__ import annotations

import math

import pytest

from desim.distribution import constant
from desim.mechanism.levels import Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Measure, Procedure, Profile
from desim.mechanism.procedures import approve, refer
from desim.mechanism.steps import Activate, Fork, Observe, Send, Step, Work
from desim.trace import Kind, Trace
from tests.accounting import played
from tests.outcome.worlds import measured
from tests.small import link, mechanism, once, one, unit

HOUR = constant(1.0)


def at_desk(
    hours: float, *times: float, staff: int | tuple[tuple[float, int], ...] = 1, purpose: str = ""
) -> Trace:
    """Items that want the same desk for some hours each, within ten hours."""
    work = Work("w", "desk", constant(hours), purpose)
    return played(one(work, horizon=10.0, times=times, units=(unit("desk", staff),)))


# Load.


def test_utilisation_is_work_over_staff_hours() -> None:
    assert measured(at_desk(4.0, 0.0), "busiest_utilisation") == pytest.approx(0.4)


def test_work_in_hand_at_the_horizon_counts_up_to_it() -> None:
    assert measured(at_desk(8.0, 5.0), "busiest_utilisation") == pytest.approx(0.5)


def test_utilisation_of_several_staff() -> None:
    assert measured(at_desk(4.0, 0.0, 1.0, staff=4), "busiest_utilisation") == pytest.approx(0.2)


def test_only_staff_on_duty_counts() -> None:
    """One until 5 o'clock, then three: 5 + 15 staff hours."""
    trace = at_desk(4.0, 0.0, staff=((0.0, 1), (5.0, 3)))
    assert measured(trace, "busiest_utilisation") == pytest.approx(4.0 / 20.0)


def test_the_busiest_unit_counts() -> None:
    base = mechanism(
        10.0,
        units=(unit("a"), unit("b")),
        procedures=tuple(
            Procedure(name, (Work("w", name, constant(hours)),))
            for name, hours in (("a", 2.0), ("b", 7.0))
        ),
        arrivals=(once("a", "a"), once("b", "b")),
    )
    assert measured(played(base), "busiest_utilisation") == pytest.approx(0.7)


def test_nobody_waits_at_a_free_desk() -> None:
    assert measured(at_desk(1.0, 0.0, 2.0, 4.0), "backlog") == 0.0


def test_the_backlog_is_waiting_time_over_the_run() -> None:
    """The second waits from 1 to 4, the third from 2 to 8."""
    assert measured(at_desk(4.0, 0.0, 1.0, 2.0), "backlog") == pytest.approx(0.9)


def test_who_still_waits_at_the_horizon_has_waited_until_then() -> None:
    """Until hour 8 one is served; the second begins to wait at 2, the third at 4 to the end."""
    trace = at_desk(8.0, 0.0, 2.0, 4.0)
    assert measured(trace, "backlog") == pytest.approx((6.0 + 6.0) / 10.0)


def test_coordination_is_all_work_but_that_in_the_field() -> None:
    steps = (
        Work("report", "desk", constant(2.0), "report"),
        Work("repair", "desk", constant(3.0), "field"),
        Work("plain", "desk", HOUR),
    )
    trace = played(one(*steps, horizon=10.0, units=(unit("desk"),)))
    assert measured(trace, "coordination_hours") == pytest.approx(3.0)


def test_coordination_counts_up_to_the_horizon() -> None:
    assert measured(at_desk(8.0, 5.0, purpose="order"), "coordination_hours") == 5.0


# Referrals, returns, inquiries.


def office(*steps: Step, times: tuple[float, ...] = (0.0,), horizon: float = 100.0) -> Mechanism:
    return one(
        *steps,
        horizon=horizon,
        times=times,
        units=tuple(unit(name, 9) for name in ("office", "other")),
        links=(link("there", "office", "other", HOUR), link("back", "other", "office", HOUR)),
    )


def test_every_landing_at_the_wrong_unit_is_a_referral() -> None:
    trace = played(office(*refer("land", 1.0, "other", "back", HOUR), times=(0.0, 1.0)))
    assert measured(trace, "referrals") == 6.0


def test_a_referral_counts_when_it_is_begun() -> None:
    """Begun at 0 and at 2; the run ends while the second is passed on."""
    trace = played(office(*refer("land", 1.0, "other", "back", HOUR), horizon=3.5))
    assert measured(trace, "referrals") == 2.0


def test_nobody_is_referred_who_lands_right() -> None:
    trace = played(office(*refer("land", 0.0, "other", "back", HOUR)))
    assert measured(trace, "referrals") == 0.0


def test_every_revision_is_a_return() -> None:
    steps = approve(
        "ok", "there", "other", HOUR, "back", drafter="office", revision=HOUR, returned=0.5
    )
    trace = played(office(*steps, times=tuple(map(float, range(20)))))
    approvals = int((trace.select(Kind.START)["step"] == 1).sum())
    assert trace.program.labels[1] == "p.ok.approve"
    assert measured(trace, "unfinished_items") == 0.0
    assert measured(trace, "returns") == approvals - 20 > 0


def test_inquiries_are_counted_by_their_work() -> None:
    steps = (
        Work("hotline", "office", HOUR, "inquiry"),
        Work("city", "other", HOUR, "inquiry"),
        Work("report", "other", HOUR, "report"),
    )
    assert measured(played(office(*steps)), "inquiries") == 2.0


# Orders.


def orders(*values: tuple[float, float, float]) -> Trace:
    """Orders to one place: each observes a value at a time and arrives after some hours."""
    profiles, procedures, arrivals, links = [], [], [], []
    for i, (value, observed, hours) in enumerate(values):
        profiles.append(Profile(f"v{i}", (0.0,), (value,)))
        links.append(link(f"way{i}", "desk", "desk", constant(hours)))
        steps = (
            Observe("see", Level("profile", f"v{i}")),
            Send("send", f"way{i}"),
            Activate("act", "pump", "here"),
        )
        procedures.append(Procedure(f"o{i}", steps))
        arrivals.append(once(f"o{i}", f"o{i}", observed))
    return played(
        mechanism(
            20.0,
            units=(unit("desk"),),
            links=tuple(links),
            profiles=tuple(profiles),
            measures=(Measure("pump", "supply", {"here": 1.0, "there": 1.0}, most=9.0),),
            procedures=tuple(procedures),
            arrivals=tuple(arrivals),
        )
    )


def test_orders_that_change_something_in_turn_do_not_conflict() -> None:
    trace = orders((1.0, 0.0, 1.0), (2.0, 3.0, 1.0), (1.0, 6.0, 1.0))
    assert measured(trace, "conflicting_orders") == 0.0


def test_an_order_that_arrives_after_a_newer_one_conflicts() -> None:
    trace = orders((1.0, 0.0, 9.0), (2.0, 3.0, 1.0))
    assert trace.count(Kind.FILE) == 1
    assert measured(trace, "conflicting_orders") == 1.0
    assert measured(trace, "repeated_orders") == 0.0


def test_an_order_that_changes_nothing_is_a_duplicate() -> None:
    trace = orders((1.0, 0.0, 1.0), (1.0, 3.0, 1.0))
    assert measured(trace, "conflicting_orders") == 1.0
    assert measured(trace, "repeated_orders") == 1.0


def test_old_and_repeated_orders_are_both_counted() -> None:
    """The second is filed at 9 h, and the last repeats what the third has ordered."""
    trace = orders((3.0, 1.0, 1.0), (1.0, 0.0, 9.0), (2.0, 3.0, 1.0), (2.0, 12.0, 1.0))
    assert trace.count(Kind.FILE) == 1
    assert measured(trace, "conflicting_orders") == 2.0


def test_an_order_to_stop_what_never_began_is_a_duplicate() -> None:
    trace = orders((0.0, 0.0, 1.0))
    assert measured(trace, "conflicting_orders") == measured(trace, "repeated_orders") == 1.0


def test_an_order_under_way_does_not_conflict_yet() -> None:
    assert measured(orders((1.0, 3.0, 1.0), (2.0, 0.0, 30.0)), "conflicting_orders") == 0.0


def test_orders_to_different_places_do_not_conflict() -> None:
    there = Procedure(
        "there",
        (Observe("see", Level("profile", "v")), Send("s", "slow"), Activate("a", "pump", "there")),
    )
    here = Procedure(
        "here",
        (Observe("see", Level("profile", "v")), Send("s", "quick"), Activate("a", "pump", "here")),
    )
    base = mechanism(
        20.0,
        units=(unit("desk"),),
        links=(link("slow", "desk", "desk", constant(9.0)), link("quick", "desk", "desk", HOUR)),
        profiles=(Profile("v", (0.0,), (1.0,)),),
        measures=(Measure("pump", "supply", {"here": 1.0, "there": 1.0}),),
        procedures=(there, here),
        arrivals=(once("t", "there", 0.0), once("h", "here", 3.0)),
    )
    assert measured(played(base), "conflicting_orders") == 0.0


def test_generators_are_counted_when_they_are_connected() -> None:
    steps = (
        Activate("on", "generators", "here", 1.0, add=True),
        Work("use", "desk", HOUR),
        Activate("off", "generators", "here", -1.0, add=True),
    )
    base = one(
        *steps,
        times=(0.0, 1.0, 2.0),
        units=(unit("desk", 9),),
        measures=(Measure("generators", "supply", {"here": 0.001}, most=9.0),),
    )
    assert measured(played(base), "generator_deployments") == 3.0


# What is not done.


def test_what_is_not_done_at_the_horizon_is_unfinished() -> None:
    assert measured(at_desk(4.0, 0.0, 1.0, 2.0), "unfinished_items") == 1.0


def test_children_are_items_too() -> None:
    child = Procedure("child", (Work("w", "desk", constant(50.0)),))
    base = one(Fork("f", ("child",)), horizon=10.0, units=(unit("desk"),), procedures=(child,))
    assert measured(played(base), "unfinished_items") == 1.0


def test_a_unit_without_staff_within_the_run_is_left_out() -> None:
    """A run of six hours ends before the day desk opens; the other works all the time."""
    base = mechanism(
        6.0,
        units=(unit("day", ((8.0, 2), (20.0, 0))), unit("night")),
        procedures=(
            Procedure("p", (Work("w", "night", HOUR),)),
            Procedure("q", (Work("w", "day", HOUR),)),
        ),
        arrivals=(once("s", "p", 0.0, 1.0, 2.0, 3.0, 4.0, 5.0), once("t", "q", 5.5)),
    )
    assert measured(played(base), "busiest_utilisation") == pytest.approx(1.0)


def test_where_nobody_works_there_is_no_busiest_unit() -> None:
    base = one(Observe("o", Level("profile", "x")), profiles=(Profile("x", (0.0,), (1.0,)),))
    assert math.isnan(measured(played(base), "busiest_utilisation"))
