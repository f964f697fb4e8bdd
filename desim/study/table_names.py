"""Names of all tables that a study can have: no other file in its folder is ever removed."""

from __future__ import annotations

COMMON_LUCK = "common_luck"
"""Written by an audit."""
TABLE_NAMES = frozenset(
    (
        "points", "runs", "replications", "outcomes", "summary", "half_widths", "comparison",
        "pairs", "best", "sentences", "effects", "shapley", "doses", "regret", "units", "links",
        "series", "record", "milestones", "ages", "delays", "bottlenecks", "sample_summary",
        "sample_differences", "sample_effects", "sample_best", "sample_pairing", "sample_bound",
        "sobol", "morris", "pawn", "spread", "notes", COMMON_LUCK,
    )
)  # fmt: skip
