"""Local response: a place raises its own measures while its residents are shed, and eases them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from desim.case import load
from desim.distribution import constant
from desim.engine import play
from desim.mechanism.checks import complaints
from desim.mechanism.flow import forks
from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import Arrival, Link, Measure, Procedure, Rule, Shift, Topic, Unit
from desim.mechanism.steps import Activate, Choose, Decide, Observe, Send, Step, Tell, Work
from desim.outcome import find_outcome
from desim.policy import find_policy
from desim.policy.local_response import LOCAL_RESPONSE
from desim.program import lower
from desim.testing import policy_faults
from desim.trace import Kind, Trace
from tests.outcome.worlds import NEED, world
from tests.small import START

SICHUAN = load("sichuan_2022").mechanism
BARE = find_policy("no_coordination")
DAYS = 6


def towns(*outages: int) -> Mechanism:
    """Two towns, a and b, each with an office and a works; in some hours a's lines are too small.

    An order from the province goes to an office (1 h), may first land at the works, and goes on to
    the works (0.5 h on the way, 0.5 h of work).
    """
    hours = 24 * DAYS
    need = np.broadcast_to(NEED, (hours, 2, 4)).copy()
    need[list(outages), 0, 0] += 2.0
    here = world([20.0] * hours, need=need, line_limit=np.array([4.5, 99.0]))
    measures = (
        Measure("pumps", "supply", {"province": 1.0}),
        Measure("first", "curtail", {"a": 0.1, "b": 0.1}, "industrial"),
        Measure("second", "curtail", {"a": 0.1}, "commercial"),
        Measure("unplanned", "curtail", {"a": 0.1}, "commercial"),
    )
    rule = Rule(
        "sizing", "size", "province", ("need",), ("supply",), ("pumps", "first", "second"),
        (1.0, 1.0, 1.0), granularity=0.5,
    )  # fmt: skip
    places = ("a", "b")
    return Mechanism(
        "towns", START, float(hours),
        units=(_unit("province"), *(_unit(f"{k}.{p}", p) for p in places for k in UNITS)),
        links=tuple(link for place in places for link in _links(place)),
        topics=(Topic("need", 9.0), Topic("supply")),
        measures=measures,
        rules=(rule,),
        procedures=(
            Procedure("decide", (Decide("decide", "sizing"),)),
            *(_order(m.name, place) for m in measures[1:] for place in m.effects),
        ),
        arrivals=(
            Arrival("decide", "decide", constant(24.0), purpose="assessment"),
            *(
                Arrival(f"{m.name}.{p}", f"order.{m.name}.{p}", times=(1.0,))
                for m in measures[1:] for p in m.effects
            ),
        ),
        world=here,
    )  # fmt: skip


UNITS = ("office", "works")


def _unit(name: str, place: str = "") -> Unit:
    return Unit(name, "county" if place else "province", (Shift(0.0, 1),), place)


def _links(place: str) -> Iterator[Link]:
    for name, origin, to in (("down", "province", "office"), ("on", "office", "works")):
        ends = (origin if origin == "province" else f"{origin}.{place}", f"{to}.{place}")
        yield Link(f"{name}.{place}", *ends, "vertical", "phone", constant(0.5))


def _order(measure: str, place: str) -> Procedure:
    steps: tuple[Step, ...] = (
        Work("decided", "province", constant(3.0), "approval"),
        Send("down", f"down.{place}", "order"),
        Work("wrong", f"works.{place}", constant(5.0), "referral"),
        Work("office", f"office.{place}", constant(1.0), "order"),
        Send("on", f"on.{place}", "order"),
        Work("works", f"works.{place}", constant(0.5), "field"),
        Activate("act", measure, place, 1.0, purpose="field"),
    )
    return Procedure(f"order.{measure}.{place}", steps)


def applied(*outages: int) -> Mechanism:
    return LOCAL_RESPONSE.apply(towns(*outages), 1.0)


def played(mechanism: Mechanism, replication: int = 0) -> Trace:
    return play(lower(mechanism), seed=1, replication=replication)


def moves(trace: Trace) -> list[tuple[str, float, float]]:
    """Procedure and step, hour, and new target of everything that is activated."""
    rows = trace.select(Kind.ACTIVATE)
    labels = trace.program.labels
    return [(labels[r["step"]], float(r["time"]), float(r["value"])) for r in rows]


def test_the_towns_are_sound() -> None:
    assert complaints(towns()) == ()
    assert complaints(applied()) == ()


def test_without_an_outage_nothing_happens() -> None:
    assert len(played(applied()).items) == 0


def test_each_hour_of_an_outage_raises_a_step_in_merit_order_and_each_calm_day_eases_one() -> None:
    """An order of 2 h for each of three hours; watches from 24, 48 and 72 h find a calm day."""
    assert moves(played(applied(5, 6, 7))) == [
        ("local.raise.a.move.first", 7.0, 0.5),
        ("local.raise.a.move.first", 8.0, 1.0),
        ("local.raise.a.move.second", 9.0, 0.5),
        ("local.ease.a.move.second", 50.0, 0.0),
        ("local.ease.a.move.first", 74.0, 0.5),
        ("local.ease.a.move.first", 98.0, 0.0),
    ]


def test_an_outage_during_the_day_leaves_everything_up() -> None:
    """The outage at 30 h ends the watch of 24 h; that of 48 h is the first to find a calm day."""
    assert moves(played(applied(5, 30))) == [
        ("local.raise.a.move.first", 7.0, 0.5),
        ("local.raise.a.move.first", 32.0, 1.0),
        ("local.ease.a.move.first", 74.0, 0.5),
        ("local.ease.a.move.first", 98.0, 0.0),
    ]


def test_once_everything_is_up_no_more_is_ordered() -> None:
    """Four steps of 0.5 are all there is; the order that is then under way finds nothing to do."""
    trace = played(applied(*range(5, 20)))
    raised = [value for label, _, value in moves(trace) if label.startswith("local.raise")]
    assert raised == [0.5, 1.0, 0.5, 1.0]
    names = [trace.name(item) for item in range(len(trace.items))]
    assert sum(name.startswith("local.raise.a") for name in names) == 5


def test_the_way_is_that_of_an_order_within_the_place_without_wrong_landings() -> None:
    ordered = by_name(applied().procedures)["local.raise.a"].steps
    labels = [step.label for step in ordered if isinstance(step, Work | Send)]
    assert labels == ["way.office", "way.on", "way.works"]


def test_where_no_order_reaches_a_unit_of_the_place_it_is_no_coordination() -> None:
    base = towns(5).mapped(units=lambda unit: replace(unit, place=""))
    assert LOCAL_RESPONSE.apply(base, 1.0) == BARE.apply(base, 1.0)


@pytest.mark.parametrize("missing", ["rules", "world"])
def test_without_a_sizing_rule_or_a_world_it_is_no_coordination(missing: str) -> None:
    empty = replace(towns(5), **{missing: () if missing == "rules" else None})
    assert LOCAL_RESPONSE.apply(empty, 1.0) == BARE.apply(empty, 1.0)


def test_both_engines_play_it_alike() -> None:
    program = lower(applied(5, 6, 7, 30))
    one, other = (play(program, seed=1, replication=0, engine=e) for e in ("compiled", "simpy"))
    assert one.digest == other.digest


def test_at_lever_0_it_is_the_baseline() -> None:
    assert LOCAL_RESPONSE.apply(SICHUAN, 0.0) is SICHUAN


def test_it_keeps_the_contract_of_a_policy() -> None:
    assert policy_faults(LOCAL_RESPONSE) == ()


def alive(mechanism: Mechanism) -> Iterator[Procedure]:
    """Procedures that some stream starts, and what they fork."""
    index = by_name(mechanism.procedures)
    todo, seen = [arrival.procedure for arrival in mechanism.arrivals], set[str]()
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            yield index[name]
            todo += forks(index[name])


def test_in_sichuan_nobody_reports_decides_or_orders_across_levels() -> None:
    """But for residents who tell the hotline of a fault, as they do in any mechanism."""
    changed = LOCAL_RESPONSE.apply(SICHUAN, 1.0)
    assert SICHUAN.world is not None
    place = {unit.name: unit.place for unit in changed.units}
    links = by_name(changed.links)
    found = list(alive(changed))
    assert len(found) == 3 * len(SICHUAN.world.places)  # faults, raising, easing
    for procedure in found:
        home = {procedure.name.rpartition(".")[2]}
        for step in procedure.steps:
            if procedure.name.startswith("fault.") and step.purpose == "feedback":
                continue
            assert not isinstance(step, Decide | Tell | Observe)
            assert not isinstance(step, Choose) or step.purpose == ""
            if isinstance(step, Work):
                assert {place[step.unit]} == home
            if isinstance(step, Send):
                link = links[step.link]
                assert {place[link.origin], place[link.destination]} == home


def test_in_sichuan_a_place_orders_only_while_its_own_residents_are_shed() -> None:
    trace = played(LOCAL_RESPONSE.apply(SICHUAN, 1.0))
    begun = [(trace.name(int(r["item"])), float(r["time"])) for r in trace.select(Kind.ARRIVAL)]
    raised = [(n.partition("/")[0], hour) for n, hour in begun if n.startswith("local.raise.")]
    assert len(raised) > 100
    for name, hour in raised:
        place = name.removeprefix("local.raise.")
        assert trace.series(f"shed_residential@{place}")[int(hour)] > 0.0


def test_in_sichuan_it_helps_residents_less_than_coordination_and_more_than_nothing() -> None:
    unserved = find_outcome("residential_energy_not_served")

    def mean(mechanism: Mechanism) -> float:
        program = lower(mechanism)
        return float(np.mean([unserved(play(program, seed=1, replication=r)) for r in range(6)]))

    none, local = mean(BARE.apply(SICHUAN, 1.0)), mean(LOCAL_RESPONSE.apply(SICHUAN, 1.0))
    assert mean(SICHUAN) < 0.8 * local
    assert local < 0.8 * none
