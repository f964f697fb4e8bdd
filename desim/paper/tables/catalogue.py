"""All tables there are."""

from __future__ import annotations

from desim.paper.sources import Sources
from desim.paper.tables import checklists, model, results
from desim.paper.tables.faster import faster
from desim.paper.tables.table import Maker, Table

MAKERS: tuple[Maker, ...] = (
    model.reforms, model.experiments, results.combinations, results.effects, results.doses,
    results.sensitivity, results.robustness, results.record, model.diffs, model.ledger,
    model.evidence, model.outcomes, checklists.stress, checklists.stars,
)  # fmt: skip


def all_tables(sources: Sources) -> dict[str, Table]:
    """Every table of the manuscript, by name."""
    optional = (faster,) if sources.faster else ()
    return {table.name: table for table in (make(sources) for make in (*MAKERS, *optional))}
