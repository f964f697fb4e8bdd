"""Boxes and arrows of an organisation: what the two linkage diagrams share."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
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
_APART = 2.2
"""Distance between parallel arrows."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a unit stands: centre, and size, in units of the drawing."""

    x: float
    y: float
    width: float = 19.0
    height: float = 9.0


def collapsed(links: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Links between kinds of unit, prefectures drawn once, with what to write beside them.

    Several links of one flow between the same two units become one arrow with all their delays.
    """
    place = dict(zip(units["name"], units["place"], strict=True))

    def kind(name: str) -> str:
        return name.removesuffix(f".{place[name]}") if place[name] else name

    idle = (links["purposes"] == "") & (links["channel"] != "road")
    table = links.assign(
        origin=links["origin"].map(kind),
        destination=links["destination"].map(kind),
        flow=links["flows"].str.split(",").str[0].where(~idle, ""),
        text=links["delay_mean"].map(_duration).where(~idle, ""),
    )
    keys = ["origin", "destination", "orientation", "flow"]
    return table.groupby(keys, sort=False, as_index=False).agg(
        channel=("channel", "first"), text=("text", lambda texts: " or ".join(dict.fromkeys(texts)))
    )


def _duration(hours: float) -> str:
    if hours < 1.0:
        return f"{60 * hours:.0f} min"
    return f"{hours:.0f} h" if hours >= 9.5 else f"{hours:.1f} h"


def draw_boxes(axes: Axes, boxes: Mapping[str, Box], units: pd.DataFrame) -> None:
    """Draw every unit that has a box, with its English and its Chinese name."""
    pairs = zip(units["name"], units["place"], strict=True)
    kinds = [name.removesuffix(f".{place}") if place else name for name, place in pairs]
    for _, unit in units.assign(kind=kinds).drop_duplicates("kind").iterrows():
        box = boxes.get(unit["kind"])
        if box is None:
            continue
        patch = FancyBboxPatch(
            (box.x - box.width / 2, box.y - box.height / 2), box.width, box.height,
            boxstyle="round,pad=0,rounding_size=1.2", facecolor=FILLS[unit["tier"]],
            edgecolor="#555555", linewidth=0.7, zorder=3,
        )  # fmt: skip
        axes.add_patch(patch)
        title = textwrap.fill(unit["title"], 21)
        chinese = "\n".join(textwrap.wrap(unit["title_zh"], 11))
        text = f"{title}\n{chinese}"
        axes.text(
            box.x, box.y, text, ha="center", va="center", fontsize=5.0, zorder=4, linespacing=1.15
        )


def draw_links(
    axes: Axes,
    boxes: Mapping[str, Box],
    links: pd.DataFrame,
    curves: Mapping[tuple[str, str], float] | None = None,
) -> None:
    """Draw every link between two boxes: colour by flow, line by channel, delay in small type.

    Parameters
    ----------
    axes, boxes
        Where to draw, and where the units stand.
    links
        From `collapsed`.
    curves
        Arrows that go round on the right, by how much, for pairs with a box between them.
    """
    pairs = [
        tuple(sorted(pair)) for pair in zip(links["origin"], links["destination"], strict=True)
    ]
    drawn: Counter[tuple[str, ...]] = Counter()
    for pair, (_, link) in zip(pairs, links.iterrows(), strict=True):
        a, b = boxes.get(link["origin"]), boxes.get(link["destination"])
        if a is None or b is None:
            continue
        bend = (curves or {}).get((link["origin"], link["destination"]), 0.0)
        apart = ((pairs.count(pair) - 1) / 2.0 - drawn[pair]) * _APART
        drawn[pair] += 1
        side = 1.0 if link["origin"] == pair[0] else -1.0
        begin, end = _ends(a, b, apart * side) if not bend else _round(a, b)
        axes.add_patch(
            FancyArrowPatch(
                begin, end, arrowstyle="-|>", mutation_scale=6, shrinkA=0, shrinkB=0,
                linewidth=0.9 if link["text"] else 0.6, color=COLOURS[link["flow"]],
                linestyle=STYLES[link["channel"]], zorder=2,
                connectionstyle=f"arc3,rad={bend}",
            )
        )  # fmt: skip
        if link["text"]:
            _delay(axes, begin, end, link["text"])


def _ends(a: Box, b: Box, apart: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where an arrow leaves one box and meets the other; parallel arrows run side by side."""
    dx, dy = b.x - a.x, b.y - a.y
    length = math.hypot(dx, dy)
    ux, uy = dx / length, dy / length
    ox, oy = -uy * apart, ux * apart
    begin, end = _edge(a, ux, uy), _edge(b, -ux, -uy)
    return (begin[0] + ox, begin[1] + oy), (end[0] + ox, end[1] + oy)


def _round(a: Box, b: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    return (a.x + a.width / 2, a.y), (b.x + b.width / 2, b.y)


def _edge(box: Box, ux: float, uy: float) -> tuple[float, float]:
    reach = min(
        box.width / 2 / abs(ux) if ux else math.inf, box.height / 2 / abs(uy) if uy else math.inf
    )
    return box.x + ux * reach, box.y + uy * reach


def _delay(axes: Axes, begin: tuple[float, float], end: tuple[float, float], text: str) -> None:
    """Write a delay beside an arrow, on its left as seen along it, nearer to its head."""
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    length = max(math.hypot(dx, dy), 1e-9)
    x = begin[0] + 0.6 * dx - dy / length * 0.9
    y = begin[1] + 0.6 * dy + dx / length * 0.9
    steep = abs(dy) > 0.5 * abs(dx)
    ha = ("right" if dy > 0 else "left") if steep else "center"
    va = "center" if steep else ("bottom" if dx > 0 else "top")
    axes.text(
        x, y, text, fontsize=4.4, color="#222222", ha=ha, va=va, zorder=5,
        bbox={"facecolor": "white", "alpha": 0.6, "pad": 0.3, "linewidth": 0},
    )  # fmt: skip


def legend(axes: Axes, x: float, y: float, *, media: bool = False) -> None:
    """What colours and lines mean."""
    flows = [("Information", "information"), ("Orders and approvals", "order")]
    flows += [("Resources", "resource"), ("Documented, idle in the model", "")]
    entries = [Line2D([], [], color=COLOURS[key], label=text, lw=1.4) for text, key in flows]
    channels = ["written", "phone", "media" if media else "meeting"]
    entries += [
        Line2D([], [], color="#555555", linestyle=STYLES[c], label=c.capitalize(), lw=1.0)
        for c in channels
    ]
    axes.legend(
        handles=entries, loc="upper left", bbox_to_anchor=(x, y), bbox_transform=axes.transData,
        frameon=False, fontsize=5.6, ncols=4, handlelength=2.6,
    )  # fmt: skip


def area(axes: Axes, left: float, bottom: float, right: float, top: float, title: str) -> None:
    """A shaded area with a title that groups some boxes."""
    patch = FancyBboxPatch(
        (left, bottom), right - left, top - bottom, boxstyle="round,pad=0,rounding_size=2",
        facecolor="#f7f7f7", edgecolor="#cccccc", linewidth=0.6, zorder=0,
    )  # fmt: skip
    axes.add_patch(patch)
    axes.text(left + 1.5, top - 1.2, title, fontsize=6.2, color="#666666", va="top", zorder=1)
