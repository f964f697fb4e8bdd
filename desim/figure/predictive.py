"""Figure S3: what prior and posterior predict for every row of the record."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from desim.figure.figure import Figure
from desim.figure.style import BLACK, BLUE, FULL, GREEN, GREY, PALE, RED

TABLE = "calibration/predictive"
_WIDTH = 4.0
"""Rows are scaled so that the accepted band is from -1 to 1; what is beyond this is cut."""
_USES = {"fit": ("Fitted", BLUE), "hold_out": ("Held out", GREEN), "input": ("Input", GREY)}


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw 90 % bands, each row on the scale of its accepted band."""
    table = tables[TABLE]
    posterior = table[table["of"] == "posterior"]
    prior = table[table["of"] == "prior"].set_index("key")
    rows = pd.concat([posterior[posterior["use"] == use] for use in _USES])[::-1]
    figure, axes = plt.subplots(figsize=(FULL, 0.2 * len(rows) + 1.0), layout="constrained")
    axes.axvspan(-1.0, 1.0, color="#ececec", zorder=-2, linewidth=0)
    for place, (_, row) in enumerate(rows.iterrows()):
        _band(axes, place - 0.2, prior.loc[row["key"]], PALE, 3.0)
        _band(axes, place + 0.1, row, _USES[row["use"]][1], 2.4)
        centre, half = _scale(row)
        axes.plot((row["record"] - centre) / half, place, "|", color=BLACK, markersize=9,
                  markeredgewidth=1.4)  # fmt: skip
        if not row["within"]:
            axes.text(_WIDTH * 1.08, place, "outside", fontsize=6.2, color=RED, va="center")
    axes.set_yticks(range(len(rows)), list(rows["label"]), fontsize=6.2)
    axes.set(xlim=(-_WIDTH * 1.05, _WIDTH * 1.05), ylim=(-0.7, len(rows) - 0.3))
    axes.set_xticks([-1, 1], ["low end", "high end"])
    axes.set_xlabel("Accepted band; each row on its own scale")
    axes.tick_params(axis="y", length=0)
    figure.legend(handles=_entries(), loc="outside upper center", ncols=5, frameon=False)
    return figure


def _scale(row: pd.Series) -> tuple[float, float]:
    low, high = float(row["record_low"]), float(row["record_high"])
    return (low + high) / 2.0, (high - low) / 2.0


def _band(axes: Axes, place: float, row: pd.Series, colour: object, width: float) -> None:
    if not np.isfinite(row["low"]):
        return
    centre, half = _scale(row)
    low, middle, high = ((float(row[name]) - centre) / half for name in ("low", "median", "high"))
    ends = np.clip([low, high], -_WIDTH, _WIDTH)
    axes.plot(ends, [place] * 2, color=colour, linewidth=width, solid_capstyle="butt")
    for beyond, edge, arrow in ((low < -_WIDTH, -_WIDTH, "<"), (high > _WIDTH, _WIDTH, ">")):
        if beyond:
            axes.plot(edge, place, arrow, color=colour, markersize=4)
    if abs(middle) <= _WIDTH and colour is not PALE:
        axes.plot(middle, place, "o", color=colour, markersize=3.5)


def _entries() -> list[Line2D]:
    lines = [
        Line2D([], [], color=colour, linewidth=2.4, marker="o", markersize=3.5, label=label)
        for label, colour in _USES.values()
    ]
    prior = Line2D([], [], color=PALE, linewidth=3.0, label="Prior")
    mark = Line2D([], [], color=BLACK, marker="|", linestyle="", markersize=8,
                  markeredgewidth=1.4, label="Record")  # fmt: skip
    return [*lines, prior, mark]


PREDICTIVE = Figure(
    "figure_s3_predictive",
    "Predictions of prior and posterior for every row of the record",
    {
        TABLE: (
            "of", "key", "label", "use", "record", "record_low", "record_high", "low", "median",
            "high", "within",
        ),
    },
    draw,
)  # fmt: skip
