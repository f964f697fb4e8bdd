"""The look of all figures: sizes, fonts, colours, and saving with the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import matplotlib as mpl
import seaborn as sns
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, DayLocator
from matplotlib.figure import Figure as Canvas

mpl.use("Agg")
START = datetime(2022, 8, 1)
"""Local time of hour 0 of the Sichuan case."""
FULL, HALF = 7.2, 3.5
"""Width of two columns and of one, inches."""
FORMATS = ("pdf", "svg", "png")
_FONT = Path(__file__).parent / "font" / "NotoSansSC-subset.otf"
_PALETTE = sns.color_palette("colorblind")
BLUE, ORANGE, GREEN, RED, PURPLE, BROWN, PINK, GREY, YELLOW, SKY = _PALETTE[:10]
REFORMS = {
    "data_sharing": ("Data sharing", BLUE),
    "clear_responsibilities": ("Clear responsibilities", ORANGE),
    "joint_regional": ("Joint regional programmes", GREEN),
    "public_engagement": ("Public engagement", PURPLE),
}
BOUNDS = {"no_coordination": "No coordination", "perfect_coordination": "Perfect coordination"}


@contextmanager
def looks() -> Iterator[None]:
    """The settings in which every figure is drawn and saved."""
    font_manager.fontManager.addfont(_FONT)
    chinese = font_manager.FontProperties(fname=_FONT).get_name()
    settings = {
        "font.family": ["DejaVu Sans", chinese],
        "font.size": 8.0,
        "axes.titlesize": 9.0,
        "axes.labelsize": 8.0,
        "legend.fontsize": 7.0,
        "xtick.labelsize": 7.0,
        "ytick.labelsize": 7.0,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlelocation": "left",
        "svg.hashsalt": "desim",
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
        "savefig.dpi": 200,
    }
    with sns.axes_style("ticks"), mpl.rc_context(settings):
        yield


def save(canvas: Canvas, folder: Path, name: str) -> tuple[Path, ...]:
    """Save a figure in every format, without dates, so that the bytes never change.

    Parameters
    ----------
    canvas
        The figure.
    folder, name
        Where to, and the name without ending.
    """
    folder.mkdir(parents=True, exist_ok=True)
    metadata: dict[str, dict[str, None]] = {
        "pdf": {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None},
        "svg": {"Date": None, "Creator": None},
        "png": {"Software": None},
    }
    paths = []
    for kind in FORMATS:
        path = folder / f"{name}.{kind}"
        partial = folder / f".{name}.{kind}"
        canvas.savefig(partial, format=kind, metadata=metadata[kind], bbox_inches="tight")
        partial.replace(path)
        paths.append(path)
    return tuple(paths)


def day_axis(axes: Axes, every: int = 3) -> None:
    """Dates along the bottom."""
    axes.xaxis.set_major_locator(DayLocator(interval=every))
    axes.xaxis.set_major_formatter(DateFormatter("%-d %b"))


def when(hours: float) -> datetime:
    """Local time of an hour of the run."""
    return START + timedelta(hours=float(hours))


def letter(axes: Axes, text: str, title: str) -> None:
    """A panel's letter and title."""
    axes.set_title(f"{text}  {title}", fontweight="bold", loc="left")
