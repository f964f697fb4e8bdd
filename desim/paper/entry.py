"""What the manuscript may say: a text under a key, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desim.error import DesimError

if TYPE_CHECKING:
    from desim.paper.sources import Sources


class PaperError(DesimError):
    """The paper cannot be built; one line a complaint, all of them."""

    complaints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a number, a table or a figure comes from.

    Parameters
    ----------
    script
        Module that makes it.
    tables
        Tables of results it is read from, as ``study/table``; none when it is read off the model.
    points
        Points of the design whose runs are behind it; none when those of all points are.
    rows
        Which rows of the tables, in words.
    """

    script: str
    tables: tuple[str, ...] = ()
    points: tuple[int, ...] = ()
    rows: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A number or some words of the manuscript.

    Parameters
    ----------
    key
        What the manuscript calls it by.
    text
        What is printed: figures, units, or words that depend on them.
    origin
        Where it comes from.
    """

    key: str
    text: str
    origin: Origin


Maker = Callable[["Sources"], list[Entry]]
"""Makes the entries of a part of the paper."""


def by_key(entries: list[Entry]) -> dict[str, Entry]:
    """Entries by key.

    Raises
    ------
    PaperError
        When a key stands twice.
    """
    found: dict[str, Entry] = {}
    twice = [e.key for e in entries if found.setdefault(e.key, e) is not e]
    if twice:
        raise PaperError(tuple(f"{key} is made twice" for key in twice))
    return found
