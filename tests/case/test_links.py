"""No link of Sichuan lies idle: some procedure sends over it, or it is said why none does."""

from __future__ import annotations

from desim.case import load
from desim.mechanism.linkage import idle_kinds

REASONS: dict[str, str] = {}
"""Why links of a kind, written as `idle_kinds` writes them, may lie idle."""


def idle() -> set[str]:
    """Kinds of links of which no procedure uses some or all."""
    found = idle_kinds(load("sichuan_2022").mechanism)
    return {kind for kinds in found.values() for kind in kinds}


def test_no_link_lies_idle_without_a_reason() -> None:
    assert sorted(idle() - set(REASONS)) == []


def test_every_reason_is_for_a_link_that_lies_idle() -> None:
    assert sorted(set(REASONS) - idle()) == []
    assert all(REASONS.values())
