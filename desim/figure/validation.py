"""Figures of calibration and validation: drawn where their tables are."""

from __future__ import annotations

from pathlib import Path

from desim.figure.assumptions import ASSUMPTIONS
from desim.figure.critical_path import CRITICAL_PATH
from desim.figure.crossover import CROSSOVER
from desim.figure.figure import Figure
from desim.figure.horizontal_links import HORIZONTAL_LINKS
from desim.figure.over_posterior import OVER_POSTERIOR
from desim.figure.posterior import POSTERIOR
from desim.figure.predictive import PREDICTIVE
from desim.figure.recovery import RECOVERED
from desim.figure.shrinking_space import SHRINKING_SPACE
from desim.figure.tolerance import TOLERATED

VALIDATION: tuple[Figure, ...] = (
    SHRINKING_SPACE, POSTERIOR, PREDICTIVE, RECOVERED, TOLERATED, CROSSOVER, HORIZONTAL_LINKS,
    CRITICAL_PATH, OVER_POSTERIOR, ASSUMPTIONS,
)  # fmt: skip


def able(results: Path) -> tuple[Figure, ...]:
    """Those of `VALIDATION` whose folders of results are all there.

    Parameters
    ----------
    results
        Folder of results.
    """
    return tuple(
        figure
        for figure in VALIDATION
        if all((results / table).parent.is_dir() for table in figure.inputs)
    )
