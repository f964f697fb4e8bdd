"""Figure 8: what each dose of a reform, or of one number of it, does to residents."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from desim.figure.figure import Figure
from desim.figure.style import BLACK, FULL, GREY, REFORMS, letter

MAIN = "residential_energy_not_served"
LEVERS, NUMBERS = "dose_response/doses", "how_much_is_enough/doses"
AMOUNTS = {
    "data_sharing": "connected share (lever)",
    "clear_responsibilities.delegation": "approvals delegated, share",
    "joint_regional.trucks": "trucks added, share",
    "joint_regional.travel": "travel time left, share",
    "public_engagement.reach": "people reached, share",
}
_COLUMNS = 3


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw one panel a list of doses, all on one scale."""
    lists = [(True, name, rows) for name, rows in _lists(tables[LEVERS])]
    lists += [(False, name, rows) for name, rows in _lists(tables[NUMBERS])]
    count = -(-len(lists) // _COLUMNS)
    figure, grid = plt.subplots(
        count, _COLUMNS, figsize=(FULL, 1.75 * count + 0.5), sharey=True, layout="constrained",
        squeeze=False,
    )  # fmt: skip
    panels = list(grid.flat)
    for text, axes, (lever, name, rows) in zip("abcdefghijkl", panels, lists, strict=False):
        _panel(axes, rows)
        reform = name.partition(".")[0]
        title, _ = REFORMS.get(reform, (reform, GREY))
        letter(axes, text, title)
        axes.set_xlabel("lever" if lever else AMOUNTS.get(name, name))
    for axes in panels[len(lists) :]:
        axes.set_visible(False)
    for row in grid:
        row[0].set_ylabel("GWh, difference\nfrom the baseline")
    _legend(figure)
    return figure


def _lists(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    rows = table[table["outcome"] == MAIN]
    return [(str(name), group) for name, group in rows.groupby("dose", sort=False)]


def _panel(axes: Axes, rows: pd.DataFrame) -> None:
    """Doses with intervals; from more to less where the list goes down."""
    axes.axhline(0.0, color=GREY, linewidth=0.7, zorder=0)
    axes.plot(rows["amount"], rows["difference"], color=BLACK, linewidth=0.8)
    for _, row in rows.iterrows():
        axes.errorbar(
            row["amount"], row["difference"], yerr=(row["high"] - row["low"]) / 2.0, fmt="o",
            color=BLACK, linewidth=1.1, markersize=4,
            markerfacecolor=BLACK if row["enough"] else "white",
        )  # fmt: skip
    amounts = list(rows["amount"])
    axes.set_xticks(amounts, [f"{amount:g}" for amount in amounts])
    if amounts[0] > amounts[-1]:
        axes.invert_xaxis()


def _legend(figure: Canvas) -> None:
    marks = [
        Line2D([], [], color=BLACK, marker="o", markersize=4, linewidth=1.1, label=label,
               markerfacecolor=BLACK if filled else "white")
        for filled, label in (
            (True, "Surely nine tenths of the last dose's effect"), (False, "Not surely"),
        )
    ]  # fmt: skip
    figure.legend(handles=marks, loc="outside lower center", ncols=2, frameon=False)


_NEEDED = ("dose", "amount", "difference", "low", "high", "enough", "outcome")
DOSE_RESPONSE = Figure(
    "figure_8_dose_response",
    "Dose and response: residential energy not served by lever, and by one number of a reform",
    {LEVERS: _NEEDED, NUMBERS: _NEEDED},
    draw,
)
