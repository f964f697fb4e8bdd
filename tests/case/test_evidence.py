"""Every number of a case has a tag, and every key of a source is in the bibliography."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desim.case import CaseError
from desim.case.evidence import UNTAGGED, complaints, ledger
from desim.case.load import BUILT_IN, load
from desim.parameter import TAGS

SICHUAN = BUILT_IN / "sichuan_2022"
SMALL = Path(__file__).parent.parent / "cases" / "small"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SICHUAN, tmp_path / "case"))


def change(folder: Path, table: str, edit: Callable[[str], str]) -> None:
    path = folder / f"{table}.csv"
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    assert after != before
    path.write_text(after, encoding="utf-8")


def test_no_number_of_the_sichuan_tables_is_without_a_tag() -> None:
    entries = ledger(SICHUAN)
    assert [entry.where for entry in entries if entry.tag not in TAGS] == []
    assert complaints(SICHUAN) == ()


def test_the_ledger_holds_every_table_with_numbers() -> None:
    assert {entry.table for entry in ledger(SICHUAN)} == {
        "parameters", "record", "daily", "hourly", "places", "units", "links", "pools", "topics",
        "measures", "rules", "arrivals", "procedures",
    }  # fmt: skip


def test_every_point_of_the_profiles_is_in_the_ledger() -> None:
    entries = ledger(SICHUAN)
    assert sum(entry.table == "daily" for entry in entries) == 34 * 6
    assert sum(entry.table == "hourly" for entry in entries) == 24 * 7


def test_evidence_that_is_not_assumed_names_its_source() -> None:
    """A row of the day's table cites for all its columns."""
    lacking = [e.where for e in ledger(SICHUAN) if e.tag != "assumed" and not e.source]
    assert lacking == []


def test_a_key_without_a_citation_is_complained_about(folder: Path) -> None:
    change(folder, "sources", lambda text: text.replace("\nT20,", "\nT2O,"))
    with pytest.raises(CaseError) as raised:
        load(str(folder))
    found = raised.value.complaints
    for table in ("procedures.csv", "arrivals.csv"):
        wanted = "column source: unknown source 'T20'; did you mean 'T2O'?"
        assert any(line.startswith(table) and line.endswith(wanted) for line in found)


def test_a_note_that_cites_what_is_not_there_is_complained_about(folder: Path) -> None:
    change(folder, "numbers", lambda text: text + "pools,stock,*,reported,T2O,x\n")
    assert any("numbers.csv" in line and "'T2O'" in line for line in complaints(folder))


def test_a_new_number_without_a_tag_is_complained_about(folder: Path) -> None:
    change(folder, "pools", lambda text: text + "boats,,4,,,Boats,T12\n")
    assert any(UNTAGGED in line and "boats" in line for line in complaints(folder))


def test_a_tag_that_does_not_exist_is_named_with_the_nearest(folder: Path) -> None:
    change(folder, "parameters", lambda text: text.replace(",derived,", ",derivd,", 1))
    assert any("'derivd'" in line and "derived" in line for line in complaints(folder))


def test_a_note_about_a_column_without_numbers_is_complained_about(folder: Path) -> None:
    change(folder, "numbers", lambda text: text + "links,title,*,assumed,,x\n")
    assert any("numbers.csv" in line and "'title'" in line for line in complaints(folder))


def test_conditions_and_marks_are_not_numbers_about_the_world() -> None:
    cells = {e.value for e in ledger(SICHUAN) if e.table == "procedures"}
    assert not any(cell.startswith("when.end") for cell in cells)
    assert any("constant(48)" in cell for cell in cells)


def test_a_case_without_a_table_of_numbers_shows_them_as_untagged() -> None:
    assert complaints(SMALL) == ()
    assert any(entry.tag == UNTAGGED for entry in ledger(SMALL))
