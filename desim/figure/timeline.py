"""Figure 3: need, supply, measures, response level and water, day by day, beside the record."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from desim.figure.figure import Figure
from desim.figure.style import BLUE, FULL, GREY, ORANGE, RED, SKY, day_axis, letter, when

MEASURES = {
    "active_voluntary": ("Voluntary avoidance", "#f6c78f"),
    "active_energy_intensive": ("Energy-intensive stop", "#e58a3c"),
    "active_industrial": ("All listed industry", "#b35806"),
    "active_commercial": ("Commercial", "#8073ac"),
    "active_exports": ("Exports cut", "#a6dba0"),
    "active_imports": ("More imports", "#5aae61"),
    "active_thermal": ("More thermal", "#1b7837"),
}
LEVELS = ("none", "IV", "III", "II", "I")
_SERVED = ("served_july", "served_crisis", "served_30")
_SERVED_DAYS = (6.0, 23.0, 29.5)


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw four panels on one axis of dates."""
    series = tables["baseline_against_record/series"]
    record = tables["baseline_against_record/record"].set_index("key")
    milestones = tables["baseline_against_record/milestones"].set_index("key")
    quantities = {str(name): rows for name, rows in series.groupby("quantity")}
    figure, panels = plt.subplots(
        4, 1, figsize=(FULL, 8.2), sharex=True, height_ratios=(3, 2.4, 1.6, 2), layout="constrained"
    )
    _power(panels[0], quantities, record)
    _measures(panels[1], quantities)
    _level(panels[2], quantities, milestones)
    _water(panels[3], quantities)
    day_axis(panels[3])
    panels[3].set_xlim(when(0), when(34 * 24))
    return figure


def _band(axes: Axes, rows: pd.DataFrame, colour: object, label: str) -> None:
    times = [when(hour) for hour in rows["hour"]]
    axes.fill_between(times, rows["low"], rows["high"], color=colour, alpha=0.25, linewidth=0)
    axes.plot(times, rows["mean"], color=colour, linewidth=0.8, label=label)


def _power(axes: Axes, quantities: Mapping[str, pd.DataFrame], record: pd.DataFrame) -> None:
    _band(axes, quantities["need"], GREY, "Need without measures")
    _band(axes, quantities["served"], BLUE, "Served")
    for number, (key, day) in enumerate(zip(_SERVED, _SERVED_DAYS, strict=True)):
        row = record.loc[key]
        axes.plot(
            when(day * 24), row["record"], "D", color=RED, markersize=4, zorder=5,
            label="Record: largest load served" if number == 0 else None,
        )  # fmt: skip
    axes.axhline(
        record.loc["potential_peak", "record"], color=RED, linewidth=0.7, linestyle=(0, (4, 2)),
        label="Record: largest need, 65 GW",
    )  # fmt: skip
    axes.set_ylabel("GW")
    axes.set_ylim(20, 74)
    axes.legend(ncols=4, loc="upper left", frameon=False)
    letter(axes, "a", "Need and load served")


def _measures(axes: Axes, quantities: Mapping[str, pd.DataFrame]) -> None:
    shown = [name for name in MEASURES if name in quantities]
    times = [when(hour) for hour in quantities["need"]["hour"]]
    stack = np.array([quantities[name]["mean"].to_numpy() for name in shown])
    labels = [MEASURES[name][0] for name in shown]
    axes.stackplot(
        times, stack, labels=labels, colors=[MEASURES[name][1] for name in shown], linewidth=0
    )
    axes.set_ylabel("GW")
    axes.set_ylim(0, float(stack.sum(axis=0).max()) * 1.45)
    axes.legend(ncols=4, loc="upper left", frameon=False)
    letter(axes, "b", "Measures ordered in the field, mean over replications")


def _level(axes: Axes, quantities: Mapping[str, pd.DataFrame], milestones: pd.DataFrame) -> None:
    _band(axes, quantities["severity"], ORANGE, "Model, mean and 5 to 95 % band")
    one, two, ended = (
        milestones.loc[key, "record"] for key in ("level_one", "level_two", "level_ended")
    )
    axes.step(
        [when(h) for h in (0, one, two, ended, 34 * 24)], [0, 4, 3, 0, 0], where="post", color=RED,
        linewidth=1.0, linestyle=(0, (4, 2)), label="Record",
    )  # fmt: skip
    axes.set_yticks(range(5), LEVELS)
    axes.set_ylim(-0.2, 5.2)
    axes.set_ylabel("Level")
    axes.legend(ncols=2, loc="upper left", frameon=False)
    letter(axes, "c", "Response level (for level I to II only the dates are in the record)")


def _water(axes: Axes, quantities: Mapping[str, pd.DataFrame]) -> None:
    _band(axes, quantities["store"], SKY, "Usable hydropower energy (left)")
    axes.set_ylabel("GWh")
    axes.set_ylim(bottom=0)
    right = axes.twinx()
    right.spines["right"].set_visible(True)
    shed = quantities["shed_residential"]
    daily = shed.assign(day=shed["hour"] // 24).groupby("day")["mean"].sum()
    right.bar(
        [when(day * 24 + 12) for day in daily.index], daily.to_numpy(), width=0.8, color=RED,
        alpha=0.6, label="Residential energy shed a day (right)",
    )  # fmt: skip
    right.set_ylabel("GWh a day")
    right.set_ylim(0, max(1.0, float(daily.max())) * 1.6)
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
        "baseline_against_record/milestones": ("key", "record"),
    },
    draw,
)
