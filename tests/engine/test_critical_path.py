"""Without randomness the time of every answer is known to the minute."""

from __future__ import annotations

import pytest

from desim.distribution import constant
from desim.mechanism.levels import Condition, Level
from desim.mechanism.parts import Pool, Profile
from desim.mechanism.procedures import approve, consult, consulted, order_down
from desim.mechanism.steps import Await, Give, Send, Take, Work
from desim.trace import Kind, Trace
from tests.accounting import played
from tests.small import link, one, unit

MINUTE = 1.0 / 60.0


def minutes(value: float) -> float:
    """Minutes as hours."""
    return value * MINUTE


def length(trace: Trace, item: str = "c/1") -> float:
    """Minutes from an item's arrival to its end."""
    number = trace.find(item)
    mine = trace.records[trace.records["item"] == number]
    assert mine["kind"][-1] == Kind.DONE
    return float(mine["time"][-1] - mine["time"][0]) / MINUTE


def test_a_consultation_takes_as_long_as_its_slowest_needed_answer() -> None:
    """Draft 45; ask three, who take 10+30+10, 10+80+10 and 10+20+10; then 15 to sum up."""
    works = {"energy": 30.0, "water": 80.0, "finance": 20.0}
    asked = tuple(
        consulted(name, name, "there", "back", constant(minutes(work)))
        for name, work in works.items()
    )

    def with_quorum(quorum: int | None) -> float:
        steps = (
            Work("draft", "office", constant(minutes(45.0))),
            *consult("consult", tuple(works), quorum=quorum),
            Work("sum_up", "office", constant(minutes(15.0))),
        )
        mechanism = one(
            *steps,
            units=(unit("office"), *(unit(name) for name in works)),
            links=(
                link("there", "office", "water", constant(minutes(10.0))),
                link("back", "water", "office", constant(minutes(10.0))),
            ),
            procedures=asked,
        )
        return length(played(mechanism))

    assert with_quorum(None) == pytest.approx(45.0 + 100.0 + 15.0, abs=1e-6)
    assert with_quorum(2) == pytest.approx(45.0 + 50.0 + 15.0, abs=1e-6)
    assert with_quorum(1) == pytest.approx(45.0 + 40.0 + 15.0, abs=1e-6)


def approval(returned: float, delegated: float) -> float:
    """Minutes of an approval: 20 up, 60 of work, 25 down; a revision takes 90."""
    steps = approve(
        "level",
        "up",
        "leaders",
        constant(minutes(60.0)),
        "down",
        drafter="office",
        revision=constant(minutes(90.0)),
        returned=returned,
        delegated=delegated,
    )
    mechanism = one(
        *steps,
        units=(unit("office"), unit("leaders")),
        links=(
            link("up", "office", "leaders", constant(minutes(20.0))),
            link("down", "leaders", "office", constant(minutes(25.0))),
        ),
    )
    return length(played(mechanism))


def test_an_approval_takes_its_way_up_its_work_and_its_way_down() -> None:
    assert approval(returned=0.0, delegated=0.0) == pytest.approx(105.0, abs=1e-6)


def test_a_delegated_matter_needs_no_approval() -> None:
    assert approval(returned=0.0, delegated=1.0) == 0.0


def test_orders_queue_at_the_unit_that_carries_them() -> None:
    """Three orders over 30 minutes of road to a unit that needs 20 for each."""
    hops = (("road", "county", constant(minutes(20.0))),)
    steps = order_down(hops, "cut", "here", amount=1.0)[:-1]
    mechanism = one(
        *steps,
        times=(0.0, minutes(5.0), minutes(10.0)),
        units=(unit("office"), unit("county")),
        links=(link("road", "office", "county", constant(minutes(30.0))),),
    )
    trace = played(mechanism)
    lengths = [length(trace, f"c/{i}") for i in (1, 2, 3)]
    assert lengths == pytest.approx([50.0, 65.0, 80.0], abs=1e-6)


def test_a_truck_is_waited_for_then_driven_used_and_brought_back() -> None:
    """Agreement after 2 h; one truck; 3 h out, 4 h of use, 3 h back; the next one 10 h later."""
    agreed = (Profile("agreed", (0.0, 2.0), (0.0, 1.0)),)
    steps = (
        Await("agreement", Condition(Level("profile", "agreed"), ">=", 1.0)),
        Take("take", "trucks"),
        Send("out", "road"),
        Work("use", "crew", constant(4.0)),
        Send("home", "road"),
        Give("give", "trucks"),
    )
    mechanism = one(
        *steps,
        times=(0.0, 1.0),
        units=(unit("crew", 5),),
        links=(link("road", "crew", "crew", constant(3.0)),),
        pools=(Pool("trucks", 1.0),),
        profiles=agreed,
    )
    trace = played(mechanism)
    assert length(trace, "c/1") == pytest.approx(12.0 * 60.0, abs=1e-6)
    assert length(trace, "c/2") == pytest.approx(21.0 * 60.0, abs=1e-6)


def test_giving_up_takes_the_deadline_and_the_other_way() -> None:
    never = Condition(Level("profile", "agreed"), ">=", 1.0)
    steps = (
        Await("agreement", never, constant(minutes(30.0)), "otherwise"),
        Work("never", "office", constant(9.0)),
        Work("otherwise", "office", constant(minutes(12.0))),
    )
    mechanism = one(
        *steps,
        units=(unit("office"),),
        profiles=(Profile("agreed", (0.0,), (0.0,)),),
    )
    trace = played(mechanism)
    assert length(trace) == pytest.approx(42.0, abs=1e-6)


def test_a_lost_dispatch_is_noticed_and_sent_again() -> None:
    """Every loss costs the 20 minutes until it is noticed, and only the last trip takes 7."""
    steps = (Send("send", "way"),)
    mechanism = one(
        *steps,
        times=tuple(float(i) for i in range(80)),
        units=(unit("office"),),
        links=(
            link(
                "way",
                "office",
                "office",
                constant(minutes(7.0)),
                loss=0.5,
                resend=constant(minutes(20.0)),
            ),
        ),
    )
    trace = played(mechanism)
    sends = trace.select(Kind.SEND)
    attempts = {int(item): int((sends["item"] == item).sum()) for item in sends["item"]}
    assert max(attempts.values()) >= 3
    for item, count in attempts.items():
        expected = 20.0 * (count - 1) + 7.0
        assert length(trace, trace.name(item)) == pytest.approx(expected, abs=1e-6)
    lost = sum(attempts.values()) - len(attempts)
    assert 0.3 < lost / sum(attempts.values()) < 0.7
    assert sends["value"].max() == max(attempts.values())
