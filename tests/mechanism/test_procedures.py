"""Sugar gives plain steps that pass the checks and do what they say."""

from __future__ import annotations

from typing import Any

import pytest

from desim.distribution import constant
from desim.mechanism.levels import Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Measure, Procedure, Profile, Topic
from desim.mechanism.procedures import (
    approve,
    consult,
    consulted,
    order_down,
    refer,
    report_up,
)
from desim.mechanism.steps import Choose, Step, Work
from desim.trace import Kind, Trace
from tests.accounting import played
from tests.mechanism.sound import texts
from tests.small import link, one, unit

HOUR = constant(1.0)
WATER = Level("profile", "water")
UP = (("up", "office", HOUR), ("further", "ministry", HOUR))
DOWN = (("down", "office", HOUR), ("field", "team", HOUR))


def having(*steps: Step, **parts: Any) -> Mechanism:
    units = tuple(unit(name, 9) for name in ("team", "office", "ministry", "other"))
    ends = {
        "up": ("team", "office"),
        "further": ("office", "ministry"),
        "down": ("ministry", "office"),
        "field": ("office", "team"),
        "across": ("office", "other"),
        "back": ("other", "office"),
    }
    return one(
        *steps,
        units=units,
        links=tuple(link(name, *pair, HOUR) for name, pair in ends.items()),
        profiles=(Profile("water", (0.0,), (2.0,)),),
        topics=(Topic("level"),),
        measures=(Measure("pump", "signal", {"valley": 1.0}),),
        **parts,
    )


def approval(**changes: float) -> tuple[Step, ...]:
    return approve(
        "ok", "further", "ministry", HOUR, "down", drafter="office", revision=HOUR, **changes
    )


ANSWER = (
    consulted("ask.other", "other", "across", "back", HOUR),
    consulted("ask.team", "team", "field", "up", constant(5.0)),
)
SUGAR: dict[str, Mechanism] = {
    "report_up": having(*report_up(WATER, UP, "level", error=0.1)),
    "consult": having(*consult("others", ("ask.other", "ask.team")), procedures=ANSWER),
    "consult a quorum": having(
        *consult("others", ("ask.other", "ask.team"), quorum=1), procedures=ANSWER
    ),
    "refer": having(*refer("land", 0.3, "other", "back", HOUR)),
    "refer certainly": having(*refer("land", 1.0, "other", "back", HOUR)),
    "refer never": having(*refer("land", 0.0, "other", "back", HOUR)),
    "refer once": having(*refer("land", 0.3, "other", "back", HOUR, times=1)),
    "approve": having(*approval(returned=0.2, delegated=0.1)),
    "approve always": having(*approval()),
    "approve what is delegated": having(*approval(delegated=1.0)),
    "order_down": having(*order_down(DOWN, "pump", "valley", amount=1.0)),
    "order_down what is carried": having(*order_down(DOWN, "pump", "valley")),
}


@pytest.mark.parametrize("name", SUGAR)
def test_sugar_passes_the_checks(name: str) -> None:
    assert texts(SUGAR[name]) == []


@pytest.mark.parametrize("name", SUGAR)
def test_sugar_gives_plain_steps(name: str) -> None:
    for procedure in SUGAR[name].procedures:
        assert all(isinstance(step, Step) for step in procedure.steps)


@pytest.mark.parametrize("name", SUGAR)
def test_sugar_can_be_played_to_its_end(name: str) -> None:
    trace = played(SUGAR[name])
    assert len(trace.select(Kind.DONE)) == len(trace.items)


def test_sugar_can_be_used_twice_in_one_procedure() -> None:
    steps = (
        *refer("first", 0.3, "other", "back", HOUR),
        *refer("second", 0.3, "other", "back", HOUR),
        *approval(returned=0.1),
    )
    assert texts(having(*steps)) == []


def ended(name: str) -> float:
    trace = played(SUGAR[name])
    return float(trace.select(Kind.DONE)["time"][-1])


def starts(trace: Trace, purpose: str) -> int:
    """How often work of a purpose was started."""
    everywhere = [s for p in trace.program.mechanism.procedures for s in (*p.steps, None)]
    begun = [everywhere[row] for row in trace.select(Kind.START)["step"]]
    return sum(step is not None and step.purpose == purpose for step in begun)


def test_a_report_takes_every_hop_and_tells_the_last_unit() -> None:
    trace = played(SUGAR["report_up"])
    told = trace.select(Kind.TELL)
    assert told["time"].tolist() == [4.0]
    assert told["since"].tolist() == [0.0]
    assert trace.program.lines[int(trace.program.steps.target[told["step"][0]])] == (
        "ministry",
        "level",
    )


def test_a_consultation_waits_for_the_slowest() -> None:
    assert ended("consult") == 7.0


def test_a_quorum_waits_for_the_quickest() -> None:
    joined = played(SUGAR["consult a quorum"]).select(Kind.JOIN)
    assert joined["time"].tolist() == [3.0]


@pytest.mark.parametrize(("name", "referrals"), [("refer certainly", 3), ("refer never", 0)])
def test_certain_referrals_end_with_a_ruling(name: str, referrals: int) -> None:
    trace = played(SUGAR[name])
    assert starts(trace, "referral") == referrals
    assert float(trace.select(Kind.DONE)["time"][0]) == 2.0 * referrals


def test_a_referral_comes_as_often_as_its_chance_says() -> None:
    """At most three landings, each wrong with 0.3: 0.3 + 0.09 + 0.027 a matter."""
    steps = refer("land", 0.3, "other", "back", constant(0.0))
    matters = tuple(float(i) / 50.0 for i in range(4000))
    trace = played(having(*steps, times=matters))
    mean = starts(trace, "referral") / len(matters)
    assert mean == pytest.approx(0.417, abs=0.04)  # four standard errors


def test_what_is_delegated_asks_nobody() -> None:
    assert ended("approve what is delegated") == 0.0


def test_what_cannot_be_delegated_offers_no_such_choice() -> None:
    assert all(step.purpose != "approval" for step in approval() if isinstance(step, Choose))
    delegated = [step.label for step in approval(delegated=0.0) if step.purpose == "approval"]
    assert delegated[0] == "ok.delegated"


def test_an_approval_goes_up_and_comes_down() -> None:
    assert ended("approve always") == 3.0


def test_a_returned_draft_is_revised_and_goes_up_again() -> None:
    steps = approval(returned=0.5)
    trace = played(having(*steps, times=tuple(map(float, range(0, 40, 2)))))
    returns, approvals = starts(trace, "return"), starts(trace, "approval")
    assert len(trace.select(Kind.DONE)) == len(trace.items) == 20
    assert returns > 0
    assert approvals == returns + 20


def test_an_order_is_carried_down_and_activated() -> None:
    found = played(SUGAR["order_down"]).select(Kind.ACTIVATE)
    assert (found["time"].tolist(), found["value"].tolist()) == ([4.0], [1.0])


def test_policies_find_the_steps_by_their_purpose() -> None:
    purposes = {
        name: {step.purpose for p in SUGAR[name].procedures for step in p.steps} - {""}
        for name in ("report_up", "consult", "refer", "approve", "order_down")
    }
    assert purposes == {
        "report_up": {"report"},
        "consult": {"consultation"},
        "refer": {"referral"},
        "approve": {"approval", "return"},
        "order_down": {"order", "field"},
    }


def test_the_one_consulted_receives_works_and_answers() -> None:
    procedure = ANSWER[0]
    assert isinstance(procedure, Procedure)
    assert [type(step).__name__ for step in procedure.steps] == ["Send", "Work", "Send"]
    assert isinstance(procedure.steps[1], Work)
    assert procedure.steps[1].unit == "other"
