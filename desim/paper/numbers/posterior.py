"""Numbers of the calibration, and of the reforms over its posterior, once these were played."""

from __future__ import annotations

import pandas as pd

from desim.paper.entry import Entry, Origin
from desim.paper.numbers.names import agree, outcome, setting, unit
from desim.paper.sources import CALIBRATION, MAIN, Sources
from desim.paper.wording import capital, in_words, listed, number, percent, quantity, span
from desim.policy.catalogue import REFORMS

OPTIONAL = ("posterior.", "calibration.", "faster.")
"""How keys begin that the manuscript can do without."""
SURE = 0.95
"""An effect is said to hold over the posterior when at least this share of it agrees."""


def entries(sources: Sources) -> list[Entry]:
    """What is there of both; nothing before they were played."""
    found = _calibration(sources) if sources.calibrated else []
    return [*found, *(_posterior(sources, sources.posterior) if sources.posterior else [])]


def _calibration(sources: Sources) -> list[Entry]:
    """What the record says about parameters, and what the posterior says about the record."""
    marginals, predictive = f"{CALIBRATION}/marginals", f"{CALIBRATION}/predictive"
    table = sources.table(marginals)
    moved, found = table[table["moved"]], table[table["identifiable"]]
    names = listed([str(name) for name in found.sort_values("width")["parameter"]][:8])
    origin = Origin(__name__, (marginals,), rows="all parameters")
    entries = [
        Entry("calibration.parameters", number(len(table), 0), origin),
        Entry("calibration.moved", number(len(moved), 0), origin),
        Entry("calibration.identified", number(len(found), 0), origin),
        Entry("calibration.identified.names", names, origin),
    ]
    for use, words in (("fit", "fitted"), ("hold_out", "held-out")):
        for of in ("prior", "posterior"):
            rows = sources.rows(predictive, use=use, of=of)
            inside = int(rows["within"].sum())
            text = f"{number(inside, 0)} of {number(len(rows), 0)} {words} rows"
            origin = Origin(__name__, (predictive,), rows=f"use = {use}, of = {of}")
            entries.append(Entry(f"calibration.{use}.{of}", text, origin))
    rows = sources.rows(predictive, use="hold_out", of="posterior")
    missed = [str(label) for label in rows[~rows["within"]]["label"]]
    origin = Origin(__name__, (predictive,), rows="use = hold_out, of = posterior")
    return [*entries, Entry("calibration.missed", listed(missed), origin)]


def _posterior(sources: Sources, study: str) -> list[Entry]:
    """What reforms do over the posterior."""
    about = sources.provenance(study)
    differences, best = f"{study}/sample_differences", f"{study}/sample_best"
    origin = Origin(__name__, (differences,), rows="provenance of the study")
    rows = sources.rows(differences, outcome=MAIN)
    entries = [
        Entry("posterior.runs", number(about["runs"], 0), origin),
        Entry("posterior.draws", number(int(rows["rows"].max()), 0), origin),
    ]
    sentences = []
    for label in [*(reform.name for reform in REFORMS), " + ".join(r.name for r in REFORMS)]:
        row = sources.one(differences, outcome=MAIN, label=label)
        sentences.append(_sentence(row))
        where = Origin(__name__, (differences,), rows=f"outcome = {MAIN}, label = {label}")
        entries.append(
            Entry(f"posterior.{'all' if '+' in label else label}", _sentence(row), where)
        )
    origin = Origin(__name__, (differences,), rows=f"outcome = {MAIN}")
    entries.append(Entry("posterior.sentences", " ".join(sentences), origin))
    for group in ("reforms", "combinations"):
        ranked = sources.rows(best, outcome=MAIN, group=group)
        ranked = ranked.sort_values("chance_best", ascending=False, kind="stable")
        origin = Origin(__name__, (best,), rows=f"outcome = {MAIN}, group = {group}")
        entries.append(Entry(f"posterior.best.{group}", _best(ranked), origin))
    return entries


def _sentence(row: pd.Series) -> str:
    """What a setting does at how much of the posterior."""
    who, chance = capital(setting(str(row["label"]))), float(row["chance_better"])
    band = f"{span(row['low'], row['high'])}\N{NO-BREAK SPACE}{unit(MAIN)}"
    mean = quantity(float(row["mean"]), unit(MAIN))
    if chance >= SURE:
        said = f"{agree([who], 'lowers', 'lower')} {outcome(MAIN)} nearly everywhere"
    elif chance <= 1.0 - SURE:
        said = f"{agree([who], 'raises', 'raise')} {outcome(MAIN)} nearly everywhere"
    else:
        said = f"{agree([who], 'is', 'are')} not of one sign"
    return f"{who} {said}: better at {percent(chance)} of the draws, {mean} on average, {band}."


def _best(ranked: pd.DataFrame) -> str:
    """The settings that are best most often, with how often."""
    shown = ranked[ranked["chance_best"] >= 0.05]
    few = shown if len(shown) else ranked[:1]
    parts = [f"{setting(str(r['label']))} ({percent(r['chance_best'])})" for _, r in few.iterrows()]
    return (
        listed(parts) if len(parts) < 6 else f"{in_words(len(parts))} settings, led by {parts[0]}"
    )
