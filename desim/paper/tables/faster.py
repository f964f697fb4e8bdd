"""The table of the same reforms under other rules of the command."""

from __future__ import annotations

import pandas as pd

from desim.paper.entry import Origin
from desim.paper.numbers.faster import COMPARISON, SUMMARY, TOLD, rule, scenarios, who
from desim.paper.numbers.names import outcome, unit
from desim.paper.sources import Sources
from desim.paper.tables.cells import interval
from desim.paper.tables.table import Column, Table
from desim.paper.wording import capital, clear


def faster(sources: Sources) -> Table:
    """By scenario: the baseline's means, and what each setting changes."""
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    for scenario in scenarios(sources):
        lines.append(len(rows))
        base = [
            sources.one(SUMMARY, label=f"{scenario}: baseline", scenario=scenario, outcome=name)
            for name in TOLD
        ]
        means = (interval(row["mean"], row["low"], row["high"]) for row in base)
        rows.append((capital(rule(scenario)), "Baseline: mean", *means))
        labels = sources.rows(COMPARISON, scenario=scenario, outcome=TOLD[0])["label"]
        for label in map(str, labels):
            found = [sources.one(COMPARISON, label=label, outcome=name) for name in TOLD]
            rows.append(("", capital(who(label)), *map(_difference, found)))
    columns = (
        Column("Rule of the command", "left", 1.5), Column("Setting", "left", 1.5),
        *(Column(f"{capital(outcome(name))}, {unit(name)}", "right", 1.0) for name in TOLD),
    )  # fmt: skip
    origin = Origin(__name__, (SUMMARY, COMPARISON), rows=f"outcome = {', '.join(TOLD)}")
    return Table("faster", columns, tuple(rows), origin, lines=tuple(lines[1:]))


def _difference(row: pd.Series) -> str:
    mark = "*" if clear(row["p_holm"]) else ""
    return interval(row["difference"], row["low"], row["high"]) + mark
