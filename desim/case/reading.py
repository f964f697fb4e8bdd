"""What is known while a case is read, and rows whose cells complain instead of raising."""

from __future__ import annotations

import math
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from desim.case import expression
from desim.case.expression import ExpressionError, UnknownParameter, WrongParameter
from desim.case.memory import Memory, Noting
from desim.distribution import Distribution, constant
from desim.mechanism.complaint import shown, unknown
from desim.mechanism.levels import Condition, Level

T = TypeVar("T")


@dataclass
class Reading:
    """What is known while the tables of a case are read: parameter values and complaints.

    Parameters
    ----------
    values
        Parameter values by name; NaN for one that is wrong.
    complaints
        Everything found so far.
    place_values
        The numbers of each place by column.
    origin
        File and row by collection, name and label.
    sources
        Keys of the sources that rows may cite.
    unread
        Tables that could not be read as they should: what they would have said is not missed.
    blamed
        For each cell with a complaint, the place for which it was made first.
    memory
        What was made from rows, with the values it was made from.
    """

    values: dict[str, float] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    place_values: dict[str, dict[str, float]] = field(default_factory=dict)
    origin: dict[tuple[str, str, str], str] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    unread: set[str] = field(default_factory=set)
    blamed: dict[tuple[str, str], str] = field(default_factory=dict)
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self._value)

    def _value(self, place: str, name: str) -> float | None:
        found = self.values.get(name)
        return self.place_values.get(place, {}).get(name) if found is None else found

    def made(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """What a key names: made now, or taken from earlier when no value it used has changed.

        Nothing is kept once there is a complaint, so that every reading complains for itself.
        """
        return self.memory.made(key, make, lambda: not self.complaints)

    @property
    def places(self) -> tuple[str, ...]:
        """Names of the places, in the order of their table."""
        return tuple(self.place_values)

    def values_at(self, place: str) -> Mapping[str, float]:
        """Parameter values, and the numbers of a place by column."""
        given = ChainMap(self.values, self.place_values.get(place, {}))
        return Noting(given, place, self.memory)

    def differs(self, text: str) -> bool:
        """Whether an expression may mean something else at another place."""
        columns = next(iter(self.place_values.values()), {})
        return any(column in text for column in columns)

    def complain(self, where: str, text: str) -> None:
        """Note one complaint, once, however often its cell is read."""
        complaint = f"{where}: {text}"
        if complaint not in self.complaints:
            self.complaints.append(complaint)

    def complain_of_table(self, name: str, text: str) -> None:
        """Note that a table cannot be read; what depends on it is not complained about as well."""
        self.unread.add(name)
        self.complain(name, text)


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
    absent
        Columns that the header lacks, which is complained about once and not in every row.
    """

    reading: Reading
    file: str
    number: int
    cells: Mapping[str, str]
    place: str = ""
    absent: frozenset[str] = frozenset()

    @property
    def where(self) -> str:
        """File and row, for complaints."""
        return f"{self.file} row {self.number}"

    @property
    def key(self) -> tuple[str, ...]:
        """What tells this row from all others of a case."""
        return self.file, str(self.number), self.place

    def complain(self, column: str, text: str) -> None:
        """Note a complaint about a cell, once and not again for every place it is read for."""
        first = self.reading.blamed.setdefault((self.where, column), self.place)
        if column not in self.absent and first == self.place:
            self.reading.complain(f"{self.where} column {column}", text)

    def text(self, column: str) -> str:
        """A cell's text with ``{place}`` filled in; empty when the column is not there."""
        return self.cells.get(column, "").replace("{place}", self.place)

    def words(self, column: str) -> tuple[str, ...]:
        """A cell's words, separated by blanks."""
        return tuple(self.text(column).split())

    def at(self, place: str) -> Row:
        """This row with ``{place}`` standing for a place."""
        return Row(self.reading, self.file, self.number, self.cells, place, self.absent)

    def with_cell(self, column: str, text: str) -> Row:
        """A row of the same origin with one cell."""
        return Row(self.reading, self.file, self.number, {column: text}, self.place, self.absent)

    def expanded(self) -> tuple[Row, ...]:
        """This row, once for every place that ``for_each`` names (``place except a b``, say)."""
        wanted = self.words("for_each")
        if not wanted:
            return (self,)
        if wanted[0] != "place":
            self.complain("for_each", unknown("expansion", wanted[0], ("place",)))
            return (self,)
        if not self.reading.places and "places.csv" not in self.reading.unread:
            self.complain("for_each", "the case has no places")
        return tuple(self.at(place) for place in self.places_but("for_each", wanted[1:]))

    def places_but(self, column: str, exception: tuple[str, ...]) -> tuple[str, ...]:
        """All places, or all but some: ``except a b``; what is wrong is about a column."""
        if exception and exception[0] != "except":
            self.complain(column, unknown("word", exception[0], ("except",)))
        for name in exception[1:]:
            if name not in self.reading.places and "places.csv" not in self.reading.unread:
                self.complain(column, unknown("place", name, self.reading.places))
        return tuple(place for place in self.reading.places if place not in exception[1:])

    def number_in(self, column: str, default: float | None = None) -> float:
        """A number, or the value of the parameter that is named; `default` for an empty cell."""
        text = self.text(column)
        if not text and default is not None:
            return default
        value = expression.plain(text)  # most cells are plain numbers
        if value is not None:
            return value
        return self._try(column, lambda: expression.number(text, self._values), math.nan)

    def whole_in(self, column: str, default: int) -> int:
        """A whole number, or the value of a parameter; `default` for an empty cell."""
        text = self.text(column)
        if not text:
            return default
        return self._try(column, lambda: expression.whole(text, self._values), default)

    def one_of_in(self, column: str, names: tuple[str, ...]) -> str:
        """One of some names, or that at the place which a parameter's value says; else empty."""
        text = self.text(column)
        if text in names:
            return text
        try:
            place = expression.whole(text, self._values)
        except ExpressionError as error:
            meant_name = isinstance(error, UnknownParameter) and "." not in text
            if not self._follows(error):
                self.complain(column, unknown(column, text, names) if meant_name else str(error))
            return ""
        if not 0 <= place < len(names):
            self.complain(column, unknown(column, text, names))
            return ""
        return names[place]

    def yes_in(self, column: str) -> bool:
        """Whether a cell says ``yes``; ``no`` or nothing is the other answer."""
        text = self.text(column)
        if text not in ("yes", "no", ""):
            self.complain(column, f"{shown(text)} is neither yes nor no")
        return text == "yes"

    def law(self, column: str, default: Distribution | None = None) -> Distribution:
        """A distribution such as ``lognormal(work.verify, 0.6)``; a bare number is a constant."""
        text = self.text(column)
        if not text and default is not None:
            return default
        place = self.place if self.reading.differs(text) else ""

        def read() -> Distribution:
            return self._try(column, lambda: expression.law(text, self._values), constant(0.0))

        return self.reading.made(("law", text, place), read)

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
                self.complain(column, f"{shown(part)} is not of the form key=value")
                continue
            if key in found:
                self.complain(column, f"{key} stands twice")
            found[key] = self.with_cell(key, value)
        return found

    @property
    def _values(self) -> Mapping[str, float]:
        return self.reading.values_at(self.place)

    def _try(self, column: str, read: Callable[[], T], instead: T) -> T:
        try:
            return read()
        except ExpressionError as error:
            if not self._follows(error):
                self.complain(column, str(error))
            return instead

    def _follows(self, error: ExpressionError) -> bool:
        """Whether what is wrong here is wrong because of what is wrong elsewhere."""
        if isinstance(error, UnknownParameter):
            return bool({"parameters.csv", "places.csv"} & self.reading.unread)
        return isinstance(error, WrongParameter)
