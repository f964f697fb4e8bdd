"""Figure 4: how old the picture was at decisions, and how long decisions took to the field."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.style import FULL, GREY, REFORMS, day_axis, letter, when

ALL = " + ".join(REFORMS)
SHOWN = {"baseline": ("Baseline", GREY), **REFORMS, ALL: ("All four", "#333333")}


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw ages over time and the distributions of two delays."""
    ages = tables["four_reforms/ages"]
    figure = plt.figure(figsize=(FULL, 5.4), layout="constrained")
    grid = figure.add_gridspec(2, 2)
    _over_time(figure.add_subplot(grid[0, :]), ages[ages["kind"] == "decision"])
    _spread(figure.add_subplot(grid[1, 0]), ages, "observation_to_decision")
    letter(figure.axes[1], "b", "Observation of need to decision")
    _spread(figure.add_subplot(grid[1, 1]), ages, "decision_to_field")
    letter(figure.axes[2], "c", "Decision to the field")
    figure.axes[2].set_yticklabels([])
    return figure


def _over_time(axes: Axes, decisions: pd.DataFrame) -> None:
    for point in ("baseline", "data_sharing", ALL):
        label, colour = SHOWN[point]
        mine = decisions[decisions["policy_point"] == point]
        daily = mine.assign(day=mine["time"] // 24).groupby("day")["age"]
        times = [when(day * 24 + 12) for day in daily.mean().index]
        width = 2.2 if point == "data_sharing" else 1.2
        axes.plot(times, daily.mean(), color=colour, label=label, linewidth=width)
        axes.fill_between(
            times, daily.quantile(0.05), daily.quantile(0.95), color=colour, alpha=0.2, linewidth=0
        )
    axes.set_ylabel("h")
    axes.set_ylim(bottom=0)
    day_axis(axes)
    axes.legend(ncols=3, frameon=False, loc="upper right")
    letter(axes, "a", "Age of what the board showed about need at decisions (mean, 5 to 95 %)")


def _spread(axes: Axes, ages: pd.DataFrame, column: str) -> None:
    rows = ages[ages["policy_point"].isin(SHOWN)].dropna(subset=[column])
    palette = {point: colour for point, (_, colour) in SHOWN.items()}
    sns.boxplot(
        rows, x=column, y="policy_point", hue="policy_point", order=list(SHOWN), palette=palette,
        legend=False, whis=(5, 95), showfliers=False, width=0.6, linewidth=0.7, ax=axes,
    )  # fmt: skip
    axes.set_yticks(range(len(SHOWN)), [label for label, _ in SHOWN.values()])
    axes.set(xlabel="h (box: quartiles, whiskers: 5 to 95 %)", ylabel="")
    axes.set_xlim(left=0)


INFORMATION_AGE = Figure(
    "figure_4_information_age",
    "Age of information and decision delay, baseline and reforms",
    {
        "four_reforms/ages": (
            "policy_point", "kind", "time", "age", "observation_to_decision", "decision_to_field",
        ),
    },
    draw,
)  # fmt: skip
