"""Parts that nothing uses are told, and those of sound cases are all in use."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desim.case import load
from desim.distribution import constant
from desim.mechanism.parts import Pool, Procedure, Profile, Topic
from desim.mechanism.steps import Work
from desim.mechanism.unused import unused
from tests.mechanism.sound import sound
from tests.small import link


@pytest.mark.parametrize(
    ("collection", "part"),
    [
        ("links", link("idle", "office", "team", constant(1.0))),
        ("pools", Pool("idle", 1.0)),
        ("profiles", Profile("idle", (0.0,), (1.0,))),
        ("topics", Topic("idle")),
        ("procedures", Procedure("idle", (Work("w", "office", constant(1.0)),))),
    ],
)
def test_a_part_that_nothing_uses_is_told(collection: str, part: object) -> None:
    base = sound()
    more = replace(base, **{collection: (*getattr(base, collection), part)})
    (text,) = set(unused(more)) - set(unused(base))
    assert text.startswith(f"{collection} that nothing uses: ")
    assert text.endswith("idle")


def test_the_built_in_case_has_no_such_part() -> None:
    assert unused(load("sichuan_2022").mechanism) == ()
