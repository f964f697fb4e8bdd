"""What colours, lines and fills of the linkage diagrams mean, and the legend that says so."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.typing import ColorType, LineStyleType

from desim.figure.style import BLUE, GREEN, GREY, ORANGE

COLOURS = {
    "information": ("Information", BLUE),
    "order": ("Orders and approvals", ORANGE),
    "resource": ("Resources", GREEN),
    "": ("Documented, idle in the model", GREY),
}
STYLES: dict[str, LineStyleType] = {
    "written": "-",
    "phone": (0, (4, 1.5)),
    "meeting": (0, (6, 1.5, 1, 1.5)),
    "platform": (0, (1, 1)),
    "media": (0, (2, 1, 1, 1)),
    "road": "-",
}
WIDTHS = {"road": 1.8}
"""Lines of other width than usual, points."""
FILLS = {
    "central": ("Central", "#dfdcf0"),
    "province": ("Province", "#dcebf7"),
    "prefecture": ("Prefecture", "#dff0df"),
    "county": ("County", "#f0f0d4"),
    "society": ("Society", "#fbe9da"),
    "neighbour": ("Other provinces", "#f3dfe6"),
}


def legend(axes: Axes, units: pd.DataFrame, links: pd.DataFrame, alone: bool) -> None:
    """Say what the colours, lines and fills that occur mean, in three blocks at the bottom.

    Parameters
    ----------
    axes
        Where to draw.
    units, links
        What is drawn.
    alone
        Whether a unit without links is drawn.
    """
    flows = [
        _line(text, colour, "-", 1.6)
        for flow, (text, colour) in COLOURS.items()
        if flow in set(links["flow"])
    ]
    lines = [
        _line(channel.capitalize(), "#555555", style, WIDTHS.get(channel, 1.0))
        for channel, style in STYLES.items()
        if channel in set(links["channel"])
    ]
    fills = [_fill(*FILLS[tier], "-") for tier in FILLS if tier in set(units["tier"])]
    if alone:
        fills.append(_fill("No links", "white", "--"))
    _block(axes, flows, "What flows", 2, 2.0, 1.0)
    _block(axes, lines, "Channel", 2, 2.8, 51.0)
    _block(axes, fills, "Tier of the unit", 3, 1.6, 76.0)
    axes.text(
        1.0, 1.4, "The number on an arrow is its mean delay. Prefectures and what is "
        "in them are drawn once for all.", fontsize=6.2, va="bottom",
    )  # fmt: skip


def _line(text: str, colour: ColorType, style: LineStyleType, width: float) -> Line2D:
    return Line2D([], [], color=colour, linestyle=style, linewidth=width, label=text)


def _fill(text: str, colour: ColorType, edge: LineStyleType) -> Patch:
    return Patch(facecolor=colour, edgecolor="#555555", linestyle=edge, linewidth=0.6, label=text)


def _block(
    axes: Axes, handles: Sequence[Artist], title: str, columns: int, handle: float, x: float
) -> None:
    # not axes.legend, which keeps the last legend as the only one and would draw it twice
    block = Legend(
        axes, handles, [str(each.get_label()) for each in handles], title=title, loc="upper left",
        bbox_to_anchor=(x, 11.5), bbox_transform=axes.transData, frameon=False, fontsize=6.2,
        ncols=columns, handlelength=handle, alignment="left", borderpad=0.0, borderaxespad=0.0,
        title_fontproperties={"size": 6.5, "weight": "bold"}, columnspacing=1.0, labelspacing=0.35,
    )  # fmt: skip
    axes.add_artist(block)
