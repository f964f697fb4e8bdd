"""Load a case from its folder of tables, with every complaint at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from desim.case import parts
from desim.case.case import RECORD_KINDS, USES, Case, CaseError, RecordRow
from desim.case.power import PLACE_COLUMNS, read_power
from desim.case.steps import read_procedures
from desim.case.table import Reading, Row, read_table
from desim.mechanism.checks import complaints
from desim.mechanism.complaint import unknown
from desim.mechanism.mechanism import Mechanism
from desim.parameter import TAGS, Parameter

BUILT_IN = Path(__file__).parent
_PARAMETER_COLUMNS = (
    "name", "value", "low", "high", "law", "unit", "meaning", "source", "tag", "note",
)  # fmt: skip
_RECORD_COLUMNS = (
    "key", "label", "kind", "of", "at", "threshold", "begin", "end", "value", "low", "high",
    "unit", "use", "source", "tag",
)  # fmt: skip


def names() -> tuple[str, ...]:
    """Names of the built-in cases."""
    return tuple(sorted(file.parent.name for file in BUILT_IN.glob("*/case.toml")))


def load(name: str, values: Mapping[str, float] | None = None) -> Case:
    """Load a built-in case by name, or any case by its folder.

    Parameters
    ----------
    name
        A built-in case or the path of a folder with ``case.toml``.
    values
        Parameter values that replace those of the table.

    Raises
    ------
    CaseError
        With every complaint: file, row, column, what is wrong, and the nearest valid name.
    """
    folder = BUILT_IN / name if name in names() else Path(name)
    if not (folder / "case.toml").is_file():
        raise CaseError((unknown("case", name, names()),))
    reading = Reading()
    about = _about(reading, folder)
    parameters = _parameters(reading, folder, values or {})
    sources = _sources(reading, folder)
    _cite(reading, parameters, sources)
    mechanism = _mechanism(reading, folder, about)
    record = _record(reading, folder, sources)
    if reading.complaints:
        raise CaseError(tuple(reading.complaints))
    title = str(about["title"])
    return Case(str(about["name"]), title, mechanism, parameters, record, sources)


def _about(reading: Reading, folder: Path) -> dict[str, Any]:
    default = {"name": folder.name, "title": "", "start": datetime(2000, 1, 1), "horizon": 1.0}
    try:
        raw = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        reading.complain("case.toml", f"not valid TOML: {error}")
        return default
    for key in raw:
        if key not in default:
            reading.complain(f"case.toml key {key}", unknown("key", key, default))
    for key in default:
        if key not in raw:
            reading.complain(f"case.toml key {key}", "is missing")
    if not isinstance(raw.get("start"), datetime):
        reading.complain("case.toml key start", "must be a date and time")
        raw["start"] = default["start"]
    if not isinstance(raw.get("horizon"), int | float):
        reading.complain("case.toml key horizon", "must be a number of hours")
        raw["horizon"] = default["horizon"]
    return {**default, **raw}


def _parameters(
    reading: Reading, folder: Path, values: Mapping[str, float]
) -> tuple[Parameter, ...]:
    found: dict[str, Parameter] = {}
    for row in read_table(reading, folder, "parameters.csv", _PARAMETER_COLUMNS):
        numbers = {column: row.number_in(column) for column in ("value", "low", "high")}
        words = {
            c: row.text(c) for c in ("name", "law", "unit", "meaning", "source", "tag", "note")
        }
        parameter = Parameter(**words, **numbers)  # type: ignore[arg-type]
        if parameter.name in found:
            row.complain("name", f"{parameter.name} stands twice")
        for problem in parameter.problems():
            row.complain("value", f"{parameter.name}: {problem}")
        found[parameter.name] = parameter
        reading.origin["parameters", parameter.name, ""] = row.where
    for name, value in values.items():
        if name not in found:
            reading.complain("values", unknown("parameter", name, found))
            continue
        found[name] = replace(found[name], value=float(value))
        for problem in found[name].problems():
            reading.complain(f"value of {name}", problem)
    reading.values.update({name: parameter.value for name, parameter in found.items()})
    return tuple(found.values())


def _sources(reading: Reading, folder: Path) -> Mapping[str, str]:
    rows = read_table(reading, folder, "sources.csv", ("key", "citation"))
    return MappingProxyType({row.text("key"): row.text("citation") for row in rows})


def _cite(reading: Reading, parameters: tuple[Parameter, ...], sources: Mapping[str, str]) -> None:
    for parameter in parameters:
        where = reading.origin["parameters", parameter.name, ""]
        for key in filter(None, parameter.source.split()):
            if key not in sources:
                reading.complain(f"{where} column source", unknown("source", key, sources))


def _mechanism(reading: Reading, folder: Path, about: Mapping[str, Any]) -> Mechanism:
    columns = ("name", "title", "title_zh", *PLACE_COLUMNS, "tag", "source")
    places = read_table(reading, folder, "places.csv", columns, required=False)
    for row in places:
        numbers = {column: row.number_in(column) for column in PLACE_COLUMNS}
        reading.place_values[row.text("name")] = numbers
    topics = parts.read_parts(reading, folder, "topics", parts.topic)
    topic_names = tuple(topic.name for topic in topics)
    power = read_power(reading, folder, places, float(about["horizon"]))
    world, weather = power if power else (None, ())
    mechanism = Mechanism(
        name=str(about["name"]),
        start=about["start"],
        horizon=float(about["horizon"]),
        units=parts.read_parts(reading, folder, "units", parts.unit),
        links=parts.read_parts(reading, folder, "links", parts.link),
        pools=parts.read_parts(reading, folder, "pools", parts.pool),
        profiles=(*parts.profiles(reading, folder), *weather),
        topics=topics,
        measures=parts.read_parts(reading, folder, "measures", parts.measure),
        rules=parts.read_parts(reading, folder, "rules", lambda row: parts.rule(row, topic_names)),
        procedures=read_procedures(reading, folder),
        arrivals=parts.read_parts(reading, folder, "arrivals", parts.arrival),
        world=world,
    )
    # A table that could not be read makes parts that are wrong for no fault of their own.
    if not reading.complaints:
        _check(reading, mechanism)
    return mechanism


def _check(reading: Reading, mechanism: Mechanism) -> None:
    """Complaints about the mechanism, each with the file and row that it comes from."""
    for complaint in complaints(mechanism):
        step = reading.origin.get((complaint.collection, complaint.name, complaint.label))
        part = reading.origin.get((complaint.collection, complaint.name, ""))
        where = step or part
        reading.complaints.append(f"{where}: {complaint}" if where else str(complaint))


def _record(reading: Reading, folder: Path, sources: Mapping[str, str]) -> tuple[RecordRow, ...]:
    rows = read_table(reading, folder, "record.csv", _RECORD_COLUMNS, required=False)
    return tuple(_record_row(row, sources) for row in rows)


def _record_row(row: Row, sources: Mapping[str, str]) -> RecordRow:
    for column, known in (("kind", RECORD_KINDS), ("use", USES), ("tag", TAGS)):
        if row.text(column) not in known:
            row.complain(column, unknown(column, row.text(column), known))
    for key in row.words("source"):
        if key not in sources:
            row.complain("source", unknown("source", key, sources))
    words = {c: row.text(c) for c in ("key", "label", "kind", "of", "at", "unit", "use", "source")}
    given = {c: row.number_in(c, 0.0) for c in ("threshold", "begin", "end")}
    numbers = {c: row.number_in(c) for c in ("value", "low", "high")}
    return RecordRow(**words, **given, **numbers, tag=row.text("tag"))  # type: ignore[arg-type]
