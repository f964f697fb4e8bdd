"""Figure S4: known parameters found again from synthetic records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.style import BLUE, FULL, GREY, RED, letter

RECOVERY, COVERAGE = "calibration/recovery", "calibration/coverage"
_WANTED = (0.80, 0.97)
_MOST = 8


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw posterior intervals over truths, and how often the intervals hold the truth."""
    recovery, coverage = tables[RECOVERY], tables[COVERAGE]
    names = [name for name in coverage["parameter"] if name != "all"][:_MOST]
    columns = 4
    rows = (len(names) + columns - 1) // columns
    figure = plt.figure(figsize=(FULL, 1.55 * rows + 0.17 * len(coverage) + 0.9),
                        layout="constrained")  # fmt: skip
    heights = (1.55 * rows, 0.17 * len(coverage) + 0.9)
    halves: Any = figure.subfigures(2, 1, height_ratios=heights)
    upper, lower = halves
    panels = upper.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes in panels.flat[len(names) :]:
        axes.set_visible(False)
    for place, (axes, name) in enumerate(zip(panels.flat, names, strict=False)):
        part = recovery[recovery["parameter"] == name]
        for held, colour in ((True, BLUE), (False, RED)):
            mine = part[part["covered"] == held]
            errors = [mine["median"] - mine["low"], mine["high"] - mine["median"]]
            axes.errorbar(mine["truth"], mine["median"], yerr=errors, fmt="o", markersize=1.8,
                          linewidth=0.5, color=colour, alpha=0.7)  # fmt: skip
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.7)
        axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[0, 1], yticks=[0, 1])
        axes.set_title(name, fontsize=6.8)
        if not place:
            axes.set_title(f"a  {name}", fontsize=6.8, fontweight="bold")
    upper.supxlabel("Truth, share of the prior's range; red: the interval misses it", fontsize=7.5)
    upper.supylabel("Posterior, 90 %", fontsize=7.5)
    axes = lower.subplots()
    axes.axvspan(*_WANTED, color="#ececec", linewidth=0, zorder=-1)
    for place, (_, row) in enumerate(coverage[::-1].iterrows()):
        axes.plot([row["low"], row["high"]], [place] * 2, color=BLUE, linewidth=1.2)
        axes.plot(row["coverage"], place, "o", color=BLUE, markersize=4)
    axes.axvline(0.9, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.set_yticks(range(len(coverage)), list(coverage["parameter"][::-1]), fontsize=6.8)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Share of 90 % intervals that hold the truth; band: 80 to 97 %")
    letter(axes, "b", f"Coverage over {int(coverage['records'].max())} synthetic records")
    return figure


RECOVERED = Figure(
    "figure_s4_recovery",
    "Known parameters found again from synthetic records",
    {
        RECOVERY: ("record", "parameter", "truth", "low", "median", "high", "covered"),
        COVERAGE: ("parameter", "records", "coverage", "low", "high"),
    },
    draw,
)
