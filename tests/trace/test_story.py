"""The story of one item says what happened, and nothing that did not."""

from __future__ import annotations

from typing import Any

import pytest

from desim.distribution import constant
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Measure, Pool, Procedure, Profile, Rule, Topic
from desim.mechanism.steps import (
    Activate,
    Await,
    Decide,
    Fork,
    Give,
    Join,
    Observe,
    Send,
    Step,
    Take,
    Tell,
    Work,
)
from desim.trace import Trace
from desim.trace.story import story
from tests.accounting import played
from tests.small import link, one, unit

WATER = Level("profile", "water")
HOUR = constant(1.0)
SEE, SEND, TELL = Observe("see", WATER), Send("send", "up"), Tell("tell", "office", "level")


def having(*steps: Step, **parts: Any) -> Mechanism:
    return one(
        *steps,
        units=(unit("office"),),
        links=(link("up", "office", "office", HOUR, loss=parts.pop("loss", 0.0)),),
        pools=(Pool("trucks", 2.0),),
        profiles=(Profile("water", (0.0, 5.0), (3.0, 7.0)),),
        topics=(Topic("level"),),
        measures=(Measure("alarm", "signal", {"here": 1.0}, most=9.0),),
        rules=(Rule("size", "size", "office", ("level",), (), ("alarm",), (1.0,)),),
        **parts,
    )


def told(mechanism: Mechanism, name: str = "c/1") -> list[str]:
    """The lines of an item's story, without the clock."""
    trace = played(mechanism)
    item = trace.find(name)
    assert item is not None
    lines = story(trace, item).splitlines()
    return [lines[0], *(line[26:] if line.startswith("  0") else line for line in lines[1:])]


def test_it_begins_with_the_name_and_ends_with_the_time_it_took() -> None:
    lines = told(having(Work("w", "office", HOUR)))
    assert lines[0] == "c/1"
    assert lines[-1] == "  It took 1.00 hours."


def test_it_says_when_an_item_is_not_done() -> None:
    lines = told(having(Work("w", "office", HOUR), horizon=0.5))
    assert lines[-1] == "  It is not done at the horizon, 0.50 hours after arriving."


def test_every_record_has_its_clock_and_what_was_waited() -> None:
    trace = played(having(Work("w", "office", HOUR)))
    assert story(trace, 0).splitlines()[1:5] == [
        "  01 Jan 00:00            begins p",
        "  01 Jan 00:00            queues at office",
        "  01 Jan 00:00            is taken up by office",
        "  01 Jan 01:00 (+1.00 h)  leaves office",
    ]


@pytest.mark.parametrize(
    ("steps", "lines"),
    [
        ((SEE,), ["observes 3"]),
        ((SEE, SEND), ["observes 3", "is sent over up", "arrives over up, carrying 3"]),
        ((SEE, TELL), ["observes 3", "tells office that level was 3 (true at 01 Jan 00:00)"]),
        ((SEND,), ["is sent over up", "arrives over up"]),
        ((TELL,), ["tells office about level, without having observed anything"]),
        (
            (SEND, SEE, SEND),
            ["is sent over up", "arrives over up", "observes 3", "is sent over up",
             "arrives over up, carrying 3"],
        ),
        (
            (Take("t", "trucks"), Give("g", "trucks")),
            ["asks for 1 of trucks", "gets 1 of trucks", "gives back 1 of trucks"],
        ),
        (
            (Await("a", Condition(WATER, ">", 5.0)),),
            ["waits until profile:water > 5", "goes on"],
        ),
        (
            (Await("a", Condition(WATER, ">", 9.0), HOUR),),
            ["waits until profile:water > 9", "gives up waiting"],
        ),
        (
            (Decide("d", "size"),),
            ["decides by size: finds 0, board (true at 01 Jan 00:00)"],
        ),
        ((Activate("a", "alarm", "here", 4.0),), ["sets alarm at here to 4"]),
        ((Observe("o", WATER, purpose="report"),), ["observes 3 (report)"]),
    ],
)  # fmt: skip
def test_a_step_in_words(steps: tuple[Step, ...], lines: list[str]) -> None:
    labelled = [
        step if steps.index(step) == i else Send(f"again{i}", "up") for i, step in enumerate(steps)
    ]
    assert told(having(*labelled))[2:-2] == lines


def test_an_order_that_is_filed_is_not_said_to_be_carried_out() -> None:
    """The older order of the child arrives after the newer one of its parent."""
    act = Activate("act", "alarm", "here")
    late = Procedure("late", (SEND, act))
    steps = (SEE, Fork("f", ("late",)), Work("w", "office", constant(0.5)))
    both = having(*steps, Observe("again", WATER), act, procedures=(late,))
    assert "sets alarm at here to 3" in told(both)
    assert (
        "files the order for alarm at here: 3 (true at 01 Jan 00:00), a newer one is in force"
        in told(both, "c/1/late")
    )


def family(*before: Step) -> Mechanism:
    """A parent that forks after some steps, and a child that travels and tells."""
    child = Procedure("child", (SEND, TELL))
    return having(*before, Fork("f", ("child",)), Join("j", "f"), procedures=(child,))


def test_a_child_carries_what_its_parent_observed() -> None:
    lines = told(family(SEE), "c/1/child")
    assert "arrives over up, carrying 3" in lines
    assert "tells office that level was 3 (true at 01 Jan 00:00)" in lines


def test_a_child_of_a_parent_that_observed_nothing_carries_nothing() -> None:
    lines = told(family(), "c/1/child")
    assert "arrives over up" in lines
    assert "tells office about level, without having observed anything" in lines


def test_a_child_does_not_carry_what_its_parent_observes_later() -> None:
    child = Procedure("child", (Send("slow", "up"), Send("send", "up")))
    lines = told(having(Fork("f", ("child",)), SEE, procedures=(child,)), "c/1/child")
    assert not any("carrying" in line for line in lines)


def test_a_parent_tells_of_its_children() -> None:
    lines = told(family())
    assert "starts 1 branches" in lines
    assert "has 1 answers" in lines
    assert lines[-1] == "  Its children: c/1/child"


def test_what_is_lost_is_sent_again() -> None:
    trace: Trace = played(having(SEND, loss=0.9))
    assert "is sent over up, attempt 2" in story(trace, 0)
