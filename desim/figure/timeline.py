"""Figure 3: need, supply, measures, response level and water, day by day, beside the record."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.typing import ColorType

from desim.figure.figure import Figure
from desim.figure.style import BLACK, BLUE, FULL, GREY, ORANGE, RED, day_axis, letter

MEASURES = {
    "active_voluntary": ("Voluntary avoidance", "#fdd0a2"),
    "active_energy_intensive": ("Energy-intensive stop", "#f08a3c"),
    "active_industrial": ("All listed industry", "#9a3703"),
    "active_commercial": ("Commercial", "#d5cfe8"),
    "active_exports": ("Exports cut", "#4a9b57"),
    "active_imports": ("More imports", "#c2e4b8"),
    "active_thermal": ("More thermal", "#0b5226"),
}
"""Layers from the bottom up; neighbours differ in lightness, and so in grey print."""
LEVELS = ("none", "IV", "III", "II", "I")
_SERVED = {"served_july": (0, 264), "served_crisis": (480, 624), "served_30": (696, 720)}
"""Rows of the record about the largest load served, and the hours they are about."""
_DASHES = (0, (4, 2))


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw four panels on one axis of dates."""
    series = tables["baseline_against_record/series"]
    record = tables["baseline_against_record/record"].set_index("key")["record"].astype(float)
    quantities = {str(name): rows for name, rows in series.groupby("quantity")}
    figure, panels = plt.subplots(
        4, 1, figsize=(FULL, 7.8), sharex=True, height_ratios=(3, 2.4, 1.8, 2), layout="constrained"
    )
    _power(panels[0], quantities, record)
    _measures(panels[1], quantities)
    _level(panels[2], quantities, record)
    _water(panels[3], quantities)
    day_axis(panels[3], float(series["hour"].max()) + 1.0)
    figure.align_ylabels(panels)
    return figure


def _band(axes: Axes, rows: pd.DataFrame, colour: ColorType, label: str) -> None:
    hours = rows["hour"].to_numpy()
    axes.fill_between(hours, rows["low"], rows["high"], color=colour, alpha=0.3, linewidth=0)
    axes.plot(hours, rows["mean"], color=colour, linewidth=0.9, label=label)


def _power(axes: Axes, quantities: Mapping[str, pd.DataFrame], record: pd.Series[float]) -> None:
    _band(axes, quantities["need"], GREY, "Need without measures")
    _band(axes, quantities["served"], BLUE, "Served: mean, 5 to 95 %")
    for number, (key, (begin, end)) in enumerate(_SERVED.items()):
        axes.plot(
            [begin, end], [record[key]] * 2, "-|", color=BLACK, markersize=5, linewidth=1.6,
            zorder=5, label="Record: peak served in the span" if number == 0 else None,
        )  # fmt: skip
    axes.axhline(
        record["potential_peak"], color=BLACK, linewidth=0.8, linestyle=_DASHES,
        label="Record: peak need",
    )  # fmt: skip
    axes.set_ylabel("GW")
    axes.set_ylim(20, 77)
    axes.legend(ncols=4, loc="upper left", frameon=False, columnspacing=1.0, handlelength=1.6)
    letter(axes, "a", "Need and load served")


def _measures(axes: Axes, quantities: Mapping[str, pd.DataFrame]) -> None:
    shown = [name for name in MEASURES if name in quantities]
    stack = np.array([quantities[name]["mean"].to_numpy() for name in shown])
    axes.stackplot(
        quantities["need"]["hour"].to_numpy(), stack, labels=[MEASURES[name][0] for name in shown],
        colors=[MEASURES[name][1] for name in shown], linewidth=0,
    )  # fmt: skip
    total = quantities["active"]
    for column, label in (("low", "All: 5 to 95 %"), ("high", None)):
        axes.plot(total["hour"], total[column], color=BLACK, linewidth=0.7, label=label)
    axes.set_ylabel("GW")
    axes.set_ylim(0, float(total["high"].max()) * 1.45)
    axes.legend(ncols=4, loc="upper left", frameon=False, columnspacing=1.4)
    letter(axes, "b", "Measures active in the field: means, and the band of all together")


def _level(axes: Axes, quantities: Mapping[str, pd.DataFrame], record: pd.Series[float]) -> None:
    _band(axes, quantities["severity"], ORANGE, "Model: mean, 5 to 95 %")
    one, two, ended = (record[key] for key in ("level_one", "level_two", "level_ended"))
    axes.plot(
        [one, two, two, ended], [4, 4, 3, 3], color=BLACK, linewidth=1.4, linestyle=_DASHES,
        label="Record: level I, then level II",
    )  # fmt: skip
    axes.set_yticks(range(len(LEVELS)), LEVELS)
    axes.set_ylim(-0.2, 5.4)
    axes.set_ylabel("Level")
    axes.legend(ncols=2, loc="upper left", frameon=False)
    letter(axes, "c", "Response level; the record dates levels I and II only")


def _water(axes: Axes, quantities: Mapping[str, pd.DataFrame]) -> None:
    _band(axes, quantities["store"], BLUE, "Usable hydropower energy (left): mean, 5 to 95 %")
    axes.set_ylabel("GWh")
    axes.set_ylim(bottom=0)
    right = axes.twinx()
    right.spines["right"].set_visible(True)
    shed = quantities["shed_residential_day"]
    right.bar(
        shed["hour"], shed["mean"], width=19, color=RED, alpha=0.6,
        label="Residential energy not served (right): mean, 5 to 95 %",
    )  # fmt: skip
    right.vlines(shed["hour"], shed["low"], shed["high"], color=BLACK, linewidth=0.8)
    right.set_ylabel("GWh a day")
    right.set_ylim(0, max(1.0, float(shed["high"].max())) * 1.6)
    handles = [axes.get_legend_handles_labels(), right.get_legend_handles_labels()]
    axes.legend(
        [h for pair in handles for h in pair[0]], [t for pair in handles for t in pair[1]],
        loc="upper right", frameon=False,
    )  # fmt: skip
    letter(axes, "d", "Water left and residents' outages")


TIMELINE = Figure(
    "figure_3_timeline",
    "Need, supply, measures, level and water in the baseline, beside the record",
    {
        "baseline_against_record/series": ("quantity", "hour", "mean", "low", "high"),
        "baseline_against_record/record": ("key", "record"),
    },
    draw,
)
