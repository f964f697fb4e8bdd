"""Figure 4: the model beside every row of the record."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from desim.figure.figure import Figure
from desim.figure.style import BLACK, BLUE, FULL, GREY, ORANGE, day, when

USES = {
    "input": ("Model: input", GREY, "s"), "fit": ("Model: fitted", BLUE, "o"),
    "hold_out": ("Model: held out", ORANGE, "D"),
}  # fmt: skip
_DATED = ("first_at_least", "last_below")
_WIDTH = 3.0
"""Rows are scaled so that the accepted band is from -1 to 1; what is beyond this is cut."""
_LEFT, _RIGHT = 0.30, 0.615
_COLUMNS = (0.63, 0.735, 0.94)
"""Edges of the panel, and where record, model and runs are written: shares of the page's width."""
_SMALL = 6.2


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw model means and bands, scaled by each row's accepted band around the record."""
    record = tables["baseline_against_record/record"]
    rows = pd.concat([record[record["use"] == use] for use in USES]).iloc[::-1]
    height = 0.22 * len(rows) + 1.0
    figure = plt.figure(figsize=(FULL, height))
    axes = figure.add_axes((_LEFT, 0.5 / height, _RIGHT - _LEFT, 1.0 - 0.9 / height))
    runs = int(rows["replications"].max())
    for y, (_, row) in enumerate(rows.iterrows()):
        _row(axes, y, row)
        _write(axes, y, (*_numbers(row), f"{row['replications']:.0f}/{runs}"))
    _write(axes, len(rows), ("Record", "Model, 5 to 95 %", "Runs"), weight="bold")
    axes.axvspan(-1.0, 1.0, color="#ececec", zorder=0, linewidth=0)
    labels = [_wrapped(label) for label in rows["label"]]
    axes.set_yticks(range(len(rows)), labels, fontsize=_SMALL, linespacing=1.1)
    axes.set(xlim=(-_WIDTH * 1.05, _WIDTH * 1.05), ylim=(-0.7, len(rows) - 0.4))
    axes.set_xticks([-1, 1], ["low end", "high end"])
    axes.set_xlabel("Accepted band; each row on its own scale")
    axes.tick_params(axis="y", length=0)
    _legend(axes)
    return figure


def _row(axes: Axes, y: int, row: pd.Series) -> None:
    """The model's band and mean, cut at the edges with an arrow, and the record's mark."""
    low_end, high_end = float(row["record_low"]), float(row["record_high"])
    centre, half = (low_end + high_end) / 2.0, (high_end - low_end) / 2.0
    low, mean, high, mark = (
        (float(row[name]) - centre) / half
        for name in ("model_low", "model_mean", "model_high", "record")
    )
    _, colour, marker = USES[row["use"]]
    axes.axhline(y, color="#eeeeee", linewidth=0.6, zorder=-1)
    ends = np.clip([low, high], -_WIDTH, _WIDTH)
    axes.plot(ends, [y, y], color=colour, linewidth=2.0, alpha=0.6, solid_capstyle="butt")
    for beyond, edge, arrow in ((low < -_WIDTH, -_WIDTH, "<"), (high > _WIDTH, _WIDTH, ">")):
        if beyond:
            axes.plot(edge, y, arrow, color=colour, markersize=4)
    if abs(mean) <= _WIDTH:
        axes.plot(mean, y, marker, color=colour, markersize=4)
    axes.plot(mark, y, "|", color=BLACK, markersize=8, markeredgewidth=1.3)


def _numbers(row: pd.Series) -> tuple[str, str]:
    """The record and the model's band in words, with the row's unit."""
    record, low, high = (float(row[name]) for name in ("record", "model_low", "model_high"))
    if row["kind"] in _DATED:
        return _hour(record), _span(_hour(low), _hour(high))
    digits = 2 if abs(record) < 10.0 else 1 if abs(record) < 100.0 else 0
    shown = [f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}") for value in (record, low, high)]
    unit = "" if row["unit"] == "count" else f" {row['unit']}"
    return f"{shown[0]}{unit}", _span(shown[1], shown[2])


def _wrapped(label: str) -> str:
    """A label on as few lines as fit, of about the same length."""
    lines = len(textwrap.wrap(label, 42))
    return textwrap.fill(label, 42 if lines == 1 else len(label) // lines + 5)


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _hour(hours: float) -> str:
    return "never" if np.isnan(hours) else f"{day(round(hours))} {when(round(hours)):%H} h"


def _write(axes: Axes, y: float, cells: tuple[str, ...], weight: str = "normal") -> None:
    """Write a row of the table at the right."""
    where = blended_transform_factory(axes.figure.transFigure, axes.transData)
    for x, text in zip(_COLUMNS, cells, strict=True):
        axes.text(
            x, y, text, transform=where, fontsize=_SMALL, fontweight=weight, color=BLACK,
            va="center_baseline",
        )  # fmt: skip


def _legend(axes: Axes) -> None:
    entries = [
        Line2D([], [], color=colour, marker=marker, markersize=4, linewidth=2.0, label=label)
        for label, colour, marker in USES.values()
    ]
    mark = Line2D(
        [], [], color=BLACK, marker="|", linestyle="", markersize=8, markeredgewidth=1.3,
        label="Record",
    )  # fmt: skip
    axes.legend(
        handles=[*entries, mark], ncols=4, loc="lower left", bbox_to_anchor=(-0.9, 1.0),
        frameon=False, borderpad=0.0,
    )  # fmt: skip


RECORD = Figure(
    "figure_4_record",
    "The baseline beside every row of the record",
    {
        "baseline_against_record/record": (
            "label", "kind", "use", "unit", "record", "record_low", "record_high", "model_mean",
            "model_low", "model_high", "replications",
        ),
    },
    draw,
)  # fmt: skip
