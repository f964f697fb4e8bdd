"""Reporting checklists as tables."""

from __future__ import annotations

from desim.paper.entry import Origin
from desim.paper.sources import Sources
from desim.paper.stress import SECTIONS, answers
from desim.paper.stress import stars as essentials
from desim.paper.tables.table import Column, Table


def stress(sources: Sources) -> Table:
    """STRESS-DES, item by item."""
    found = answers(sources)
    rows = tuple((answer.item, answer.title, answer.text) for answer in found)
    lines = tuple(
        number
        for number, answer in enumerate(found)
        if number and answer.item[0] != found[number - 1].item[0]
    )
    columns = (Column("Item"), Column("Title", "left", 1.0), Column("Answer", "left", 4.0))
    told = f"{len(SECTIONS)} sections; desim stress"
    return Table("stress", columns, rows, Origin(__name__, rows=told), lines=lines)


def stars(sources: Sources) -> Table:
    """The essential parts of STARS."""
    columns = (Column("Essential part", "left", 1.0), Column("Here", "left", 3.0))
    return Table("stars", columns, essentials(), Origin(__name__, rows="files of the repository"))
