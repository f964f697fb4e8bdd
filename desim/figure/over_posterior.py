"""Figure S9: reforms and combinations over the posterior, and how often each is the best."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.reforms import dots, entries
from desim.figure.style import BLACK, BLUE, BOUNDS, FULL, GREY, SKY, letter

MAIN = "residential_energy_not_served"
DIFFERENCES, BEST = (
    "posterior_reforms/sample_differences", "posterior_reforms/sample_best",
)  # fmt: skip
_BASELINE = "baseline"


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw effects with their 90 % intervals, the gap closed, and the chance to be the best."""
    table = tables[DIFFERENCES]
    rows = table[table["outcome"] == MAIN]
    best = tables[BEST]
    best = best[(best["outcome"] == MAIN) & (best["group"] == "combinations")]
    chances = dict(zip(best["label"], best["chance_best"], strict=True))
    inside = rows[rows["kind"] != "bound"].sort_values("median")
    ordered = pd.concat([inside, rows[rows["kind"] == "bound"]])
    figure, panels = plt.subplots(
        1, 4, figsize=(FULL, 4.8), sharey=True, layout="constrained",
        width_ratios=(1.05, 2.2, 1.5, 1.2),
    )  # fmt: skip
    places = {str(label): -float(place) for place, label in enumerate(ordered["label"])}
    held = {places[label]: _reforms(label) for label in places if label not in BOUNDS}
    dots(panels[0], held)
    for label, text in BOUNDS.items():
        if label in places:
            panels[0].text(3.4, places[label], text, ha="right", va="center", fontsize=7)
    panels[0].set_ylim(min(places.values()) - 0.7, 0.7)
    _effects(panels[1], ordered, places)
    _closed(panels[2], inside, places)
    _best(panels[3], inside, places, chances)
    for axes in panels[1:]:
        axes.tick_params(axis="y", length=0, labelleft=False)
        axes.spines["left"].set_visible(False)
        for y in places.values():
            axes.axhline(y, color="#eeeeee", linewidth=0.6, zorder=-1)
    figure.legend(handles=entries(), loc="outside lower center", ncols=4, frameon=False)
    return figure


def _reforms(label: str) -> list[str]:
    return label.split(" + ")


def _effects(axes: Axes, rows: pd.DataFrame, places: Mapping[str, float]) -> None:
    axes.axvline(0.0, color=GREY, linewidth=0.7, zorder=0)
    inside = rows[rows["kind"] != "bound"]
    low, high = float(inside["low"].min()), float(inside["high"].max())
    room = 0.4 * (high - low)
    for _, row in rows.iterrows():
        y = places[str(row["label"])]
        if not low - room <= row["median"] <= high + room:
            axes.text(0.99, y, f"{row['median']:,.0f} →", transform=axes.get_yaxis_transform(),
                      ha="right", va="center", fontsize=7)  # fmt: skip
            continue
        axes.plot([row["low"], row["high"]], [y, y], color=SKY, linewidth=2.4, zorder=1)
        axes.plot(row["median"], y, "o", color=BLUE, markersize=4)
    axes.set_xlim(low - 0.1 * (high - low), high + room)
    axes.set_xlabel("Change of residential energy not\nserved, GWh; median and 90 % interval")
    letter(axes, "a", "Effect over the posterior")


def _closed(axes: Axes, rows: pd.DataFrame, places: Mapping[str, float]) -> None:
    axes.axvline(0.0, color=GREY, linewidth=0.7, zorder=0)
    axes.axvline(1.0, color=GREY, linewidth=0.7, zorder=0, linestyle=(0, (4, 2)))
    for _, row in rows.iterrows():
        y = places[str(row["label"])]
        axes.plot([row["gap_closed_low"], row["gap_closed_high"]], [y, y], color=SKY,
                  linewidth=2.4)  # fmt: skip
        axes.plot(row["gap_closed"], y, "o", color=BLUE, markersize=4)
    axes.set_xlabel("Share of the gap to perfect\ncoordination; 95 % interval")
    letter(axes, "b", "Gap closed")


def _best(
    axes: Axes, rows: pd.DataFrame, places: Mapping[str, float], chances: Mapping[str, float]
) -> None:
    for label in rows["label"]:
        chance = chances.get(str(label), 0.0)
        axes.barh(places[str(label)], chance, color=BLUE, height=0.6)
        if chance > 0.0:
            axes.text(chance + 0.01, places[str(label)], f"{chance:.0%}", fontsize=6.5,
                      va="center_baseline", color=BLACK)  # fmt: skip
    axes.set_xlim(0, max([*chances.values(), 0.1]) * 1.35)
    axes.set_xlabel("Share of the posterior in\nwhich it is the best")
    letter(axes, "c", "Best")


OVER_POSTERIOR = Figure(
    "figure_s9_over_posterior",
    "Reforms and their combinations over the posterior",
    {
        DIFFERENCES: (
            "label", "kind", "outcome", "low", "median", "high", "gap_closed", "gap_closed_low",
            "gap_closed_high",
        ),
        BEST: ("group", "label", "outcome", "chance_best"),
    },
    draw,
)  # fmt: skip
