"""Nothing that is done with a mechanism can reach it: values are frozen, arrays read-only."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from desim.case import load
from desim.mechanism.diff import digest
from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import Link, Measure, Procedure
from desim.mechanism.steps import Step, Work
from tests.mechanism.sound import sound, world


def values(value: Any) -> list[Any]:
    """A value and everything in it."""
    found = [value]
    if is_dataclass(value):
        for field in fields(value):
            found += values(getattr(value, field.name))
    elif isinstance(value, tuple):
        for member in value:
            found += values(member)
    return found


@pytest.mark.parametrize("mechanism", [sound(), load("sichuan_2022").mechanism])
def test_a_mechanism_holds_frozen_values_only(mechanism: Mechanism) -> None:
    """Dataclasses are frozen, collections tuples; what else there is cannot be changed."""
    for value in values(mechanism):
        if is_dataclass(value):
            with pytest.raises((FrozenInstanceError, AttributeError)):
                setattr(value, fields(value)[0].name, None)
        elif isinstance(value, np.ndarray):
            assert not value.flags.writeable
        else:
            assert not isinstance(value, list | dict | set)


def test_fields_of_steps_cannot_be_set() -> None:
    with pytest.raises(FrozenInstanceError):
        sound().procedures[0].steps[0].label = "x"  # type: ignore[misc]


def test_effects_cannot_be_set() -> None:
    effects: Any = sound().measures[0].effects
    with pytest.raises(TypeError):
        effects["province"] = 2.0


def test_a_mapping_given_to_a_measure_is_not_shared() -> None:
    effects = {"valley": 1.0}
    base = sound(measures=(*sound().measures, Measure("more", "supply", effects)))
    before = digest(base)
    effects["valley"] = 9.0
    assert digest(base) == before


def test_an_array_of_the_world_cannot_be_set() -> None:
    here = world()
    with pytest.raises(ValueError, match="read-only"):
        here.need[0] = 9.0


def test_an_array_given_to_the_world_is_not_shared() -> None:
    fixed = np.full(24, 5.0)
    here = replace(world(), fixed=fixed)
    fixed[0] = 9.0
    assert here.fixed[0] == 5.0


def test_the_view_of_an_array_cannot_be_set() -> None:
    view = world().need[:, 0]
    with pytest.raises(ValueError, match="read-only"):
        view += 1.0


def test_mapping_parts_leaves_the_original() -> None:
    base = sound()
    before = digest(base)

    def longer(link: Link) -> Link:
        return replace(link, delay=link.delay.scaled(2.0))

    changed = base.mapped(links=longer)
    assert digest(base) == before
    assert changed.links[0].delay.mean == 2.0 * base.links[0].delay.mean


def test_mapping_steps_leaves_the_original_and_what_did_not_change() -> None:
    base = sound()
    before = digest(base)

    def longer(procedure: Procedure, step: Step) -> Step:
        if isinstance(step, Work) and procedure.name == "answer":
            return replace(step, duration=step.duration.scaled(2.0))
        return step

    changed = base.mapped_steps(longer)
    assert digest(base) == before
    assert changed.procedures[0] is base.procedures[0]
    assert changed.procedures[1] != base.procedures[1]


def test_a_look_up_by_name_cannot_be_set() -> None:
    found: Any = by_name(sound().units)
    assert found["office"].name == "office"
    with pytest.raises(TypeError):
        found["office"] = None
