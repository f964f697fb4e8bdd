"""Figure 9: which uncertain numbers move the outcome, and which move the reforms' effect."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from desim.figure.figure import Figure
from desim.figure.style import BLACK, FULL, ORANGE, letter

MAIN = "residential_energy_not_served"
TABLE = "what_matters_screening/morris"
_MOST = 15
_PANELS = (("value", "The baseline"), ("difference", "The effect of all reforms"))


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw the numbers that move most, with intervals and what luck alone does, in two panels."""
    table = tables[TABLE]
    table = table[table["outcome"] == MAIN]
    figure, panels = plt.subplots(1, 2, figsize=(FULL, 3.9), layout="constrained")
    for axes, text, (quantity, title) in zip(panels, "ab", _PANELS, strict=True):
        rows = table[table["quantity"] == quantity]
        if quantity == "value":
            rows = rows[rows["label"] == "baseline"]
        ordered = rows.sort_values(["mu_star", "factor"], ascending=[False, True])
        _panel(axes, ordered[:_MOST].iloc[::-1])
        letter(axes, text, title)
        axes.set_xlabel("GWh, mean move, 95 % interval")
    _legend(figure)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame) -> None:
    for y, (_, row) in enumerate(rows.iterrows()):
        axes.axhline(y, color="#eeeeee", linewidth=0.6, zorder=-1)
        low = min(row["half_width"], row["mu_star"])  # a mean of sizes is not below zero
        axes.errorbar(
            row["mu_star"], y, xerr=[[low], [row["half_width"]]], fmt="o", color=BLACK,
            linewidth=1.1, markersize=4, markerfacecolor=BLACK if row["matters"] else "white",
        )  # fmt: skip
        axes.plot(row["by_luck"], y, "|", color=ORANGE, markersize=9, markeredgewidth=1.8)
    axes.set_yticks(range(len(rows)), rows["factor"], fontsize=6.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(left=0.0)


def _legend(figure: Canvas) -> None:
    marks = [
        Line2D([], [], color=BLACK, marker="o", markersize=4, linewidth=1.1, label=label,
               markerfacecolor=BLACK if filled else "white")
        for filled, label in ((True, "More than luck"), (False, "Not surely more"))
    ]  # fmt: skip
    luck = Line2D([], [], color=ORANGE, marker="|", markersize=9, markeredgewidth=1.8,
                  linestyle="", label="What luck alone would do")  # fmt: skip
    figure.legend(handles=[*marks, luck], loc="outside lower center", ncols=3, frameon=False)


WHAT_MATTERS = Figure(
    "figure_9_what_matters",
    "Which uncertain numbers move residential energy not served, and the effect of all reforms",
    {
        TABLE: (
            "outcome", "label", "quantity", "factor", "mu_star", "half_width", "by_luck",
            "matters",
        ),
    },
    draw,
)  # fmt: skip
