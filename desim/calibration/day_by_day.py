"""What the model says happened, day by day, beside what the record says, in plain words."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from desim.case import Case

DAY = 24
FIRST, LAST = 6, 31
"""Days that are told, counted from the first of the run."""
STUDY = "posterior_reforms"
_MEASURES = {
    "voluntary": "voluntary peak avoidance",
    "energy_intensive": "the stop of energy-intensive industry",
    "industrial": "the stop of all listed industry",
    "commercial": "measures in commerce and public buildings",
    "imports": "imports beyond the standing ones",
    "exports": "cut exports",
    "thermal": "all thermal plants at their utmost",
}
_FEW, _MOST = 0.05, 0.8
"""Shares of its largest mean power from which a measure is in use, and in use in full."""
USES = {"fit": "fitted", "hold_out": "held out", "input": "input"}
_TOLD = ("need", "served", "hydro", "severity", "shed_residential", "served_residential")
READS: dict[str, dict[str, tuple[str, ...]]] = {
    "series": {"quantity": _TOLD, **dict.fromkeys(("hour", "mean", "low", "high"), ())},
    "record": dict.fromkeys(
        ("use", "label", "kind", "unit", "record", "model_low", "model_high"), ()
    ),
}
"""Columns that the page reads of each table, and values that must be in them."""
_LEVELS = {4.0: "I", 3.0: "II", 2.0: "III", 1.0: "IV"}


@dataclass(frozen=True)
class Account:
    """Bands of the model's hours, as studies write them.

    Parameters
    ----------
    series
        Columns quantity, hour, mean, low, high.
    start
        Local time of hour 0.
    """

    series: pd.DataFrame
    start: datetime

    def over(self, quantity: str, day: int, how: str, column: str) -> float:
        """The largest value, the mean or the sum of a quantity over a day."""
        rows = self.series[self.series["quantity"] == quantity].sort_values("hour")
        values = rows[column].to_numpy()[day * DAY : (day + 1) * DAY]
        if how == "peak":
            return float(values.max())
        return float(values.sum() if how == "sum" else values.mean())

    def at_noon(self, quantity: str, day: int, column: str) -> float:
        """A quantity at noon of a day."""
        rows = self.series[self.series["quantity"] == quantity].sort_values("hour")
        return float(rows[column].to_numpy()[day * DAY + 12])

    def told(self, day: int) -> str:
        """A day in words."""
        return " ".join([self._power(day), self._level(day), self._in_use(day), self._shed(day)])

    def _power(self, day: int) -> str:
        need = self.over("need", day, "peak", "mean")
        served = [self.over("served", day, "peak", c) for c in ("mean", "low", "high")]
        hydro = self.over("hydro", day, "sum", "mean")
        return (
            f"At most {need:.0f} GW would be needed and {served[0]:.0f} GW are supplied "
            f"({served[1]:.0f} to {served[2]:.0f}); hydropower gives {hydro:.0f} GWh."
        )

    def _level(self, day: int) -> str:
        low, high = (round(self.at_noon("severity", day, c)) for c in ("low", "high"))
        if high < 1:
            return "No response level is in force."
        names = [_LEVELS.get(float(level), "none") for level in (low, high)]
        if low == high:
            return f"Level {names[0]} is in force at noon."
        below = "none" if low < 1 else f"level {names[0]}"
        return f"At noon between {below} and level {names[1]} is in force, by the run."

    def _in_use(self, day: int) -> str:
        full, part = [], []
        for name, words in _MEASURES.items():
            quantity = f"active_{name}"
            rows = self.series[self.series["quantity"] == quantity]
            if rows.empty or not rows["mean"].max() > 0.0:
                continue
            share = self.over(quantity, day, "mean", "mean") / float(rows["mean"].max())
            if share >= _MOST:
                full.append(words)
            elif share >= _FEW:
                part.append(words)
        sentences = []
        if full:
            sentences.append(f"In use: {_listed(full)}.")
        if part:
            sentences.append(f"In some runs, or partly: {_listed(part)}.")
        return " ".join(sentences) or "No measure is in use."

    def _shed(self, day: int) -> str:
        mean = self.over("shed_residential", day, "sum", "mean")
        if mean < 0.05:
            return "No household is cut off."
        residents = self.over("served_residential", day, "sum", "mean")
        return f"Households get {residents:.0f} GWh and are cut off from {mean:.1f} GWh."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def events(folder: Path) -> dict[str, str]:
    """What a case's chronicle says, by date.

    Parameters
    ----------
    folder
        The case's folder; the chronicle is ``chronicle/events.csv`` in it.
    """
    with (folder / "chronicle" / "events.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["date"]: f"{row['event']} [{', '.join(row['source'].split())}]"
            for row in csv.DictReader(file)
        }


def page(case: Case, folder: Path, results: Path) -> str:
    """The page, as Markdown.

    Parameters
    ----------
    case, folder
        The case and its folder.
    results
        Folder of results; the study of the posterior must have been played.
    """
    series = pd.read_parquet(results / STUDY / "series.parquet")
    record = pd.read_parquet(results / STUDY / "record.parquet")
    account = Account(series, case.mechanism.start)
    chronicle = events(folder)
    lines = [*_HEAD, "| day | the model | the record |", "|---|---|---|"]
    for day in range(FIRST, LAST):
        date = case.mechanism.start + timedelta(days=day)
        told = chronicle.get(f"{date:%Y-%m-%d}", "")
        lines.append(f"| {date.day} {date:%b} | {account.told(day)} | {told} |")
    lines += ["", *_rows(record, case.mechanism.start), "", *_sources(case, chronicle)]
    return "\n".join(lines) + "\n"


_HEAD = (
    "# What the model says happened, and what the record says",
    "",
    "Written by `desim chronicle` from the runs of the study `posterior_reforms`, without any of",
    "the reforms: parameters from the posterior, luck anew in every run. It is for readers who",
    "were there. Please look for days on which the left column could not have happened.",
    "",
    "Numbers of the model are means over all runs and, where two numbers stand together, the 5 and",
    "95 % of runs. A measure counts as in use where its mean over runs is at least 80 % of its",
    "largest, and as partly in use from 5 %. Letters in brackets are sources, listed at the end.",
    "",
    "## Day by day",
    "",
)


def _rows(record: pd.DataFrame, start: datetime) -> Iterator[str]:
    yield "## Row by row"
    yield ""
    yield "Fitted rows were used to find the parameters, held-out rows were not."
    yield ""
    yield "| what | the record | the model, 5 to 95 % of runs | used as | outside |"
    yield "|---|---|---|---|---|"
    for use, words in USES.items():
        for _, row in record[record["use"] == use].iterrows():
            low, high = float(row["model_low"]), float(row["model_high"])
            outside = "" if low <= row["record"] <= high else "outside"
            told = [said(float(value), row, start) for value in (row["record"], low, high)]
            yield f"| {row['label']} | {told[0]} | {told[1]} to {told[2]} | {words} | {outside} |"


def said(value: float, row: pd.Series, start: datetime) -> str:
    """A value of the record's kind in words: a date, or a number with its unit.

    Parameters
    ----------
    value
        Hours of the run for dates; NaN where it did not happen.
    row
        Of a table about the record, with kind and unit.
    start
        Local time of hour 0.
    """
    if row["kind"] in ("first_at_least", "last_below"):
        if value != value:
            return "never"
        when = start + timedelta(hours=round(value))
        return f"{when.day} {when:%b} {when:%H} h"
    digits = 2 if abs(value) < 10.0 else 1 if abs(value) < 100.0 else 0
    unit = "" if row["unit"] == "count" else f" {row['unit']}"
    return f"{value:.{digits}f}{unit}"


def _sources(case: Case, chronicle: dict[str, str]) -> Iterator[str]:
    yield "## Sources"
    yield ""
    used = {key for text in chronicle.values() for key in text.rpartition("[")[2][:-1].split(", ")}
    for key in sorted(used):
        yield f"- {key}: {case.sources[key]}"
