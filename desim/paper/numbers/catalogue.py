"""All entries there are, in the order of the paper."""

from __future__ import annotations

from desim.paper.entry import Entry, Maker, by_key
from desim.paper.numbers import (
    about,
    baseline,
    doses,
    factorial,
    faster,
    model,
    posterior,
    precision,
    robust,
    sensitivity,
)
from desim.paper.sources import Sources

MAKERS: tuple[Maker, ...] = (
    model.entries, baseline.entries, precision.entries, factorial.entries, doses.entries,
    sensitivity.entries, robust.entries, faster.entries, posterior.entries, about.entries,
)  # fmt: skip


def all_entries(sources: Sources) -> dict[str, Entry]:
    """Every number and every word that the manuscript may use, by key."""
    return by_key([entry for make in MAKERS for entry in make(sources)])
