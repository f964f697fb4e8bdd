"""Figure S6: a star and a ring under growing load, beside theory."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.style import BLACK, BLUE, FULL, GREY, ORANGE, letter

TABLE = "theory/crossover"
_LOOKS = {
    "star": ("Star: all with one", ORANGE, "s"),
    "ring": ("Ring: each with two", BLUE, "o"),
}


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw mean times over load, and how busy the busiest unit is."""
    table = tables[TABLE]
    figure, (left, right) = plt.subplots(1, 2, figsize=(FULL, 2.8), layout="constrained")
    for name, (label, colour, marker) in _LOOKS.items():
        rows = table[table["organisation"] == name].sort_values("load")
        left.errorbar(
            rows["load"], rows["mean"], yerr=rows["half_width"], fmt=marker, color=colour,
            markersize=4, linewidth=1.1, label=label, markerfacecolor="white",
        )  # fmt: skip
        left.plot(rows["load"], rows["theory"], color=colour, linewidth=1.3)
        right.plot(rows["load"], rows["busiest"], marker, color=colour, linestyle="-",
                   markersize=4, linewidth=1.1, label=label)  # fmt: skip
    crossing = _crossing(table)
    if np.isfinite(crossing):
        left.axvline(crossing, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
        left.text(
            crossing + 0.05, 0.5, f"from {crossing:.2f} an hour\nthe ring is quicker",
            transform=left.get_xaxis_transform(), fontsize=7, va="center", color=BLACK,
        )  # fmt: skip
    left.set_yscale("log")
    left.set(xlabel="Matters an hour", ylabel="Mean time of a matter, h")
    letter(left, "a", "Time: marks played, lines theory")
    handles, labels = left.get_legend_handles_labels()
    right.axhline(1.0, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
    right.text(2.8, 1.03, "more to do than can be done", fontsize=7, color=BLACK, ha="right")
    right.set(xlabel="Matters an hour", ylabel="Utilisation")
    letter(right, "b", "The busiest unit, by theory")
    figure.legend(handles, labels, frameon=False, loc="outside lower center", ncols=2)
    return figure


def _crossing(table: pd.DataFrame) -> float:
    """Load from which the ring's mean time is below the star's, between loads on a line."""
    wide = table.pivot(index="load", columns="organisation", values="mean").sort_index()
    lead = (wide["ring"] - wide["star"]).to_numpy()
    loads = wide.index.to_numpy(dtype=float)
    below = np.flatnonzero((lead[:-1] > 0.0) & (lead[1:] <= 0.0))
    if not len(below):
        return float("nan")
    i = int(below[0])
    return float(loads[i] + (loads[i + 1] - loads[i]) * lead[i] / (lead[i] - lead[i + 1]))


CROSSOVER = Figure(
    "figure_s6_crossover",
    "Central and decentral organisation under load, beside theory",
    {TABLE: ("organisation", "load", "mean", "half_width", "theory", "busiest")},
    draw,
)
