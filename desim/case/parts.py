"""Rows of tables to parts of a mechanism."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from desim.case.reading import Reading, Row
from desim.case.table import read_table
from desim.distribution import constant
from desim.mechanism.complaint import shown
from desim.mechanism.mechanism import N
from desim.mechanism.parts import (
    PLANS,
    Arrival,
    Energy,
    Keep,
    Link,
    Measure,
    Pool,
    Profile,
    Rule,
    Shift,
    Topic,
    Unit,
)

_SHIFT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?):(-?\d+)", re.ASCII)
_DIGITS = 9
COLUMNS: dict[str, tuple[str, ...]] = {
    "units": ("name", "for_each", "tier", "staff", "title", "title_zh", "source"),
    "links": (
        "name", "for_each", "origin", "destination", "orientation", "channel", "delay", "loss",
        "resend", "error", "source",
    ),
    "pools": ("name", "for_each", "stock", "unit", "overtaking", "title", "source"),
    "topics": ("name", "for_each", "initial", "unit", "level?"),
    "measures": (
        "name", "kind", "sector", "places", "effect", "ramp_up", "ramp_down", "most", "title",
        "title_zh", "source",
    ),
    "rules": (
        "name", "kind", "unit", "needs", "supplies", "measures", "capacities", "thresholds",
        "margin", "granularity", "slack", "release", "hold", "term?", "plan?", "store?",
        "inflow?", "hydro_most?", "days?", "reserve?", "growth?", "peak_hours?", "draw_days?",
        "source",
    ),
    "arrivals": (
        "name", "for_each", "procedure", "interval", "first", "until", "when", "keep_level",
        "keep_base", "keep_slope", "urgency", "purpose", "source",
    ),
}  # fmt: skip


def read_parts(
    reading: Reading, folder: Path, collection: str, build: Callable[[Row], N]
) -> tuple[N, ...]:
    """Every part of a collection, built row by row; where each came from is noted.

    Parameters
    ----------
    reading, folder
        Where complaints go, and where the tables are.
    collection
        The collection, whose table is called ``collection.csv``.
    build
        Turns a row into a part.
    """

    def rows() -> tuple[Row, ...]:
        table = read_table(reading, folder, f"{collection}.csv", COLUMNS[collection])
        return tuple(each for row in table for each in row.expanded())

    def part(row: Row) -> N:
        made = build(row)
        reading.origin[collection, made.name, ""] = row.where
        return made

    def parts() -> tuple[N, ...]:
        expanded = reading.made((collection, "rows"), rows)
        return tuple(reading.made((*row.key, "part"), partial(part, row)) for row in expanded)

    return reading.made((collection,), parts)


def unit(row: Row) -> Unit:
    """A unit; ``staff`` lists ``hour:people`` for each shift."""
    shifts = []
    for word in row.words("staff"):
        match = _SHIFT.fullmatch(word)
        if match is None:
            row.complain("staff", f"{shown(word)} is not of the form hour:people")
            continue
        if len(match[2]) > _DIGITS:
            row.complain("staff", f"{shown(match[2])} are too many people")
            continue
        shifts.append(Shift(float(match[1]), int(match[2])))
    return Unit(
        name=row.text("name"),
        tier=row.text("tier"),
        staff=tuple(shifts) or (Shift(0.0, 0),),
        place=row.place,
        title=row.text("title"),
        title_zh=row.text("title_zh"),
        source=row.text("source"),
    )


def link(row: Row) -> Link:
    """A link."""
    return Link(
        name=row.text("name"),
        origin=row.text("origin"),
        destination=row.text("destination"),
        orientation=row.text("orientation"),
        channel=row.text("channel"),
        delay=row.law("delay"),
        loss=row.number_in("loss", 0.0),
        resend=row.law("resend", constant(0.0)),
        error=row.number_in("error", 0.0),
        source=row.text("source"),
    )


def pool(row: Row) -> Pool:
    """A pool."""
    return Pool(
        name=row.text("name"),
        stock=row.number_in("stock"),
        place=row.place,
        unit=row.text("unit"),
        overtaking=row.yes_in("overtaking"),
        title=row.text("title"),
        source=row.text("source"),
    )


def topic(row: Row) -> Topic:
    """A topic."""
    level = row.level("level") if row.text("level") else None
    return Topic(row.text("name"), row.number_in("initial", 0.0), row.text("unit"), level)


def measure(row: Row) -> Measure:
    """A measure; ``places`` is ``all``, ``all except ...`` or a list of names."""
    places = row.words("places") or ("all",)
    if places[0] == "all":
        places = row.places_but("places", places[1:])
    return Measure(
        name=row.text("name"),
        kind=row.text("kind"),
        effects={place: row.at(place).number_in("effect", 1.0) for place in places},
        sector=row.text("sector"),
        ramp_up=row.number_in("ramp_up", 0.0),
        ramp_down=row.number_in("ramp_down", 0.0),
        most=row.number_in("most", 1.0),
        title=row.text("title"),
        title_zh=row.text("title_zh"),
        source=row.text("source"),
    )


def rule(row: Row, topics: tuple[str, ...]) -> Rule:
    """A rule; needs and supplies may be patterns such as ``need.*``."""
    return Rule(
        name=row.text("name"),
        kind=row.text("kind"),
        unit=row.text("unit"),
        needs=tuple(_matching(row.words("needs"), topics)),
        supplies=tuple(_matching(row.words("supplies"), topics)),
        measures=row.words("measures"),
        capacities=tuple(_numbers(row, "capacities")),
        thresholds=tuple(_numbers(row, "thresholds")),
        margin=row.number_in("margin", 0.0),
        granularity=row.number_in("granularity", 0.0),
        slack=row.number_in("slack", 0.0),
        release=row.number_in("release", 1.0),
        hold=row.number_in("hold", 0.0),
        term=row.number_in("term", 0.0),
        energy=_energy(row) if row.text("plan") else None,
        source=row.text("source"),
    )


def _energy(row: Row) -> Energy | None:
    """What an energy plan needs; ``plan`` is its name, or its place in `PLANS` as a parameter."""
    energy = Energy(
        row.one_of_in("plan", tuple(PLANS)),
        store=row.text("store"),
        inflow=row.text("inflow"),
        hydro_most=row.number_in("hydro_most"),
        days=row.whole_in("days", 1),
        reserve=row.number_in("reserve", 0.0),
        growth=row.number_in("growth", 0.0),
        peak_hours=row.number_in("peak_hours", 14.0),
        draw_days=row.number_in("draw_days", 3.0),
    )
    return energy if energy.plan else None  # what is wrong in the other cells is told as well


def _matching(patterns: tuple[str, ...], names: tuple[str, ...]) -> Iterator[str]:
    for pattern in patterns:
        found = [name for name in names if fnmatchcase(name, pattern)]
        yield from found or [pattern]


def _numbers(row: Row, column: str) -> Iterator[float]:
    for word in row.words(column):
        yield row.with_cell(column, word).number_in(column)


def arrival(row: Row) -> Arrival:
    """An arrival stream."""
    keep = None
    if row.text("keep_level"):
        base, slope = row.number_in("keep_base", 0.0), row.number_in("keep_slope", 1.0)
        keep = Keep(row.level("keep_level"), base, slope)
    return Arrival(
        name=row.text("name"),
        procedure=row.text("procedure"),
        interval=row.law("interval"),
        first=row.number_in("first") if row.text("first") else None,
        until=row.number_in("until") if row.text("until") else None,
        when=row.condition("when"),
        keep=keep,
        urgency=row.whole_in("urgency", 0),
        purpose=row.text("purpose"),
        source=row.text("source"),
    )


def profiles(reading: Reading, folder: Path) -> tuple[Profile, ...]:
    """Profiles, one row a time: profile, time, value, unit, source (the table may be absent)."""
    columns = ("profile", "time", "value", "unit", "source")
    series: dict[str, list[Row]] = {}
    for row in read_table(reading, folder, "profiles.csv", columns, required=False):
        series.setdefault(row.text("profile"), []).append(row)
    for name, rows in series.items():
        reading.origin["profiles", name, ""] = rows[0].where
    return tuple(
        Profile(
            name,
            tuple(row.number_in("time") for row in rows),
            tuple(row.number_in("value") for row in rows),
            rows[0].text("unit"),
            rows[0].text("source"),
        )
        for name, rows in series.items()
    )
