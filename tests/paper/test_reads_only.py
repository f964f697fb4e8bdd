"""The paper reads: nothing of its room can play a run."""

from __future__ import annotations

from tests.test_layers import MODULES, own

PLAYS = ("study.run", "study.work", "study.dispatch", "study.executors", "study.replay")


def imported() -> set[str]:
    return {
        target for module in MODULES if module.room == "paper" for _, target in own(module)
    }  # fmt: skip


def test_the_paper_takes_the_version_of_the_semantics_from_the_engine_and_nothing_else() -> None:
    assert {name for name in imported() if name.partition(".")[0] == "engine"} <= {"engine.play"}


def test_the_paper_imports_nothing_that_plays_studies() -> None:
    assert imported() & set(PLAYS) == set()


def test_the_paper_draws_nothing() -> None:
    assert {n for n in imported() if n.startswith("figure.")} <= {
        "figure.draw",
        "figure.style",
        "figure.validation",
    }
