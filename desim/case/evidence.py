"""The ledger of a case's evidence: every number of its tables with its source and its tag.

Parameters, rows of the record, daily, hourly and place series carry their tags in their own
tables. The other tables name parameters for most of what they say about the world; what numbers
they hold besides are tagged in ``numbers.csv``, a row for each column and pattern of names.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from desim.case.table import cited
from desim.mechanism.complaint import unknown
from desim.parameter import TAGS

UNTAGGED = "untagged"
_OWN: dict[str, tuple[str, ...]] = {
    "units": ("staff",),
    "links": ("delay", "loss", "resend", "error"),
    "pools": ("stock",),
    "topics": ("initial",),
    "measures": ("effect", "ramp_up", "ramp_down", "most"),
    "rules": (
        "capacities", "thresholds", "margin", "granularity", "slack", "release", "hold", "term",
        "hydro_most", "days", "reserve", "growth", "peak_hours", "draw_days",
    ),
    "arrivals": ("interval", "first", "until", "keep_base", "keep_slope"),
    "procedures": ("arguments",),
    "profiles": ("value",),
}  # fmt: skip
"""Columns of the mechanism's tables that hold numbers about the world."""
_LOGIC = ("when", "amount", "urgency", "add", "place", "level", "measure")
"""Arguments of steps that say what is meant and not how much: conditions, marks, names."""
_SERIES = {
    "hourly": ("residential", "cooling", "commercial", "industrial", "essential", "renewables",
               "warmth"),
    "places": ("residential", "commercial", "industrial", "essential", "households", "heat",
               "weight", "line_margin"),
}  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)")
_COLUMNS = ("table", "column", "rows", "tag", "source", "note")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of a case, or one cell of numbers.

    Parameters
    ----------
    table, row, column
        Where it stands; ``parameters`` have their name as row.
    value
        As it is written.
    low, high, law, unit
        Range and law, where the table gives them.
    source, tag, note
        Keys of sources, one of `desim.parameter.TAGS` or ``untagged``, and the reason.
    """

    table: str
    row: str
    column: str
    value: str
    low: str = ""
    high: str = ""
    law: str = ""
    unit: str = ""
    source: str = ""
    tag: str = UNTAGGED
    note: str = ""

    @property
    def where(self) -> str:
        """Table, row and column, for complaints."""
        return f"{self.table}.csv row {self.row} column {self.column}"


def ledger(folder: Path) -> tuple[Entry, ...]:
    """Every number of a case's tables, table by table.

    Parameters
    ----------
    folder
        The case's folder; its tables are ones that `desim.case.load` takes.
    """
    notes = _read(folder, "numbers")
    return (
        *_with_ranges(folder, "parameters", "name"),
        *_with_ranges(folder, "record", "key"),
        *_daily(folder),
        *(entry for table in _SERIES for entry in _tagged_rows(folder, table)),
        *(entry for table in _OWN for entry in _others(folder, table, notes)),
    )


def complaints(folder: Path) -> tuple[str, ...]:
    """What is wrong with a case's evidence, beside what `desim.case.load` complains about.

    That is tags that are missing or unknown, and notes in ``numbers.csv``, which is read here only.
    Numbers without a tag are complained about in a case that has that table.

    Parameters
    ----------
    folder
        The case's folder.
    """
    found = list(_wrong_notes(folder))
    strict = (folder / "numbers.csv").is_file()
    for entry in ledger(folder):
        if entry.tag not in TAGS and (entry.tag != UNTAGGED or strict):
            known = unknown("tag", entry.tag, TAGS)
            found.append(f"{entry.where}: {entry.value}: {known}")
    return tuple(dict.fromkeys(found))


def _wrong_notes(folder: Path) -> Iterator[str]:
    sources = [row["key"] for row in _read(folder, "sources")]
    for number, row in enumerate(_read(folder, "numbers"), start=2):
        where = f"numbers.csv row {number}"
        for column in _COLUMNS:
            if column not in row:
                yield f"{where}: column {column} is missing"
        table = row.get("table", "")
        if table not in _OWN:
            yield f"{where} column table: {unknown('table', table, _OWN)}"
        elif row.get("column") not in _OWN[table]:
            known = unknown("column of numbers", row.get("column", ""), _OWN[table])
            yield f"{where} column column: {known}"
        if row.get("tag") not in TAGS:
            yield f"{where} column tag: {unknown('tag', row.get('tag', ''), TAGS)}"
        elif row["tag"] != "assumed" and not row.get("source"):
            yield f"{where}: tagged {row['tag']} but has no source"
        for key in cited(row.get("source", "")):
            if key not in sources:
                yield f"{where} column source: {unknown('source', key, sources)}"


def _read(folder: Path, table: str) -> list[dict[str, str]]:
    path = folder / f"{table}.csv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {key: (value or "").strip() for key, value in row.items() if key}
            for row in csv.DictReader(file)
        ]


def _name(row: Mapping[str, str]) -> str:
    if "procedure" in row and "label" in row:
        return f"{row['procedure']}:{row['label']}"
    return row.get("name") or row.get("profile") or row.get("hour", "")


def _with_ranges(folder: Path, table: str, key: str) -> Iterator[Entry]:
    for row in _read(folder, table):
        note = row.get("note", "") or row.get("label", "")
        yield Entry(
            table, row.get(key, ""), "value", row.get("value", ""), row.get("low", ""),
            row.get("high", ""), row.get("law", ""), row.get("unit", ""), row.get("source", ""),
            row.get("tag") or UNTAGGED, note,
        )  # fmt: skip


def _daily(folder: Path) -> Iterator[Entry]:
    for row in _read(folder, "daily"):
        for column in row:
            if f"{column}_tag" in row:
                yield Entry(
                    "daily", row["date"], column, row[column], source=row.get("source", ""),
                    tag=row[f"{column}_tag"] or UNTAGGED,
                )  # fmt: skip


def _tagged_rows(folder: Path, table: str) -> Iterator[Entry]:
    for row in _read(folder, table):
        for column in _SERIES[table]:
            if column in row:
                yield Entry(
                    table, _name(row), column, row[column], source=row.get("source", ""),
                    tag=row.get("tag") or UNTAGGED,
                )  # fmt: skip


def _others(folder: Path, table: str, notes: list[dict[str, str]]) -> Iterator[Entry]:
    procedure = ""
    for row in _read(folder, table):
        procedure = row.get("procedure", "") or procedure
        for column in _OWN[table]:
            value = row.get(column, "")
            if not _NUMBER.search(_about_the_world(value) if column == "arguments" else value):
                continue
            name = _name(row)
            note = _note(notes, table, column, name)
            yield Entry(
                table, name, column, value, unit=row.get("unit", "") if table == "topics" else "",
                source=note.get("source", ""), tag=note.get("tag") or UNTAGGED,
                note=note.get("note", ""),
            )  # fmt: skip


def _about_the_world(arguments: str) -> str:
    """Arguments of a step without those that only say what is meant."""
    kept = []
    for part in arguments.split(";"):
        key, _, value = part.partition("=")
        if key.strip().partition(".")[0] not in _LOGIC:
            kept.append(value)
    return "; ".join(kept)


def _note(notes: list[dict[str, str]], table: str, column: str, name: str) -> Mapping[str, str]:
    """The last row of ``numbers.csv`` that means a cell: later rows are exceptions to earlier."""
    found: Mapping[str, str] = {}
    for row in notes:
        here = row.get("table") == table and row.get("column") == column
        patterns = row.get("rows", "").split()
        if here and any(fnmatchcase(name, p) or name == p for p in patterns):
            found = row
    return found
