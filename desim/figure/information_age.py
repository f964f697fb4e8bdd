"""Figure 5: how old the picture was at decisions, and how long decisions took to the field."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MultipleLocator

from desim.figure.figure import Figure
from desim.figure.style import BLACK, FULL, GREY, REFORMS, day_axis, letter

ALL = " + ".join(REFORMS)
SHOWN = {"baseline": ("Baseline", GREY), **REFORMS, ALL: ("All four", BLACK)}
_LINES = {"baseline": ("-", 1.2), "data_sharing": ("-", 2.4), ALL: ("--", 1.0)}
"""Line and its width in panel a; of two that nearly coincide the thinner lies on the thicker."""


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw ages over time and the distributions of two delays."""
    ages = tables["four_reforms/ages"]
    figure = plt.figure(figsize=(FULL, 4.9), layout="constrained")
    grid = figure.add_gridspec(2, 2)
    _over_time(figure.add_subplot(grid[0, :]), ages[ages["kind"] == "decision"])
    left = figure.add_subplot(grid[1, 0])
    right = figure.add_subplot(grid[1, 1], sharex=left)
    _spread(left, ages, "observation_to_decision")
    letter(left, "b", "Observation of need to decision")
    _spread(right, ages, "decision_to_field")
    letter(right, "c", "Decision to the field")
    left.set_xlim(left=0)
    right.tick_params(axis="y", length=0, labelleft=False)
    return figure


def _over_time(axes: Axes, decisions: pd.DataFrame) -> None:
    for point, (line, width) in _LINES.items():
        label, colour = SHOWN[point]
        mine = decisions[decisions["policy_point"] == point]
        daily = mine.assign(noon=mine["time"] // 24 * 24 + 12).groupby("noon")["age"]
        noons = daily.mean().index.to_numpy(dtype=float)
        axes.plot(noons, daily.mean(), color=colour, label=label, linestyle=line, linewidth=width)
        axes.fill_between(
            noons, daily.quantile(0.05), daily.quantile(0.95), color=colour, alpha=0.2, linewidth=0
        )
    axes.set_ylabel("Age, h")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MultipleLocator(5))
    day_axis(axes, 24.0 * (decisions["time"].max() // 24 + 1))
    axes.legend(ncols=3, frameon=False, loc="center right", bbox_to_anchor=(1.0, 0.22))
    letter(axes, "a", "Age of what was known of need at decisions: daily mean, 5 to 95 %")


def _spread(axes: Axes, ages: pd.DataFrame, column: str) -> None:
    rows = ages[ages["policy_point"].isin(SHOWN)].dropna(subset=[column])
    palette = {point: colour for point, (_, colour) in SHOWN.items()}
    sns.boxplot(
        rows, x=column, y="policy_point", hue="policy_point", order=list(SHOWN), palette=palette,
        legend=False, whis=(5, 95), showfliers=False, width=0.6, linewidth=0.7, saturation=1.0,
        medianprops={"color": "white", "linewidth": 1.0}, ax=axes,
    )  # fmt: skip
    axes.set_yticks(range(len(SHOWN)), [label for label, _ in SHOWN.values()])
    axes.set(xlabel="h (box: quartiles, whiskers: 5 to 95 %)", ylabel="")


INFORMATION_AGE = Figure(
    "figure_5_information_age",
    "Age of information and decision delay, baseline and reforms",
    {
        "four_reforms/ages": (
            "policy_point", "kind", "time", "age", "observation_to_decision", "decision_to_field",
        ),
    },
    draw,
)  # fmt: skip
