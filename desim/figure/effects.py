"""Figure 7: main effects of the reforms and their interactions."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from desim.figure.figure import Figure
from desim.figure.reforms import dots, entries
from desim.figure.style import BLACK, FULL, GREY, letter

SHOWN = {
    "residential_energy_not_served": "Residential\nenergy not served",
    "energy_curtailed": "Curtailed\nby order",
    "time_to_level_one": "Time to\nlevel I",
    "decision_to_field": "Decision to\nfield",
}
_ORDERS = {
    1: "Main effects", 2: "Interactions of two", 3: "Interactions of three",
    4: "Interactions of four",
}  # fmt: skip
_LEVEL = 0.05
"""Filled below this p-value after Holm's adjustment."""


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw each term's effect with its 95 % interval, one panel an outcome."""
    effects = tables["four_reforms/effects"]
    figure, panels = plt.subplots(
        1, 1 + len(SHOWN), figsize=(FULL, 4.6), sharey=True, layout="constrained",
        width_ratios=(0.75, 1, 1, 1, 1),
    )  # fmt: skip
    terms = effects[effects["outcome"] == next(iter(SHOWN))].sort_values("order", kind="stable")
    orders = dict(zip(terms["term"], terms["order"], strict=True))
    heights = _heights(orders)
    dots(panels[0], {y: term.split(" × ") for term, y in heights.items()})
    for order, text in _ORDERS.items():
        first = max(heights[term] for term in orders if orders[term] == order)
        panels[0].text(-0.3, first + 0.95, text, fontsize=6.5, va="center", color=BLACK)
    panels[0].set_ylim(min(heights.values()) - 0.7, 1.3)
    for axes, (outcome, title), text in zip(panels[1:], SHOWN.items(), "abcd", strict=True):
        rows = effects[effects["outcome"] == outcome]
        _terms(axes, rows, heights)
        axes.set_xlabel(f"{rows['unit'].iloc[0]}, 95 % interval")
        letter(axes, text, title)
    marks = [
        Line2D(
            [],
            [],
            color=BLACK,
            marker="o",
            markersize=4,
            linewidth=1.2,
            label=label,
            markerfacecolor=BLACK if filled else "white",
        )
        for filled, label in (
            (True, f"Holm-adjusted p < {_LEVEL}"),
            (False, f"Holm-adjusted p ≥ {_LEVEL}"),
        )
    ]
    figure.legend(
        handles=[*entries(), *marks], loc="outside lower center", ncols=3, frameon=False,
        handletextpad=0.5, columnspacing=1.4,
    )  # fmt: skip
    return figure


def _heights(orders: Mapping[str, int]) -> dict[str, float]:
    """Where each term is drawn: from the top down, with a gap where the order changes."""
    found: dict[str, float] = {}
    y, before = 0.0, 1
    for term, order in orders.items():
        y -= 1.0 if order != before else 0.0
        found[term] = y
        y, before = y - 1.0, order
    return found


def _terms(axes: Axes, rows: pd.DataFrame, heights: Mapping[str, float]) -> None:
    for _, row in rows.iterrows():
        axes.errorbar(
            row["effect"], heights[row["term"]], xerr=row["half_width"], fmt="o", color=BLACK,
            linewidth=1.2, markersize=4,
            markerfacecolor=BLACK if row["p_holm"] < _LEVEL else "white",
        )  # fmt: skip
    axes.axvline(0.0, color=GREY, linewidth=0.7, zorder=0)
    for y in heights.values():
        axes.axhline(y, color="#eeeeee", linewidth=0.6, zorder=0)
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.spines["left"].set_visible(False)


EFFECTS = Figure(
    "figure_7_effects",
    "Main effects and interactions: what a reform adds, alone and beside others",
    {
        "four_reforms/effects": (
            "outcome", "term", "order", "effect", "half_width", "p_holm", "unit",
        ),
    },
    draw,
)  # fmt: skip
