"""Figure 5: the sixteen combinations of the reforms, between no and perfect coordination."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.style import BLUE, BOUNDS, FULL, GREY, RED, REFORMS, letter

MAIN = "residential_energy_not_served"
BESIDE = {
    "time_to_level_one": ("Time to level I", "h"),
    "energy_curtailed": ("Curtailed by order", "GWh"),
}


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw each combination's outcomes with intervals, and which reforms it holds."""
    points = tables["four_reforms/points"].set_index("point")
    summary = tables["four_reforms/summary"]
    main = summary[summary["outcome"] == MAIN].set_index("point")
    corners = main.loc[points.index[points["kind"] == "factorial"]].sort_values("mean")
    order = list(corners.index)[::-1]
    figure, panels = plt.subplots(
        1, 2 + len(BESIDE), figsize=(FULL, 4.9), sharey=True, layout="constrained",
        width_ratios=(1.15, 2.4, *[1.25] * len(BESIDE)),
    )  # fmt: skip
    _dots(panels[0], points, order)
    _intervals(panels[1], main, order)
    _bounds(panels[1], main, points)
    panels[1].set_xlabel("GWh, mean and 95 % interval")
    letter(panels[1], "a", "Residential energy not served")
    for axes, (name, (title, unit)), text in zip(panels[2:], BESIDE.items(), "bc", strict=True):
        rows = summary[summary["outcome"] == name].set_index("point")
        _intervals(axes, rows, order)
        axes.set_xlabel(unit)
        letter(axes, text, title)
    return figure


def _dots(axes: Axes, points: pd.DataFrame, order: list[int]) -> None:
    for column, (name, (_, colour)) in enumerate(REFORMS.items()):
        for row, point in enumerate(order):
            present = points.loc[point, name] > 0.0
            axes.plot(
                column, row, "o", markersize=6, color=colour if present else "#dddddd",
            )  # fmt: skip
    axes.set_xticks(
        range(len(REFORMS)), [title for title, _ in REFORMS.values()], rotation=60, ha="right"
    )
    axes.set_yticks([])
    axes.set_xlim(-0.6, len(REFORMS) - 0.4)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.set_xlabel("Reforms in the combination")


def _intervals(axes: Axes, rows: pd.DataFrame, order: list[int]) -> None:
    chosen = rows.loc[order]
    colours = [RED if point == 0 else BLUE for point in order]
    for y, (mean, width, colour) in enumerate(
        zip(chosen["mean"], chosen["half_width"], colours, strict=True)
    ):
        axes.errorbar(mean, y, xerr=width, fmt="o", color=colour, markersize=3.5, linewidth=1.2)
    axes.axvline(rows.loc[0, "mean"], color=RED, linewidth=0.6, linestyle=(0, (4, 2)))
    axes.grid(axis="y", color="#eeeeee", linewidth=0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.12)


def _bounds(axes: Axes, main: pd.DataFrame, points: pd.DataFrame) -> None:
    bounds = points[points["kind"] == "bound"]
    texts = []
    for point, label in bounds["label"].items():
        row = main.loc[point]
        texts.append(f"{BOUNDS[label]}: {row['mean']:,.0f} ± {row['half_width']:,.0f} GWh")
        if label == "perfect_coordination":
            axes.axvline(row["mean"], color=GREY, linewidth=0.8, linestyle=(0, (1, 1)))
    axes.text(
        0.98, 0.99, "\n".join(["baseline in red", *texts, "(dotted: perfect)"]),
        transform=axes.transAxes, fontsize=5.8, va="top", ha="right", color="#444444",
    )  # fmt: skip


COMBINATIONS = Figure(
    "figure_5_combinations",
    "The sixteen combinations of the four reforms",
    {
        "four_reforms/points": ("point", "label", "kind", *REFORMS),
        "four_reforms/summary": ("point", "outcome", "mean", "half_width"),
    },
    draw,
)
