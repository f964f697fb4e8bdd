"""Figure S8: the case's procedures without randomness, beside their critical paths."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.style import BLACK, FULL, RED, SKY

TABLE = "theory/critical_path"


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw what was played as bars and the longest way through the steps as marks."""
    table = tables[TABLE].sort_values(["path", "procedure"])
    figure, axes = plt.subplots(
        figsize=(FULL, 0.17 * len(table) + 0.9), layout="constrained"
    )  # fmt: skip
    places = range(len(table))
    axes.barh(places, table["played"], color=SKY, height=0.65, label="played")
    axes.plot(table["path"], places, "|", color=RED, markersize=9, markeredgewidth=1.6,
              label="critical path, from the steps alone")  # fmt: skip
    for place, hours in zip(places, table["played"], strict=True):
        axes.text(hours * 1.06, place, f"{hours:.2f}", fontsize=6.5, va="center_baseline",
                  color=BLACK)  # fmt: skip
    names = [f"{title}" for title in table["title"]]
    axes.set_yticks(list(places), names, fontsize=6.5)
    axes.set_xscale("log")
    axes.set_xlim(right=float(table["played"].max()) * 2.2)
    axes.set_xlabel("Hours from beginning to end, without randomness, queues and failures")
    axes.tick_params(axis="y", length=0)
    axes.margins(y=0.01)
    axes.legend(frameon=False, loc="lower right")
    return figure


CRITICAL_PATH = Figure(
    "figure_s8_critical_path",
    "Procedures without randomness take as long as their critical path",
    {TABLE: ("procedure", "title", "played", "path")},
    draw,
)
