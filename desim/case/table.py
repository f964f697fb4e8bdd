"""Reading CSV tables so that every complaint can name file, row and column."""

from __future__ import annotations

import csv
import math
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from desim.case import expression
from desim.case.expression import ExpressionError
from desim.distribution import Distribution, constant
from desim.mechanism.complaint import unknown
from desim.mechanism.levels import Condition, Level

T = TypeVar("T")


@dataclass
class Reading:
    """What is known while the tables of a case are read: parameter values and complaints."""

    values: dict[str, float] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    place_values: dict[str, dict[str, float]] = field(default_factory=dict)
    origin: dict[tuple[str, str, str], str] = field(default_factory=dict)

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the places, in the order of their table."""
        return tuple(self.place_values)

    def values_at(self, place: str) -> Mapping[str, float]:
        """Parameter values, and the numbers of a place by column."""
        return ChainMap(self.values, self.place_values.get(place, {}))

    def complain(self, where: str, text: str) -> None:
        """Note one complaint."""
        self.complaints.append(f"{where}: {text}")


@dataclass(frozen=True)
class Row:
    """One row of a table; its cells are read with complaints instead of exceptions.

    Parameters
    ----------
    reading
        Where complaints go.
    file, number
        The file's name and the row's number, counting from 1 with the header.
    cells
        Text by column.
    place
        The place that ``{place}`` stands for.
    """

    reading: Reading
    file: str
    number: int
    cells: Mapping[str, str]
    place: str = ""

    @property
    def where(self) -> str:
        """File and row, for complaints."""
        return f"{self.file} row {self.number}"

    def complain(self, column: str, text: str) -> None:
        """Note a complaint about a cell."""
        self.reading.complain(f"{self.where} column {column}", text)

    def text(self, column: str) -> str:
        """A cell's text with ``{place}`` filled in; empty when the column is not there."""
        return self.cells.get(column, "").replace("{place}", self.place)

    def words(self, column: str) -> tuple[str, ...]:
        """A cell's words, separated by blanks."""
        return tuple(self.text(column).split())

    def at(self, place: str) -> Row:
        """This row with ``{place}`` standing for a place."""
        return Row(self.reading, self.file, self.number, self.cells, place)

    def with_cell(self, column: str, text: str) -> Row:
        """A row of the same origin with one cell."""
        return Row(self.reading, self.file, self.number, {column: text}, self.place)

    def expanded(self) -> tuple[Row, ...]:
        """This row, once for every place that ``for_each`` names (``place except a b``, say)."""
        wanted = self.words("for_each")
        if not wanted:
            return (self,)
        if wanted[0] != "place" or wanted[1:2] not in ((), ("except",)):
            self.complain("for_each", unknown("expansion", wanted[0], ("place",)))
            return (self,)
        return tuple(self.at(place) for place in self.places_but("for_each", wanted[2:]))

    def places_but(self, column: str, excluded: tuple[str, ...]) -> tuple[str, ...]:
        """All places but some; a name that does not exist is a complaint about a column."""
        for name in excluded:
            if name not in self.reading.places:
                self.complain(column, unknown("place", name, self.reading.places))
        return tuple(place for place in self.reading.places if place not in excluded)

    def number_in(self, column: str, default: float | None = None) -> float:
        """A number, or the value of the parameter that is named; `default` for an empty cell."""
        text = self.text(column)
        if not text and default is not None:
            return default
        return self._try(column, lambda: expression.number(text, self._values), math.nan)

    def law(self, column: str, default: Distribution | None = None) -> Distribution:
        """A distribution such as ``lognormal(work.verify, 0.6)``; a bare number is a constant."""
        text = self.text(column)
        if not text and default is not None:
            return default
        return self._try(column, lambda: expression.law(text, self._values), constant(0.0))

    def condition(self, column: str) -> Condition | None:
        """A condition such as ``measure:severity@province >= 4``; ``None`` for an empty cell."""
        text = self.text(column)
        if not text:
            return None
        return self._try(column, lambda: expression.condition(text, self._values), None)

    def level(self, column: str) -> Level:
        """A level such as ``queue:office``."""
        text = self.text(column)
        return self._try(column, lambda: expression.level(text), Level("carried"))

    def arguments(self, column: str) -> dict[str, Row]:
        """The parts ``key=value; key=value`` of a cell, each as a row with one cell."""
        found: dict[str, Row] = {}
        for part in filter(None, (part.strip() for part in self.text(column).split(";"))):
            key, equals, value = (piece.strip() for piece in part.partition("="))
            if not equals:
                self.complain(column, f"{part!r} is not of the form key=value")
                continue
            found[key] = self.with_cell(key, value)
        return found

    @property
    def _values(self) -> Mapping[str, float]:
        return self.reading.values_at(self.place)

    def _try(self, column: str, read: Callable[[], T], instead: T) -> T:
        try:
            return read()
        except ExpressionError as error:
            self.complain(column, str(error))
            return instead


def read_table(
    reading: Reading, folder: Path, name: str, columns: tuple[str, ...], *, required: bool = True
) -> tuple[Row, ...]:
    """The rows of a CSV file.

    Parameters
    ----------
    reading
        Receives complaints: no file, no row, columns that are missing or unknown.
    folder, name
        Where the table is.
    columns
        Its columns; ``for_each`` may always be left out.
    required
        Whether a missing file is a complaint.
    """
    path = folder / name
    if not path.is_file():
        if required:
            reading.complain(name, "there is no such table")
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file)
        header = tuple(table.fieldnames or ())
        rows = [
            Row(reading, name, number, {k: (v or "").strip() for k, v in cells.items() if k})
            for number, cells in enumerate(table, start=2)
        ]
    for column in columns:
        if column not in header and column != "for_each":
            reading.complain(f"{name} row 1", f"column {column} is missing")
    for column in header:
        if column not in columns:
            reading.complain(f"{name} row 1", unknown("column", column, columns))
    if not rows:
        reading.complain(name, "the table is empty")
    return tuple(rows)
