"""Figure 10: what each reform does to residents in other summers."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from desim.figure.figure import Figure
from desim.figure.style import BLACK, FULL, GREY, REFORMS, letter

MAIN = "residential_energy_not_served"
TABLE = "robust/comparison"
_LEVEL = 0.05
"""Filled below this p-value after Holm's adjustment."""
_TITLES = {name: "\n".join(title.rsplit(" ", 1)) for name, (title, _) in REFORMS.items()}


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw paired differences by scenario, one panel a setting, on one scale."""
    table = tables[TABLE]
    rows = table[table["outcome"] == MAIN]
    rows = rows.assign(setting=[str(label).partition(": ")[2] for label in rows["label"]])
    groups = list(rows.groupby("setting", sort=False))
    figure, panels = plt.subplots(
        1, len(groups), figsize=(FULL, 2.6), sharex=True, sharey=True, layout="constrained",
        squeeze=False,
    )  # fmt: skip
    for axes, text, (name, group) in zip(panels.flat, "abcdefgh", groups, strict=False):
        _panel(axes, group.iloc[::-1])
        letter(axes, text, _TITLES.get(str(name), "All four"))
        axes.set_xlabel("GWh, 95 % interval")
    _legend(figure)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame) -> None:
    axes.axvline(0.0, color=GREY, linewidth=0.7, zorder=0)
    for y, (_, row) in enumerate(rows.iterrows()):
        axes.axhline(y, color="#eeeeee", linewidth=0.6, zorder=-1)
        axes.errorbar(
            row["difference"], y, xerr=(row["high"] - row["low"]) / 2.0, fmt="o", color=BLACK,
            linewidth=1.1, markersize=4,
            markerfacecolor=BLACK if row["p_holm"] < _LEVEL else "white",
        )  # fmt: skip
    names = [str(name).replace("_", " ").capitalize() for name in rows["scenario"]]
    axes.set_yticks(range(len(rows)), names)
    axes.tick_params(axis="y", length=0)


def _legend(figure: Canvas) -> None:
    marks = [
        Line2D([], [], color=BLACK, marker="o", markersize=4, linewidth=1.1, label=label,
               markerfacecolor=BLACK if filled else "white")
        for filled, label in (
            (True, f"Holm-adjusted p < {_LEVEL}"), (False, f"Holm-adjusted p ≥ {_LEVEL}"),
        )
    ]  # fmt: skip
    figure.legend(handles=marks, loc="outside lower center", ncols=2, frameon=False)


ROBUSTNESS = Figure(
    "figure_10_robustness",
    "What each reform does to residential energy not served in other summers",
    {TABLE: ("label", "scenario", "outcome", "difference", "low", "high", "p_holm")},
    draw,
)
