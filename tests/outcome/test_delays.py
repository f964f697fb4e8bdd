"""Where the hours of orders go: known answers for small mechanisms, sums for random ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isnan
from random import Random
from typing import Any

import numpy as np
import pytest

from desim.distribution import constant
from desim.engine import play
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Measure, Pool, Procedure, Profile, Rule, Topic
from desim.mechanism.procedures import approve, consult, consulted, refer
from desim.mechanism.steps import (
    Activate,
    Await,
    Decide,
    Fork,
    Give,
    Observe,
    Send,
    Step,
    Take,
    Tell,
    Work,
)
from desim.outcome import OUTCOMES
from desim.outcome.delays import DELAYS, PARTS, bottlenecks, decomposition
from desim.outcome.timing import orders
from desim.program import lower
from desim.trace import Kind, Trace
from tests.accounting import played
from tests.outcome.worlds import measured
from tests.random_mechanisms import random_mechanism
from tests.small import link, mechanism, once, unit

WATER = Level("profile", "water")
SEE = Observe("see", WATER, purpose="report")
TELL = Tell("tell", "office", "need")
ASSESS: tuple[Step, ...] = (Work("draft", "office", constant(1.0)), Decide("decide", "size"))
READ = Observe("plan", Level("plan", "pump"))
ACT = Activate("act", "pump", "here")


def work(label: str, desk: str, hours: float, purpose: str = "") -> Work:
    return Work(label, desk, constant(hours), purpose)


def office(*procedures: Procedure, times: dict[str, Sequence[float]], **changes: Any) -> Mechanism:
    """An office that sees 4 of 8 and so plans half of its pump, and desks of one person."""
    desks = ("office", "clerk", "leaders", "wrong", "field", "quick", "slow")
    pairs = zip((0, 1, 2, 5), desks[::2], (*desks[1::2], "office"), strict=True)
    parts: dict[str, Any] = {
        "units": tuple(map(unit, desks)),
        "links": tuple(
            link(f"h{hours}", one, other, constant(float(hours))) for hours, one, other in pairs
        ),
        "profiles": (Profile("water", (0.0, 30.0), (4.0, 2.0)),),
        "topics": (Topic("need"), Topic("more")),
        "measures": (
            Measure("pump", "supply", {"here": 1.0, "there": 1.0}, ramp_up=4.0, ramp_down=8.0),
            Measure("alarm", "signal", {"here": 1.0}),
        ),
        "rules": (
            Rule("size", "size", "office", ("need",), (), ("pump",), (8.0,), granularity=0.25),
            Rule("both", "size", "office", ("need", "more"), (), ("pump",), (8.0,)),
        ),
        "procedures": procedures,
        "arrivals": tuple(once(name, name, *hours) for name, hours in times.items()),
    }
    return mechanism(100.0, **(parts | changes))


REPORT = Procedure("report", (SEE, Send("up", "h2"), work("read", "clerk", 1.0, "report"), TELL))


def after(*steps: Step, more: Sequence[Procedure] = (), **changes: Any) -> Trace:
    """Observed at 1, told at 4, assessed from 6 to 7; then these steps and the activation."""
    order = Procedure("order", (*ASSESS, READ, *steps, ACT))
    times = {"report": (1.0,), "order": (6.0,), **changes.pop("times", {})}
    return played(office(REPORT, order, *more, times=times, **changes))


BEFORE = {"transmitting": 2.0, "reporting": 1.0, "observing": 2.0, "assessing": 1.0}
"""Hours before the decision in `after`; the ramp to one half takes 2 more."""


def parts(trace: Trace, order: int = 0) -> dict[str, float]:
    """Parts of an order that take time, rounded to what floats can tell apart."""
    found = decomposition(trace)
    assert found.hours.sum(axis=1) == pytest.approx(found.total, abs=1e-9)
    hours = zip(PARTS, found.hours[order].tolist(), strict=True)
    return {part: pytest.approx(spent, abs=1e-9) for part, spent in hours if spent > 0.0}


def spent(trace: Trace) -> dict[str, tuple[float, float]]:
    """Hours and waiting by unit, link and pool."""
    return {
        each.name: (round(each.hours, 9), round(each.waiting, 9)) for each in bottlenecks(trace)
    }


def plus(**more: float) -> dict[str, float]:
    """What is spent before the decision and on the ramp, and more."""
    known = {**BEFORE, "ramp": 2.0}
    return known | {part: known.get(part, 0.0) + hours for part, hours in more.items()}


# One order, step by step.


def test_an_order_is_divided_from_the_observation_to_the_end_of_its_ramp() -> None:
    trace = after(Send("down", "h5"), work("do", "field", 3.0, "field"))
    assert plus(transmitting=5.0, field=3.0) == parts(trace)
    found = decomposition(trace)
    assert found.total.tolist() == [pytest.approx(15.0 - 1.0 + 2.0)]
    assert found.decided.tolist() == [7.0]
    assert [trace.program.slots[slot] for slot in found.slot] == [("pump", "here")]


@pytest.mark.parametrize(
    ("purpose", "part"),
    [
        ("", "assessing"), ("approval", "approving"), ("return", "referring"),
        ("referral", "referring"), ("order", "ordering"), ("notice", "ordering"),
        ("consultation", "consulting"), ("negotiation", "consulting"), ("field", "field"),
        ("verification", "reporting"),
    ],
)  # fmt: skip
def test_work_counts_by_its_purpose(purpose: str, part: str) -> None:
    assert plus(**{part: 3.0}) == parts(after(work("do", "field", 3.0, purpose)))


def test_waiting_for_staff_is_waiting_whatever_the_work_is_for() -> None:
    """Somebody else is at the leaders' from 5 to 9; the draft comes at 7."""
    busy = Procedure("busy", (work("long", "leaders", 4.0),))
    trace = after(work("ask", "leaders", 3.0, "approval"), more=(busy,), times={"busy": (5.0,)})
    assert plus(waiting=2.0, approving=3.0) == parts(trace)
    assert spent(trace)["leaders"] == (5.0, 2.0)


def test_a_report_waits_at_desks_as_orders_do() -> None:
    """The clerk is busy until 5: told at 6, when the assessment begins."""
    busy = Procedure("busy", (work("long", "clerk", 3.0),))
    found = parts(after(more=(busy,), times={"busy": (2.0,)}))
    assert {**plus(waiting=2.0), "observing": 0.0} == {"observing": 0.0, **found}


def test_an_approval_travels_and_is_revised_when_it_comes_back() -> None:
    """Returned by chance once or more: each round is 4 hours of approving and 3 on the way."""
    steps = approve(
        "ok", "h1", "leaders", constant(4.0), "h2", drafter="office", revision=constant(0.5),
        returned=0.9,
    )  # fmt: skip
    trace = after(*steps)
    rounds = int((trace.program.purpose[trace.select(Kind.START)["step"]] == _approval()).sum())
    assert rounds > 1
    wanted = plus(approving=4.0 * rounds, transmitting=3.0 * rounds, referring=0.5 * (rounds - 1))
    assert wanted == parts(trace)


def _approval() -> int:
    from desim.mechanism.steps import PURPOSES

    return list(PURPOSES).index("approval")


def test_a_referral_costs_work_at_the_wrong_unit_and_the_way_from_it() -> None:
    steps = refer("land", 0.999999, "wrong", "h1", constant(2.0), times=2)
    trace = after(*steps)
    assert plus(referring=4.0, transmitting=2.0) == parts(trace)
    assert spent(trace)["wrong"] == (4.0, 0.0)


def test_losses_and_repeats_are_time_on_the_link() -> None:
    bad = link("bad", "office", "field", constant(1.0), loss=0.8, resend=constant(3.0))
    links = (*office(times={}).links, bad)
    trace = after(Send("down", "bad"), links=links)
    repeats = sum(trace.program.labels[s] == "order.down" for s in trace.select(Kind.SEND)["step"])
    assert repeats > 1
    assert plus(transmitting=1.0 + 3.0 * (repeats - 1)) == parts(trace)
    assert spent(trace)["bad"] == (1.0 + 3.0 * (repeats - 1), 0.0)


def test_transport_in_the_field_and_waiting_for_equipment_are_field_work() -> None:
    """Somebody else has the only truck from 0 to 12."""
    taken = (Take("t", "trucks"), work("use", "slow", 12.0), Give("g", "trucks"))
    steps = (Take("get", "trucks"), Send("drive", "h2", "field"), Give("back", "trucks"))
    trace = after(
        *steps, more=(Procedure("busy", taken),), times={"busy": (0.0,)},
        pools=(Pool("trucks", 1.0),),
    )  # fmt: skip
    assert plus(field=5.0 + 2.0) == parts(trace)
    assert spent(trace)["trucks"] == (5.0, 5.0)


@pytest.mark.parametrize(("purpose", "part"), [("", "condition"), ("field", "field")])
def test_waiting_for_a_condition_is_no_waiting_at_desks(purpose: str, part: str) -> None:
    """Water falls at 30; the order waits for it from 7 on."""
    wait = Await("until", Condition(WATER, "<", 3.0), purpose=purpose)
    assert plus(**{part: 23.0}) == parts(after(wait))


# Consultations and forks.

ASKED = (
    consulted("ask.quick", "quick", "h1", "h0", constant(1.0)),
    consulted("ask.slow", "slow", "h1", "h2", constant(5.0)),
)


@pytest.mark.parametrize(
    ("quorum", "hours", "places"),
    [(1, 2.0, {"quick": 1.0, "h1": 1.0}), (None, 8.0, {"slow": 5.0, "h1": 1.0, "h2": 2.0})],
)
def test_waiting_for_answers_is_consulting_at_the_place_of_the_last_one_needed(
    quorum: int | None, hours: float, places: dict[str, float]
) -> None:
    trace = after(*consult("all", ("ask.quick", "ask.slow"), quorum=quorum), more=ASKED)
    assert plus(consulting=hours) == parts(trace)
    found, known = spent(trace), {"h2": 2.0, "clerk": 1.0, "office": 1.0}
    wanted = {name: known.get(name, 0.0) + places.get(name, 0.0) for name in {**known, **places}}
    assert {name: each[0] for name, each in found.items()} == wanted


def test_only_what_is_left_to_wait_for_is_consulting() -> None:
    """The item works for 3 hours between asking and waiting; the slow answer takes 8."""
    ask, wait = consult("all", ("ask.quick", "ask.slow"))
    trace = after(ask, work("own", "office", 3.0), wait, more=ASKED)
    assert plus(assessing=3.0, consulting=5.0) == parts(trace)
    assert spent(trace)["slow"] == (3.0, 0.0)


def test_the_way_of_an_order_goes_through_the_items_that_started_it() -> None:
    """Assessed until 7, passed on until 8; the two places take 2 and 5 hours."""
    places = tuple(
        Procedure(place, (Send("down", f"h{hours}"), Activate("act", "pump", place)))
        for place, hours in (("here", 2), ("there", 5))
    )
    steps = (*ASSESS, READ, work("pass", "clerk", 1.0, "order"), Fork("f", ("here", "there")))
    times = {"report": (1.0,), "assess": (6.0,)}
    trace = played(office(REPORT, Procedure("assess", steps), *places, times=times))
    assert plus(ordering=1.0, transmitting=2.0) == parts(trace, 0)
    assert plus(ordering=1.0, transmitting=5.0) == parts(trace, 1)
    # what comes before the fork is counted for both
    assert spent(trace)["office"] == (2.0, 0.0)
    assert spent(trace)["clerk"] == (2.0 * (1.0 + 1.0), 0.0)
    assert bottlenecks(trace)[0].name == "h2"


# What decisions rest on.


def test_needs_on_the_board_count_equally() -> None:
    """One need is seen at 1 and told at 4, the other has never been reported: known at 0."""
    steps = (work("draft", "office", 1.0), Decide("decide", "both"), READ, ACT)
    times = {"report": (1.0,), "order": (6.0,)}
    trace = played(office(REPORT, Procedure("order", steps), times=times))
    found = parts(trace)
    wanted = {"transmitting": 1.0, "reporting": 0.5, "observing": (2.0 + 6.0) / 2.0}
    assert {part: found[part] for part in wanted} == wanted
    assert decomposition(trace).total[0] == pytest.approx(7.0 - 0.5 + float(found["ramp"].expected))


def test_what_the_decider_did_before_the_report_came_did_not_delay_it() -> None:
    """The draft takes from 2 to 7; the report comes at 4, and waits for 3 hours of it."""
    steps = (work("draft", "office", 5.0), Decide("decide", "size"), READ, ACT)
    times = {"report": (1.0,), "order": (2.0,)}
    trace = played(office(REPORT, Procedure("order", steps), times=times))
    wanted = {"transmitting": 2.0, "reporting": 1.0, "assessing": 3.0, "ramp": 2.0}
    assert wanted == parts(trace)


def test_an_older_report_that_comes_later_is_not_what_is_decided_on() -> None:
    late = Procedure("late", (SEE, Send("up", "h5"), TELL))
    assert plus() == parts(after(more=(late,), times={"late": (0.5,)}))


def test_a_decision_that_nobody_carries_out_lies_until_somebody_takes_it_up() -> None:
    """Decided at 7; the item that reads the plan and acts comes at 20."""
    times = {"report": (1.0,), "decide": (6.0,), "act": (20.0,)}
    act = Procedure("act", (READ, Send("down", "h1"), ACT))
    trace = played(office(REPORT, Procedure("decide", ASSESS), act, times=times))
    assert plus(observing=13.0, transmitting=1.0) == parts(trace)


def test_an_order_without_a_decision_counts_from_what_it_carries() -> None:
    direct = Procedure("direct", (Observe("see", WATER), Send("down", "h2"), ACT))
    trace = played(office(direct, times={"direct": (3.0,)}))
    assert parts(trace) == {"transmitting": 2.0, "ramp": 4.0}
    assert decomposition(trace).decided.tolist() == [3.0]


def test_an_order_that_has_read_nothing_counts_from_its_arrival() -> None:
    trace = played(office(Procedure("direct", (Send("down", "h2"), ACT)), times={"direct": (3.0,)}))
    assert parts(trace) == {"transmitting": 2.0}
    assert decomposition(trace).total.tolist() == [pytest.approx(2.0)]


# The ramp.


def test_a_ramp_takes_as_long_as_the_change_of_the_target() -> None:
    """Up by a half at 4 h for 1, then down by a quarter at 8 h for 1, then nothing."""
    steps = (*ASSESS, READ, ACT)
    times = {"report": (1.0, 31.0), "order": (6.0, 40.0, 50.0)}
    trace = played(office(REPORT, Procedure("order", steps), times=times))
    ramps = decomposition(trace).hours[:, list(PARTS).index("ramp")]
    assert ramps.tolist() == pytest.approx([2.0, 2.0, 0.0])


def test_targets_set_by_hand_count_as_the_old_target() -> None:
    by_hand = Procedure("hand", (Activate("hand", "pump", "here", 1.0),))
    found = parts(after(more=(by_hand,), times={"hand": (3.0,)}))
    assert found["ramp"] == 0.5 * 8.0


# Outcomes.


def test_the_outcomes_are_means_over_orders_and_add_up() -> None:
    steps = (*ASSESS, READ, Send("down", "h5"), ACT)
    times = {"report": (1.0,), "order": (6.0, 20.0)}
    trace = played(office(REPORT, Procedure("order", steps), times=times))
    assert measured(trace, "delay_transmitting") == pytest.approx(7.0)
    assert measured(trace, "delay_observing") == pytest.approx((2.0 + 16.0) / 2.0)
    assert measured(trace, "delay_total") == pytest.approx(
        sum(measured(trace, f"delay_{part}") for part in PARTS)
    )


@pytest.mark.parametrize("name", [outcome.name for outcome in DELAYS])
def test_without_orders_there_is_nothing_to_divide(name: str) -> None:
    trace = played(office(REPORT, times={"report": (1.0,)}))
    assert isnan(measured(trace, name))
    assert bottlenecks(trace) == ()
    assert "not a number" in next(o for o in OUTCOMES if o.name == name).unfinished.lower()


def test_signals_and_fixed_amounts_are_no_orders() -> None:
    steps = (Activate("a", "alarm", "here"), Activate("b", "pump", "here", 1.0))
    trace = played(office(Procedure("p", steps), times={"p": (1.0,)}))
    assert len(decomposition(trace).total) == 0


# Any mechanism.


def with_orders(seed: int) -> Mechanism:
    """A random mechanism in which all activations carry what the item has read."""

    def carried(procedure: Procedure, step: Step) -> Step:
        return replace(step, amount=None) if isinstance(step, Activate) else step

    return random_mechanism(Random(seed)).mapped_steps(carried)


def test_parts_add_up_and_none_is_negative_whatever_the_mechanism() -> None:
    count = 0
    for seed in range(300):
        trace = play(lower(with_orders(seed)), seed=seed, replication=0)
        found = decomposition(trace)
        arrived, _ = orders(trace)
        count += len(arrived)
        assert len(found.total) == len(arrived)
        assert np.all(found.hours >= 0.0)
        assert np.abs(found.hours.sum(axis=1) - found.total).max(initial=0.0) < 1e-9
        placed = sum(each.hours for each in bottlenecks(trace))
        assert placed <= found.hours.sum() + 1e-6
        assert all(0.0 <= each.waiting <= each.hours for each in bottlenecks(trace))
    assert count > 500
