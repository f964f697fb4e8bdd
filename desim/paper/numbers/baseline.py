"""Numbers of the baseline beside the record."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from desim.paper.entry import Entry, Origin
from desim.paper.numbers.names import unit
from desim.paper.sources import BASELINE, Sources
from desim.paper.wording import date, estimate, in_words, listed, number, quantity

RECORD, SUMMARY = f"{BASELINE}/record", f"{BASELINE}/summary"
DATED = ("first_at_least", "last_below")
_ROLES = {"input": "inputs", "fit": "fitted rows", "hold_out": "held-out rows"}


def entries(sources: Sources) -> list[Entry]:
    """Outcomes of the baseline, every row of the record, and how many of them are met."""
    about = sources.provenance(BASELINE)
    start = datetime.fromisoformat(about["start"])
    here = Origin(__name__, (SUMMARY,), rows="provenance of the study")
    found = [
        Entry("baseline.runs", number(about["runs"], 0), here),
        Entry("baseline.engine", str(about["engine"]), here),
    ]
    for _, row in sources.table(SUMMARY).iterrows():
        found += _outcome(row)
    record = sources.table(RECORD)
    for _, row in record.iterrows():
        found += _row(row, start)
    return found + _counts(record)


def _outcome(row: pd.Series) -> list[Entry]:
    origin = Origin(__name__, (SUMMARY,), (int(row["point"]),), f"outcome = {row['outcome']}")
    key, measure = f"baseline.{row['outcome']}", unit(row["outcome"])
    return [
        Entry(key, estimate(row["mean"], row["low"], row["high"], measure), origin),
        Entry(f"{key}.mean", quantity(row["mean"], measure), origin),
        Entry(f"{key}.smallest", quantity(row["smallest"], measure), origin),
        Entry(f"{key}.largest", quantity(row["largest"], measure), origin),
    ]


def shown(row: pd.Series, column: str, start: datetime) -> str:
    """A value of a row of the record, as a date where it is one."""
    value = float(row[column])
    if row["kind"] in DATED:
        return date(start, value)
    return quantity(value, str(row["unit"]), None if row["unit"] != "h" else 1)


def _row(row: pd.Series, start: datetime) -> list[Entry]:
    origin = Origin(__name__, (RECORD,), rows=f"key = {row['key']}")
    key = f"record.{row['key']}"
    texts = {
        "": shown(row, "record", start),
        ".model": shown(row, "model_mean", start),
        ".band": f"{shown(row, 'model_low', start)} to {shown(row, 'model_high', start)}",
        ".inside": "inside" if row["inside"] else "outside",
        ".side": _side(row),
        ".reached": number(row["replications"], 0),
        ".missed": number(row["dropped"], 0),
    }
    return [Entry(key + end, text, origin) for end, text in texts.items()]


def _side(row: pd.Series) -> str:
    """Where the model's mean lies: within the accepted band, or on which side of it."""
    if row["inside"]:
        return "within the band"
    late = row["kind"] in DATED
    below, above = ("too early", "too late") if late else ("too low", "too high")
    return below if row["model_mean"] < row["record_low"] else above


def _counts(record: pd.DataFrame) -> list[Entry]:
    origin = Origin(__name__, (RECORD,), rows="all rows")
    found = [
        Entry("record.inside", number(int(record["inside"].sum()), 0), origin),
        Entry("record.rows", number(len(record), 0), origin),
    ]
    for use, role in _ROLES.items():
        rows = record[record["use"] == use]
        inside = int(rows["inside"].sum())
        text = f"{number(inside, 0)} of {number(len(rows), 0)} {role}"
        found.append(Entry(f"record.{use}.inside", text, origin))
    for use in ("fit", "hold_out"):
        outside = record[(record["use"] == use) & ~record["inside"]]
        parts = [f"{_lower(row['label'])} ({_side(row)})" for _, row in outside.iterrows()]
        found.append(Entry(f"record.{use}.outside", listed(parts), origin))
        count = in_words(len(outside))
        found.append(Entry(f"record.{use}.outside.count", count, origin))
    return found


def _lower(label: str) -> str:
    """A label within a sentence; names keep their capitals, as do levels."""
    first = label.partition(" ")[0].rstrip(":,")
    keeps = first in ("Level", "Dazhou") or first.isupper()
    return label if keeps else label[:1].lower() + label[1:]
