"""Figure S10: each reform in the middle of the posterior and at its least favourable values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from desim.figure.figure import Figure
from desim.figure.reforms import LETTERS, entries
from desim.figure.style import BLUE, FULL, GREY, ORANGE, RED, REFORMS, letter

MAIN = "residential_energy_not_served"
CORNERS, ENDS, RECORD = (
    "calibration/corners", "calibration/worse_ends", "calibration/corner_record",
)  # fmt: skip
_ALL = "all_four"
_TITLES = {**{name: title for name, (title, _) in REFORMS.items()}, _ALL: "All four"}
_MOST = 6
ENDS_OF = ((ORANGE, "<", "c to f: number at its low end"), (BLUE, ">", "at its high end"))


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw effects in the middle and at the corners, the parameters that matter, and misfits."""
    figure = plt.figure(figsize=(FULL, 5.6), layout="constrained")
    halves: Any = figure.subfigures(2, 1, height_ratios=(1.3, 1.0))
    left, right = halves[0].subplots(1, 2, width_ratios=(1.0, 1.05))
    _effects(left, tables[CORNERS])
    _record(right, tables[RECORD])
    ends = tables[ENDS]
    for place, (axes, reform) in enumerate(zip(halves[1].subplots(1, 4), REFORMS, strict=True)):
        _ends(axes, ends[ends["reform"] == reform])
        letter(axes, "cdef"[place], "\n".join(_TITLES[reform].rsplit(" ", 1)))
    looks = (
        (BLUE, "medians of the posterior"),
        (ORANGE, "least favourable of what the record does not see"),
        (RED, "least favourable of all that is assumed"),
    )
    marks = [
        Line2D([], [], color=colour, marker="o", markersize=4, label=text) for colour, text in looks
    ]
    ends_of = [
        Line2D([], [], color=colour, marker=marker, linestyle="", markersize=4, label=text)
        for colour, marker, text in ENDS_OF
    ]
    figure.legend(
        handles=[*entries(), *ends_of, *marks], loc="outside lower center", ncols=3, frameon=False,
        columnspacing=1.2, fontsize=6.5,
    )  # fmt: skip
    return figure


def _effects(axes: Axes, corners: pd.DataFrame) -> None:
    rows = corners[(corners["outcome"] == MAIN) & (corners["kind"] != "bound")]
    axes.axvline(0.0, color=GREY, linewidth=0.7)
    for place, (reform, title) in enumerate(reversed(_TITLES.items())):
        label = " + ".join(REFORMS) if reform == _ALL else reform
        shown = (("middle", BLUE, 0.16), (f"{reform}:unseen", ORANGE, 0.0), (reform, RED, -0.16))
        for corner, colour, offset in shown:
            row = rows[(rows["corner"] == corner) & (rows["label"] == label)].iloc[0]
            axes.errorbar(row["difference_mean"], place + offset, fmt="o", color=colour,
                          xerr=row["difference_half_width"], markersize=4)  # fmt: skip
        axes.text(0.02, place + 0.34, title, transform=axes.get_yaxis_transform(), fontsize=7)
    axes.set(yticks=[], ylim=(-0.5, len(_TITLES) - 0.3))
    axes.set_xlabel("Change of residential energy\nnot served, GWh; 95 %")
    letter(axes, "a", "Effects")


def _record(axes: Axes, record: pd.DataFrame) -> None:
    names = list(_TITLES)
    labels = dict(zip(record["key"], record["label"], strict=True))
    keys = list(labels)
    wide = record.pivot(index="key", columns="corner", values="deviation").loc[keys]
    shown = wide[["middle", *names]].to_numpy()
    image = axes.imshow(shown, cmap="PuOr", vmin=-8, vmax=8, aspect="auto")
    short = ["Medians", *(LETTERS.get(name, "All") for name in names)]
    axes.set_xticks(range(1 + len(names)), short, fontsize=6)
    axes.set_yticks(range(len(keys)), [text.partition(" (")[0] for text in labels.values()],
                    fontsize=6)  # fmt: skip
    axes.tick_params(length=0)
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.9, pad=0.02)
    bar.ax.tick_params(labelsize=6)
    letter(axes, "b", "Misfits there")
    bar.set_label("Deviations of the record", fontsize=6)


def _ends(axes: Axes, ends: pd.DataFrame) -> None:
    ends = ends[ends["worse"] != ""]
    apart = (ends["at_high"] - ends["at_low"]).abs()
    rows = ends.loc[apart.sort_values(ascending=False).index[:_MOST]][::-1]
    for place, (_, row) in enumerate(rows.iterrows()):
        axes.plot([row["at_low"], row["at_high"]], [place] * 2, color=GREY, linewidth=1.0)
        for column, (colour, marker, _) in zip(("at_low", "at_high"), ENDS_OF, strict=True):
            axes.plot(row[column], place, marker, color=colour, markersize=4)
        axes.text(0.03, place + 0.3, row["parameter"], transform=axes.get_yaxis_transform(),
                  fontsize=5.8)  # fmt: skip
    axes.axvline(0.0, color=GREY, linewidth=0.6, linestyle=(0, (2, 2)))
    axes.set(yticks=[], ylim=(-0.5, max(1.0, len(rows) - 0.2)))
    axes.set_xlabel("GWh", fontsize=6.5)


ASSUMPTIONS = Figure(
    "figure_s10_assumptions",
    "Reforms at the least favourable values of what is assumed",
    {
        CORNERS: (
            "corner", "outcome", "label", "kind", "difference_mean", "difference_half_width",
        ),
        ENDS: ("reform", "parameter", "at_low", "at_high", "worse"),
        RECORD: ("corner", "key", "label", "deviation"),
    },
    draw,
)  # fmt: skip
