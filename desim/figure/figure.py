"""What a figure is: a name, the tables it reads, and a function that draws them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desim.error import DesimError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Canvas


class FigureError(DesimError):
    """A figure cannot be drawn; says which table or column is missing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Parameters
    ----------
    name, title
        File name without ending, and what it shows.
    inputs
        Tables it reads, as ``study/table`` within the results, each with the columns it needs.
    draw
        Turns the tables into a picture.
    """

    name: str
    title: str
    inputs: Mapping[str, tuple[str, ...]]
    draw: Callable[[Mapping[str, pd.DataFrame]], Canvas]
