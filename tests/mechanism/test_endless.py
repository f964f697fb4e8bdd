"""Loops that an item could go round for ever in one instant are refused, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from desim.distribution import Distribution, constant, empirical, exponential, mixture, uniform
from desim.engine import play
from desim.mechanism.levels import CARRIED, Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Measure, Pool, Procedure, Profile, Rule, Topic
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
from desim.program import lower
from tests.mechanism.sound import texts
from tests.small import NOTHING, link, one, unit

HOUR = constant(1.0)
WET = Condition(Level("profile", "water"), ">", 0.0)
DRY = Condition(Level("profile", "water"), "<=", 0.0)
STOCKED = Condition(Level("stock", "pumps"), ">", 0.0)
ON = Condition(Level("measure", "alarm", "here"), ">", 0.0)
OFF = Condition(Level("measure", "alarm", "here"), "<=", 0.0)


def again(when: Condition = WET, to: str = "top") -> Choose:
    return Choose("again", (Branch(to, when=when),))


def having(*steps: Step, **parts: Any) -> Mechanism:
    """One procedure of these steps, with something of everything that they can name."""
    return one(
        *steps,
        horizon=24.0,
        units=(unit("desk"),),
        links=(
            link("slow", "desk", "desk", HOUR),
            link("quick", "desk", "desk", NOTHING),
            link("lossy", "desk", "desk", NOTHING, loss=0.5, resend=HOUR),
        ),
        pools=(Pool("pumps", 3.0),),
        profiles=(Profile("water", (0.0, 5.5, 9.5), (0.0, 1.0, 0.0)),),
        topics=(Topic("need"),),
        measures=(Measure("alarm", "signal", {"here": 1.0}),),
        rules=(Rule("size", "size", "desk", ("need",), (), ("alarm",), (1.0,)),),
        procedures=(
            Procedure("swift", (Choose("nothing"),)),
            Procedure("calm", (Work("w", "desk", HOUR),)),
            Procedure("unsure", (Choose("c", (Branch("end", 0.5),)), Work("w", "desk", HOUR))),
            Procedure("moody", (Choose("c", (Branch("end", when=WET),)), Send("s", "slow"))),
            *parts.pop("procedures", ()),
        ),
        **parts,
    )


def endless(*labels: str) -> str:
    text = f"an item can go round for ever while no time passes ({', '.join(labels)})"
    return f"procedures p, step {labels[0]}: {text}"


REFUSED: dict[str, tuple[Step, ...]] = {
    "a choice that leads to itself": (again(STOCKED, "again"),),
    "steps that take no time": (
        Choose("top"),
        Tell("tell", "desk", "need"),
        Decide("decide", "size"),
        Activate("act", "alarm", "here", 1.0),
        again(),
    ),
    "an observation happens in its instant": (Observe("top", WET.level), again()),
    "what is carried is observed in its instant": (
        Observe("top", WET.level),
        again(Condition(CARRIED, "<", 1.0)),
    ),
    "work without duration": (Work("top", "desk", NOTHING), again()),
    "work of which every draw is nothing": (Work("top", "desk", empirical((0.0, 0.0))), again()),
    "work that the clock does not notice": (Work("top", "desk", constant(1e-300)), again()),
    "a link without delay": (Send("top", "quick"), again()),
    "stock that is there": (Take("top", "pumps"), Give("give", "pumps"), again()),
    "an item that waits for what is so": (Await("top", WET), again()),
    "a deadline of no length": (Await("top", WET, NOTHING), again()),
    "children that nobody waits for": (Fork("top", ("calm",)), again()),
    "children without work": (Fork("top", ("swift",)), Join("join", "top"), again()),
    "children who may have no work": (Fork("top", ("moody",)), Join("join", "top"), again()),
    "one answer of two is there at once": (
        Fork("top", ("calm", "swift")),
        Join("join", "top", 1),
        again(),
    ),
    "answers that are there already": (
        Fork("ask", ("calm",)),
        Join("top", "ask"),
        again(),
    ),
    "a certain chance": (Choose("top"), Choose("again", (Branch("top", 1.0),), "return")),
    "every way of a chance leads back": (
        Choose("top", (Branch("other", 0.5),)),
        Choose("back", (Branch("top", 1.0),)),
        Choose("other"),
        Choose("also", (Branch("top", 1.0),), "return"),
    ),
    "conditions on a level that the loop changes": (
        Activate("top", "alarm", "here", 1.0),
        Await("on", ON),
        Activate("off", "alarm", "here", 0.0),
        Await("wait", OFF),
        again(),
    ),
    "conditions that can both hold": (
        Await("top", WET),
        again(Condition(WET.level, ">=", 0.0)),
    ),
}

LOOPS = {
    "a choice that leads to itself": ("again",),
    "answers that are there already": ("top", "again"),
    "a certain chance": ("top", "again"),
    "every way of a chance leads back": ("top", "back", "other", "also"),
}

ALLOWED: dict[str, tuple[Step, ...]] = {
    "work": (Work("top", "desk", HOUR), again(DRY)),
    "work that often takes no time": (Work("top", "desk", empirical((0.0, 1.0))), again(DRY)),
    "work that is a mixture": (
        Work("top", "desk", mixture((NOTHING, uniform(0.0, 1.0)), (1.0, 1.0))),
        again(DRY),
    ),
    "a link with a delay": (Send("top", "slow"), again(DRY)),
    "a link that loses": (Send("top", "lossy"), again(DRY)),
    "children who work": (Fork("top", ("calm",)), Join("join", "top"), again(DRY)),
    "children who work by chance": (Fork("top", ("unsure",)), Join("join", "top"), again(DRY)),
    "a deadline": (Await("top", WET, HOUR), again(DRY)),
    "a chance to leave": (Choose("top"), Choose("again", (Branch("top", 0.9),))),
    "a chance to leave for work": (
        Choose("top", (Branch("work", 0.5),)),
        Choose("back", (Branch("top", 1.0),)),
        Work("work", "desk", HOUR),
        again(DRY),
    ),
    "waiting for one thing and then for its opposite": (
        Await("top", WET),
        Activate("on", "alarm", "here", 1.0),
        Await("calm", DRY),
        Activate("off", "alarm", "here", 0.0),
        again(DRY),
    ),
    "looking again after waiting": (Await("top", WET), again(DRY)),
    "waiting only where it is not yet so": (
        Choose("top", (Branch("end", when=WET),)),
        Await("wait", WET),
        Choose("again", (Branch("top", 1.0),)),
    ),
    "branches that exclude each other": (
        Choose("top", (Branch("end", when=WET),)),
        Choose("other", (Branch("top", when=WET),)),
    ),
    "no loop at all": (again(WET, "end"), Choose("nothing")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_is(name: str) -> None:
    labels = LOOPS.get(name, tuple(step.label for step in REFUSED[name]))
    assert texts(having(*REFUSED[name])) == [endless(*labels)]


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed_is(name: str) -> None:
    mechanism = having(*ALLOWED[name])
    assert texts(mechanism) == []
    trace = play(lower(mechanism), seed=1, replication=0)  # and it comes to an end
    assert trace.records["time"].max() < 24.0


@pytest.mark.parametrize("comparator", ["<", "<=", ">", ">=", "==", "!="])
def test_a_condition_and_its_opposite_never_hold_together(comparator: str) -> None:
    opposite = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}[comparator]
    level = Level("profile", "water")
    wait = Await("top", Condition(level, comparator, 0.5))
    assert texts(having(wait, again(Condition(level, opposite, 0.5)))) == []


def test_two_loops_are_two_complaints() -> None:
    steps = (
        again(WET, "again"),
        Work("w", "desk", HOUR),
        Choose("two", (Branch("two", when=DRY),)),
    )
    assert texts(having(*steps)) == [endless("again"), endless("two")]


def test_a_loop_with_a_way_that_takes_time_is_refused_for_the_way_that_takes_none() -> None:
    steps = (
        Choose("top", (Branch("short", when=WET),)),
        Work("w", "desk", HOUR),
        Choose("short"),
        again(DRY),
    )
    assert texts(having(*steps)) == []
    steps = (*steps[:3], again(STOCKED))
    assert texts(having(*steps)) == [endless("top", "short", "again")]


def test_children_of_children_count() -> None:
    deep = Procedure("deep", (Fork("f", ("calm",)), Join("j", "f")))
    shallow = Procedure("shallow", (Fork("f", ("swift",)), Join("j", "f")))
    for procedure, found in ((deep, []), (shallow, [endless("top", "join", "again")])):
        steps = (Fork("top", (procedure.name,)), Join("join", "top"), again())
        assert texts(having(*steps, procedures=(procedure,))) == found


def test_many_branches_on_one_level_are_looked_through_quickly() -> None:
    """Every pair of them excludes each other, which must not mean every subset."""
    branches = tuple(
        Branch("top", when=Condition(Level("profile", "water"), "==", float(i))) for i in range(40)
    )
    found = texts(having(Choose("top"), Choose("again", branches)))
    assert found == [endless("top", "again")]


@pytest.mark.parametrize("law", [exponential(1.0), uniform(0.0, 2.0), constant(0.001)])
def test_any_duration_that_can_be_positive_takes_time(law: Distribution) -> None:
    assert texts(having(Work("top", "desk", law), again(DRY))) == []
