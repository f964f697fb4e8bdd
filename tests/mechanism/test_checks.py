"""Every complaint about parts and procedures; one mistake makes one complaint."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from desim.distribution import constant, empirical, exponential
from desim.mechanism.checks import check
from desim.mechanism.complaint import MechanismError
from desim.mechanism.levels import CARRIED, Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Keep, Procedure, Profile, Shift
from desim.mechanism.steps import Choose, Fork, Take, Tell, Work
from desim.mechanism.world import Public
from tests.mechanism.sound import HIGH, STEPS, planning, sound, spoilt, texts, world
from tests.small import NOTHING, link, once, unit


def test_the_sound_mechanism_has_no_complaint() -> None:
    assert texts(sound()) == []


def test_check_gives_back_what_is_sound() -> None:
    base = sound()
    assert check(base) is base


def test_check_raises_with_every_complaint() -> None:
    wrong = replace(spoilt("pools", "trucks", stock=nan), horizon=0.0)
    with pytest.raises(MechanismError) as caught:
        check(wrong)
    assert len(caught.value.complaints) == 2
    assert str(caught.value) == "\n".join(texts(wrong))


def added(collection: str, part: object) -> Mechanism:
    base = sound()
    return replace(base, **{collection: (*getattr(base, collection), part)})


def in_world(**changes: object) -> Mechanism:
    return sound(world=replace(world(), **changes))


def public(**changes: float) -> Mechanism:
    return in_world(public=replace(Public(), **changes))


def plan(**changes: Any) -> Mechanism:
    """The mechanism whose rule plans energy, with fields of that plan replaced."""
    energy = next(rule.energy for rule in planning().rules if rule.energy)
    return spoilt("rules", "budget", planning(), energy=replace(energy, **changes))


def about(topic: str, level: Level | None) -> Mechanism:
    """The mechanism whose rule plans energy, with a topic about another level."""
    return spoilt("topics", topic, planning(), level=level)


MECHANISM = [
    (added("units", unit("office")), "units office: the name is used 2 times"),
    (
        added("profiles", Profile("a/b", (0.0,), (0.0,))),
        "profiles a/b: a name may not be empty or hold '/'",
    ),
    (
        added("profiles", Profile("", (0.0,), (0.0,))),
        "profiles : a name may not be empty or hold '/'",
    ),
    (sound(horizon=0.0, world=None), "mechanism small: horizon must be positive"),
    (sound(horizon=nan), "mechanism small: horizon must be positive"),
    (sound(horizon=inf), "mechanism small: horizon must be positive"),
]

PARTS = [
    (spoilt("units", "team", tier="provinz"), "unknown tier 'provinz'; did you mean 'province'?"),
    (
        spoilt("units", "team", staff=(Shift(8.0, 1), Shift(7.0, 1))),
        "shifts must start at ascending hours in [0, 24), got [8.0, 7.0]",
    ),
    (
        spoilt("units", "team", staff=(Shift(nan, 1),)),
        "shifts must start at ascending hours in [0, 24), got [nan]",
    ),
    (spoilt("units", "team", staff=(Shift(0.0, -1),)), "a shift has negative staff"),
    (spoilt("units", "team", staff=(Shift(0.0, 0),)), "has no staff in any shift"),
    (
        added("units", unit("island")),
        "nobody can reach it: no link touches it and no step works at it",
    ),
    (spoilt("links", "up", origin="taem"), "unknown unit 'taem'; did you mean 'team'?"),
    (spoilt("links", "up", destination="offce"), "unknown unit 'offce'; did you mean 'office'?"),
    (spoilt("links", "up", orientation="upward"), "unknown orientation 'upward'"),
    (spoilt("links", "up", channel="fone"), "unknown channel 'fone'; did you mean 'phone'?"),
    (spoilt("links", "up", loss=-0.1), "loss -0.1 is outside [0, 1]"),
    (spoilt("links", "up", loss=nan), "loss nan is outside [0, 1]"),
    (spoilt("links", "up", loss=1.0), "loss 1 means that nothing ever arrives"),
    (spoilt("links", "up", error=-1.0), "error is negative (-1)"),
    (spoilt("links", "up", error=inf), "error is not finite (inf)"),
    (
        spoilt("links", "up", delay=constant(-1.0)),
        "delay: value of a constant is negative (-1)",
    ),
    (
        spoilt("links", "up", resend=constant(nan)),
        "resend: value of a constant is not finite (nan)",
    ),
    (spoilt("pools", "trucks", stock=nan), "stock is not finite (nan)"),
    (spoilt("pools", "trucks", unit="taem"), "unknown unit 'taem'; did you mean 'team'?"),
    (spoilt("profiles", "water", times=(), values=()), "is empty"),
    (spoilt("profiles", "water", values=(1.0,)), "has 2 times and 1 values"),
    (spoilt("profiles", "water", times=(0.0, 0.0)), "times must ascend and begin at or before 0"),
    (spoilt("profiles", "water", times=(1.0, 2.0)), "times must ascend and begin at or before 0"),
    (spoilt("profiles", "water", values=(1.0, inf)), "holds a number that is not finite"),
    (spoilt("topics", "need", initial=nan), "initial is not finite (nan)"),
    (spoilt("measures", "pump", kind="suply"), "unknown kind of measure 'suply'"),
    (
        added("measures", replace(sound().measures[1], name="idle", effects={})),
        "can be activated nowhere (no effects)",
    ),
    (
        spoilt("measures", "pump", effects={"valley": -1.0}),
        "effect at valley is negative (-1)",
    ),
    (spoilt("measures", "pump", ramp_up=-1.0), "ramp_up is negative (-1)"),
    (spoilt("measures", "pump", ramp_down=inf), "ramp_down is not finite (inf)"),
    (spoilt("measures", "pump", most=nan), "most is not finite (nan)"),
    (spoilt("measures", "cut", sector="industry"), "unknown sector 'industry'"),
    (
        spoilt("measures", "cut", kind="support", sector="industry"),
        "acts on no sector: only a measure of kind 'curtail' has one, got 'industry'",
    ),
    (
        spoilt("measures", "cut", effects={"valley": 1.5}),
        "share of need at valley 1.5 is outside [0, 1]",
    ),
    (
        spoilt("measures", "cut", effects={"vally": 0.5}),
        "unknown place 'vally'; did you mean 'valley'?",
    ),
    (spoilt("rules", "level", kind="grades"), "unknown kind of rule 'grades'"),
    (spoilt("rules", "sizing", unit="offce"), "unknown unit 'offce'; did you mean 'office'?"),
    (spoilt("rules", "sizing", needs=("ned",)), "unknown topic 'ned'; did you mean 'need'?"),
    (spoilt("rules", "sizing", supplies=("suply",)), "unknown topic 'suply'"),
    (spoilt("rules", "sizing", measures=("pmp",)), "unknown measure 'pmp'; did you mean 'pump'?"),
    (spoilt("rules", "sizing", capacities=()), "names 1 measures and 0 capacities"),
    (spoilt("rules", "sizing", capacities=(-1.0,)), "capacity of pump is negative (-1)"),
    (spoilt("rules", "sizing", capacities=(inf,)), "capacity of pump is not finite (inf)"),
    (spoilt("rules", "level", measures=()), "a grade rule names exactly one measure"),
    (
        spoilt("rules", "level", term=5.0),
        "a grade rule has no term: a level falls after `hold` hours",
    ),
    (spoilt("rules", "level", thresholds=()), "thresholds must ascend"),
    (spoilt("rules", "level", thresholds=(0.2, 0.1)), "thresholds must ascend"),
    (spoilt("rules", "level", thresholds=(0.2, nan)), "thresholds must be finite, got (0.2, nan)"),
    (spoilt("rules", "level", thresholds=(0.2, inf)), "thresholds must be finite, got (0.2, inf)"),
    (spoilt("rules", "sizing", needs=()), "reads no need"),
    (spoilt("rules", "sizing", granularity=-0.1), "granularity is negative (-0.1)"),
    (spoilt("rules", "sizing", slack=nan), "slack is not finite (nan)"),
    (spoilt("rules", "level", release=-1.0), "release is negative (-1)"),
    (spoilt("rules", "level", hold=-1.0), "hold is negative (-1)"),
    (spoilt("rules", "sizing", margin=inf), "margin is not finite (inf)"),
    (
        spoilt("arrivals", "d", procedure="anser"),
        "unknown procedure 'anser'; did you mean 'answer'?",
    ),
    (spoilt("arrivals", "d", interval=None), "needs either an interval or times"),
    (spoilt("arrivals", "c", interval=constant(1.0)), "needs either an interval or times"),
    (
        spoilt("arrivals", "d", interval=exponential(-1.0)),
        "interval: mean of a exponential is negative (-1)",
    ),
    (spoilt("arrivals", "d", interval=NOTHING), "interval must have a positive mean"),
    (spoilt("arrivals", "d", interval=empirical((0.0,))), "interval must have a positive mean"),
    (spoilt("arrivals", "d", interval=constant(1e-300)), "interval must have a positive mean"),
    (spoilt("arrivals", "c", times=(2.0, 1.0)), "times must be finite, not negative, and ascend"),
    (spoilt("arrivals", "c", times=(nan,)), "times must be finite, not negative, and ascend"),
    (spoilt("arrivals", "c", times=(-1.0,)), "times must be finite, not negative, and ascend"),
    (spoilt("arrivals", "d", first=-1.0), "first is negative (-1)"),
    (spoilt("arrivals", "d", until=-1.0), "until is negative (-1)"),
    (spoilt("arrivals", "d", until=inf), "until is not finite (inf)"),
    (spoilt("arrivals", "d", until=nan), "until is not finite (nan)"),
    (
        spoilt("arrivals", "d", when=Condition(Level("profile", "watr"), ">", 1.0)),
        "unknown profile 'watr'; did you mean 'water'?",
    ),
    (
        spoilt("arrivals", "d", keep=Keep(Level("queue", "offce"))),
        "unknown unit 'offce'; did you mean 'office'?",
    ),
    (spoilt("arrivals", "d", keep=Keep(HIGH.level, nan)), "base is not finite (nan)"),
    (spoilt("arrivals", "d", keep=Keep(HIGH.level, 0.0, inf)), "slope is not finite (inf)"),
    (
        spoilt("arrivals", "d", when=Condition(CARRIED, ">", 1.0)),
        "an arrival carries nothing yet, so nothing can depend on it",
    ),
    (
        spoilt("arrivals", "d", keep=Keep(CARRIED)),
        "an arrival carries nothing yet, so nothing can depend on it",
    ),
    (in_world(fixed=np.ones(3)), "fixed has shape (3,), wanted (24,)"),
    (in_world(weights=np.array([nan])), "weights holds a number that is not finite"),
    (in_world(weights=np.array([-1.0])), "weights holds a negative number"),
    (in_world(store=-1.0), "store is negative (-1)"),
    (in_world(store_full=inf), "store_full is not finite (inf)"),
    (in_world(hydro_most=nan), "hydro_most is not finite (nan)"),
    (in_world(floor=-1.0), "floor is negative (-1)"),
    (in_world(surplus=np.full(24, 1.5)), "surplus holds a share above 1"),
    (in_world(surplus=np.full(24, -0.5)), "surplus holds a negative number"),
    (in_world(surplus=np.ones(3)), "surplus has shape (3,), wanted (24,)"),
    (in_world(ties=-1.0), "ties must not be negative, got -1"),
    (in_world(ties=nan), "ties must not be negative, got nan"),
    (in_world(outlook=0), "outlook must be 1 to 366 days, got 0"),
    (in_world(outlook=367), "outlook must be 1 to 366 days, got 367"),
    (public(reach=1.5), "public reach 1.5 is outside [0, 1]"),
    (public(response=nan), "public response nan is outside [0, 1]"),
    (public(announced=-1.0), "public announced -1 is outside [0, 1]"),
    (public(habituation=-1.0), "public habituation is negative (-1)"),
    (public(trust_loss=inf), "public trust_loss is not finite (inf)"),
    (public(trust_recovery=nan), "public trust_recovery is not finite (nan)"),
    (public(half_life=0.0), "public half_life must be positive"),
]


ENERGY = [
    (plan(plan="budgt"), "unknown plan 'budgt'; did you mean 'budget'?"),
    (plan(store="lak"), "unknown topic 'lak'; did you mean 'lake'?"),
    (plan(inflow="ran"), "unknown topic 'ran'; did you mean 'rain'?"),
    (plan(days=0), "days must be 1 to 366, got 0"),
    (plan(days=367), "days must be 1 to 366, got 367"),
    (plan(hydro_most=-1.0), "hydro_most is negative (-1)"),
    (plan(reserve=-1.0), "reserve is negative (-1)"),
    (plan(growth=nan), "growth is not finite (nan)"),
    (plan(peak_hours=0.0), "peak_hours must be positive and finite"),
    (plan(draw_days=nan), "draw_days must be positive and finite"),
    (plan(draw_days=inf), "draw_days must be positive and finite"),
    (plan(days=1.5), "days must be 1 to 366, got 1.5"),
    (
        about("load", Level("world", "need_ahead")),
        "topic 'load' must be about world:need_ahead of a place, it is about world:need_ahead",
    ),
    (
        about("load", Level("world", "shed", "valley")),
        "topic 'load' must be about world:need_ahead of a place, it is about world:shed@valley",
    ),
    (
        about("given", None),
        "topic 'given' must be about world:fixed_ahead, it is about nothing",
    ),
    (
        about("lake", Level("world", "inflow_ahead")),
        "topic 'lake' must be about world:store, it is about world:inflow_ahead",
    ),
    (
        about("rain", Level("world", "store")),
        "topic 'rain' must be about world:inflow_ahead, it is about world:store",
    ),
]


@pytest.mark.parametrize(("wrong", "complaint"), ENERGY, ids=[text for _, text in ENERGY])
def test_a_mistake_in_an_energy_plan_is_one_complaint(wrong: Mechanism, complaint: str) -> None:
    found = texts(wrong)
    assert len(found) == 1
    assert found[0].endswith(complaint)


@pytest.mark.parametrize("kind", ["size", "grade"])
def test_a_rule_does_not_plan_farther_than_an_order_can_set(kind: str) -> None:
    """What is planned could never be reached, and would be overdue for ever."""
    base = sound()
    rule = next(rule for rule in base.rules if rule.kind == kind)
    planned = 1.0 if kind == "size" else float(len(rule.thresholds))
    short = tuple(replace(m, most=planned - 0.5) for m in base.measures)
    complaint = f"up to {planned:g}, but it can be set to {planned - 0.5:g} at most"
    found = [text for text in texts(replace(base, measures=short)) if text.endswith(complaint)]
    assert found == [f"rules {rule.name}: plans {name!r} {complaint}" for name in rule.measures]


def test_an_energy_plan_needs_a_world() -> None:
    """What its topics are about is missed as well."""
    about_it = [t for t in planning().topics if t.level is not None]
    found = texts(planning(world=None))
    assert "rules budget: plans energy, but the mechanism has no world" in found
    assert len(found) == 1 + len(about_it)


def test_a_misspelt_quantity_is_complained_of_at_its_topic_only() -> None:
    assert texts(about("lake", Level("world", "stoer"))) == [
        "topics lake: unknown world quantity 'stoer'; did you mean 'store'?"
    ]


def test_a_topic_about_a_level_that_is_not_there_is_refused() -> None:
    assert texts(spoilt("topics", "need", level=Level("profile", "watr"))) == [
        "topics need: unknown profile 'watr'; did you mean 'water'?"
    ]


def test_a_term_may_not_be_negative() -> None:
    assert texts(spoilt("rules", "sizing", term=-1.0)) == ["rules sizing: term is negative (-1)"]


def test_draws_are_keyed_by_something_known() -> None:
    assert texts(spoilt("procedures", "p", draws="dya")) == [
        "procedures p: unknown key of draws 'dya'; did you mean 'day'?"
    ]


@pytest.mark.parametrize(("wrong", "complaint"), MECHANISM, ids=[text for _, text in MECHANISM])
def test_a_mistake_in_the_whole_is_one_complaint(wrong: Mechanism, complaint: str) -> None:
    assert texts(wrong) == [complaint]


@pytest.mark.parametrize(("wrong", "complaint"), PARTS, ids=[text for _, text in PARTS])
def test_a_mistake_in_a_part_is_one_complaint(wrong: Mechanism, complaint: str) -> None:
    found = texts(wrong)
    assert len(found) == 1
    assert complaint in found[0]


def test_a_misspelt_unit_is_not_out_of_reach_as_well() -> None:
    alone = added("units", unit("harbour"))
    ways = (*alone.links, link("there", "office", "habour", NOTHING))
    assert texts(replace(alone, links=ways)) == [
        "links there: unknown unit 'habour'; did you mean 'harbour'?"
    ]


def test_negative_supply_from_outside_is_allowed() -> None:
    """Exports may exceed what is not hydropower."""
    assert texts(in_world(fixed=np.full(24, -1.0))) == []


def test_a_procedure_that_forks_itself_is_refused() -> None:
    loop = Procedure("loop", (Fork("f", ("loop",)),))
    assert texts(added("procedures", loop)) == [
        "procedures loop: forks itself, directly or through others, without end"
    ]


def test_procedures_that_fork_each_other_are_refused() -> None:
    base = sound()
    ring = (Procedure("a", (Fork("f", ("b",)),)), Procedure("b", (Fork("f", ("a",)),)))
    assert [text[:14] for text in texts(replace(base, procedures=(*base.procedures, *ring)))] == [
        "procedures a: ",
        "procedures b: ",
    ]


def test_a_procedure_without_steps_is_refused() -> None:
    assert texts(added("procedures", Procedure("empty", ()))) == ["procedures empty: has no steps"]


def test_complaints_name_collection_part_and_step() -> None:
    wrong = spoilt("procedures", "p", steps=(Tell("t", "office", "ned"), *STEPS))
    assert texts(wrong) == ["procedures p, step t: unknown topic 'ned'; did you mean 'need'?"]


def test_mistakes_in_all_collections_are_reported_together() -> None:
    base = spoilt("links", "up", loss=2.0)
    wrong = replace(
        base,
        units=(*base.units, unit("island")),
        procedures=(*base.procedures, Procedure("q", (Take("t", "truks"), Choose("here")))),
        arrivals=(*base.arrivals, once("e", "qq")),
        world=replace(world(), store=nan),
    )
    collections = [complaint.split(" ")[0] for complaint in texts(wrong)]
    assert collections == ["units", "links", "procedures", "procedures", "arrivals", "world"]


def test_work_at_a_unit_reaches_it() -> None:
    base = added("units", unit("island"))
    there = Procedure("q", (Work("w", "island", constant(1.0)),))
    assert texts(replace(base, procedures=(*base.procedures, there))) == []
