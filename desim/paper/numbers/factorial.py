"""Numbers of the factorial: what each reform and each combination does, and whether surely."""

from __future__ import annotations

import math

import pandas as pd

from desim.paper.entry import Entry, Origin
from desim.paper.numbers.names import agree, outcome, policy, setting, term, unit
from desim.paper.sources import FACTORIAL, MAIN, Sources
from desim.paper.wording import (
    capital,
    changes,
    clear,
    estimate,
    in_words,
    listed,
    number,
    percent,
    quantity,
    span,
)
from desim.policy.catalogue import BOUNDS, REFORMS

COMPARISON, EFFECTS = f"{FACTORIAL}/comparison", f"{FACTORIAL}/effects"
SHAPLEY, BEST = f"{FACTORIAL}/shapley", f"{FACTORIAL}/best"
SUMMARY, POINTS = f"{FACTORIAL}/summary", f"{FACTORIAL}/points"
TOLD = (
    MAIN, "residential_customer_hours", "energy_curtailed", "curtailed_not_needed",
    "curtailed_shed_and_drawn", "water_left", "residential_shortage",
    "age_of_information", "observation_to_decision", "decision_to_field", "time_to_level_one",
    "coordination_hours", "referrals", "returns", "inquiries", "outage_gini",
)  # fmt: skip
"""Outcomes that the text may speak of, as far as the study measures them."""
PERFECT, CURTAILED = "perfect_coordination", "energy_curtailed"
COMMUNICATION = "perfect_communication"
UP, DOWN, NOTHING = "raises", "lowers", "has no clear effect on"


def entries(sources: Sources) -> list[Entry]:
    """Effects, combinations, shares, and the sentences about them."""
    about = sources.provenance(FACTORIAL)
    origin = Origin(__name__, (SUMMARY,), rows="provenance of the study")
    found = [
        Entry("factorial.replications", number(about["replications"], 0), origin),
        Entry("factorial.runs", number(about["runs"], 0), origin),
        Entry("factorial.points", number(about["points"], 0), origin),
    ]
    here = set(sources.table(SUMMARY)["outcome"])
    for name in (name for name in TOLD if name in here):
        found += _points(sources, name)
        found += _effects(sources, name)
    return [*found, *_shares(sources), *_best(sources), *_interactions(sources), *_gap(sources)]


def point(sources: Sources, label: str) -> int:
    """The point of the factorial with a label."""
    return int(sources.one(POINTS, label=label)["point"])


def _all() -> str:
    return " + ".join(reform.name for reform in REFORMS)


def _points(sources: Sources, name: str) -> list[Entry]:
    """Means and differences at the baseline, single reforms, all of them, and the bounds."""
    labels = {
        "baseline": "baseline", **{r.name: r.name for r in REFORMS}, "all": _all(),
        **{bound.name: bound.name for bound in BOUNDS},
    }  # fmt: skip
    found = []
    for short, label in labels.items():
        where = {"label": label, "outcome": name}
        row, at = sources.one(SUMMARY, **where), point(sources, label)
        words = f"label = {label}, outcome = {name}"
        origin = Origin(__name__, (SUMMARY,), (at,), words)
        key = f"factorial.{short}.{name}"
        text = estimate(row["mean"], row["low"], row["high"], unit(name))
        found += [
            Entry(key, text, origin),
            Entry(f"{key}.mean", quantity(row["mean"], unit(name)), origin),
        ]
        if label != "baseline":
            origin = Origin(__name__, (COMPARISON,), (0, at), words)
            found += _difference(sources.one(COMPARISON, **where), key, name, origin)
    return found


def _difference(row: pd.Series, key: str, name: str, origin: Origin) -> list[Entry]:
    text = estimate(row["difference"], row["low"], row["high"], unit(name), sign=True)
    word = changes(row["difference"], row["p_holm"], UP, DOWN, NOTHING)
    return [
        Entry(f"{key}.difference", text, origin),
        Entry(f"{key}.verb", word, origin),
        Entry(f"{key}.verdict", f"{word} {outcome(name)}: {text}", origin),
    ]


def _effects(sources: Sources, name: str) -> list[Entry]:
    """Main effects: averaged over what the other reforms are."""
    found = []
    for reform in REFORMS:
        row = sources.one(EFFECTS, outcome=name, term=reform.name)
        origin = Origin(__name__, (EFFECTS,), rows=f"outcome = {name}, term = {reform.name}")
        text = estimate(row["effect"], row["low"], row["high"], unit(name), sign=True)
        word = changes(row["effect"], row["p_holm"], UP, DOWN, NOTHING)
        key = f"effect.{reform.name}.{name}"
        found += [Entry(key, text, origin), Entry(f"{key}.verb", word, origin)]
    origin = Origin(__name__, (EFFECTS,), rows=f"outcome = {name}, order = 1")
    text = _main_effects(sources, name)
    return [
        *found,
        Entry(f"effects.{name}", text, origin),
        Entry(f"effects.{name}.capital", capital(text), origin),
    ]


def _main_effects(sources: Sources, name: str) -> str:
    """Which reforms lower an outcome, which raise it, and which do neither surely."""
    rows = sources.rows(EFFECTS, outcome=name, order=1)
    rows = rows.reindex(rows["effect"].abs().sort_values(ascending=False).index)
    surely = rows[[clear(p) for p in rows["p_holm"]]]
    lower, higher = surely[surely["effect"] < 0.0], surely[surely["effect"] > 0.0]
    parts = []
    for word, chosen in (("lower", lower), ("raise", higher)):
        if len(chosen):
            names = [policy(each) for each in chosen["term"]]
            sizes = [f"{policy(r['term'])} (by {_size(r, name)})" for _, r in chosen.iterrows()]
            parts.append(f"{listed(sizes)} {agree(names, word + 's', word)} it")
    unsure = [policy(row["term"]) for _, row in rows.iterrows() if not clear(row["p_holm"])]
    if unsure:
        parts.append(f"{listed(unsure)} {agree(unsure, 'has', 'have')} no clear effect")
    return "; ".join(parts)


def _size(row: pd.Series, name: str) -> str:
    low, high = sorted((abs(row["low"]), abs(row["high"])))
    return f"{quantity(abs(row['effect']), unit(name))}, {span(low, high)}"


def _shares(sources: Sources) -> list[Entry]:
    """Shapley shares of what all reforms together do to the main outcome."""
    found = []
    for reform in REFORMS:
        row = sources.one(SHAPLEY, outcome=MAIN, policy=reform.name)
        origin = Origin(__name__, (SHAPLEY,), rows=f"outcome = {MAIN}, policy = {reform.name}")
        text = estimate(row["share"], row["share_low"], row["share_high"], "share")
        found.append(Entry(f"shapley.{reform.name}", text, origin))
    return found


def _best(sources: Sources) -> list[Entry]:
    """Which combinations may be the best, by multiple comparisons with the best."""
    rows = sources.rows(BEST, outcome=MAIN).sort_values("mean")
    origin = Origin(__name__, (BEST,), rows=f"outcome = {MAIN}")
    able = [setting(str(name)) for name in rows[rows["may_be_best"]]["name"]]
    first = rows.iloc[0]
    count = f"{in_words(len(able))} combination{'' if len(able) == 1 else 's'}"
    return [
        Entry("best.count", count, origin),
        Entry("best.names", listed([f"({each})" for each in able]), origin),
        Entry("best.first", setting(str(first["name"])), origin),
        Entry("best.first.mean", quantity(first["mean"], unit(MAIN)), origin),
        Entry("best.all.word", _all_word(rows), origin),
    ]


def _all_word(rows: pd.DataFrame) -> str:
    """Whether all reforms together may be the best."""
    able = bool(rows[rows["name"] == _all()]["may_be_best"].iloc[0])
    return "is among" if able else "is not among"


def _interactions(sources: Sources) -> list[Entry]:
    rows = sources.rows(EFFECTS, outcome=MAIN)
    rows = rows[rows["order"] > 1]
    surely = rows[[clear(p) for p in rows["p_holm"]]]
    origin = Origin(__name__, (EFFECTS,), rows=f"outcome = {MAIN}, order > 1")
    parts = [
        f"{term(row['term'])} ({_effect(row)}: {_together(row, sources)})"
        for _, row in surely.iterrows()
    ]
    return [
        Entry("interactions.count", in_words(len(surely)), origin),
        Entry("interactions.of", number(len(rows), 0), origin),
        Entry("interactions.names", listed(parts), origin),
        Entry("interactions.short", _interactions_short(surely, rows, sources), origin),
        Entry("interactions.sentence", _interaction_sentence(parts, len(rows)), origin),
    ]


def _interaction_sentence(parts: list[str], of: int) -> str:
    if not parts:
        return f"None of the {number(of, 0)} interactions is clear."
    verb = "is" if len(parts) == 1 else "are"
    return f"Of {number(of, 0)} interactions, {in_words(len(parts))} {verb} clear: {listed(parts)}."


def _interactions_short(surely: pd.DataFrame, rows: pd.DataFrame, sources: Sources) -> str:
    of = f"Of {number(len(rows), 0)} interactions"
    if surely.empty:
        return f"{of}, none is clear."
    found = [_together(row, sources) for _, row in surely.iterrows()]
    counts = {kind: in_words(found.count(kind)) for kind in found}
    kinds = [f"in {count}, {kind}" if len(counts) > 1 else kind for kind, count in counts.items()]
    count, verb = in_words(len(surely)), "is" if len(surely) == 1 else "are"
    return f"{of}, {count} {verb} clear: {'; '.join(kinds)}."


def _effect(row: pd.Series) -> str:
    return estimate(row["effect"], row["low"], row["high"], unit(MAIN), sign=True)


def _together(row: pd.Series, sources: Sources) -> str:
    """Whether parts of a term do less or more together than apart."""
    mains = sources.rows(EFFECTS, outcome=MAIN, order=1).set_index("term")["effect"]
    parts = [float(mains[name]) for name in str(row["term"]).split(" × ")]
    if len(parts) > 2 or parts[0] * parts[1] < 0.0:
        return "effects of unlike sign or of several reforms do not add up"
    same = parts[0] * float(row["effect"]) > 0.0
    return "reforms do more together" if same else "reforms do less together"


def _gap(sources: Sources) -> list[Entry]:
    """The coordination gap closed, and combinations beyond perfect coordination."""
    found, parts = [], []
    for short, label in {**{r.name: r.name for r in REFORMS}, "all": _all()}.items():
        row = sources.one(COMPARISON, label=label, outcome=MAIN)
        points = (0, point(sources, label), point(sources, PERFECT))
        origin = Origin(__name__, (COMPARISON,), points, f"label = {label}, outcome = {MAIN}")
        text = estimate(row["gap_closed"], row["gap_closed_low"], row["gap_closed_high"], "share")
        found.append(Entry(f"gap.{short}", text, origin))
        parts.append(f"{policy(label) if short != 'all' else 'all together'} {text}")
    rows = sources.rows(COMPARISON, outcome=MAIN)
    able = rows[~rows["label"].isin([bound.name for bound in BOUNDS])]
    origin = Origin(__name__, (COMPARISON,), rows=f"outcome = {MAIN}, gap_closed_low > 1")
    largest = able.sort_values("gap_closed", kind="stable", na_position="first").iloc[-1]
    share, who = percent(largest["gap_closed"]), setting(str(largest["label"]))
    beyond = _beyond(able[able["gap_closed_low"] > 1.0], sources)
    text = _no_gap(sources.one(COMPARISON, label=PERFECT, outcome=MAIN), largest) or (
        f"Of what perfect coordination would avoid, these shares are closed: {listed(parts)}. "
        f"The largest share is {share}, with {who}; {beyond}."
    )
    return [
        *found,
        Entry("gap.beyond", beyond, origin),
        Entry("gap.largest", share, origin),
        Entry("gap.largest.name", who, origin),
        Entry("gap.sentence", text, Origin(__name__, (COMPARISON,), rows=f"outcome = {MAIN}")),
        _planning(sources),
    ]


def _planning(sources: Sources) -> Entry:
    """Which part of the gap is speed and knowledge, and which is planning."""
    row = sources.one(COMPARISON, label=COMMUNICATION, outcome=MAIN)
    points = (0, point(sources, COMMUNICATION), point(sources, PERFECT))
    origin = Origin(__name__, (COMPARISON,), points, f"label = {COMMUNICATION}, outcome = {MAIN}")
    share = estimate(row["gap_closed"], row["gap_closed_low"], row["gap_closed_high"], "share")
    text = (
        f"Perfect communication, with which the command keeps its own rule, closes {share}; what "
        "is beyond that is planning and merit order, not speed."
    )
    return Entry("gap.planning", "" if math.isnan(row["gap_closed"]) else text, origin)


def _no_gap(perfect: pd.Series, largest: pd.Series) -> str:
    """Why there is no gap to be closed; empty where there is one."""
    if math.isnan(largest["gap_closed"]):
        return f"Perfect coordination makes no sure difference to {outcome(MAIN)}: there is no gap."
    if perfect["difference"] > 0.0:
        return f"Perfect coordination raises {outcome(MAIN)}: there is no gap to be closed."
    return ""


def _beyond(rows: pd.DataFrame, sources: Sources) -> str:
    """How many combinations surely shed less than perfect coordination, and what they curtail."""
    if rows.empty:
        return "no combination surely sheds less residential energy than perfect coordination"
    verb = "combination surely sheds" if len(rows) == 1 else "combinations surely shed"
    text = f"{in_words(len(rows))} {verb} less residential energy than perfect coordination"
    means = sources.rows(SUMMARY, outcome=CURTAILED).set_index("label")["mean"]
    if PERFECT not in means:
        return text
    more = float(means[rows["label"]].mean() - means[PERFECT])
    size = quantity(abs(more), unit(CURTAILED))
    return f"{text}, and by order {size} {'more' if more > 0.0 else 'less'} is curtailed on average"
