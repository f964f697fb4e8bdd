"""The power balance of a case from tables: need by place and sector, supply by hour.

Residential need is a normal load plus cooling, linear in the daily mean temperature above a
threshold: with the case's temperatures the three published daily energies of residents lie on one
line. Hourly shapes spread a day's energy over its hours. All arithmetic is plain numpy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desim.case.reading import Reading, Row
from desim.case.table import read_table
from desim.mechanism.complaint import shown
from desim.mechanism.parts import Profile
from desim.mechanism.world import SECTORS, PowerBalance, Public

Floats = NDArray[np.float64]
PLACE_COLUMNS = (
    "residential", "commercial", "industrial", "essential", "households", "heat", "weight",
    "line_margin",
)  # fmt: skip
DAY_COLUMNS = (
    "date", "temperature", "temperature_tag", "inflow", "inflow_tag", "thermal", "thermal_tag",
    "imports", "imports_tag", "exports", "exports_tag", "renewables", "renewables_tag", "source",
)  # fmt: skip
HOUR_COLUMNS = (
    "hour", "residential", "cooling", "commercial", "industrial", "essential", "renewables",
    "warmth", "tag", "source",
)  # fmt: skip
_SERIES = ("temperature", "inflow", "thermal", "imports", "exports", "renewables")
HOURS = 24


@dataclass(frozen=True, slots=True)
class Given:
    """The series of a case: by day, by hour of the day, and by place; and when hour 0 is."""

    start: datetime
    day: Mapping[str, Floats]
    hour: Mapping[str, Floats]
    place: Mapping[str, Floats]


def read_power(
    reading: Reading, folder: Path, places: tuple[Row, ...], start: datetime, horizon: float
) -> tuple[PowerBalance, tuple[Profile, ...]] | None:
    """The world, and the profile of temperature that goes with it.

    Parameters
    ----------
    reading, folder
        Parameter values and where complaints go; where ``daily.csv`` and ``hourly.csv`` are.
    places
        Rows of the places' table.
    start
        Local time of hour 0: it says at which hour the first day begins, and which days are
        weekends.
    horizon
        Hours.

    Returns
    -------
    tuple or None
        ``None`` when the case has no daily table, or something is wrong with it.
    """
    if not (folder / "daily.csv").is_file():
        return None
    days = read_table(reading, folder, "daily.csv", DAY_COLUMNS)
    hours = read_table(reading, folder, "hourly.csv", HOUR_COLUMNS)
    if len(hours) != HOURS and "hourly.csv" not in reading.unread:
        reading.complain("hourly.csv", f"has {len(hours)} hours, wanted {HOURS}")
    covered = len(days) * HOURS - start.hour
    if covered < horizon and "daily.csv" not in reading.unread:
        reading.complain("daily.csv", f"covers {covered} h of {horizon:g}")
    elif covered != math.ceil(horizon) and "daily.csv" not in reading.unread:
        text = f"covers {covered} h, and the run has {horizon:g}"
        reading.complain("daily.csv", f"{text}: days and run must end together")
    if start.minute:
        text = f"must be a full hour where there is a power balance, got {start:%H:%M}"
        reading.complain("case.toml key start", text)
    _check_dates(days, start.date())
    _check_hours(hours)
    day = {name: _column(days, name) for name in _SERIES}
    hour = {name: _column(hours, name) for name in HOUR_COLUMNS[1:8]}
    place = {name: _column(places, name) for name in PLACE_COLUMNS}
    if reading.complaints:
        return None
    return build(Given(start, day, hour, place), reading.places, reading.values_at(""))


def _check_dates(days: tuple[Row, ...], first: date) -> None:
    """Complain about the first date that does not follow the one before it."""
    for number, row in enumerate(days):
        if "date" in row.absent:
            return
        try:
            found = date.fromisoformat(row.text("date"))
        except ValueError:
            row.complain("date", f"{shown(row.text('date'))} is not a date such as {first}")
            return
        wanted = first + timedelta(days=number)
        if found != wanted:
            why = "the run starts on it" if not number else "days must follow each other"
            row.complain("date", f"is {found}, wanted {wanted}: {why}")
            return


def _check_hours(hours: tuple[Row, ...]) -> None:
    """Complain about the first row that is not of the hour that comes next."""
    for hour, row in enumerate(hours):
        if row.text("hour") != str(hour) and "hour" not in row.absent:
            row.complain("hour", f"is {shown(row.text('hour'))}, wanted {hour}")
            return


def _column(rows: tuple[Row, ...], name: str) -> Floats:
    return np.array([row.number_in(name) for row in rows], dtype=np.float64)


def build(
    given: Given, places: tuple[str, ...], values: Mapping[str, float]
) -> tuple[PowerBalance, tuple[Profile, ...]]:
    """Turn the series of a case into its world.

    Parameters
    ----------
    given
        Start, and daily, hourly and place series.
    places
        Names of the places.
    values
        Parameter values by name.
    """
    whole_days = _need(given, values)
    begin = given.start.hour  # of the first day, whose earlier hours are before the run
    need = whole_days[begin:]
    hourly = {name: np.repeat(series, HOURS) for name, series in given.day.items()}
    days = len(given.day["temperature"])
    renewables = hourly["renewables"] * np.tile(_shape(given.hour["renewables"]), days)
    thermal = hourly["thermal"] * values["supply.thermal_scale"]
    fixed = thermal + hourly["imports"] + renewables - hourly["exports"]
    inflow = hourly["inflow"] * values["supply.inflow_scale"] / HOURS
    peak = whole_days.sum(axis=2).max(axis=0)
    world = PowerBalance(
        places=places,
        need=need,
        fixed=fixed[begin:],
        inflow=inflow[begin:],
        store=values["supply.store"],
        store_full=values["supply.store_full"],
        hydro_most=values["supply.hydro_most"],
        floor=values["supply.floor"],
        outlook=int(values["decide.days"]),
        surplus=np.repeat(_surplus(given, values), HOURS)[begin:],
        ties=values["supply.ties"],
        exposure=np.array([values[f"shedding.{sector}"] for sector in SECTORS]),
        weights=given.place["weight"],
        line_limit=peak * given.place["line_margin"],
        customers=given.place["households"] * 1e6,
        public=_public(values),
    )
    daily = (("thermal", thermal, "GW"), ("inflow", inflow * HOURS, "GWh/day"))
    return world, (
        _temperature(given, values),
        *(_by_day(name, series, unit, begin) for name, series, unit in daily),
    )


def _surplus(given: Given, values: Mapping[str, float]) -> Floats:
    """The share of its support that the neighbours can spare, by day: they have the same heat."""
    heat = given.day["temperature"] + values["demand.warmer"] - values["donors.threshold"]
    surplus: Floats = np.clip(1.0 - values["donors.heat"] * np.maximum(heat, 0.0), 0.0, 1.0)
    return surplus


def _by_day(name: str, series: Floats, unit: str, begin: int) -> Profile:
    midnights = range(0, len(series), HOURS)
    values = tuple(float(series[hour]) for hour in midnights)
    times = tuple(float(hour - begin) for hour in midnights)
    return Profile(name, times, values, unit, "daily.csv")


def _shape(hours: Floats) -> Floats:
    shape: Floats = hours / hours.mean()
    return shape


def _shares(series: Floats) -> Floats:
    shares: Floats = series / series.sum()
    return shares


def _need(given: Given, values: Mapping[str, float]) -> Floats:
    """Need in GW, float64 (hours, places, sectors)."""
    warm = given.day["temperature"] + values["demand.warmer"]
    days = len(warm)
    degrees = np.maximum(warm[:, None] + given.place["heat"] - values["demand.threshold"], 0.0)
    province = np.maximum(warm - values["demand.threshold"], 0.0)
    by_place = _shares(given.place["residential"]) * degrees
    # The places' temperatures move where cooling happens, not how much of it there is.
    spread = by_place / np.maximum(by_place.sum(axis=1, keepdims=True), 1e-12)
    cooling = {
        "residential": values["demand.residential_cooling"] * province,
        "commercial": values["demand.commercial_cooling"] * province,
    }
    weekend = np.array(
        [1.0, 1.0, 1.0, 1.0, 1.0, values["demand.weekend"], values["demand.weekend"]]
    )
    parts = []
    for sector in SECTORS:
        shares = _shares(given.place[sector])
        base = values[f"demand.{sector}"] * np.ones(days)
        if sector in ("commercial", "industrial"):
            base = base * weekend[(given.start.weekday() + np.arange(days)) % 7]
        normal = base[:, None, None] * _shape(given.hour[sector])[:, None] * shares
        if sector in cooling:
            heat_shape = given.hour["cooling" if sector == "residential" else "commercial"]
            daily = cooling[sector][:, None, None] * spread[:, None, :]
            normal = normal + daily * _shape(heat_shape)[:, None]
        parts.append(normal.reshape(days * HOURS, -1) / HOURS)
    return np.stack(parts, axis=2)


def _public(values: Mapping[str, float]) -> Public:
    return Public(
        reach=values["public.reach"],
        response=values["public.response"],
        habituation=values["public.habituation"],
        half_life=values["public.half_life"],
        trust_loss=values["public.trust_loss"],
        trust_recovery=values["public.trust_recovery"],
        announced=values["public.announced"],
    )


def _temperature(given: Given, values: Mapping[str, float]) -> Profile:
    """Hourly temperature of the province, with the warmth of the hours around the day's mean."""
    daily = np.repeat(given.day["temperature"] + values["demand.warmer"], HOURS)
    hourly = daily + np.tile(given.hour["warmth"], len(given.day["temperature"]))
    times = tuple(float(hour - given.start.hour) for hour in range(len(hourly)))
    return Profile("temperature", times, tuple(map(float, hourly)), "degC", "daily.csv")
