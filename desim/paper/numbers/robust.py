"""Numbers of robustness: what holds when summer, water, neighbours or offices are other."""

from __future__ import annotations

import pandas as pd

from desim.paper.entry import Entry, Origin
from desim.paper.numbers.names import agree, setting, unit
from desim.paper.sources import MAIN, ROBUST, Sources
from desim.paper.wording import (
    capital,
    changes,
    clear,
    estimate,
    in_words,
    listed,
    number,
    quantity,
    span,
)

COMPARISON, REGRET, SUMMARY = f"{ROBUST}/comparison", f"{ROBUST}/regret", f"{ROBUST}/summary"


def entries(sources: Sources) -> list[Entry]:
    """Effects by scenario, and the largest regret of each setting."""
    about = sources.provenance(ROBUST)
    origin = Origin(__name__, (SUMMARY,), rows="provenance of the study")
    scenarios = list(dict.fromkeys(sources.table(SUMMARY)["scenario"]))
    found = [
        Entry("robust.replications", number(about["replications"], 0), origin),
        Entry("robust.runs", number(about["runs"], 0), origin),
        Entry("robust.scenarios", in_words(len(scenarios)), origin),
    ]
    return [*found, *_effects(sources), *_regret(sources)]


def _effects(sources: Sources) -> list[Entry]:
    rows = sources.rows(COMPARISON, outcome=MAIN)
    rows = rows.assign(setting=[label.partition(": ")[2] for label in rows["label"]])
    found, sentences = [], []
    for name in dict.fromkeys(map(str, rows["setting"])):
        group = rows[rows["setting"] == name]
        origin = Origin(__name__, (COMPARISON,), rows=f"outcome = {MAIN}, setting = {name}")
        text = _across(name, group)
        short = "all" if "+" in name else name
        found.append(Entry(f"robust.{short}.across", text, origin))
        sentences.append(text)
        for _, row in group.iterrows():
            size = estimate(row["difference"], row["low"], row["high"], unit(MAIN), sign=True)
            key = f"robust.{short}.{row['scenario']}"
            word = changes(row["difference"], row["p_holm"], "raises", "lowers", "no clear effect")
            found += [Entry(key, size, origin), Entry(f"{key}.verb", word, origin)]
    origin = Origin(__name__, (COMPARISON,), rows=f"outcome = {MAIN}")
    return [*found, Entry("robust.sentences", " ".join(sentences), origin)]


def _across(name: str, rows: pd.DataFrame) -> str:
    """In how many scenarios a setting surely helps, and where it surely harms."""
    sure = rows[[clear(p) for p in rows["p_holm"]]]
    helps, harms = sure[sure["difference"] < 0.0], sure[sure["difference"] > 0.0]
    who = capital(setting(name))
    count = in_words(len(helps)) if len(helps) else "none"
    verb = agree([who], "lowers", "lower")
    text = f"{who} clearly {verb} it in {count} of {in_words(len(rows))} scenarios"
    if len(harms):
        where = listed([s.replace("_", " ") for s in harms["scenario"]])
        text += f" and clearly {agree([who], 'raises', 'raise')} it in {where}"
    return text + "."


def _regret(sources: Sources) -> list[Entry]:
    rows = sources.rows(REGRET, outcome=MAIN).sort_values("largest_regret")
    if rows.empty:
        raise ValueError(f"{REGRET} has no rows of {MAIN}")
    origin = Origin(__name__, (REGRET,), rows=f"outcome = {MAIN}")
    least = rows.iloc[0]
    size = f"{quantity(least['largest_regret'], unit(MAIN))} (95\N{NO-BREAK SPACE}% interval "
    size += f"{span(least['low'], least['high'])})"
    return [
        Entry("regret.least", setting(str(least["label"])), origin),
        Entry("regret.least.size", size, origin),
        Entry("regret.least.where", str(least["worst_scenario"]).replace("_", " "), origin),
        Entry("regret.sure", _sure(rows), origin),
    ]


def _sure(rows: pd.DataFrame) -> str:
    """Whether intervals tell the least regret from the others."""
    least = rows.iloc[0]
    apart = [setting(str(row["label"])) for _, row in rows[1:].iterrows()
             if row["low"] > least["high"]]  # fmt: skip
    if len(apart) == len(rows) - 1:
        return "Its interval lies below those of all others."
    if not apart:
        return "Its interval overlaps those of all others, so the order is not sure."
    return f"Its interval lies below that of {listed(apart)}, and overlaps the others."
