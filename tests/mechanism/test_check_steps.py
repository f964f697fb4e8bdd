"""Every complaint about steps, and about the paths of a procedure."""

from __future__ import annotations

from math import inf, nan

import pytest

from desim.distribution import constant
from desim.mechanism.levels import CARRIED, Condition, Level
from desim.mechanism.parts import Pool
from desim.mechanism.steps import (
    Activate,
    Await,
    Branch,
    Choose,
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
from tests.mechanism.sound import HIGH, sound, texts, with_step, with_steps

HOUR = constant(1.0)

STEPS: list[tuple[Step, str]] = [
    (Choose("end"), "the label 'end' is reserved"),
    (Choose(""), "the label '' is reserved"),
    (Choose("x", purpose="ordr"), "unknown purpose 'ordr'; did you mean 'order'?"),
    (Work("x", "offce", HOUR), "unknown unit 'offce'; did you mean 'office'?"),
    (Work("x", "office", constant(-1.0)), "duration: value of a constant is negative (-1)"),
    (Work("x", "office", constant(nan)), "duration: value of a constant is not finite (nan)"),
    (Send("x", "upp"), "unknown link 'upp'; did you mean 'up'?"),
    (Fork("x", ()), "forks into nothing"),
    (Fork("x", ("anser",)), "unknown procedure 'anser'; did you mean 'answer'?"),
    (Join("x", "aks"), "unknown fork 'aks'; did you mean 'ask'?"),
    (Choose("x", (Branch("end"),)), "every branch needs either a chance or a condition"),
    (Choose("x", (Branch("end", 0.5, HIGH),)), "every branch needs either a chance or"),
    (
        Choose("x", (Branch("end", 0.5), Branch("back", when=HIGH))),
        "branches are all by chance or all by condition",
    ),
    (Choose("x", (Branch("sea", 0.5),)), "unknown label 'sea'; did you mean 'see'?"),
    (Choose("x", (Branch("sea", 1.0),)), "unknown label 'sea'; did you mean 'see'?"),
    (Choose("x", (Branch("end", -0.5),)), "chance of end -0.5 is outside [0, 1]"),
    (Choose("x", (Branch("end", nan),)), "chance of end nan is outside [0, 1]"),
    (
        Choose("x", (Branch("end", 0.8), Branch("back", 0.4)), "approval"),
        "chances sum to 1.2, more than 1",
    ),
    (Give("x", "truks"), "unknown pool 'truks'; did you mean 'trucks'?"),
    (Give("x", "trucks", -1.0), "amount is negative (-1)"),
    (Give("x", "trucks", inf), "amount is not finite (inf)"),
    (
        Await("x", Condition(Level("age", "office", "need"), ">", 1.0)),
        "cannot wait for age:office@need: nothing that happens changes it",
    ),
    (
        Await("x", Condition(CARRIED, ">", 1.0)),
        "cannot wait for carried: nothing that happens changes it",
    ),
    (Await("x", HIGH, constant(-1.0)), "deadline: value of a constant is negative (-1)"),
    (Await("x", HIGH, HOUR, "bak"), "unknown label 'bak'; did you mean 'back'?"),
    (
        Await("x", HIGH, otherwise="back"),
        "jumps when giving up, but never gives up (no deadline)",
    ),
    (
        Await("x", Condition(Level("overdue", "pump", "valley"), ">", 1.0)),
        "cannot wait for overdue:pump@valley: nothing that happens changes it",
    ),
    (Observe("x", CARRIED, -1.0), "error is negative (-1)"),
    (Observe("x", CARRIED, 0.1, -0.1), "shared part of the error -0.1 is outside [0, 1]"),
    (Observe("x", CARRIED, 0.1, 1.1), "shared part of the error 1.1 is outside [0, 1]"),
    (Observe("x", CARRIED, 0.1, 0.0, 0.5), "an error persists for an hour at least, not for 0.5"),
    (Observe("x", CARRIED, 0.1, 0.0, inf), "an error persists for an hour at least, not for inf"),
    (Observe("x", CARRIED, 0.1, 0.0, nan), "an error persists for an hour at least, not for nan"),
    (Tell("x", "offce", "need"), "unknown unit 'offce'; did you mean 'office'?"),
    (Tell("x", "office", "ned"), "unknown topic 'ned'; did you mean 'need'?"),
    (Decide("x", "sizin"), "unknown rule 'sizin'; did you mean 'sizing'?"),
    (Activate("x", "pmp", "valley"), "unknown measure 'pmp'; did you mean 'pump'?"),
    (Activate("x", "pump", "vally"), "unknown place of pump 'vally'; did you mean 'valley'?"),
    (Activate("x", "pump", "valley", nan), "amount is not finite (nan)"),
    (
        Activate("x", "pump", "valley", unchecked=1.5),
        "chance that the date is unchecked 1.5 is outside [0, 1]",
    ),
    (
        Activate("x", "pump", "valley", unchecked=-0.5),
        "chance that the date is unchecked -0.5 is outside [0, 1]",
    ),
]

LEVELS: list[tuple[Level, str]] = [
    (Level("que", "office"), "unknown kind of level 'que'; did you mean 'queue'?"),
    (Level("profile", "watr"), "unknown profile 'watr'; did you mean 'water'?"),
    (Level("queue", "offce"), "unknown unit 'offce'; did you mean 'office'?"),
    (Level("busy", "offce"), "unknown unit 'offce'; did you mean 'office'?"),
    (Level("board", "offce", "need"), "unknown unit 'offce'; did you mean 'office'?"),
    (Level("age", "offce", "need"), "unknown unit 'offce'; did you mean 'office'?"),
    (Level("stock", "truks"), "unknown pool 'truks'; did you mean 'trucks'?"),
    (Level("target", "pmp", "valley"), "unknown measure 'pmp'; did you mean 'pump'?"),
    (Level("measure", "pmp", "valley"), "unknown measure 'pmp'; did you mean 'pump'?"),
    (Level("plan", "pmp"), "unknown measure 'pmp'; did you mean 'pump'?"),
    (Level("change", "pmp"), "unknown measure 'pmp'; did you mean 'pump'?"),
    (Level("board", "office", "ned"), "unknown topic 'ned'; did you mean 'need'?"),
    (Level("age", "office", "ned"), "unknown topic 'ned'; did you mean 'need'?"),
    (Level("target", "pump", "vally"), "unknown place of pump 'vally'; did you mean 'valley'?"),
    (Level("measure", "pump", "vally"), "unknown place of pump 'vally'; did you mean"),
    (Level("overdue", "pmp", "valley"), "unknown measure 'pmp'; did you mean 'pump'?"),
    (Level("overdue", "pump", "vally"), "unknown place of pump 'vally'; did you mean 'valley'?"),
    (Level("world", "ned"), "unknown world quantity 'ned'; did you mean 'need'?"),
    (Level("world", "need", "vally"), "unknown world quantity 'need@vally'; did you mean"),
]


@pytest.mark.parametrize(("step", "complaint"), STEPS, ids=[text for _, text in STEPS])
def test_a_mistake_in_a_step_is_one_complaint(step: Step, complaint: str) -> None:
    found = texts(with_step(step))
    assert len(found) == 1
    assert complaint in found[0]


@pytest.mark.parametrize(("level", "complaint"), LEVELS, ids=[text for _, text in LEVELS])
def test_an_unknown_level_gets_the_nearest_name(level: Level, complaint: str) -> None:
    found = texts(with_step(Observe("x", level)))
    assert len(found) == 1
    assert complaint in found[0]


def test_a_comparator_must_be_known() -> None:
    found = texts(with_step(Await("x", Condition(HIGH.level, "=>", 1.0))))
    assert found == ["procedures p, step x: unknown comparator '=>'; did you mean '>'?"]


def test_a_threshold_must_be_finite() -> None:
    found = texts(with_step(Await("x", Condition(HIGH.level, ">", nan))))
    assert found == ["procedures p, step x: threshold nan is not finite"]


def test_nothing_looks_at_a_world_that_is_not_there() -> None:
    looks = with_steps(Observe("x", Level("world", "need")), world=None)
    assert texts(looks) == [
        "procedures q, step x: looks at world:need, but the mechanism has no world"
    ]


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        (
            (Choose("a", (Branch("end", 1.0),)), Choose("b"), Choose("c")),
            "procedures q, step b: no path leads to this step",
        ),
        (
            (
                Choose("a"),
                Work("b", "office", HOUR),
                Choose("c", (Branch("b", 1.0),)),
            ),
            "procedures q, step b: no path leads from this step to the end",
        ),
        (
            (Choose("a"), Choose("a")),
            "procedures q, step a: the label is used 2 times",
        ),
        (
            (Fork("f", ("answer", "answer")),),
            "procedures q, step f: names a branch twice",
        ),
        (
            (Fork("f", ("answer",)), Join("j", "f", 2)),
            "procedures q, step j: quorum 2 of 1 branches",
        ),
        (
            (Fork("f", ("answer",)), Join("j", "f", 0)),
            "procedures q, step j: quorum 0 of 1 branches",
        ),
        (
            (Choose("a", (Branch("end", 1.0),)), Choose("b")),
            "procedures q, step b: no path leads to this step",
        ),
        (
            (Work("a", "office", HOUR), Choose("b", (Branch("b", 1.0),))),
            "procedures q, step b: no path leads from this step to the end",
        ),
        (
            (Choose("a", (Branch("j", 0.5),)), Fork("f", ("answer",)), Join("j", "f")),
            "procedures q, step j: some path comes here without passing 'f'",
        ),
        (
            (Fork("f", ("answer",)), Fork("g", ("answer",))),
            "procedures q: 2 forks start 'answer', so that children would share a name",
        ),
        (
            (Take("t", "trucks"),),
            "procedures q: takes from pool 'trucks' and on some path never gives back",
        ),
        (
            (Take("t", "trucks"), Choose("c", (Branch("end", 0.5),)), Give("g", "trucks")),
            "procedures q: takes from pool 'trucks' and on some path never gives back",
        ),
        (
            (
                Take("t", "trucks"),
                Choose("c", (Branch("t", when=HIGH),)),
                Give("g", "trucks"),
            ),
            "procedures q: takes from pool 'trucks' and on some path never gives back",
        ),
        (
            (Take("t", "trucks", 4.0), Give("g", "trucks", 4.0)),
            "procedures q, step t: takes 4 of pool 'trucks', which never has more than 3",
        ),
        (
            (Take("t", "trucks", 2.0), Take("u", "trucks", 2.0), Give("g", "trucks", 4.0)),
            "procedures q, step u: then holds 4 of pool 'trucks', which never has more than 3",
        ),
    ],
)
def test_a_mistake_in_the_paths_is_one_complaint(steps: tuple[Step, ...], complaint: str) -> None:
    assert texts(with_steps(*steps)) == [complaint]


def test_what_an_item_gives_back_it_can_take_again() -> None:
    steps = (
        Take("t", "trucks", 2.0),
        Give("g", "trucks", 2.0),
        Take("u", "trucks", 3.0),
        Give("h", "trucks", 3.0),
    )
    assert texts(with_steps(*steps)) == []


def test_a_pool_that_somebody_adds_to_may_be_asked_for_more_than_it_begins_with() -> None:
    steps = (Give("g", "spare", 9.0), Take("t", "spare", 4.0))
    assert texts(with_steps(*steps, pools=(*sound().pools, Pool("spare", 0.0)))) == []
