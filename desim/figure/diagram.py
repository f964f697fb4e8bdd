"""Boxes and arrows of an organisation: what the two linkage diagrams share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from desim.figure.figure import FigureError
from desim.figure.legend import COLOURS, FILLS, STYLES, WIDTHS
from desim.figure.route import Box, Route, routes
from desim.figure.style import BLACK, CHINESE, FULL

UNIT_COLUMNS = ("name", "title", "title_zh", "tier", "place")
LINK_COLUMNS = (
    "origin", "destination", "orientation", "channel", "delay_mean", "purposes", "flows",
)  # fmt: skip
WIDE = 120.0
"""Width of a diagram in its own units."""
_POINTS = FULL * 72.0 / WIDE
"""Points a unit."""
_SIZE, _LEADING, _SMALL = 6.4, 7.6, 5.8
"""Type in boxes and its line distance, and type on arrows, points."""
_LATIN = FontProperties(family="DejaVu Sans")


def sheet(height: float) -> tuple[Canvas, Axes]:
    """An empty diagram as wide as the page, of so many units' height."""
    figure = plt.figure(figsize=(FULL, FULL * height / WIDE))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), xlim=(0.0, WIDE), ylim=(0.0, height))
    axes.axis("off")
    return figure, axes


def kinds(units: pd.DataFrame) -> dict[str, str]:
    """What to call each unit in a diagram: the prefectures' are drawn once, without the place."""
    pairs = zip(units["name"], units["place"], strict=True)
    return {name: name.removesuffix(f".{place}") if place else name for name, place in pairs}


def collapsed(links: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Arrows between kinds of unit: one for each flow and channel, with what to write on it.

    A link that nothing in the model uses has no flow, and nothing is written on it.
    """
    kind = kinds(units)
    idle = (links["purposes"] == "") & (links["channel"] != "road")
    table = links.assign(
        origin=links["origin"].map(kind),
        destination=links["destination"].map(kind),
        flow=links["flows"].where(~idle, "").str.split(","),
    ).explode("flow")
    keys = ["origin", "destination", "orientation", "flow", "channel"]
    found = table.groupby(keys, sort=False, as_index=False).agg(text=("delay_mean", _delays))
    return found.assign(text=found["text"].where(found["flow"] != "", ""))


def _delays(hours: pd.Series[float]) -> str:
    """A mean delay; the least and the largest where the prefectures differ."""
    least, largest = _duration(float(hours.min())), _duration(float(hours.max()))
    return least if least == largest else f"{least} to {largest}"


def _duration(hours: float) -> str:
    if hours < 1.0:
        return f"{60.0 * hours:.0f} min"
    return f"{hours:.0f} h" if hours >= 9.5 else f"{hours:.1f} h".replace(".0", "")


def check_places(
    boxes: Mapping[str, Box], units: pd.DataFrame, links: pd.DataFrame, orientation: str, name: str
) -> None:
    """See that exactly the units that belong in a diagram have a place in it.

    Those belong that have a link of its orientation; a unit without any link belongs in the
    vertical one.

    Raises
    ------
    FigureError
        Naming the figure and every unit without a place, and every place without a unit.
    """
    kind = kinds(units)
    rows = links[links["orientation"] == orientation]
    belong = {kind[unit] for unit in (*rows["origin"], *rows["destination"])}
    if orientation == "vertical":
        belong |= alone(units, links)
    problems = [f"{name}: no place for {unit}" for unit in sorted(belong - set(boxes))]
    problems += [f"{name}: a place, but no unit {unit}" for unit in sorted(set(boxes) - belong)]
    if problems:
        raise FigureError("\n".join([*problems, "change BOXES in the figure's module"]))


def alone(units: pd.DataFrame, links: pd.DataFrame) -> set[str]:
    """Units that no link joins to others."""
    kind = kinds(units)
    linked = {kind[unit] for unit in (*links["origin"], *links["destination"])}
    return set(kind.values()) - linked


def draw_boxes(
    axes: Axes, boxes: Mapping[str, Box], units: pd.DataFrame, links: pd.DataFrame
) -> None:
    """Draw every unit that has a box, with its English and its Chinese name."""
    unlinked = alone(units, links)
    rows = units.assign(kind=units["name"].map(kinds(units))).drop_duplicates("kind")
    for _, unit in rows[rows["kind"].isin(boxes)].iterrows():
        box = boxes[unit["kind"]]
        patch = FancyBboxPatch(
            (box.left, box.bottom), box.width, box.height, gid=unit["kind"],
            boxstyle="round,pad=0,rounding_size=1.0", facecolor=FILLS[unit["tier"]][1],
            edgecolor="#555555", linewidth=0.7, zorder=3,
            linestyle="--" if unit["kind"] in unlinked else "-",
        )  # fmt: skip
        axes.add_patch(patch)
        _write(axes, box, unit["title"], unit["title_zh"])


def _write(axes: Axes, box: Box, title: str, title_zh: str) -> None:
    room = (box.width - 1.6) * _POINTS
    lines = [(line, _LATIN) for line in _english(title, room)]
    lines += [(line, CHINESE) for line in _chinese(title_zh, room)]
    for row, (line, font) in enumerate(lines):
        middle = box.y + (len(lines) / 2.0 - row - 0.5) * _LEADING / _POINTS
        axes.text(
            box.x, middle - 0.36 * _SIZE / _POINTS, line, ha="center", va="baseline",
            fontproperties=font, fontsize=_SIZE, color=BLACK, zorder=4,
        )  # fmt: skip


def _english(text: str, room: float) -> Iterator[str]:
    """Lines as long as there is room for."""
    font = FT2Font(findfont(_LATIN))
    font.set_size(100.0 * _SIZE, 72.0)  # so large that rounding to pixels does not matter
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        font.set_text(longer)
        if line and font.get_width_height()[0] / 6400.0 > room:
            yield line
            longer = word
        line = longer
    yield line


def _chinese(text: str, room: float) -> Iterator[str]:
    """Lines of equal length; every character is as wide as it is high."""
    count = math.ceil(len(text) * _SIZE / room)
    step = max(1, math.ceil(len(text) / max(count, 1)))
    for begin in range(0, len(text), step):
        yield text[begin : begin + step]


def draw_links(axes: Axes, boxes: Mapping[str, Box], links: pd.DataFrame) -> None:
    """Draw every arrow: colour by flow, line by channel, mean delay on it.

    Parameters
    ----------
    axes, boxes
        Where to draw, and where the units stand.
    links
        From `collapsed`.
    """
    pairs = [sorted(pair) for pair in zip(links["origin"], links["destination"], strict=True)]
    together = links.assign(first=[p[0] for p in pairs], second=[p[1] for p in pairs])
    for _, arrows in together.groupby(["first", "second"], sort=False):
        a, b = boxes[arrows["first"].iloc[0]], boxes[arrows["second"].iloc[0]]
        lines = routes(a, b, len(arrows))
        for (_, arrow), (begin, end) in zip(arrows.iterrows(), lines, strict=True):
            forward = arrow["origin"] == arrow["first"]
            _arrow(axes, (begin, end) if forward else (end, begin), arrow)


def _arrow(axes: Axes, route: Route, arrow: pd.Series[str]) -> None:
    begin, end = route
    patch = FancyArrowPatch(
        begin, end, arrowstyle="-|>", mutation_scale=6.0, shrinkA=0.0, shrinkB=0.0,
        linewidth=WIDTHS.get(arrow["channel"], 0.9 if arrow["flow"] else 0.6),
        color=COLOURS[arrow["flow"]][1], linestyle=STYLES[arrow["channel"]], zorder=2,
        gid=f"{arrow['origin']} to {arrow['destination']}",
    )  # fmt: skip
    axes.add_patch(patch)
    if arrow["text"]:
        axes.text(
            0.53 * begin[0] + 0.47 * end[0], 0.53 * begin[1] + 0.47 * end[1], arrow["text"],
            fontsize=_SMALL, color=BLACK, ha="center", va="center_baseline", zorder=2.5,
            bbox={"facecolor": "white", "pad": 0.6, "linewidth": 0},
        )  # fmt: skip


def area(
    axes: Axes, left: float, bottom: float, right: float, top: float, title: str, ha: str = "left"
) -> None:
    """A shaded area with a title, in one of its upper corners, that groups some boxes."""
    patch = FancyBboxPatch(
        (left, bottom), right - left, top - bottom, boxstyle="round,pad=0,rounding_size=1.5",
        facecolor="#f7f7f7", edgecolor="#bbbbbb", linewidth=0.6, zorder=0,
    )  # fmt: skip
    axes.add_patch(patch)
    x = left + 1.2 if ha == "left" else right - 1.2
    axes.text(x, top - 0.9, title, fontsize=6.5, color="#444444", ha=ha, va="top", zorder=1)
