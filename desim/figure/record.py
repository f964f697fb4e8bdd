"""Figure 7: the model beside every row of the record."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.style import BLUE, FULL, GREY, ORANGE, when

USES = {"input": ("input", GREY), "fit": ("fit", BLUE), "hold_out": ("held out", ORANGE)}
_DATED = ("first_at_least", "last_below")
_WIDTH = 3.0
"""Rows are scaled so that the accepted band is 2 wide; what lies farther off is cut at this."""


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw model means and bands, scaled by each row's accepted band around the record."""
    record = tables["baseline_against_record/record"]
    rows = pd.concat([record[record["use"] == use] for use in USES]).iloc[::-1]
    figure, axes = plt.subplots(figsize=(FULL, 0.235 * len(rows) + 0.9))
    for y, (_, row) in enumerate(rows.iterrows()):
        half = (row["record_high"] - row["record_low"]) / 2.0
        centre = (row["record_high"] + row["record_low"]) / 2.0
        scaled = [
            max(-_WIDTH, min(_WIDTH, (row[name] - centre) / half))
            for name in ("model_low", "model_mean", "model_high")
        ]
        colour = USES[row["use"]][1]
        axes.plot([scaled[0], scaled[2]], [y, y], color=colour, linewidth=2.0, alpha=0.5)
        axes.plot(scaled[1], y, "o", color=colour, markersize=4)
        axes.plot((row["record"] - centre) / half, y, "|", color="black", markersize=9)
        axes.text(
            1.02, y, _numbers(row), transform=axes.get_yaxis_transform(), fontsize=6, va="center"
        )
    axes.axvspan(-1.0, 1.0, color="#f0f0f0", zorder=0)
    axes.set_yticks(range(len(rows)), rows["label"], fontsize=6.3)
    axes.set(xlim=(-_WIDTH * 1.03, _WIDTH * 1.03), ylim=(-0.7, len(rows) - 0.3), xticks=[-1, 0, 1])
    axes.set_xticklabels(["low end", "accepted band", "high end"])
    for label, colour in USES.values():
        axes.plot([], [], "o", color=colour, label=label)
    axes.plot([], [], "|", color="black", label="record")
    axes.legend(ncols=4, loc="lower left", bbox_to_anchor=(0, 1.0), frameon=False)
    axes.text(
        1.02, 1.005, "record | model, 5 to 95 %", transform=axes.transAxes, fontsize=6, va="bottom"
    )
    return figure


def _numbers(row: pd.Series) -> str:
    values = [row[name] for name in ("record", "model_low", "model_high")]
    if row["kind"] in _DATED:
        shown = [f"{when(v):%-d %b %Hh}" if v == v else "never" for v in values]
        return f"{shown[0]} | {shown[1]} to {shown[2]}"
    digits = ".2f" if abs(values[0]) < 10.0 else ".0f"
    shown = [format(v, digits) for v in values]
    return f"{shown[0]} | {shown[1]} to {shown[2]} {row['unit']}"


RECORD = Figure(
    "figure_7_record",
    "The baseline beside every row of the record",
    {
        "baseline_against_record/record": (
            "label", "kind", "use", "unit", "record", "record_low", "record_high", "model_mean",
            "model_low", "model_high",
        ),
    },
    draw,
)  # fmt: skip
