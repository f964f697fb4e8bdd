"""Figure S2: every parameter's prior and posterior, and which the record does not move."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from desim.figure.figure import Figure
from desim.figure.style import BLUE, FULL, GREY, ORANGE, RED

TABLE = "calibration/marginals"
_TAGS = {"reported": "r", "derived": "d", "assumed": "a"}


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw the posterior's 90 % interval of every parameter on the scale of its prior."""
    rows = tables[TABLE].sort_values("width", kind="stable").reset_index(drop=True)
    half = (len(rows) + 1) // 2
    figure, panels = plt.subplots(
        1, 2, figsize=(FULL, 0.135 * half + 0.8), layout="constrained", sharex=True
    )
    for axes, part in zip(panels, (rows[:half], rows[half:]), strict=True):
        _panel(axes, part)
    figure.legend(handles=_entries(), loc="outside lower center", ncols=4, frameon=False)
    return figure


def _panel(axes: Axes, part: pd.DataFrame) -> None:
    for place, (_, row) in enumerate(part[::-1].iterrows()):
        colour = ORANGE if row["identifiable"] else BLUE if row["moved"] else GREY
        axes.plot([row["share_low"], row["share_high"]], [place] * 2, color=colour, linewidth=2.0)
        axes.plot(row["share_median"], place, "o", color=colour, markersize=3)
        span = row["prior_high"] - row["prior_low"]
        axes.plot((row["by_hand"] - row["prior_low"]) / span, place, "|", color=RED, markersize=5)
    labels = [f"{name} ({_TAGS.get(tag, '?')})" for name, tag in
              zip(part["parameter"][::-1], part["tag"][::-1], strict=True)]  # fmt: skip
    axes.set_yticks(range(len(part)), labels, fontsize=5.8)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.8, len(part) - 0.2))
    axes.set_xticks([0.0, 0.5, 1.0], ["low end", "middle", "high end"])
    axes.tick_params(axis="y", length=0)
    for edge in (0.05, 0.95):
        axes.axvline(edge, color=GREY, linewidth=0.5, linestyle=(0, (2, 2)), zorder=0)


def _entries() -> list[Line2D]:
    looks = (
        (ORANGE, "o", "identifiable"), (BLUE, "o", "moved, not identifiable"),
        (GREY, "o", "not moved by the record"),
    )  # fmt: skip
    lines = [
        Line2D([], [], color=c, marker=m, markersize=3, linewidth=2.0, label=text)
        for c, m, text in looks
    ]
    mark = Line2D([], [], color=RED, marker="|", linestyle="", label="set by hand")
    return [*lines, mark]


POSTERIOR = Figure(
    "figure_s2_posterior",
    "Posterior of every parameter within its prior",
    {
        TABLE: (
            "parameter", "tag", "by_hand", "prior_low", "prior_high", "share_low",
            "share_median", "share_high", "width", "moved", "identifiable",
        ),
    },
    draw,
)  # fmt: skip
