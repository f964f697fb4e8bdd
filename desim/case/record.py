"""Rows of the record's table, and whether what they refer to exists in the mechanism."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desim.case.case import RECORD_KINDS, USES, RecordRow
from desim.case.reading import Reading, Row
from desim.case.table import read_table
from desim.mechanism.complaint import one_of, unknown
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.world import columns
from desim.parameter import TAGS

COLUMNS = (
    "key", "label", "kind", "of", "at", "threshold", "begin", "end", "value", "low", "high",
    "unit", "use", "source", "tag",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refers:
    """What a kind of row refers to.

    Parameters
    ----------
    of, at
        What the two columns name: a ``measure``, a ``profile``, a ``quantity`` of the world or a
        ``place`` (of the measure, where there is one); empty when they must be empty.
    optional
        Whether `at` may be left out.
    hours
        Which hours must lie within the run: none, ``begin``, ``days`` (both columns begin one)
        or ``window`` (from one to the other).
    """

    of: str = ""
    at: str = ""
    optional: bool = False
    hours: str = ""


REFERS: dict[str, Refers] = {
    "first_at_least": Refers("measure", "place"),
    "last_below": Refers("measure", "place"),
    "day_energy": Refers("quantity", hours="begin"),
    "peak": Refers("quantity", hours="window"),
    "mean": Refers("quantity", hours="window"),
    "window_energy": Refers("quantity", hours="window"),
    "ratio": Refers("quantity", hours="days"),
    "starts": Refers("measure"),
    "energy": Refers("measure", hours="window"),
    "field_lag": Refers("measure"),
    "field_lag_p90": Refers("measure"),
    "gap": Refers(hours="window"),
    "profile": Refers("profile", "measure", optional=True, hours="begin"),
    "signal_lag": Refers("measure", "measure"),
    "shed_hours": Refers(at="place", hours="window"),
}
_OF_THE_WORLD = ("day_energy", "peak", "mean", "window_energy", "ratio", "gap", "shed_hours")


def read_record(reading: Reading, folder: Path) -> tuple[RecordRow, ...]:
    """Every row of ``record.csv`` (the table may be absent); keys are unique.

    Parameters
    ----------
    reading, folder
        Where complaints go, and where the table is.
    """
    found: dict[str, RecordRow] = {}
    for row in read_table(reading, folder, "record.csv", COLUMNS, required=False):
        made = _row(row)
        if made.key in found:
            row.complain("key", f"{made.key} stands twice")
        found[made.key] = made
        reading.origin["record", made.key, ""] = row.where
    return tuple(found.values())


def _row(row: Row) -> RecordRow:
    for column, known in (("kind", RECORD_KINDS), ("use", USES), ("tag", TAGS)):
        if row.text(column) not in known:
            row.complain(column, unknown(column, row.text(column), known))
    words = ("key", "label", "kind", "of", "at", "unit", "use", "source", "tag")
    cells: dict[str, Any] = {column: row.text(column) for column in words}
    cells |= {c: row.number_in(c, 0.0) for c in ("threshold", "begin", "end")}
    cells |= {c: row.number_in(c) for c in ("value", "low", "high")}
    return RecordRow(**cells)


def check_record(reading: Reading, record: tuple[RecordRow, ...], mechanism: Mechanism) -> None:
    """Complain about rows whose counterpart cannot be read from a trace of the mechanism."""
    for row in record:
        where = reading.origin["record", row.key, ""]
        for column, text in _problems(row, mechanism):
            reading.complain(f"{where} column {column}", text)


def _problems(row: RecordRow, mechanism: Mechanism) -> Iterator[tuple[str, str]]:
    """Column, and what is wrong in it."""
    refers = REFERS[row.kind]
    if row.kind in _OF_THE_WORLD and mechanism.world is None:
        yield "kind", f"{row.kind} looks at the world, and the case has none"
        return
    wrong = [*_reference(row.of, refers.of, row, mechanism)]
    yield from (("of", text) for text in wrong)
    if not wrong and not (refers.optional and not row.at):
        yield from (("at", text) for text in _reference(row.at, refers.at, row, mechanism))
    yield from _hours(row, refers.hours, mechanism.horizon)


def _reference(name: str, kind: str, row: RecordRow, mechanism: Mechanism) -> Iterator[str]:
    if not kind:
        if name:
            yield f"{row.kind} does not look at {name!r}: leave it empty"
        return
    places = mechanism.world.places if mechanism.world else ()
    effects = {measure.name: measure.effects for measure in mechanism.measures}
    known = {
        "measure": tuple(effects),
        "profile": tuple(profile.name for profile in mechanism.profiles),
        "quantity": columns(places),
        "place": tuple(effects.get(row.of, ())) if row.of else places,
    }
    words = {"quantity": "world quantity", "place": f"place of {row.of}" if row.of else "place"}
    yield from one_of(words.get(kind, kind), name, known[kind])


def _hours(row: RecordRow, kind: str, horizon: float) -> Iterator[tuple[str, str]]:
    """Hours that are not within the run."""
    if kind and not 0.0 <= row.begin < horizon:
        yield "begin", f"{row.begin:g} is not within the run of {horizon:g} hours"
    elif kind == "days" and not 0.0 <= row.end < horizon:
        yield "end", f"{row.end:g} is not within the run of {horizon:g} hours"
    elif kind == "window" and not row.begin < row.end <= horizon:
        yield "end", f"{row.end:g} is not after {row.begin:g} and within {horizon:g} hours"
