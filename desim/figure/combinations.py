"""Figure 6: the sixteen combinations of the reforms, beside what bounds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.typing import ColorType

from desim.figure.figure import Figure
from desim.figure.reforms import dots, entries
from desim.figure.style import BLACK, BLUE, BOUNDS, FULL, GREY, RED, REFORMS, letter

MAIN = "residential_energy_not_served"
SHOWN = {
    MAIN: ("Residential energy\nnot served", "GWh"),
    "time_to_level_one": ("Time to level I", "h"),
    "energy_curtailed": ("Energy curtailed\nby order", "GWh"),
}
_FAR = 0.6
"""A bound farther off the combinations than this share of their range is only written."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A point of the design: at what height it is drawn, and the reforms or the bound it is."""

    point: int
    y: float
    reforms: frozenset[str]
    bound: str

    @property
    def look(self) -> tuple[ColorType, str]:
        """Colour and marker."""
        if self.bound:
            return BLACK, "s"
        return (BLUE, "o") if self.reforms else (RED, "D")


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw each combination's outcomes with intervals, and which reforms it holds."""
    summary = tables["four_reforms/summary"]
    rows = _rows(tables["four_reforms/points"], summary)
    figure, panels = plt.subplots(
        1, 1 + len(SHOWN), figsize=(FULL, 4.8), sharey=True, layout="constrained",
        width_ratios=(1.05, 1.9, 1.55, 1.55),
    )  # fmt: skip
    dots(panels[0], {row.y: row.reforms for row in rows if not row.bound})
    for row in filter(lambda row: row.bound, rows):
        panels[0].text(3.4, row.y, BOUNDS[row.bound], ha="right", va="center", fontsize=7)
    panels[0].set_ylim(rows[-1].y - 0.7, rows[0].y + 0.7)
    for axes, (name, (title, unit)), text in zip(panels[1:], SHOWN.items(), "abc", strict=True):
        _intervals(axes, summary[summary["outcome"] == name], rows)
        axes.set_xlabel(f"{unit}, mean and 95 % interval")
        letter(axes, text, title)
    colour, marker = next(row for row in rows if not row.reforms and not row.bound).look
    baseline = Line2D(
        [], [], color=colour, marker=marker, markersize=4, linewidth=0.8, linestyle=(0, (4, 2)),
        label="Baseline",
    )  # fmt: skip
    figure.legend(
        handles=[*entries(), baseline], loc="outside lower center", ncols=5, frameon=False,
        handletextpad=0.4, columnspacing=1.4,
    )  # fmt: skip
    return figure


def _rows(points: pd.DataFrame, summary: pd.DataFrame) -> list[_Row]:
    """Combinations from the least to the most of the main outcome, then the bounds."""
    means = summary[summary["outcome"] == MAIN].set_index("point")["mean"]
    ordered = points.assign(mean=points["point"].map(means)).sort_values("mean")
    found: list[_Row] = []
    for kind, above in (("factorial", 0.0), ("bound", 0.6)):
        for _, point in ordered[ordered["kind"] == kind].iterrows():
            reforms = frozenset(name for name in REFORMS if point[name] > 0.0)
            bound = point["label"] if kind == "bound" else ""
            found.append(_Row(int(point["point"]), -len(found) - above, reforms, bound))
    return found


def _intervals(axes: Axes, summary: pd.DataFrame, rows: Sequence[_Row]) -> None:
    found = {
        int(point): (float(mean), float(width))
        for point, mean, width in zip(
            summary["point"], summary["mean"], summary["half_width"], strict=True
        )
    }
    inside = [found[row.point] for row in rows if not row.bound]
    low = min(mean - width for mean, width in inside)
    high = max(mean + width for mean, width in inside)
    far = _FAR * (high - low)
    for row in rows:
        mean, width = found[row.point]
        colour, marker = row.look
        axes.axhline(row.y, color="#eeeeee", linewidth=0.6, zorder=-1)
        if row.bound and not low - far <= mean <= high + far:
            _at_edge(axes, mean, row.y, mean > high)
            continue
        axes.errorbar(
            mean, row.y, xerr=width, fmt=marker, color=colour, markersize=3.8, linewidth=1.2
        )
        if not row.reforms and not row.bound:
            axes.axvline(mean, color=colour, linewidth=0.7, linestyle=(0, (4, 2)), zorder=0)
    axes.axhline(_between(rows), color=GREY, linewidth=0.6)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.06)


def _between(rows: Sequence[_Row]) -> float:
    """Height of the line between combinations and bounds."""
    last = min(row.y for row in rows if not row.bound)
    first = max((row.y for row in rows if row.bound), default=last - 2.0)
    return (last + first) / 2.0


def _at_edge(axes: Axes, mean: float, y: float, right: bool) -> None:
    """Write a mean that lies off the axis at the edge towards it."""
    text = f"{mean:,.0f} →" if right else f"← {mean:,.0f}"
    axes.text(
        0.99 if right else 0.01, y, text, transform=axes.get_yaxis_transform(), fontsize=7,
        ha="right" if right else "left", va="center", color=BLACK,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},  # over the baseline's line
    )  # fmt: skip


COMBINATIONS = Figure(
    "figure_6_combinations",
    "The sixteen combinations of the four reforms, beside the bounds",
    {
        "four_reforms/points": ("point", "label", "kind", *REFORMS),
        "four_reforms/summary": ("point", "outcome", "mean", "half_width"),
    },
    draw,
)
