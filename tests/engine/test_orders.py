"""Dated orders, and orders that are overdue (semantics 13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from desim.distribution import Distribution, constant
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Measure, Procedure, Profile, Rule, Topic
from desim.mechanism.steps import (
    Activate,
    Branch,
    Choose,
    Decide,
    Fork,
    Observe,
    Send,
    Step,
    Tell,
    Work,
)
from desim.trace import Kind, Trace
from tests.accounting import played, records_of
from tests.estimation import assert_shares
from tests.small import link, mechanism, once, unit

WANTED = Level("profile", "wanted")
PLAN = Level("plan", "pump")
OVERDUE = Level("overdue", "pump", "valley")
PUMP = Measure("pump", "signal", {"valley": 1.0, "hill": 1.0}, most=9.0)


def sent(name: str, *, hours: float, act: Activate) -> Procedure:
    """An order that is read off what is wanted and takes so long to arrive."""
    way = Work("way", "field", constant(hours))
    return Procedure(name, (Observe("see", WANTED), way, act))


def race(act: Activate | None = None, **parts: Any) -> Mechanism:
    """1 is wanted at hour 0 and takes 5 h; 3 is wanted at hour 1 and takes 1 h."""
    act = act or Activate("act", "pump", "valley")
    parts.setdefault("procedures", ())
    parts.setdefault("arrivals", ())
    return mechanism(
        20.0,
        units=(unit("field", 99),),
        profiles=(Profile("wanted", (0.0, 1.0), (1.0, 3.0)),),
        measures=(PUMP,),
        procedures=(
            sent("slow", hours=5.0, act=act),
            sent("fast", hours=1.0, act=act),
            *parts["procedures"],
        ),
        arrivals=(once("a", "slow", 0.0), once("b", "fast", 1.0), *parts["arrivals"]),
    )


def carried_out(trace: Trace) -> list[tuple[float, str, float]]:
    """Time, kind and value of everything that became of orders."""
    kinds = (Kind.ACTIVATE, Kind.FILE)
    return [(r.time, r.kind.name, r.value) for r in records_of(trace) if r.kind in kinds]


def test_an_old_order_that_arrives_late_is_filed_and_the_newer_stays_in_force() -> None:
    look = Procedure("look", (Observe("target", Level("target", "pump", "valley")),))
    trace = played(race(procedures=(look,), arrivals=(once("l", "look", 3.0, 6.0),)))
    assert carried_out(trace) == [(2.0, "ACTIVATE", 3.0), (5.0, "FILE", 1.0)]
    row = trace.program.labels.index("look.target")
    assert [r.value for r in records_of(trace) if r.row == row and r.kind == Kind.OBSERVE] == [3, 3]


def test_what_is_filed_keeps_its_date() -> None:
    filed = [r for r in records_of(played(race())) if r.kind == Kind.FILE]
    assert [r.since for r in filed] == [0.0]


def test_orders_of_one_date_are_all_carried_out() -> None:
    act = Activate("act", "pump", "valley")
    children = (
        Procedure("one", (Work("w", "field", constant(1.0)), act)),
        Procedure("two", (Work("w", "field", constant(2.0)), act)),
    )
    both = Procedure("both", (Observe("see", WANTED), Fork("f", ("one", "two"))))
    base = race(procedures=(*children, both), arrivals=(once("c", "both", 10.0),))
    assert carried_out(played(base))[2:] == [(11.0, "ACTIVATE", 3.0), (12.0, "ACTIVATE", 3.0)]


def test_each_place_has_its_own_order_in_force() -> None:
    base = race()
    there = sent("slow", hours=5.0, act=Activate("act", "pump", "hill"))
    apart = replace(base, procedures=(there, *base.procedures[1:]))
    assert carried_out(played(apart)) == [(2.0, "ACTIVATE", 3.0), (5.0, "ACTIVATE", 1.0)]


def test_an_order_that_nobody_checks_is_carried_out_late() -> None:
    unchecked = Activate("act", "pump", "valley", unchecked=1.0)
    trace = played(race(unchecked))
    assert carried_out(trace) == [(2.0, "ACTIVATE", 3.0), (5.0, "ACTIVATE", 1.0)]


def test_the_order_carried_out_last_is_the_one_in_force() -> None:
    """After an unchecked old order, one that is older than the newest is no longer late."""
    base = race(Activate("act", "pump", "valley", unchecked=1.0))
    between = sent("between", hours=9.5, act=Activate("act", "pump", "valley"))
    more = replace(
        base,
        procedures=(*base.procedures, between),
        arrivals=(*base.arrivals, once("c", "between", 0.5)),
    )
    assert carried_out(played(more))[-1] == (10.0, "ACTIVATE", 1.0)


def test_a_fixed_amount_is_not_dated() -> None:
    fixed = Activate("act", "pump", "valley", 2.0)
    assert carried_out(played(race(fixed))) == [(2.0, "ACTIVATE", 2.0), (5.0, "ACTIVATE", 2.0)]


def test_what_is_added_is_not_dated() -> None:
    adds = Activate("act", "pump", "valley", add=True)
    assert carried_out(played(race(adds))) == [(2.0, "ACTIVATE", 3.0), (5.0, "ACTIVATE", 4.0)]


def test_what_is_not_dated_leaves_the_order_in_force() -> None:
    stop = Procedure("stop", (Activate("act", "pump", "valley", 0.0),))
    trace = played(race(procedures=(stop,), arrivals=(once("c", "stop", 4.0),)))
    assert carried_out(trace)[1:] == [(4.0, "ACTIVATE", 0.0), (5.0, "FILE", 1.0)]


def races(unchecked: float, number: int, **parts: Any) -> Mechanism:
    """The same race again and again, a new one every 10 hours."""
    hours = 10.0 * np.arange(number)
    base = race(Activate("act", "pump", "valley", unchecked=unchecked), **parts)
    streams = (once("a", "slow", *hours.tolist()), once("b", "fast", *(hours + 1.0).tolist()))
    return replace(base, horizon=10.0 * number, arrivals=(*streams, *base.arrivals[2:]))


def fates(trace: Trace) -> dict[str, Kind]:
    """What became of the order of each item that came late."""
    found = [r for r in records_of(trace) if r.kind in (Kind.ACTIVATE, Kind.FILE)]
    names = ((trace.name(r.item), r.kind) for r in found)
    return {name: kind for name, kind in names if name.startswith("a/")}


def test_late_orders_go_unchecked_with_their_chance() -> None:
    found = list(fates(played(races(0.3, 1500))).values())
    late = [found.count(Kind.ACTIVATE), found.count(Kind.FILE)]
    assert_shares(late, (0.3, 0.7))


def test_whether_an_order_goes_unchecked_is_keyed_by_its_item() -> None:
    """Other orders elsewhere change nobody's luck."""
    before = fates(played(races(0.5, 40)))
    elsewhere = sent("there", hours=3.0, act=Activate("act", "pump", "hill", unchecked=0.5))
    stream = once("c", "there", *map(float, range(0, 390, 7)))
    after = fates(played(races(0.5, 40, procedures=(elsewhere,), arrivals=(stream,))))
    assert set(before.values()) == {Kind.ACTIVATE, Kind.FILE}
    assert after == before
    assert fates(played(races(0.5, 40), seed=2)) != before


PATIENCE = 6.0


def watched(*, need: Profile | None = None, loses: bool = True, law: Distribution | None = None,
            horizon: float = 30.0) -> Mechanism:  # fmt: skip
    """A decision whose order is lost on its way, and a watch that issues it again when overdue."""
    lost: tuple[Step, ...] = (Choose("lost", (Branch("end", 1.0),), "orphan"),) if loses else ()
    order = (
        Observe("see", Level("profile", "need")),
        Tell("tell", "office", "need"),
        Decide("decide", "sizing"),
        Observe("read", PLAN),
        *lost,
        Activate("act", "pump", "valley"),
    )
    again = (Observe("read", PLAN), Send("call", "line"), Activate("act", "pump", "valley"))
    when = Condition(OVERDUE, ">=", PATIENCE)
    return mechanism(
        horizon,
        units=(unit("office"), unit("field")),
        links=(link("line", "office", "field", law or constant(0.25)),),
        profiles=(need or Profile("need", (0.0,), (4.0,)),),
        topics=(Topic("need", 4.0),),
        measures=(PUMP,),
        rules=(Rule("sizing", "size", "office", ("need",), (), ("pump",), (8.0,)),),
        procedures=(
            Procedure("order", order),
            Procedure("again", again),
            Procedure("look", (Observe("overdue", OVERDUE),)),
        ),
        arrivals=(
            once("order", "order", 0.0),
            Arrival("again", "again", constant(1.0), first=0.0, when=when),
            once("look", "look", *(hour + 0.5 for hour in range(int(horizon)))),
        ),
    )


def overdue(trace: Trace) -> list[float]:
    """Hours that the order was overdue, looked at half past each hour."""
    row = trace.program.labels.index("look.overdue")
    return [r.value for r in records_of(trace) if r.row == row and r.kind == Kind.OBSERVE]


def test_an_order_lost_in_the_field_is_overdue_until_it_is_issued_again() -> None:
    trace = played(watched())
    assert overdue(trace)[:8] == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 0.0, 0.0]
    assert carried_out(trace) == [(PATIENCE + 0.25, "ACTIVATE", 0.5)]


def test_a_watch_issues_nothing_before_its_patience_ends() -> None:
    assert carried_out(played(watched(horizon=PATIENCE))) == []


def test_nothing_is_overdue_where_the_target_equals_the_plan() -> None:
    trace = played(watched(loses=False))
    assert overdue(trace) == [0.0] * 30
    assert carried_out(trace) == [(0.0, "ACTIVATE", 0.5)]


def test_overdue_counts_from_the_last_move_of_the_plan() -> None:
    """A second decision raises the plan at hour 3 and is lost as well; one that moves nothing
    at hour 5 leaves the count."""
    base = watched(need=Profile("need", (0.0, 3.0), (4.0, 8.0)))
    orders = once("order", "order", 0.0, 3.0, 5.0)
    trace = played(replace(base, arrivals=(orders, *base.arrivals[1:])))
    assert overdue(trace)[:10] == [0.5, 1.5, 2.5, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 0.0]
    assert carried_out(trace) == [(3.0 + PATIENCE + 0.25, "ACTIVATE", 1.0)]


@pytest.mark.parametrize("place", ["valley", "hill"])
def test_overdue_is_asked_place_by_place(place: str) -> None:
    """The order was carried out in the valley only."""
    base = watched(loses=False, horizon=5.0)
    look = Procedure("look", (Observe("overdue", Level("overdue", "pump", place)),))
    found = overdue(played(replace(base, procedures=(*base.procedures[:2], look))))
    assert found == ([0.0] * 5 if place == "valley" else [0.5, 1.5, 2.5, 3.5, 4.5])
