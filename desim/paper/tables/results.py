"""Tables of results: combinations, effects, doses, robustness, sensitivity, record."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from desim.paper.entry import Origin
from desim.paper.numbers.baseline import JUDGED, shown
from desim.paper.numbers.doses import NO_INTERVAL, first_enough
from desim.paper.numbers.model import number_as_given
from desim.paper.numbers.names import outcome, policy, setting, term, unit
from desim.paper.sources import (
    BASELINE,
    DOSES,
    ENOUGH,
    FACTORIAL,
    MAIN,
    ROBUST,
    SCREENING,
    Sources,
)
from desim.paper.tables.cells import interval, one_line, shares
from desim.paper.tables.table import Column, Table
from desim.paper.wording import capital, clear, number, span
from desim.policy.catalogue import BOUNDS, REFORMS

LETTERS = {"data_sharing": "D", "clear_responsibilities": "C", "joint_regional": "J",
           "public_engagement": "P"}  # fmt: skip
BESIDE = ("energy_curtailed", "curtailed_shed_and_drawn", "decision_to_field")
EFFECTS = (MAIN, *BESIDE, "age_of_information")
SHOWN = 12
"""How many uncertain numbers a table lists."""
_USES = {"input": "input", "fit": "fitted", "hold_out": "held out"}


def letters(label: str) -> str:
    """A setting by the letters of its reforms."""
    if label in {bound.name for bound in BOUNDS}:
        return capital(policy(label))
    return " ".join(LETTERS[n] for n in label.split(" + ")) if label != "baseline" else "none"


def combinations(sources: Sources) -> Table:
    """Every combination: residents' energy not served, its difference, and the gap closed."""
    summary, comparison = f"{FACTORIAL}/summary", f"{FACTORIAL}/comparison"
    best = f"{FACTORIAL}/best"
    able = set(sources.rows(best, outcome=MAIN, may_be_best=True)["name"])
    means = sources.rows(summary, outcome=MAIN)
    bounds = means["label"].isin([bound.name for bound in BOUNDS])
    ordered = pd.concat([means[~bounds].sort_values("mean"), means[bounds]])
    rows = []
    for _, row in ordered.iterrows():
        label = str(row["label"])
        cells = [letters(label), interval(row["mean"], row["low"], row["high"])]
        if label == "baseline":
            cells += ["", ""]
        else:
            found = sources.one(comparison, outcome=MAIN, label=label)
            closed = (found["gap_closed"], found["gap_closed_low"], found["gap_closed_high"])
            cells += [
                interval(found["difference"], found["low"], found["high"])
                + ("*" if clear(found["p_holm"]) else ""),
                shares(*closed),
            ]
        for name in BESIDE:
            other = sources.one(summary, outcome=name, label=label)
            cells.append(number(other["mean"], 0 if other["unit"] == "GWh" else 1))
        cells.append("yes" if label in able else "" if label in _names(BOUNDS) else "no")
        rows.append(tuple(cells))
    heads = ["Reforms", "Residential, GWh", "Difference, GWh", "Gap closed, %",
             *(f"{capital(outcome(n))}, {unit(n)}" for n in BESIDE), "May be best"]  # fmt: skip
    columns = tuple(Column(head, "left" if i == 0 else "right") for i, head in enumerate(heads))
    return Table(
        "combinations", columns, tuple(rows),
        Origin(__name__, (summary, comparison, best), rows=f"outcome = {MAIN} and others beside"),
        lines=(len(rows) - len(BOUNDS),),
    )  # fmt: skip


def _names(policies: tuple[object, ...]) -> set[str]:
    return {str(getattr(each, "name", each)) for each in policies}


def effects(sources: Sources) -> Table:
    """Main effects and interactions of two, with intervals, for several outcomes."""
    name = f"{FACTORIAL}/effects"
    table = sources.table(name)
    shown_terms = table[(table["outcome"] == MAIN) & (table["order"] <= 2)]
    rows = []
    for _, row in shown_terms.iterrows():
        cells = [capital(term(row["term"]))]
        for each in EFFECTS:
            found = sources.one(name, outcome=each, term=row["term"])
            mark = "*" if clear(found["p_holm"]) else ""
            cells.append(interval(found["effect"], found["low"], found["high"]) + mark)
        rows.append(tuple(cells))
    columns = (
        Column("Term", "left"),
        *(Column(f"{capital(outcome(each))}, {unit(each)}", "right") for each in EFFECTS),
    )
    return Table(
        "effects", columns, tuple(rows), Origin(__name__, (name,), rows="order <= 2"),
        lines=(len(REFORMS),),
    )  # fmt: skip


def doses(sources: Sources) -> Table:
    """Every dose: what it does to residents, and how much of the last dose's effect that is."""
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    for study in (DOSES, ENOUGH):
        for dose, group in sources.rows(f"{study}/doses", outcome=MAIN).groupby("dose", sort=False):
            lines.append(len(rows))
            enough = first_enough(group)
            for position, (_, row) in enumerate(group.iterrows()):
                clearly = enough != NO_INTERVAL
                rows.append((
                    _dose_title(str(dose)) if position == 0 else "",
                    number_as_given(float(row["amount"])), number(row["mean"], 1),
                    interval(row["difference"], row["low"], row["high"]),
                    shares(row["of_full"], row["of_full_low"], row["of_full_high"])
                    if clearly else "",
                    ("yes" if row["enough"] else "no") if clearly else "",
                ))  # fmt: skip
    columns = (
        Column("Reform, or number of a reform in full"), Column("Dose", "right"),
        Column("Residential, GWh", "right"), Column("Difference, GWh", "right"),
        Column("Of the last dose, %", "right"), Column("Enough", "right"),
    )  # fmt: skip
    tables = (f"{DOSES}/doses", f"{ENOUGH}/doses")
    origin = Origin(__name__, tables, rows=f"outcome = {MAIN}")
    return Table("doses", columns, tuple(rows), origin, lines=tuple(lines[1:]))


def _dose_title(dose: str) -> str:
    return capital(policy(dose)) if "." not in dose else dose


def robustness(sources: Sources) -> Table:
    """The difference that each setting makes to residents, by scenario, and its regret."""
    comparison, regret = f"{ROBUST}/comparison", f"{ROBUST}/regret"
    summary = f"{ROBUST}/summary"
    rows = sources.rows(comparison, outcome=MAIN)
    scenarios = list(dict.fromkeys(rows["scenario"]))
    names = list(dict.fromkeys(label.partition(": ")[2] for label in rows["label"]))
    base = [sources.one(summary, outcome=MAIN, label=f"{s}: baseline") for s in scenarios]
    worst = sources.one(regret, outcome=MAIN, label="baseline")
    cells = [(
        "Baseline: mean", *(interval(b["mean"], b["low"], b["high"], 0) for b in base),
        interval(worst["largest_regret"], worst["low"], worst["high"], 0),
    )]  # fmt: skip
    for name in names:
        found = [sources.one(comparison, outcome=MAIN, label=f"{s}: {name}") for s in scenarios]
        worst = sources.one(regret, outcome=MAIN, label=name)
        cells.append((
            capital(setting(name)),
            *(interval(f["difference"], f["low"], f["high"], 0)
              + ("*" if clear(f["p_holm"]) else "") for f in found),
            interval(worst["largest_regret"], worst["low"], worst["high"], 0),
        ))  # fmt: skip
    heads = ["Setting", *(capital(s.replace("_", " ")) for s in scenarios), "Largest regret"]
    columns = tuple(Column(head, "left" if i == 0 else "right") for i, head in enumerate(heads))
    origin = Origin(__name__, (comparison, regret, summary), rows=f"outcome = {MAIN}")
    return Table("robustness", columns, tuple(cells), origin, lines=(1,))


def sensitivity(sources: Sources) -> Table:
    """The screening's first numbers, and total Sobol indices of residents' energy not served."""
    morris, sobol = f"{SCREENING}/morris", f"{sources.variance}/sobol"
    screened = sources.rows(morris, outcome=MAIN)
    base = screened[(screened["label"] == "baseline")].sort_values("rank", kind="stable")
    effect = screened[screened["quantity"] == "difference"]
    indices = sources.rows(sobol, outcome=MAIN, largest=True, index="ST", label="baseline")
    indexed = {str(row["factor"]): row for _, row in indices.iterrows()}
    effects_of = {str(row["factor"]): row for _, row in effect.iterrows()}
    rows = []
    for _, row in base[:SHOWN].iterrows():
        factor = str(row["factor"])
        other = effects_of[factor]
        rows.append((
            factor, _moves(row), "yes" if row["matters"] else "no", _moves(other),
            "yes" if other["matters"] else "no",
            _index(indexed[factor]) if factor in indexed else "not varied",
        ))  # fmt: skip
    columns = (
        Column("Uncertain number"),
        Column("Screening, baseline: mean move, GWh", "right"), Column("Beyond noise", "right"),
        Column("Screening, effect of all: mean move, GWh", "right"),
        Column("Beyond noise", "right"), Column("Total index, baseline", "right"),
    )  # fmt: skip
    origin = Origin(__name__, (morris, sobol), rows=f"outcome = {MAIN}, first {SHOWN} by rank")
    return Table("sensitivity", columns, tuple(rows), origin)


def _moves(row: pd.Series) -> str:
    low, high = row["mu_star"] - row["half_width"], row["mu_star"] + row["half_width"]
    return one_line(f"{number(row['mu_star'], 0)} ({span(low, high, 0)})")


def _index(row: pd.Series) -> str:
    text = f"{number(row['estimate'], 2)} ({span(row['low'], row['high'], 2)})"
    return text if row["converged"] else f"{text}, not settled"


def record(sources: Sources) -> Table:
    """Every row of the record beside the model, with its source."""
    name = f"{BASELINE}/record"
    start = datetime.fromisoformat(sources.provenance(BASELINE)["start"])
    rows: list[tuple[str, ...]] = []
    links: dict[tuple[int, int], str] = {}
    lines: list[int] = []
    before = ""
    table = sources.table(name)
    for _, row in pd.concat([table[table["use"] == use] for use in _USES]).iterrows():
        if before and row["use"] != before:
            lines.append(len(rows))
        before = str(row["use"])
        links[len(rows), 6] = f"source-{str(row['source']).split()[0]}"
        rows.append((
            str(row["label"]), _USES[before], shown(row, "record", start),
            f"{shown(row, 'record_low', start)} to {shown(row, 'record_high', start)}",
            f"{shown(row, 'model_mean', start)} "
            f"({shown(row, 'model_low', start)} to {shown(row, 'model_high', start)})",
            _judged(row), str(row["source"]), str(row["tag"]),
        ))  # fmt: skip
    columns = (
        Column("Row of the record", "left", 2.3), Column("Use"), Column("Record", "left", 1.0),
        Column("Accepted band", "left", 1.9), Column("Model: mean (5 to 95 %)", "left", 2.6),
        Column("Inside"), Column("Source"), Column("Tag"),
    )  # fmt: skip
    return Table("record", columns, tuple(rows), Origin(__name__, (name,), rows="all rows"),
                 links=links, lines=tuple(lines))  # fmt: skip


def _judged(row: pd.Series) -> str:
    if row["use"] not in JUDGED:
        return ""
    return "yes" if row["inside"] else "no"
