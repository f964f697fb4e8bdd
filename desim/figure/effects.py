"""Figure 6: main effects of the reforms and their interactions."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.style import BLUE, FULL, ORANGE, REFORMS, letter

SHOWN = {
    "residential_energy_not_served": "Residential energy\nnot served",
    "energy_curtailed": "Energy curtailed\nby order",
    "time_to_level_one": "Time to level I",
    "decision_to_field": "Decision to field",
}
_SHORT = {
    "data_sharing": "Data", "clear_responsibilities": "Responsibilities", "joint_regional": "Regions",
    "public_engagement": "Public",
}  # fmt: skip


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw each term's effect with its 95 % interval, one panel an outcome."""
    effects = tables["four_reforms/effects"]
    figure, panels = plt.subplots(
        1, len(SHOWN), figsize=(FULL, 4.6), sharey=True, layout="constrained"
    )
    for axes, (outcome, title), text in zip(panels, SHOWN.items(), "abcd", strict=True):
        rows = effects[effects["outcome"] == outcome].iloc[::-1]
        _terms(axes, rows)
        axes.set_xlabel(f"{rows['unit'].iloc[0]}")
        letter(axes, text, title)
    names = effects[effects["outcome"] == next(iter(SHOWN))]["term"].iloc[::-1]
    panels[0].set_yticks(range(len(names)), [_readable(name) for name in names])
    return figure


def _terms(axes: Axes, rows: pd.DataFrame) -> None:
    for y, (_, row) in enumerate(rows.iterrows()):
        surely = row["p_holm"] < 0.05
        colour = BLUE if row["order"] == 1 else ORANGE
        axes.errorbar(
            row["effect"], y, xerr=row["half_width"], fmt="o", color=colour, linewidth=1.2,
            markersize=4, markerfacecolor=colour if surely else "white",
        )  # fmt: skip
    axes.axvline(0.0, color="#333333", linewidth=0.7)
    axes.grid(axis="y", color="#eeeeee", linewidth=0.6)
    axes.tick_params(axis="y", length=0)


def _readable(term: str) -> str:
    names = term.split(" × ")
    if len(names) == 1:
        return REFORMS[names[0]][0]
    return " × ".join(_SHORT[name] for name in names)


EFFECTS = Figure(
    "figure_6_effects",
    "Main effects and interactions (filled: below 5 % after Holm's adjustment)",
    {
        "four_reforms/effects": (
            "outcome", "term", "order", "effect", "half_width", "p_holm", "unit",
        ),
    },
    draw,
)  # fmt: skip
