"""Figure S5: the sequence, and what the posterior owes to its tolerance."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.style import BLUE, FULL, ORANGE, letter

TOLERANCE, GENERATIONS, MARGINALS = (
    "calibration/tolerance", "calibration/generations", "calibration/marginals",
)  # fmt: skip
_MOST = 8


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw quantiles of the narrowest parameters over the tolerance, and how moves went."""
    table, about = tables[TOLERANCE], tables[GENERATIONS]
    names = list(tables[MARGINALS].sort_values("width", kind="stable")["parameter"])[:_MOST]
    figure = plt.figure(figsize=(FULL, 3.9), layout="constrained")
    grid = figure.add_gridspec(2, 5, width_ratios=(1, 1, 1, 1, 1.3))
    for place, name in enumerate(names):
        axes = figure.add_subplot(grid[place // 4, place % 4])
        rows = table[table["parameter"] == name].sort_values("tolerance")
        axes.fill_between(rows["tolerance"], rows["low"], rows["high"], color=BLUE, alpha=0.25,
                          linewidth=0)  # fmt: skip
        axes.plot(rows["tolerance"], rows["median"], "o-", color=BLUE, markersize=2.5,
                  linewidth=1.0)  # fmt: skip
        axes.set_xscale("log")
        axes.set(ylim=(0, 1), yticks=[0, 1])
        axes.set_xticks([1, 2, 4], ["1", "2", "4"])
        axes.set_xticks([], minor=True)
        axes.set_title(name, fontsize=6.8)
        if not place:
            axes.set_title(f"a  {name}", fontsize=6.8, fontweight="bold")
        axes.invert_xaxis()
    axes = figure.add_subplot(grid[:, 4])
    for column, colour, marker, words in (
        ("tolerance", BLUE, "o", "tolerance"), ("accepted", ORANGE, "s", "share accepted"),
    ):  # fmt: skip
        axes.plot(about["generation"], about[column], f"{marker}-", color=colour, markersize=3)
        first = about.iloc[0]
        axes.annotate(words, (first["generation"], first[column]), (6, 5), fontsize=7,
                      textcoords="offset points")  # fmt: skip
    axes.set(xlabel="Generation", ylim=(0, 1.12 * float(about["tolerance"].max())))
    axes.set_xticks(list(about["generation"]))
    letter(axes, "b", "The sequence")
    figure.supxlabel("a: 90 % interval and median in shares of the prior's range, over the "
                     "tolerance in standard deviations of the record", fontsize=7)  # fmt: skip
    return figure


TOLERATED = Figure(
    "figure_s5_tolerance",
    "What the posterior owes to the tolerance",
    {
        TOLERANCE: ("generation", "tolerance", "parameter", "low", "median", "high"),
        GENERATIONS: ("generation", "tolerance", "accepted"),
        MARGINALS: ("parameter", "width"),
    },
    draw,
)
