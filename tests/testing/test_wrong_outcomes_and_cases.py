"""Wrong outcomes and cases are caught, with a message that says what to do."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from desim.outcome import OUTCOMES, Outcome
from desim.plugin import Trace, outcome
from desim.testing import NotConforming, case_faults, check_case, check_outcome, outcome_faults

SMALL = Path(__file__).parents[1] / "cases" / "small"


def forgets(trace: Trace) -> float:
    len(trace.records)
    return None  # type: ignore[return-value]


def changes(trace: Trace) -> float:
    trace.records["value"][:] = 0.0
    return float(len(trace.records))


def draws(trace: Trace) -> float:
    return random.random()


def reads(trace: Trace) -> float:
    return float(len((SMALL / "units.csv").read_text()))


def first(trace: Trace) -> float:
    return float(trace.records["time"][0])


def infinite(trace: Trace) -> float:
    return float("inf")


def never(trace: Trace) -> float:
    return float("nan")


WRONG: dict[str, tuple[Any, str]] = {
    "forgets to return": (forgets, "gives back nothing; end it with `return` and the number"),
    "changes the trace": (changes, "leaves the trace as it was: .*; copy arrays before"),
    "draws": (draws, "draws with random.random; read the trace"),
    "reads a file": (reads, "it opens .*units.csv; read the trace"),
    "fails when nothing happens": (first, "in a run without any item it raises IndexError.*nan"),
    "is infinite": (infinite, r"it is infinite; give float\('nan'\) instead"),
    "never is a number": (never, "not a number in any of 3 runs .*--case"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_outcome_is_caught_and_told_what_to_do(what: str) -> None:
    measure, wanted = WRONG[what]
    made = outcome(title="t", unit="h", better="lower", unfinished="u", summary="s")(measure)
    with pytest.raises(NotConforming, match=wanted):
        check_outcome(made, str(SMALL))


def test_an_outcome_of_the_world_needs_a_case_with_one() -> None:
    (fault,) = outcome_faults(next(o for o in OUTCOMES if o.needs_world), str(SMALL))
    assert fault.advice == "check it on another with --case"


@pytest.mark.parametrize("each", [o for o in OUTCOMES if not o.needs_world], ids=lambda o: o.name)
def test_no_built_in_outcome_breaks_a_rule(each: Outcome) -> None:
    found = [f for f in outcome_faults(each, str(SMALL)) if f.rule != "says something"]
    assert found == []


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "mine"))


def test_the_small_case_keeps_the_contract() -> None:
    check_case(str(SMALL))


def test_what_cannot_be_read_is_said_line_by_line(case: Path) -> None:
    (case / "links.csv").write_text("name\n")
    assert {fault.rule for fault in case_faults(str(case))} == {"can be read"}


def test_a_parameter_that_nothing_uses_is_named(case: Path) -> None:
    table = case / "parameters.csv"
    table.write_text(table.read_text() + "idle,1,0,2,uniform,h,nothing,,assumed,for tests\n")
    with pytest.raises(NotConforming, match=r"parameter idle changes nothing .*take its row out"):
        check_case(str(case))


def test_an_end_of_a_range_that_cannot_run_is_named(case: Path) -> None:
    table = case / "parameters.csv"
    text = table.read_text().replace("returned,0.2,0,0.5", "returned,0.2,0,1.5")
    table.write_text(text)
    with pytest.raises(NotConforming, match=r"returned = 1.5: .*; narrow its range"):
        check_case(str(case))
