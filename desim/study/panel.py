"""A panel: one outcome at all settings of one row, paired by replication."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desim.outcome.outcome import Outcome
from desim.study.design import Point
from desim.study.outputs import Outputs

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Panel:
    """What the settings of a row gave in the replications in which all of them were played.

    Parameters
    ----------
    scenario
        The row's name; empty when there is one row.
    about
        The outcome that was measured.
    points
        The baseline first.
    values
        float64 (replications, points); NaN where the outcome is not defined for a run.
    """

    scenario: str
    about: Outcome
    points: tuple[Point, ...]
    values: Floats

    def sample(self, *columns: int) -> tuple[Floats, int]:
        """Some points' values, paired.

        Parameters
        ----------
        columns
            Positions of points.

        Returns
        -------
        tuple
            float64 (replications, columns), all finite; and how many replications were dropped.
        """
        chosen = self.values[:, list(columns)]
        whole = np.isfinite(chosen).all(axis=1)
        return chosen[whole], int((~whole).sum())

    @property
    def measured(self) -> tuple[int, ...]:
        """Positions of the points that have the outcome in any replication.

        A bound without any decision has no time to a decision: it cannot be paired, and must not
        empty the comparison of all others.
        """
        return tuple(np.flatnonzero(np.isfinite(self.values).any(axis=0)).tolist())

    def difference(self, column: int) -> tuple[Floats, int]:
        """A point less the baseline, float64 (replications,); and how many were dropped."""
        pairs, dropped = self.sample(column, 0)
        return pairs[:, 0] - pairs[:, 1], dropped

    @property
    def outcome(self) -> str:
        """The outcome's name."""
        return self.about.name

    @property
    def perfect(self) -> int | None:
        """Position of the bound of perfect coordination, where it is in the design."""
        names = [point.levers.get("perfect_coordination", 0.0) > 0.0 for point in self.points]
        return names.index(True) if True in names else None


def panels(outputs: Outputs) -> Iterator[Panel]:
    """The panels of every outcome and row, outcome by outcome."""
    design = outputs.plan.design
    settings = len(design.settings)
    points = tuple(design.point(number) for number in range(len(design)))
    study = outputs.plan.study
    for about in map(study.catalogue.outcome, study.outcomes):
        values = outputs.values(about.name)
        for row in range(len(design.rows)):
            complete = outputs.complete(row)
            if len(complete) < 2:
                continue
            scenario = design.scenarios[row] if design.scenarios else ""
            mine = points[row * settings : (row + 1) * settings]
            yield Panel(scenario, about, mine, values[row].T[complete])
