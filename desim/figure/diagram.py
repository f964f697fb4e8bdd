"""Boxes and arrows of an organisation: what the two linkage diagrams share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from desim.figure.style import BLUE, GREEN, GREY, ORANGE

COLOURS = {"information": BLUE, "order": ORANGE, "resource": GREEN, "": GREY}
STYLES = {
    "written": "-", "phone": (0, (4, 1.5)), "meeting": (0, (6, 1.5, 1, 1.5)),
    "platform": (0, (1, 1)), "road": "-", "media": (0, (2, 1, 1, 1)),
}  # fmt: skip
FILLS = {
    "central": "#e8e4f2", "province": "#e3eef7", "prefecture": "#e6f2e6", "county": "#f2f2e0",
    "society": "#fbeee2", "neighbour": "#f2e6ea",
}  # fmt: skip
_APART = 1.0
"""Half the distance between two arrows of a pair."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a unit stands: centre, and size, in units of the drawing."""

    x: float
    y: float
    width: float = 19.0
    height: float = 7.0


def collapsed(links: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Links between kinds of unit: prefectures are drawn once."""
    place = dict(zip(units["name"], units["place"], strict=True))

    def kind(name: str) -> str:
        return name.removesuffix(f".{place[name]}") if place[name] else name

    table = links.assign(
        origin=links["origin"].map(kind), destination=links["destination"].map(kind)
    )
    return table.drop_duplicates(["origin", "destination", "orientation", "channel", "flows"])


def draw_boxes(axes: Axes, boxes: Mapping[str, Box], units: pd.DataFrame) -> None:
    """Draw every unit that has a box, with its English and its Chinese name."""
    named = units.assign(
        kind=[
            n.removesuffix(f".{p}") if p else n
            for n, p in zip(units["name"], units["place"], strict=True)
        ]
    ).drop_duplicates("kind")
    for _, unit in named.iterrows():
        box = boxes.get(unit["kind"])
        if box is None:
            continue
        patch = FancyBboxPatch(
            (box.x - box.width / 2, box.y - box.height / 2), box.width, box.height,
            boxstyle="round,pad=0,rounding_size=1.2", facecolor=FILLS[unit["tier"]],
            edgecolor="#555555", linewidth=0.7, zorder=3,
        )  # fmt: skip
        axes.add_patch(patch)
        axes.text(
            box.x, box.y + 1.3, unit["title"], ha="center", va="center", fontsize=5.6, zorder=4
        )
        axes.text(
            box.x, box.y - 1.7, unit["title_zh"], ha="center", va="center", fontsize=5.6, zorder=4
        )


def draw_links(axes: Axes, boxes: Mapping[str, Box], links: pd.DataFrame) -> None:
    """Draw every link between two boxes: colour by flow, line by channel, delay in small type."""
    pairs = set(zip(links["origin"], links["destination"], strict=True))
    for _, link in links.iterrows():
        a, b = boxes.get(link["origin"]), boxes.get(link["destination"])
        if a is None or b is None:
            continue
        both = (link["destination"], link["origin"]) in pairs
        begin, end, side = _ends(a, b, _APART if both else 0.0)
        flow = str(link["flows"]).split(",")[0]
        used = bool(link["flows"]) and bool(link["purposes"] or link["channel"] == "road")
        axes.add_patch(
            FancyArrowPatch(
                begin, end, arrowstyle="-|>", mutation_scale=6, shrinkA=0, shrinkB=0,
                linewidth=0.9 if used else 0.6, color=COLOURS[flow if used else ""],
                linestyle=STYLES[link["channel"]], zorder=2,
            )
        )  # fmt: skip
        if used:
            _delay(axes, begin, end, side, float(link["delay_mean"]))


def _ends(a: Box, b: Box, apart: float) -> tuple[tuple[float, float], tuple[float, float], float]:
    """Where an arrow leaves one box and meets the other; pairs run side by side."""
    dx, dy = b.x - a.x, b.y - a.y
    length = math.hypot(dx, dy)
    ux, uy = dx / length, dy / length
    ox, oy = -uy * apart, ux * apart
    begin, end = _edge(a, ux, uy), _edge(b, -ux, -uy)
    return (begin[0] + ox, begin[1] + oy), (end[0] + ox, end[1] + oy), math.copysign(1.0, ux - uy)


def _edge(box: Box, ux: float, uy: float) -> tuple[float, float]:
    reach = min(
        box.width / 2 / abs(ux) if ux else math.inf, box.height / 2 / abs(uy) if uy else math.inf
    )
    return box.x + ux * reach, box.y + uy * reach


def _delay(
    axes: Axes, begin: tuple[float, float], end: tuple[float, float], side: float, hours: float
) -> None:
    text = f"{hours:.0f} h" if hours >= 9.5 else f"{hours:.1f} h"
    if hours < 1.0:
        text = f"{60 * hours:.0f} min"
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    length = max(math.hypot(dx, dy), 1e-9)
    x = begin[0] + 0.62 * dx - dy / length * 0.9
    y = begin[1] + 0.62 * dy + dx / length * 0.9
    steep = abs(dy) > abs(dx)
    ha = ("right" if dy > 0 else "left") if steep else "center"
    va = "center" if steep else ("bottom" if dx > 0 else "top")
    axes.text(x, y, text, fontsize=4.6, color="#333333", ha=ha, va=va, zorder=5)


def legend(axes: Axes, x: float, y: float, *, media: bool = False) -> None:
    """What colours and lines mean."""
    flows = [("Information", "information"), ("Orders and approvals", "order")]
    flows += [("Resources", "resource"), ("Documented tie, idle in the model", "")]
    entries = [Line2D([], [], color=COLOURS[key], label=text, lw=1.4) for text, key in flows]
    channels = ["written", "phone", "media" if media else "meeting"]
    entries += [
        Line2D([], [], color="#555555", linestyle=STYLES[c], label=c.capitalize(), lw=1.0)
        for c in channels
    ]
    axes.legend(
        handles=entries, loc="lower left", bbox_to_anchor=(x, y), bbox_transform=axes.transData,
        frameon=False, fontsize=5.8, ncols=1, handlelength=2.6,
    )  # fmt: skip


def area(axes: Axes, left: float, bottom: float, right: float, top: float, title: str) -> None:
    """A shaded area with a title that groups some boxes."""
    patch = FancyBboxPatch(
        (left, bottom), right - left, top - bottom, boxstyle="round,pad=0,rounding_size=2",
        facecolor="#f7f7f7", edgecolor="#cccccc", linewidth=0.6, zorder=0,
    )  # fmt: skip
    axes.add_patch(patch)
    axes.text(left + 1.5, top - 1.2, title, fontsize=6.2, color="#666666", va="top", zorder=1)
