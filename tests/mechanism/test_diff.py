"""A digest is equal when nothing differs, and a diff names everything that does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desim.distribution import Distribution, constant
from desim.mechanism.diff import Change, diff, digest
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import COLLECTIONS, Mechanism
from desim.mechanism.parts import Energy, Keep, Procedure, Shift, Topic
from desim.mechanism.steps import Branch, Choose, Fork, Observe, Send, Work
from tests.mechanism.sound import HIGH, STEPS, planning, sound, spoilt, world
from tests.random_mechanisms import random_mechanism


def other(value: Any) -> Any:
    """A value of the same type that differs."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case float():
            return float(np.nextafter(value, np.inf if np.isfinite(value) else 0.0))
        case str():
            return value + "x"
        case datetime():
            return value + timedelta(hours=1)
        case np.ndarray():
            return value + 1.0
        case Distribution():
            return value.scaled(2.0) if value.mean else constant(1.0)
        case Condition():
            return replace(value, threshold=other(value.threshold))
        case Level():
            return replace(value, of=other(value.of))
        case Keep():
            return replace(value, slope=other(value.slope))
        case Energy():
            return replace(value, growth=other(value.growth))
        case Shift():
            return replace(value, staff=other(value.staff))
        case Branch():
            return replace(value, to=other(value.to))
        case tuple():
            return tuple(map(other, value)) or (1.0,)
        case None:
            return 1
        case _:
            return dict.fromkeys(value, 0.123)


def changes() -> list[tuple[str, Mechanism]]:
    """The mechanism with every field changed in turn, and where that is."""
    base = planning()
    found = [
        (f"mechanism {name}", replace(base, **{name: other(getattr(base, name))}))
        for name in ("name", "start", "horizon")
    ]
    for collection in COLLECTIONS:
        if collection == "procedures":
            continue
        parts = getattr(base, collection)
        for part in parts:
            for field in fields(part):
                if field.name == "name":
                    continue
                new = replace(part, **{field.name: other(getattr(part, field.name))})
                swapped = tuple(new if p is part else p for p in parts)
                nested = {"keep": " slope", "energy": " growth"}
                old = getattr(part, field.name)
                inner = nested.get(field.name, "") if old is not None else ""
                where = f"{collection.removesuffix('s')} {part.name} {field.name}{inner}"
                found.append((where, replace(base, **{collection: swapped})))
    for step in STEPS:
        for field in fields(step):
            if field.name == "label":
                continue
            new = replace(step, **{field.name: other(getattr(step, field.name))})
            steps = tuple(new if s is step else s for s in STEPS)
            where = f"procedure p, step {step.label} {field.name}"
            found.append((where, spoilt("procedures", "p", base, steps=steps)))
    for name in ("title", "source", "draws"):
        found.append((f"procedure p {name}", spoilt("procedures", "p", base, **{name: "x"})))
    here = base.world
    assert here is not None
    for field in fields(here):
        if field.name != "public":
            new = replace(here, **{field.name: other(getattr(here, field.name))})
            found.append((f"world {field.name}", replace(base, world=new)))
    for field in fields(here.public):
        public = replace(here.public, **{field.name: other(getattr(here.public, field.name))})
        where = f"world public {field.name}"
        found.append((where, replace(base, world=replace(here, public=public))))
    return found


CHANGES = changes()
every_change = pytest.mark.parametrize(
    ("where", "changed"), CHANGES, ids=[where for where, _ in CHANGES]
)


@every_change
def test_the_changed_field_is_named_and_no_other(where: str, changed: Mechanism) -> None:
    assert {change.where for change in diff(planning(), changed)} == {where}


@every_change
def test_what_differs_looks_different(where: str, changed: Mechanism) -> None:
    assert all(change.before != change.after for change in diff(planning(), changed))


@every_change
def test_a_changed_field_changes_the_digest(where: str, changed: Mechanism) -> None:
    assert digest(changed) != digest(planning())


def test_equal_mechanisms_have_equal_digests_and_no_differences() -> None:
    assert digest(sound()) == digest(sound())
    assert diff(sound(), sound()) == ()


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_digests_are_equal_exactly_when_nothing_differs(one: int, two: int) -> None:
    first, second = random_mechanism(Random(one)), random_mechanism(Random(two))
    assert (digest(first) == digest(second)) == (diff(first, second) == ())


@given(st.integers(0, 10**6))
def test_the_same_mechanism_made_twice_has_one_digest(seed: int) -> None:
    first, second = random_mechanism(Random(seed)), random_mechanism(Random(seed))
    assert digest(first) == digest(second)
    assert diff(first, second) == ()


@pytest.mark.parametrize("collection", ["units", "measures", "rules", "procedures", "arrivals"])
def test_another_order_of_parts_is_a_difference(collection: str) -> None:
    turned = sound(**{collection: getattr(sound(), collection)[::-1]})
    assert [change.where for change in diff(sound(), turned)] == [f"{collection}, order"]
    assert digest(turned) != digest(sound())


def test_another_order_of_steps_is_a_difference() -> None:
    turned = spoilt("procedures", "p", steps=STEPS[::-1])
    assert [change.where for change in diff(sound(), turned)] == ["procedure p, order"]


def test_the_order_of_a_mapping_is_no_difference() -> None:
    one = spoilt("measures", "pump", effects={"a": 1.0, "b": 2.0})
    two = spoilt("measures", "pump", effects={"b": 2.0, "a": 1.0})
    assert diff(one, two) == ()
    assert digest(one) == digest(two)


def steps(*changed: Any) -> Mechanism:
    return spoilt("procedures", "p", steps=changed)


@pytest.mark.parametrize(
    ("after", "text"),
    [
        (
            lambda: steps(*STEPS, Choose("stop")),
            "+ procedure p, step stop: Choose label stop",
        ),
        (
            lambda: steps(*STEPS[:1], *STEPS[2:]),
            "- procedure p, step send: Send label send, link up",
        ),
        (
            lambda: steps(STEPS[0], Work("send", "team", constant(1.0)), *STEPS[2:]),
            "~ procedure p, step send: Send label send, link up -> "
            "Work label send, unit team, duration constant(value 1) h",
        ),
        (
            lambda: steps(STEPS[0], Send("send", "down"), *STEPS[2:]),
            "~ procedure p, step send link: up -> down",
        ),
        (
            lambda: steps(
                *(Fork("ask", ("answer", "more")) if s.label == "ask" else s for s in STEPS)
            ),
            "~ procedure p, step ask branches: (answer) -> (answer, more)",
        ),
        (
            lambda: spoilt("procedures", "p", draws="day"),
            "~ procedure p draws: item -> day",
        ),
        (
            lambda: sound(topics=(*sound().topics[:1], Topic("supply", level=HIGH.level))),
            "~ topic supply level: nothing -> profile:water",
        ),
        (
            lambda: spoilt("rules", "sizing", energy=Energy("daily", "lake", "rain", 2.0)),
            "~ rule sizing energy: nothing -> Energy plan daily, store lake, inflow rain, "
            "hydro_most 2, days 1, peak_hours 14, draw_days 3",
        ),
        (lambda: spoilt("units", "team", title="Team"), "~ unit team title: nothing -> Team"),
        (
            lambda: spoilt("measures", "pump", effects={"valley": 2.0}),
            "~ measure pump effects: {valley: 1} -> {valley: 2}",
        ),
        (
            lambda: sound(procedures=(*sound().procedures, Procedure("q", (Choose("c"),)))),
            "+ procedure q: Procedure name q, steps (Choose label c), draws item",
        ),
        (
            lambda: sound(pools=()),
            "- pool trucks: Pool name trucks, stock 3, unit team, overtaking False",
        ),
    ],
)
def test_a_difference_reads_well(after: Callable[[], Mechanism], text: str) -> None:
    assert [str(change) for change in diff(sound(), after())] == [text]


def test_a_world_that_comes_or_goes_is_a_difference() -> None:
    assert [str(change)[:9] for change in diff(sound(), sound(world=None))] == ["- world: "]
    assert [str(change)[:9] for change in diff(sound(world=None), sound())] == ["+ world: "]


def test_a_moved_number_in_an_array_shows_although_the_sum_is_the_same() -> None:
    base = world()
    need = base.need.copy()
    need[0], need[1] = 2.0, 0.0
    (change,) = diff(sound(), sound(world=replace(base, need=need)))
    assert change.where == "world need"
    assert change.before != change.after


def test_a_difference_in_the_last_bit_shows() -> None:
    steps_ = tuple(
        replace(s, error=float(np.nextafter(0.1, 1.0))) if isinstance(s, Observe) else s
        for s in STEPS
    )
    assert diff(sound(), steps(*steps_)) == (
        Change("procedure p, step see error", "0.1", "0.10000000000000002"),
    )
