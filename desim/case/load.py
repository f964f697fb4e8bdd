"""Load a case from its folder of tables, with every complaint at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from desim.case import parts
from desim.case.case import Case, CaseError
from desim.case.faults import find_faults
from desim.case.power import PLACE_COLUMNS, read_power
from desim.case.reading import Reading, Row
from desim.case.record import check_record, read_record
from desim.case.steps import read_procedures
from desim.case.table import misnamed, read_table, read_text
from desim.case.toml import TomlError, toml
from desim.mechanism.complaint import unknown
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.minutes import start_problems
from desim.parameter import Parameter

BUILT_IN = Path(__file__).parent
FILE = "case.toml"
TABLES = (
    "parameters", "sources", "places", "topics", "units", "links", "pools", "profiles", "measures",
    "rules", "procedures", "arrivals", "record", "daily", "hourly", "numbers",
)  # fmt: skip
"""Tables that a case can have; each is ``NAME.csv``."""
_PARAMETER_COLUMNS = (
    "name", "value", "low", "high", "law", "unit", "meaning", "source", "tag", "note",
)  # fmt: skip
_ABOUT: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (lambda value: isinstance(value, str), "text"),
    "title": (lambda value: isinstance(value, str), "text"),
    "start": (lambda value: not any(start_problems(value, 0.0)), ""),
    "horizon": (
        lambda value: type(value) in (int, float) and 0.0 < value < _FINITE,
        "a positive number of hours",
    ),
}
"""Keys of ``case.toml``: what fits, and what it should be."""
_FINITE = 10**300


def names() -> tuple[str, ...]:
    """Names of the built-in cases."""
    return tuple(sorted(file.parent.name for file in BUILT_IN.glob("*/case.toml")))


def is_case(folder: Path) -> bool:
    """Whether there is a case in a folder; a path that the system refuses has none."""
    try:
        return (folder / FILE).is_file()
    except OSError:
        return False


def load(name: str, values: Mapping[str, float] | None = None, *, checked: bool = True) -> Case:
    """Load a built-in case by name, or any case by its folder.

    Parameters
    ----------
    name
        A built-in case or the path of a folder with ``case.toml``.
    values
        Parameter values that replace those of the table.
    checked
        Whether the mechanism is checked here, so that complaints name file and row. Whoever
        lowers it at once, as a study of sampled values does ten thousand times, need not have it
        checked twice.

    Raises
    ------
    CaseError
        With every complaint: file, row, column, what is wrong, and the nearest valid name.
    """
    return Tables(name).case(values, checked=checked)


class Tables:
    """The tables of a case, read once, from which cases at other values are made quickly.

    What a changed value does not concern is taken from the cases made before.

    Parameters
    ----------
    name
        As of `load`.

    Raises
    ------
    CaseError
        When there is no such case.
    """

    def __init__(self, name: str) -> None:
        self._folder = BUILT_IN / name if name in names() else Path(name)
        if not is_case(self._folder):
            raise CaseError((unknown("case", name, names()),))
        self._reading = Reading()

    def case(self, values: Mapping[str, float] | None = None, *, checked: bool = True) -> Case:
        """The case at some values; parameters and complaints as of `load`."""
        if self._reading.complaints:
            self._reading = Reading()
        reading, folder = self._reading, self._folder
        about = reading.made(("about",), lambda: _about(reading, folder))
        sources = reading.made(("sources",), lambda: _sources(reading, folder))
        reading.sources = tuple(sources)
        reading.made(("tables",), lambda: _check_tables(reading, folder))
        parameters = _parameters(reading, folder, values or {})
        mechanism = _mechanism(reading, folder, about)
        record = reading.made(("record",), lambda: read_record(reading, folder))
        # A table that could not be read makes parts that are wrong for no fault of their own.
        if checked and not reading.complaints:
            find_faults(reading, mechanism)
            check_record(reading, record, mechanism)
        if reading.complaints:
            raise CaseError(tuple(reading.complaints))
        title = str(about["title"])
        return Case(str(about["name"]), title, mechanism, parameters, record, sources)


def _check_tables(reading: Reading, folder: Path) -> None:
    """Complain about tables that nobody reads: a table that may be absent is lost by its name."""
    known = [f"{name}.csv" for name in TABLES]
    for file in sorted(folder.glob("*.csv")):
        if file.name not in known and not file.name.startswith("."):
            reading.complain(file.name, unknown("table", file.name, known))


def _about(reading: Reading, folder: Path) -> dict[str, Any]:
    default = {"name": folder.name, "title": "", "start": datetime(2000, 1, 1), "horizon": 1.0}
    text = read_text(reading, folder, "case.toml")
    if text is None:
        return default
    try:
        raw = toml(text)
    except TomlError as error:
        reading.complain("case.toml", str(error))
        return default
    wrong, missing = misnamed("key", raw, default)
    for key, sentence in wrong.items():
        reading.complain(f"case.toml key {key}", sentence)
    for key in missing:
        reading.complain(f"case.toml key {key}", "is missing")
    for key, (fits, wanted) in _ABOUT.items():
        if key in raw and not fits(raw[key]):
            texts = [f"must be {wanted}"] if wanted else list(start_problems(raw[key], 0.0))
            reading.complain(f"case.toml key {key}", texts[0])
            raw[key] = default[key]
    return {**default, **raw}


def _parameters(
    reading: Reading, folder: Path, values: Mapping[str, float]
) -> tuple[Parameter, ...]:
    """Every parameter at its value; the reading is told all values."""
    given, wrong = reading.made(("parameters",), lambda: _given(reading, folder))
    found, bad = dict(given), set(wrong)
    for name, value in values.items():
        if name not in found:
            if "parameters.csv" not in reading.unread:
                reading.complain("values", unknown("parameter", name, found))
        elif name not in bad:
            known = found[name].problems()
            found[name] = replace(found[name], value=float(value))
            for problem in found[name].problems():
                if problem not in known:
                    reading.complain(f"value of {name}", problem)
            if not _in_range(found[name]):
                bad.add(name)
    reading.values = {n: math.nan if n in bad else p.value for n, p in found.items()}
    return tuple(found.values())


def _given(reading: Reading, folder: Path) -> tuple[Mapping[str, Parameter], frozenset[str]]:
    """The parameters of the table by name, and which of them cannot be used."""
    found: dict[str, Parameter] = {}
    wrong: set[str] = set()
    for row in read_table(reading, folder, "parameters.csv", _PARAMETER_COLUMNS):
        before = len(reading.complaints)
        parameter = _parameter(row)
        readable = len(reading.complaints) == before and not row.absent
        if parameter.name in found:
            row.complain("name", f"{parameter.name} stands twice")
        for problem in parameter.problems() if readable else ():
            row.complain("value", f"{parameter.name}: {problem}")
        if not (readable and _in_range(parameter)):
            wrong.add(parameter.name)
        found[parameter.name] = parameter
        reading.origin["parameters", parameter.name, ""] = row.where
    return found, frozenset(wrong)


def _parameter(row: Row) -> Parameter:
    cells: dict[str, Any] = {c: row.number_in(c) for c in ("value", "low", "high")}
    words = ("name", "law", "unit", "meaning", "source", "tag", "note")
    cells |= {column: row.text(column) for column in words}
    return Parameter(**cells)


def _in_range(parameter: Parameter) -> bool:
    finite = all(map(math.isfinite, (parameter.value, parameter.low, parameter.high)))
    return finite and parameter.low <= parameter.value <= parameter.high


def _sources(reading: Reading, folder: Path) -> Mapping[str, str]:
    rows = read_table(reading, folder, "sources.csv", ("key", "citation"))
    return MappingProxyType({row.text("key"): row.text("citation") for row in rows})


def _mechanism(reading: Reading, folder: Path, about: Mapping[str, Any]) -> Mechanism:
    columns = ("name", "title", "title_zh", *PLACE_COLUMNS, "tag", "source")
    places = read_table(reading, folder, "places.csv", columns, required=False)
    reading.place_values = reading.made(("places",), lambda: _place_values(places))
    topics = parts.read_parts(reading, folder, "topics", parts.topic)
    topic_names = tuple(topic.name for topic in topics)
    horizon = float(about["horizon"])
    start = about["start"]
    power = reading.made(("power",), lambda: read_power(reading, folder, places, start, horizon))
    world, weather = power if power else (None, ())
    return Mechanism(
        name=str(about["name"]),
        start=start,
        horizon=horizon,
        units=parts.read_parts(reading, folder, "units", parts.unit),
        links=parts.read_parts(reading, folder, "links", parts.link),
        pools=parts.read_parts(reading, folder, "pools", parts.pool),
        profiles=(*reading.made(("profiles",), lambda: parts.profiles(reading, folder)), *weather),
        topics=topics,
        measures=parts.read_parts(reading, folder, "measures", parts.measure),
        rules=parts.read_parts(reading, folder, "rules", lambda row: parts.rule(row, topic_names)),
        procedures=read_procedures(reading, folder),
        arrivals=parts.read_parts(reading, folder, "arrivals", parts.arrival),
        world=world,
    )


def _place_values(places: tuple[Row, ...]) -> dict[str, dict[str, float]]:
    """The numbers of every place by column."""
    return {
        row.text("name"): {column: row.number_in(column) for column in PLACE_COLUMNS}
        for row in places
    }
