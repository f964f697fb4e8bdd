"""Figure 11: where the hours of orders go, by setting, and where they go in the baseline."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch

from desim.figure.figure import Figure
from desim.figure.style import (
    BLACK,
    BLUE,
    BOUNDS,
    BROWN,
    FULL,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PINK,
    PURPLE,
    RED,
    REFORMS,
    SKY,
    YELLOW,
    letter,
)

DELAYS, BOTTLENECKS = "four_reforms/delays", "four_reforms/bottlenecks"
ALL = " + ".join(REFORMS)
SHOWN = {
    "baseline": "Baseline",
    **{name: title.replace(" regional", "\nregional") for name, (title, _) in REFORMS.items()},
    ALL: "All four",
    "perfect_coordination": BOUNDS["perfect_coordination"].replace(" ", "\n"),
}
PARTS = {
    "observing": ("Not yet taken up", PALE),
    "reporting": ("Reporting", SKY),
    "waiting": ("Waiting at desks", RED),
    "condition": ("Waiting for a condition", "#8b1a1a"),
    "assessing": ("Assessing", YELLOW),
    "consulting": ("Consulting", GREEN),
    "approving": ("Approving", ORANGE),
    "referring": ("Referrals and returns", PINK),
    "ordering": ("Passing orders on", PURPLE),
    "transmitting": ("Transmitting", BLUE),
    "field": ("Field work", BROWN),
    "ramp": ("Ramp", GREY),
}
"""Parts of an order's time, in the order in which they are stacked."""
_MOST = 10
_OFFICE = "#555555"
"""Work in a unit, in panel b: no part of panel a has its colour."""
_WIDE = 0.055
"""A part wider than this share of the axis has its hours written in it."""


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw the parts of an order's time by setting, and the places where most of it is spent."""
    figure, panels = plt.subplots(
        1, 2, figsize=(FULL, 4.0), layout="constrained", width_ratios=(1.35, 1.0)
    )
    _parts(panels[0], by_part(tables[DELAYS]))
    letter(panels[0], "a", "From observation to effect in the field")
    _places(panels[1], by_place(tables[BOTTLENECKS]))
    letter(panels[1], "b", "Where, in the baseline")
    meaning = (*PARTS.values(), ("Work in a unit (b)", _OFFICE))
    handles = [Patch(facecolor=colour, label=title) for title, colour in meaning]
    figure.legend(
        handles=handles, loc="outside lower center", ncols=5, columnspacing=1.2, frameon=False
    )
    return figure


def by_part(delays: pd.DataFrame) -> pd.DataFrame:
    """Mean hours of an order by setting and part: over a run's orders, then over runs."""
    rows = delays.assign(sum=delays["hours"] * delays["orders"])
    keys = ["policy_point", "replication", "part"]
    sums = rows.groupby(keys, sort=False)[["sum", "orders"]].sum()
    runs = (sums["sum"] / sums["orders"]).groupby(level=["policy_point", "part"]).mean()
    table = runs.unstack("part").reindex(index=list(SHOWN), columns=list(PARTS))
    return pd.DataFrame(table)


def by_place(bottlenecks: pd.DataFrame) -> pd.DataFrame:
    """The kinds of place where orders of the baseline spend most: mean hours an order, waiting.

    Bureaus, counties and so on of all prefectures count together, and so do their links.
    """
    rows = bottlenecks[bottlenecks["policy_point"] == "baseline"]
    runs = rows["replication"].nunique()
    each = rows[["hours", "waiting"]].div(rows["orders"], axis=0) / max(runs, 1)
    names = rows["name"].str.partition(".")[0].rename("name")
    table = each.groupby([rows["kind"], names]).sum().reset_index()
    ranked = table.sort_values(["hours", "kind", "name"], ascending=[False, True, True])
    return pd.DataFrame(ranked[:_MOST])


def _parts(axes: Axes, table: pd.DataFrame) -> None:
    places = range(len(table))
    totals = table.sum(axis=1)
    widest = float(totals.max())
    left = pd.Series(0.0, index=table.index)
    for part, (_, colour) in PARTS.items():
        hours = table[part].fillna(0.0)
        axes.barh(places, hours, left=left, color=colour, height=0.7, edgecolor="white",
                  linewidth=0.3)  # fmt: skip
        ink = "white" if sum(to_rgb(colour)) < 1.5 else BLACK
        for place, (begin, width) in enumerate(zip(left, hours, strict=True)):
            if width > _WIDE * widest:
                axes.text(begin + width / 2.0, place, f"{width:.1f}", fontsize=7, color=ink,
                          ha="center", va="center_baseline")  # fmt: skip
        left += hours
    for place, total in zip(places, totals, strict=True):
        axes.text(total + 0.01 * widest, place, f"{total:.1f}", fontsize=7, fontweight="bold",
                  va="center_baseline", color=BLACK)  # fmt: skip
    axes.set_yticks(places, [SHOWN[str(point)] for point in table.index])
    axes.set_xlim(0, widest * 1.1)
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("h, mean over orders")


def _places(axes: Axes, table: pd.DataFrame) -> None:
    places = range(len(table))
    working = table["hours"] - table["waiting"]
    transmitting, waiting = PARTS["transmitting"][1], PARTS["waiting"][1]
    colours = [transmitting if kind == "link" else _OFFICE for kind in table["kind"]]
    axes.barh(places, working, color=colours, height=0.7)
    axes.barh(places, table["waiting"], left=working, color=waiting, height=0.7)
    widest = float(table["hours"].max()) if len(table) else 1.0
    for place, hours in zip(places, table["hours"], strict=True):
        axes.text(hours + 0.02 * widest, place, f"{hours:.2f}", fontsize=7, color=BLACK,
                  va="center_baseline")  # fmt: skip
    axes.set_yticks(places, [_title(str(name)) for name in table["name"]])
    axes.set_xlim(0, widest * 1.2)
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("h, mean over orders")


def _title(name: str) -> str:
    """A name for print: links as from and to."""
    return name.replace("_to_", " → ").replace("_", " ").capitalize()


WHERE_THE_HOURS_GO = Figure(
    "figure_11_where_the_hours_go",
    "Where the hours of orders go, by setting, and where they go in the baseline",
    {
        DELAYS: ("policy_point", "replication", "part", "hours", "orders"),
        BOTTLENECKS: (
            "policy_point", "replication", "kind", "name", "hours", "waiting", "orders",
        ),
    },
    draw,
)  # fmt: skip
