"""Reading CSV tables so that every complaint can name file, row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from desim.case.reading import Reading, Row
from desim.mechanism.complaint import nearest, unknown

UNCITED = "assumed"
"""What a source's cell begins with when it names none."""


def read_text(reading: Reading, folder: Path, name: str) -> str | None:
    """The text of a file; ``None``, with a complaint, when it is not UTF-8."""
    try:
        text = (folder / name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        text = f"is not UTF-8 (byte 0x{error.object[error.start]:02x} at {error.start})"
        reading.complain_of_table(name, text)
        return None
    except OSError as error:
        reading.complain_of_table(name, f"cannot be read: {error.strerror}")
        return None
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        reading.complain_of_table(name, f"row {row} holds a zero byte: this is no text")
        return None
    return text


def misnamed(
    kind: str, found: Iterable[str], wanted: Iterable[str]
) -> tuple[dict[str, str], list[str]]:
    """Names that should not be there, each with a sentence, and names that should but are not.

    A name that is missing because it is misspelt is one mistake: it is named as what was meant.
    """
    given, wanted = tuple(found), tuple(wanted)
    missing = [name for name in wanted if name not in given]
    wrong: dict[str, str] = {}
    for name in dict.fromkeys(given):
        if name not in wanted:
            meant = nearest(name, missing)
            wrong[name] = unknown(kind, name, missing if meant else wanted)
            missing = [other for other in missing if other != meant]
    return wrong, missing


def read_table(
    reading: Reading, folder: Path, name: str, columns: tuple[str, ...], *, required: bool = True
) -> tuple[Row, ...]:
    """The rows of a CSV file.

    Parameters
    ----------
    reading
        Receives complaints: no file, not UTF-8, no row, columns that are missing or unknown, rows
        that are longer than the header, sources that are not in the bibliography.
    folder, name
        Where the table is.
    columns
        Its columns; ``for_each``, and those that end in ``?``, may be left out. Keys in
        ``source`` must be known.
    required
        Whether a missing file is a complaint.
    """
    rows = partial(_read_table, reading, folder, name, columns, required=required)
    return reading.made(("table", name), rows)


def _read_table(
    reading: Reading, folder: Path, name: str, columns: tuple[str, ...], *, required: bool
) -> tuple[Row, ...]:
    if not (folder / name).is_file():
        if required:
            reading.complain_of_table(name, "there is no such table")
        return ()
    text = read_text(reading, folder, name)
    if text is None:
        return ()
    wrong = _not_a_table(text)
    if wrong:
        reading.complain_of_table(name, wrong)
        return ()
    try:
        lines = [[cell.strip() for cell in line] for line in csv.reader(io.StringIO(text))]
    except csv.Error as error:
        reading.complain_of_table(name, f"is not a CSV table: {error}")
        return ()
    lines = _without_empty_columns(lines)
    if not any(map(any, lines[1:])):
        reading.complain_of_table(name, "the table is empty")
        return ()
    absent = _check_header(reading, name, lines[0], columns)
    rows = tuple(_rows(reading, name, lines, absent))
    _check_sources(reading, rows)
    return rows


def _not_a_table(text: str) -> str:
    """What keeps a text from being a table with commas and closed quotes; empty when nothing."""
    header = text.partition("\n")[0]
    for sign, called in ((";", "semicolons"), ("\t", "tabs")):
        if sign in header and "," not in header:
            text = f"row 1 has {called} between its cells"
            return f"{text}; save it as CSV with commas and decimal points"
    row = _open_quote(text) if text.count('"') % 2 else 0
    return f"row {row}: a quote is opened and not closed" if row else ""


def _open_quote(text: str) -> int:
    """The row in which a quote opens that never closes; 0 when there is none."""
    opened, number, at_start = 0, 1, True
    for place, letter in enumerate(text):
        if letter == '"' and (opened or at_start):
            opened = 0 if opened else number
            at_start = place + 1 < len(text) and text[place + 1] == '"' and not opened
            continue
        number += letter == "\n"
        at_start = letter in ",\n\r"
    return opened


def _without_empty_columns(lines: list[list[str]]) -> list[list[str]]:
    """The lines without what spreadsheets leave on the right: columns in which nothing stands."""
    used = max((i + 1 for line in lines for i, cell in enumerate(line) if cell), default=0)
    return [line[:used] for line in lines]


def _check_header(
    reading: Reading, name: str, header: list[str], columns: tuple[str, ...]
) -> frozenset[str]:
    """Complain about a table's header; the columns that it lacks."""
    where = f"{name} row 1"
    optional = {"for_each", *(column[:-1] for column in columns if column.endswith("?"))}
    columns = tuple(column.removesuffix("?") for column in columns)
    absent = frozenset(columns) - frozenset(header) - optional
    wrong, missing = misnamed("column", header, columns)
    for column in missing:
        if column in absent:
            reading.complain(where, f"column {column} is missing")
    for sentence in wrong.values():
        reading.complain(where, sentence)
    for column in sorted(column for column in set(header) if header.count(column) > 1):
        reading.complain(where, f"column {column} stands twice")
    if absent:
        reading.unread.add(name)
    return absent


def _rows(
    reading: Reading, name: str, lines: list[list[str]], absent: frozenset[str]
) -> Iterator[Row]:
    header = lines[0]
    for number, line in enumerate(lines[1:], start=2):
        if len(line) > len(header):
            text = f"has {len(line)} cells under {len(header)} columns"
            reading.complain(f"{name} row {number}", text)
        if any(line):
            yield Row(reading, name, number, dict(zip(header, line, strict=False)), absent=absent)


def _check_sources(reading: Reading, rows: tuple[Row, ...]) -> None:
    if "sources.csv" in reading.unread:
        return
    for row in rows:
        for key in cited(row.text("source")):
            if key not in reading.sources:
                row.complain("source", unknown("source", key, reading.sources))


def cited(source: str) -> tuple[str, ...]:
    """The keys of sources in a cell; none when it says that its row is assumed."""
    return () if source.startswith(UNCITED) else tuple(source.split())
