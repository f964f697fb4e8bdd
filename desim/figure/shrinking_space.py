"""Figure S1: the space of parameters that the record leaves, wave after wave."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from desim.figure.figure import Figure
from desim.figure.style import BLACK, BLUE, FULL, GREY, ORANGE, PALE, letter

SPACE, WAVES, POINTS, LAST = (
    "calibration/space", "calibration/waves", "calibration/plausible", "calibration/population",
)  # fmt: skip
_SHOWN, _PAIRED = 14, 3


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw what is left by wave, of the parameters that shrink most, and of pairs of these."""
    space, waves = tables[SPACE], tables[WAVES]
    last = tables[LAST]
    ends = last.quantile([0.05, 0.5, 0.95])
    width = ends.iloc[2] - ends.iloc[0]
    names = [str(width.index[i]) for i in np.argsort(width.to_numpy(), kind="stable")[:_SHOWN]]
    figure = plt.figure(figsize=(FULL, 4.9), layout="constrained")
    grid = figure.add_gridspec(3, 3, width_ratios=(0.75, 1.25, 0.9))
    _share(figure.add_subplot(grid[:, 0]), waves)
    _ranges(figure.add_subplot(grid[:, 1]), space, ends, names)
    pairs = list(combinations(names[:_PAIRED], 2))
    for place, pair in enumerate(pairs):
        axes = figure.add_subplot(grid[place, 2])
        _pair(axes, tables[POINTS], tables[LAST], pair)
        if not place:
            letter(axes, "c", "Pairs of these")
    looks = (
        (BLUE, "left by the last wave; in b, paler by earlier ones"), (ORANGE, "posterior"),
        (PALE, "in c, left by earlier waves"),
    )  # fmt: skip
    figure.legend(
        handles=[Line2D([], [], color=c, marker="o", markersize=3, label=t) for c, t in looks],
        loc="outside lower center", ncols=3, frameon=False,
    )  # fmt: skip
    return figure


def _share(axes: Axes, waves: pd.DataFrame) -> None:
    left = [1.0, *waves["share"]]
    axes.bar(range(len(left)), left, color=[PALE, *[BLUE] * len(waves)], width=0.7)
    for place, share in enumerate(left):
        axes.text(place, share + 0.01, f"{share:.0%}", ha="center", fontsize=7, color=BLACK)
    axes.set_xticks(range(len(left)), ["prior", *[f"wave {n}" for n in waves["wave"]]],
                    rotation=45, ha="right")  # fmt: skip
    axes.set(ylabel="Share of the prior that is not ruled out", ylim=(0, 1.1))
    letter(axes, "a", "What is left")


def _ranges(axes: Axes, space: pd.DataFrame, ends: pd.DataFrame, names: list[str]) -> None:
    numbers = sorted(space["wave"].unique())
    for place, name in enumerate(reversed(names)):
        rows = space[space["parameter"] == name].set_index("wave")
        axes.axhspan(place - 0.42, place + 0.42, color="#f4f4f4", linewidth=0, zorder=-1)
        for offset, wave in zip(np.linspace(0.32, -0.08, len(numbers)), numbers, strict=True):
            shade = 0.35 + 0.65 * numbers.index(wave) / max(1, len(numbers) - 1)
            axes.plot(
                [rows.loc[wave, "low"], rows.loc[wave, "high"]], [place + offset] * 2,
                color=BLUE, alpha=shade, linewidth=2.0, solid_capstyle="butt",
            )  # fmt: skip
            axes.plot(rows.loc[wave, "median"], place + offset, "o", color=BLUE, alpha=shade,
                      markersize=2.5)  # fmt: skip
        low, middle, high = ends[name]
        axes.plot([low, high], [place - 0.28] * 2, color=ORANGE, linewidth=2.0)
        axes.plot(middle, place - 0.28, "o", color=ORANGE, markersize=2.5)
    axes.set_yticks(range(len(names)), list(reversed(names)), fontsize=6.5)
    axes.set(xlim=(0, 1), xlabel="Shares of the prior's range; 5 to 95 %")
    axes.set_xticks([0.05, 0.5, 0.95])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=GREY, alpha=0.4, linewidth=0.5)
    letter(axes, "b", "Waves, and posterior")


def _pair(axes: Axes, points: pd.DataFrame, last: pd.DataFrame, pair: tuple[str, str]) -> None:
    one, other = pair
    for wave in sorted(points["wave"].unique()):
        rows = points[points["wave"] == wave]
        final = wave == points["wave"].max()
        axes.plot(rows[one], rows[other], ".", color=BLUE if final else PALE, markersize=2.0,
                  alpha=0.8)  # fmt: skip
    axes.plot(last[one], last[other], ".", color=ORANGE, markersize=2.0)
    axes.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    axes.set_xlabel(one, fontsize=6.5, labelpad=2)
    axes.set_ylabel(other, fontsize=6.5, labelpad=2)


SHRINKING_SPACE = Figure(
    "figure_s1_shrinking_space",
    "What the record leaves of the space of parameters, wave after wave",
    {
        SPACE: ("wave", "parameter", "low", "median", "high", "width"),
        WAVES: ("wave", "share"),
        POINTS: ("wave",),
        LAST: (),
    },
    draw,
)
