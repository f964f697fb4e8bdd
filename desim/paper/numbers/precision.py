"""What precision the factorial asks for, how many replications it took, and what was met of it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from desim.paper.entry import Entry, Origin
from desim.paper.numbers.names import outcome, setting, unit
from desim.paper.sources import FACTORIAL, Sources
from desim.paper.wording import NARROW, capital, in_words, listed, number, percent, quantity
from desim.study.question import Replications
from desim.study.target import CAP, Precision

TABLE = f"{FACTORIAL}/replications"
NAMED = 4
"""How many comparisons of an outcome are named when their precision was not met."""
_QUANTITIES = {"mean": "means", "difference": "paired differences from the baseline"}


def entries(sources: Sources) -> list[Entry]:
    """What was asked, how many replications were simulated, and what the cap left open."""
    rule = sources.study(FACTORIAL).replications
    played = int(sources.provenance(FACTORIAL)["replications"])
    asked = Origin(__name__, rows=f"{FACTORIAL}.toml, replications")
    origin = Origin(__name__, (TABLE,), rows="all rows")
    found = [
        Entry("precision.at_least", number(rule.at_least, 0), asked),
        Entry("precision.at_most", number(rule.at_most, 0), asked),
        Entry("precision.asked", _asked(rule), asked),
    ]
    if sources.quick:
        text = f"The quick size has {number(played, 0)} replications, whatever the precision."
        return [*found, Entry("precision.sentence", text, origin)]
    return [
        *found,
        Entry("precision.sentence", sentence(sources.table(TABLE), rule, played), origin),
    ]


def _asked(rule: Replications) -> str:
    """The half-widths that are asked for, by outcome."""
    parts = []
    for kind, wanted in (("mean", rule.precision), ("difference", rule.differences)):
        if wanted:
            sizes = [f"{_limit(name, each)} for {outcome(name)}" for name, each in wanted.items()]
            parts.append(f"{listed(sizes)} ({_QUANTITIES[kind]})")
    return listed(parts, "no half-width")


def _limit(name: str, wanted: Precision) -> str:
    sizes = []
    if wanted.absolute is not None:
        sizes.append(quantity(wanted.absolute, unit(name), 0 if wanted.absolute >= 1.0 else None))
    if wanted.relative is not None:
        sizes.append(f"{percent(wanted.relative)} of the value")
    return listed(sizes)


def sentence(table: pd.DataFrame, rule: Replications, played: int) -> str:
    """How many replications were simulated, and for how much of what was asked that was enough.

    Parameters
    ----------
    table
        The study's table ``replications``: a row for each mean or difference that is asked for.
    rule
        What the study asks.
    played
        Replications of every point.
    """
    count = number(played, 0)
    if table.empty or not rule.sequential:
        return f"{count} replications were simulated."
    enough = table["enough"].notna()
    wide = table[table["half_width"] > table["limit"]]
    late = int((~enough).sum()) - len(wide)
    capped = ", the most that were allowed" if played >= rule.at_most else ""
    text = f"{count} replications were simulated{capped}. "
    text += _met(int(enough.sum()), len(table), _kinds(table))
    if late:
        text += f" {capital(in_words(late))} more reached it at the end only."
    for name in dict.fromkeys(map(str, wide["outcome"])):
        text += f" {_open(wide[wide['outcome'] == name], name)}"
    return text


def _kinds(table: pd.DataFrame) -> str:
    return listed([words for kind, words in (("mean", "means"), ("difference", "differences"))
                   if (table["quantity"] == kind).any()])  # fmt: skip


def _met(met: int, asked: int, kinds: str) -> str:
    count = "All" if met == asked else f"{number(met, 0) if met else 'None'} of the"
    return f"{count} {number(asked, 0)} {kinds} reached the precision asked for and kept it."


def _open(rows: pd.DataFrame, name: str) -> str:
    """What is left open of an outcome, the widest first, and what it would take."""
    ranked = rows.sort_values("half_width", ascending=False, kind="stable")
    parts = [_named(row, name) for _, row in ranked[:NAMED].iterrows()]
    rest = ranked[NAMED:]
    if len(rest):
        others = "other" if len(rest) == 1 else "others"
        parts.append(f"{in_words(len(rest))} {others}, {_more(rest)}")
    return f"Left open for {outcome(name)}: {'; '.join(parts)}."


def _named(row: pd.Series, name: str) -> str:
    mean = "the mean of " if row["quantity"] == "mean" else ""
    width = quantity(float(row["half_width"]), unit(name))
    return f"{mean}{setting(str(row['label']))} (half-width {width}, {_needed(row['more'])})"


def _needed(more: Any) -> str:
    if pd.isna(more):
        return f"more than {number(CAP, 0)} replications in all"
    count = "replication" if more == 1 else "replications"
    return f"about {number(float(more), 0)}{NARROW}more {count}"


def _more(rows: pd.DataFrame) -> str:
    """How many more replications several comparisons need."""
    given = rows["more"].dropna()
    if given.empty:
        return _needed(pd.NA)
    low, high = number(float(given.min()), 0), number(float(given.max()), 0)
    if len(given) < len(rows):
        return f"at least {low}{NARROW}more replications"
    return (
        _needed(given.min()) if low == high else f"about {low} to {high}{NARROW}more replications"
    )
