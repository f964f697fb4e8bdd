"""Reporting: every item of STRESS-DES is answered, once, and nothing that is no item."""

from __future__ import annotations

from pathlib import Path

import pytest

import desim
from desim.paper import stress
from desim.paper.entry import PaperError
from tests.paper.conftest import Place

ROOMS = ("case", "mechanism", "policy", "engine", "outcome", "study")


def test_there_are_twenty_items() -> None:
    assert len(stress.ITEMS) == 20


def test_every_item_is_answered(made: Place) -> None:
    answers = stress.answers(made.sources)
    assert len(answers) == len(stress.ITEMS) - 1 + len(stress.COMPONENTS)
    assert all(answer.text for answer in answers)


def test_what_the_model_knows_is_filled_in(made: Place) -> None:
    text = stress.as_text(made.sources)
    mechanism = made.sources.case.mechanism
    assert f"{len(mechanism.units)} units" in text
    assert f"{len(mechanism.procedures)} procedures" in text
    assert "four_reforms 20220821" in text


def test_answers_are_written_beside_the_code() -> None:
    package = Path(desim.__file__).parent
    assert {file.parent.name for file in package.glob("*/stress.toml")} == set(ROOMS)


def test_an_item_that_nobody_answers_is_named(made: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(stress.ITEMS, "6.2", "Another item")
    with pytest.raises(PaperError, match=r"item 6\.2 \(Another item\) is answered in no"):
        stress.answers(made.sources)


def test_an_answer_to_no_item_is_refused(made: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(stress.ITEMS, "6.1")
    with pytest.raises(PaperError, match=r"there is no item 6\.1"):
        stress.answers(made.sources)


def test_every_essential_part_of_stars_has_an_answer() -> None:
    parts = dict(stress.stars())
    assert len(parts) == 8
    assert parts["Open licence"] == "MIT (LICENSE)."
