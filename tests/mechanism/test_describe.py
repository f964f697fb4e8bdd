"""A mechanism explains itself: every part and every kind of step in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from desim.distribution import constant, exponential
from desim.mechanism.describe import explain
from desim.mechanism.levels import Condition, Level
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
from tests.mechanism.sound import HIGH, planning, sound, spoilt, with_step, world


def line(step: Step) -> str:
    """What is said about a step, without its label."""
    lines = explain(with_step(step), "p").splitlines()
    return next(text.split(maxsplit=1)[1] for text in lines if text.split()[0] == step.label)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (Work("x", "office", constant(0.5)), "work at office for constant(value 0.5) h"),
        (
            Send("x", "up"),
            "send by up: team to office, vertical written, constant(value 1) h, loss 0.1",
        ),
        (Send("x", "none"), "send by none"),
        (Fork("x", ("answer", "p")), "start 2 branches: answer, p"),
        (Join("x", "ask"), "wait for all answers to ask"),
        (Join("x", "ask", 2), "wait for 2 answers to ask"),
        (Choose("x"), "(a place to jump to)"),
        (Choose("x", (Branch("a", 0.25), Branch("b", 0.5))), "go to a with chance 0.25, to b "
         "with chance 0.5"),
        (Choose("x", (Branch("a", when=HIGH),)), "go to a when profile:water > 1"),
        (Take("x", "trucks", 2.0), "take 2 of trucks"),
        (Give("x", "trucks"), "give back 1 of trucks"),
        (Await("x", HIGH), "wait until profile:water > 1"),
        (
            Await("x", HIGH, exponential(2.0)),
            "wait until profile:water > 1, at most exponential(mean 2) h",
        ),
        (
            Await("x", HIGH, constant(2.0), "back"),
            "wait until profile:water > 1, at most constant(value 2) h, then go to back",
        ),
        (Observe("x", Level("world", "need", "valley")), "observe world:need@valley"),
        (
            Observe("x", Level("carried"), 0.1),
            "observe carried with error 0.1 that persists 24 h",
        ),
        (
            Observe("x", Level("carried"), 0.1, 0.5, 48.0),
            "observe carried with error 0.1 that persists 48 h, 0.5 of it common to all places",
        ),
        (Tell("x", "office", "need"), "tell office's board about need"),
        (Decide("x", "level"), "decide by rule level"),
        (Activate("x", "pump", "valley"), "set pump at valley: what is carried"),
        (
            Activate("x", "pump", "valley", unchecked=0.25),
            "set pump at valley: what is carried, even when it is late with chance 0.25",
        ),
        (
            Activate("x", "pump", "valley", 0.5, unchecked=0.25),
            "set pump at valley: 0.5",
        ),
        (Activate("x", "pump", "valley", 0.5, add=True), "add pump at valley: 0.5"),
        (Choose("x", purpose="order"), "(a place to jump to)  [order]"),
    ],
)  # fmt: skip
def test_a_step_in_words(step: Step, words: str) -> None:
    assert line(step) == words


def test_a_procedure_says_what_starts_it() -> None:
    text = explain(sound(), "answer")
    assert text.splitlines()[:2] == [
        "answer: no title",
        "  started by d: answer every exponential(mean 5) h, when profile:water > 1, "
        "kept by 0.5 + 0.1 x profile:water",
    ]


def test_a_procedure_without_a_stream_is_started_by_nothing() -> None:
    lonely = replace(sound(), arrivals=())
    assert "started by" not in explain(lonely, "answer")


def test_the_overview_names_every_part() -> None:
    base = sound()
    text = explain(base)
    for collection in ("units", "links", "pools", "measures", "rules", "procedures", "arrivals"):
        for part in getattr(base, collection):
            assert part.name in text


def test_the_overview_says_how_many_there_are() -> None:
    text = explain(sound())
    for line_ in ("Units (2)", "Links (1)", "Arrivals (2)", "Procedures (2)"):
        assert line_ in text.splitlines()


def test_the_overview_counts_kinds_of_steps() -> None:
    assert "  answer: no title [1 Work]" in explain(sound()).splitlines()


def test_a_procedure_says_that_its_draws_are_keyed_by_the_day() -> None:
    said = "  items of one day draw the same"
    assert said not in explain(sound(), "p").splitlines()
    assert said in explain(spoilt("procedures", "p", draws="day"), "p").splitlines()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {},
            "budget): hydropower up to 2 GW, horizons of 1 to 1 days, reserve 0 GWh, "
            "deviations grow by 0 a day",
        ),
        (
            {"plan": "budget", "days": 5, "reserve": 9.0, "growth": 0.1},
            "budget): hydropower up to 2 GW, horizons of 1 to 5 days, reserve 9 GWh, "
            "deviations grow by 0.1 a day",
        ),
        (
            {"plan": "daily"},
            "daily): hydropower up to 2 GW, reserve 0 GWh, deviations grow by 0 a day",
        ),
        (
            {"plan": "peak"},
            "peak): hydropower up to 2 GW, 14 hours a day, store spread over 3 days",
        ),
    ],
)
def test_a_rule_says_how_it_plans_energy(changes: dict[str, Any], words: str) -> None:
    energy = next(rule.energy for rule in planning().rules if rule.energy)
    base = spoilt("rules", "budget", planning(), energy=replace(energy, **changes))
    assert f"  plans energy ({words}" in explain(base).splitlines()


def test_a_rule_says_how_long_its_orders_run() -> None:
    assert "  orders run for terms of 48 h" in explain(spoilt("rules", "sizing", term=48.0))
    assert "orders run" not in explain(sound())


def test_support_and_what_the_ties_carry_are_said() -> None:
    base = spoilt("measures", "pump", kind="support")
    said = "  support from neighbours as far as they have a surplus"
    assert f"{said}: pump" in explain(base).splitlines()
    tied = replace(base, world=replace(world(), ties=1.5))
    assert f"{said}, the ties carry 1.5 GW: pump" in explain(tied).splitlines()
    assert "support" not in explain(sound())


def test_titles_in_both_languages_are_shown() -> None:
    named = spoilt("units", "team", title="Field team", title_zh="现场队伍")
    assert "team Field team 现场队伍 (1 from 0:00)" in explain(named)


def test_a_mechanism_without_pools_and_measures_says_so() -> None:
    bare = sound(pools=(), measures=(), rules=())
    assert "Pools: none" in explain(bare)
    assert "Measures: none" in explain(bare)


@pytest.mark.parametrize(
    ("level", "text"),
    [
        (Level("carried"), "carried"),
        (Level("queue", "office"), "queue:office"),
        (Level("board", "office", "need"), "board:office@need"),
    ],
)
def test_a_level_in_words(level: Level, text: str) -> None:
    assert str(level) == text
    assert str(Condition(level, ">=", 2.5)) == f"{text} >= 2.5"
