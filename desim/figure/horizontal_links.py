"""Figure S7: what a few horizontal links do for a hierarchy."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.style import BLACK, BLUE, FULL, GREY, letter

TABLE = "theory/horizontal_links"


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw mean time and largest utilisation over the number of horizontal links."""
    table = tables[TABLE]
    mean = table.groupby("links")[["mean", "theory", "busiest"]].mean()
    figure, (left, right) = plt.subplots(1, 2, figsize=(FULL, 2.6), layout="constrained")
    left.errorbar(
        table["links"], table["mean"], yerr=table["half_width"], fmt="o", color=BLUE,
        markersize=3.5, linewidth=1.0, alpha=0.7, label="one network, played (95 %)",
    )  # fmt: skip
    left.plot(mean.index, mean["theory"], color=BLACK, linewidth=1.2, label="mean, by theory")
    left.set(xlabel="Horizontal links added", ylabel="Mean time of a matter, h", ylim=(0, None))
    letter(left, "a", "Time")
    left.legend(frameon=False)
    right.plot(table["links"], table["busiest"], "o", color=BLUE, markersize=3.5, alpha=0.7,
               label="one network")  # fmt: skip
    right.plot(mean.index, mean["busiest"], color=BLACK, linewidth=1.2, label="mean")
    right.axhline(1.0, color=GREY, linewidth=0.8, linestyle=(0, (4, 2)))
    right.set(xlabel="Horizontal links added", ylabel="Utilisation", ylim=(0, 1.05))
    letter(right, "b", "The busiest unit, by theory")
    right.legend(frameon=False)
    return figure


HORIZONTAL_LINKS = Figure(
    "figure_s7_horizontal_links",
    "A few horizontal links take most of the congestion from a hierarchy",
    {TABLE: ("links", "network", "mean", "half_width", "theory", "busiest")},
    draw,
)
