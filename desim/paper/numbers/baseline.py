"""Numbers of the baseline beside the record."""

from __future__ import annotations

import re
from datetime import datetime

import pandas as pd

from desim.paper.entry import Entry, Origin
from desim.paper.numbers.model import number_as_given
from desim.paper.numbers.names import unit
from desim.paper.sources import BASELINE, Sources
from desim.paper.wording import date, estimate, in_words, listed, number, quantity

RECORD, SUMMARY = f"{BASELINE}/record", f"{BASELINE}/summary"
DATED = ("first_at_least", "last_below")
JUDGED = {"fit": "fitted rows", "hold_out": "held-out rows"}
"""Rows that can be inside or outside; what is an input of the case says nothing about the model."""
OUTAGES = "outages_"
"""How the keys of rows begin that hold residents' energy not served by date."""


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
        ".inside": _inside(row),
        ".side": _side(row),
        ".reached": number(row["replications"], 0),
        ".missed": number(row["dropped"], 0),
    }
    return [Entry(key + end, text, origin) for end, text in texts.items()]


def _inside(row: pd.Series) -> str:
    if row["use"] not in JUDGED:
        return "an input"
    return "inside" if row["inside"] else "outside"


def _side(row: pd.Series) -> str:
    """Where the model's mean lies: within the accepted band, or on which side of it."""
    if row["use"] not in JUDGED:
        return "an input"
    if row["inside"]:
        return "within the band"
    late = row["kind"] in DATED
    below, above = ("too early", "too late") if late else ("too low", "too high")
    return below if row["model_mean"] < row["record_low"] else above


def _counts(record: pd.DataFrame) -> list[Entry]:
    """How many rows are met, of those that can be missed."""
    origin = Origin(__name__, (RECORD,), rows="use = fit or hold_out")
    judged = record[record["use"].isin(list(JUDGED))]
    inputs = int((record["use"] == "input").sum())
    found = [
        Entry("record.inside", number(int(judged["inside"].sum()), 0), origin),
        Entry("record.judged", number(len(judged), 0), origin),
        Entry("record.inputs", number(inputs, 0), Origin(__name__, (RECORD,), rows="use = input")),
    ]
    for use, role in JUDGED.items():
        rows = judged[judged["use"] == use]
        outside = rows[~rows["inside"]]
        inside = f"{number(len(rows) - len(outside), 0)} of {number(len(rows), 0)} {role}"
        parts = [f"{_lower(row['label'])} ({_side(row)})" for _, row in outside.iterrows()]
        origin = Origin(__name__, (RECORD,), rows=f"use = {use}")
        found += [
            Entry(f"record.{use}.inside", inside, origin),
            Entry(f"record.{use}.outside", listed(parts), origin),
            Entry(f"record.{use}.outside.count", in_words(len(outside)), origin),
        ]
    return [*found, _outages(record)]


def _outages(record: pd.DataFrame) -> Entry:
    """Residents' energy not served by date, beside what the record allows."""
    rows = record[record["key"].str.startswith(OUTAGES)]
    inside = int(rows["inside"].sum())
    parts = [_period(row) for _, row in rows.iterrows()]
    many = in_words(len(rows))
    count = f"all {many}" if inside == len(rows) else f"{in_words(inside)} of the {many}"
    text = f"{'; '.join(parts)}. The mean is within the record's band in {count} periods"
    return Entry("record.outages", text, Origin(__name__, (RECORD,), rows=f"key = {OUTAGES}*"))


def _period(row: pd.Series) -> str:
    """A period with the model's mean and the record's band."""
    period = re.sub(r"(?<=\d)-(?=\d)", "–", str(row["label"]).rpartition(", ")[2])
    mean = quantity(float(row["model_mean"]), str(row["unit"]))
    low, high = (number_as_given(float(row[end])) for end in ("record_low", "record_high"))
    middle = number_as_given(float(row["record"]))
    return f"{period}: {mean} (record {middle}, band {low} to {high})"


def _lower(label: str) -> str:
    """A label within a sentence; names keep their capitals, as do levels."""
    first = label.partition(" ")[0].rstrip(":,")
    keeps = first in ("Level", "Dazhou") or first.isupper()
    return label if keeps else label[:1].lower() + label[1:]
