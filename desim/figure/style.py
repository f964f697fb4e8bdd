"""The look of all figures: sizes, fonts, colours, and saving with the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType

mpl.use("Agg")
START = datetime(2022, 8, 1)
"""Local time of hour 0 of the Sichuan case."""
FULL, HALF = 7.2, 3.5
"""Width of two columns and of one, inches."""
FORMATS = ("pdf", "svg", "png")
FONT = Path(__file__).parent / "font" / "NotoSansSC-subset.otf"
CHINESE = FontProperties(fname=FONT)
"""For Chinese names only: asked for by file, so that no machine's own fonts are looked at.

It has one weight; were it in ``font.family``, every bold title would ask it for another.
"""
_PALETTE = sns.color_palette("colorblind")
BLUE, ORANGE, GREEN, RED, PURPLE, BROWN, PINK, GREY, YELLOW, SKY = _PALETTE[:10]
BLACK, PALE = "#222222", "#dddddd"
REFORMS = {
    "data_sharing": ("Data sharing", BLUE),
    "clear_responsibilities": ("Clear responsibilities", ORANGE),
    "joint_regional": ("Joint regional programmes", GREEN),
    "public_engagement": ("Public engagement", PURPLE),
}
BOUNDS = {
    "no_coordination": "No coordination",
    "local_response": "Local response",
    "perfect_communication": "Perfect communication",
    "perfect_coordination": "Perfect coordination",
}


@contextmanager
def looks() -> Iterator[None]:
    """The settings in which every figure is drawn and saved."""
    settings: dict[RcKeyType, Any] = {
        "font.family": ["DejaVu Sans"],  # comes with matplotlib
        "font.size": 8.0,
        "axes.titlesize": 8.5,
        "axes.labelsize": 7.5,
        "legend.fontsize": 7.0,
        "xtick.labelsize": 7.0,
        "ytick.labelsize": 7.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "svg.hashsalt": "desim",
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
        "savefig.dpi": 300,
    }
    with sns.axes_style("ticks"), mpl.rc_context(settings):
        yield


def save(canvas: Canvas, folder: Path, name: str) -> tuple[Path, ...]:
    """Save a figure in every format, without dates, so that the bytes never change.

    The page is the canvas and is not cut to what is on it: then a point in the figure is a point
    in print.

    Parameters
    ----------
    canvas
        The figure.
    folder, name
        Where to, and the name without ending.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _settle(canvas)
    metadata: dict[str, dict[str, None]] = {
        "pdf": {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None},
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None},
    }
    paths = []
    for kind in FORMATS:
        path = folder / f"{name}.{kind}"
        partial = folder / f".{name}.{kind}"
        canvas.savefig(partial, format=kind, metadata=metadata[kind])
        partial.replace(path)
        paths.append(path)
    return tuple(paths)


def _settle(canvas: Canvas) -> None:
    """Lay a figure out once and for all.

    The solver of constrained layout visits its variables in an order that changes from run to run,
    and with it the last bits of every position; rounded, they are the same.
    """
    canvas.draw_without_rendering()
    canvas.set_layout_engine("none")
    for axes in canvas.axes:
        axes.set_position(tuple(round(side, 6) for side in axes.get_position().bounds))


def day_axis(axes: Axes, hours: float, every: int = 3) -> None:
    """Dates along an axis of hours, from the start of the run to some hour."""
    ticks = range(0, int(hours) + 1, 24 * every)
    axes.set_xticks(ticks, [day(tick) for tick in ticks])
    axes.set_xlim(0, hours)


def when(hours: float) -> datetime:
    """Local time of an hour of the run."""
    return START + timedelta(hours=hours)


def day(hours: float) -> str:
    """Date of an hour of the run, such as 3 Aug."""
    return f"{when(hours).day} {when(hours):%b}"


def letter(axes: Axes, text: str, title: str) -> None:
    """A panel's letter and title."""
    axes.set_title(f"{text}  {title}", fontweight="bold", loc="left")
