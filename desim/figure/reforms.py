"""Which reforms a row holds: one column of dots a reform, beside the panels of a figure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from desim.figure.style import PALE, REFORMS

LETTERS = {
    "data_sharing": "D",
    "clear_responsibilities": "C",
    "joint_regional": "J",
    "public_engagement": "P",
}


def dots(axes: Axes, rows: Mapping[float, Collection[str]]) -> None:
    """Draw dots at each height for the reforms there, coloured and lettered where present."""
    for y, present in rows.items():
        for column, (name, (_, colour)) in enumerate(REFORMS.items()):
            there = name in present
            axes.plot(column, y, "o", markersize=8 if there else 4, color=colour if there else PALE)
            if there:
                axes.text(
                    column, y, LETTERS[name], fontsize=5.5, fontweight="bold", color="white",
                    ha="center", va="center_baseline",
                )  # fmt: skip
    axes.set_xlim(-0.6, len(REFORMS) - 0.4)
    axes.set(xticks=[], yticks=[])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def entries() -> list[Line2D]:
    """What the letters and colours of the columns stand for, as entries of a legend."""
    return [
        Line2D([], [], marker="o", linestyle="", color=colour, label=f"{LETTERS[name]}  {title}")
        for name, (title, colour) in REFORMS.items()
    ]
