"""Numbers of sensitivity: which uncertain numbers matter, and what effects do over all of them."""

from __future__ import annotations

import pandas as pd

from desim.paper.entry import Entry, Origin
from desim.paper.numbers.model import parameters
from desim.paper.numbers.names import agree, outcome, setting, unit
from desim.paper.sources import MAIN, SCREENING, Sources
from desim.paper.wording import capital, estimate, listed, number, percent, quantity, span

MOST = 5
"""How many names a sentence lists."""


def entries(sources: Sources) -> list[Entry]:
    """Screening, shares of variance, and the spread of effects."""
    study = sources.variance
    found = [*_sizes(sources, "screening", SCREENING), *_sizes(sources, "variance", study)]
    asked = sources.study(study)
    origin = Origin(__name__, rows=f"{study}.toml")
    base = asked.design["quick_base" if sources.quick and "quick_base" in asked.design else "base"]
    count = number(len(factors(sources, study)), 0)
    found += [
        Entry("variance.base", number(float(base), 0), origin),
        Entry("variance.factors", count, Origin(__name__, (f"{study}/points",), rows="columns")),
        Entry("variance.name", study, origin),
    ]
    found += _screening(sources)
    found += _variance(sources, study)
    return [*found, *_spread(sources, study)]


def factors(sources: Sources, study: str) -> list[str]:
    """The uncertain numbers that a sampling study varies."""
    return [str(c) for c in sources.table(f"{study}/points").columns if "." in str(c)]


def _sizes(sources: Sources, key: str, study: str) -> list[Entry]:
    about = sources.provenance(study)
    origin = Origin(__name__, (f"{study}/spread",), rows="provenance of the study")
    names = {"runs": "runs", "replications": "replications"}
    return [Entry(f"{key}.{k}", number(about[v], 0), origin) for k, v in names.items()]


def _screening(sources: Sources) -> list[Entry]:
    """How many numbers stand out of replication noise in the screening, and the first of them."""
    table, found = f"{SCREENING}/morris", []
    varied = len(factors(sources, SCREENING))
    origin = Origin(__name__, (f"{SCREENING}/points",), rows="columns")
    found.append(Entry("screening.factors", number(varied, 0), origin))
    label = _together(sources, SCREENING)
    for short, where in (
        ("baseline", {"label": "baseline", "quantity": "value"}),
        ("all", {"label": label, "quantity": "difference"}),
    ):
        rows = sources.rows(table, outcome=MAIN, **where)
        origin = Origin(__name__, (table,), rows=f"outcome = {MAIN}, label = {where['label']}")
        if rows.empty:
            texts = ("none", "none")
        else:
            ranked = rows.sort_values("mu_star", ascending=False)
            matters = ranked[ranked["matters"]]
            names = [_meaning(sources, str(name)) for name in matters["factor"][:MOST]]
            texts = (number(len(matters), 0), listed(names))
        found.append(Entry(f"screening.{short}.count", texts[0], origin))
        found.append(Entry(f"screening.{short}.first", texts[1], origin))
    return found


def _meaning(sources: Sources, name: str) -> str:
    """An uncertain number by what it means, and by its name."""
    meaning = next(p.meaning for p in parameters(sources) if p.name == name)
    return f"{meaning.removesuffix(' at full lever')} ({name})"


def _together(sources: Sources, study: str) -> str:
    """The label of the setting with most policies."""
    labels = {str(label) for label in sources.table(f"{study}/spread")["label"]}
    return max(sorted(labels), key=lambda label: label.count("+"))


def _variance(sources: Sources, study: str) -> list[Entry]:
    """How settled the indices are, and the largest of each output."""
    table = f"{study}/sobol"
    origin = Origin(__name__, (table,), rows=f"largest, outcome = {MAIN}")
    every = sources.rows(table, largest=True)
    settled = int(every["converged"].sum()) if len(every) else 0
    found = [Entry("variance.settled", _settled(settled, len(every)), origin)]
    labels = list(dict.fromkeys(sources.table(f"{study}/spread")["label"]))
    texts = []
    for label in labels:
        kind = "value" if label == "baseline" else "difference"
        rows = sources.rows(table, largest=True, outcome=MAIN, label=label, quantity=kind)
        texts.append(_about_indices(label, rows))
        short = "all" if "+" in label else label
        found.append(Entry(f"variance.{short}", texts[-1], origin))
    return [*found, Entry("variance.sentences", " ".join(texts), origin)]


def _about_indices(label: str, rows: pd.DataFrame) -> str:
    """A sentence about the indices of the baseline, or of a setting's effect."""
    what = "the baseline" if label == "baseline" else f"the effect of {setting(label)}"
    if rows.empty:
        return (
            f"For {what}, the variance that is due to uncertain numbers does not surely exceed "
            "that of replication noise, and no index is defined."
        )
    noise = f"replication noise is {percent(float(rows['luck_share'].iloc[0]))} of the variance"
    first = _first(rows)
    if not first:
        return f"For {what}, {noise}, and no total index is surely above zero."
    return f"For {what}, {noise}, and these total indices are surely above zero: {first}."


def _settled(settled: int, of: int) -> str:
    if settled == of:
        return f"all {number(of, 0)} indices have settled"
    if not settled:
        return f"none of the {number(of, 0)} indices has settled"
    return f"{number(settled, 0)} of {number(of, 0)} indices have settled"


def _first(rows: pd.DataFrame) -> str:
    """The largest total indices whose interval excludes nothing, with their intervals."""
    ranked = rows[rows["index"] == "ST"].sort_values("estimate", ascending=False)
    return listed(
        [
            f"{row['factor']} ({number(row['estimate'], 2)}, {span(row['low'], row['high'], 2)})"
            for _, row in ranked[ranked["low"] > 0.0][:MOST].iterrows()
        ],
        "",
    )


def _spread(sources: Sources, study: str) -> list[Entry]:
    """What each reform does over all that is uncertain, not at the best values only."""
    table = f"{study}/spread"
    found, sentences = [], []
    for _, row in sources.rows(table, outcome=MAIN).iterrows():
        origin = Origin(
            __name__, (table,), rows=f"outcome = {MAIN}, label = {row['label']}, {row['quantity']}"
        )
        short = "all" if "+" in row["label"] else row["label"]
        key = f"spread.{short}.{row['quantity']}"
        size = estimate(row["mean"], row["low"], row["high"], unit(MAIN))
        band = f"{quantity(row['p5'], unit(MAIN))} to {quantity(row['p95'], unit(MAIN))}"
        found += [Entry(key, size, origin), Entry(f"{key}.band", band, origin)]
        if row["quantity"] == "difference":
            share = percent(float(row["above_zero"]))
            found.append(Entry(f"{key}.worse", share, origin))
            sentences.append(_spread_sentence(row, share))
    origin = Origin(__name__, (table,), rows=f"outcome = {MAIN}, differences")
    return [*found, Entry("spread.sentences", " ".join(sentences), origin)]


def _spread_sentence(row: pd.Series, worse: str) -> str:
    who = capital(setting(str(row["label"])))
    if row["low"] > 0.0 or row["high"] < 0.0:
        word = "lower" if row["high"] < 0.0 else "raise"
        low, high = sorted((abs(row["low"]), abs(row["high"])))
        size = estimate(abs(row["mean"]), low, high, unit(MAIN))
        said = f"{agree([who], word + 's', word)} {outcome(MAIN)} by {size} on average"
    else:
        size = estimate(row["mean"], row["low"], row["high"], unit(MAIN), sign=True)
        said = f"{agree([who], 'has', 'have')} no clear effect on average, {size}"
    return f"{who} {said}; the mean effect is for the worse at {worse} of the sampled values."
