"""Approximate Bayesian computation on a table of runs, with regression adjustment.

One table serves any number of records, so what the method can recover can be tested on many
synthetic ones at the cost of none. Source: Beaumont, Zhang & Balding (2002), Genetics 162:2025.
The error of the record is added to the table's runs (Wilkinson 2013), so that the posterior is
that of a record seen with that error, as in the sequence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Table:
    """Runs at points of the prior.

    Parameters
    ----------
    normal
        float64 (n, m): the points in normal coordinates, of the parameters looked at.
    summaries
        float64 (n, k): rows of the record in standard deviations of the record, each run with an
        error of its own added.
    point
        int (n,): which runs are of one point.
    """

    normal: Floats
    summaries: Floats
    point: NDArray[np.int_]


def table_of(normal: Floats, deviations: Floats, seed: int) -> Table:
    """A table from points and their runs.

    Parameters
    ----------
    normal
        float64 (points, m).
    deviations
        float64 (points, replications, k).
    seed
        Of the record's errors, which are standard normal.
    """
    points, replications, rows = deviations.shape
    error = np.random.default_rng(seed).standard_normal(deviations.shape)
    return Table(
        np.repeat(normal, replications, axis=0),
        (deviations + error).reshape(-1, rows),
        np.repeat(np.arange(points), replications),
    )


def posterior(
    table: Table, observed: Floats, keep: int, without: int = -1
) -> tuple[Floats, Floats]:
    """The posterior given a record, as a weighted sample.

    The nearest runs are weighted by Epanechnikov's kernel, and a local line takes out how the
    parameters still vary with the summaries among them.

    Parameters
    ----------
    table
        The runs.
    observed
        float64 (k,): the record, in the same units as the summaries.
    keep
        Number of nearest runs.
    without
        A point whose runs are left out, because one of them is the record.

    Returns
    -------
    tuple
        float64 (keep, m) adjusted points in normal coordinates, and float64 (keep,) weights.
    """
    able = np.flatnonzero(table.point != without)
    scale = np.maximum(table.summaries[able].std(axis=0), 1.0)
    apart = (table.summaries[able] - observed) / scale
    distance = np.sqrt((apart**2).sum(axis=1))
    nearest = np.argsort(distance, kind="stable")[:keep]
    farthest = max(float(distance[nearest[-1]]), 1e-12)
    weight = np.maximum(1.0 - (distance[nearest] / farthest) ** 2, 1e-6)
    here, points = apart[nearest], table.normal[able[nearest]]
    design = np.column_stack([np.ones(len(here)), here])
    root = np.sqrt(weight)[:, None]
    # a little ridge: summaries that hardly vary among the nearest must not blow the line up
    ridge = np.diag([0.0, *np.full(here.shape[1], 1e-3 * weight.sum())])
    line = np.linalg.solve(
        (root * design).T @ (root * design) + ridge, (root * design).T @ (root * points)
    )
    adjusted: Floats = points - here @ line[1:]
    return adjusted, weight / weight.sum()


def weighted_quantiles(values: Floats, weight: Floats, chances: tuple[float, ...]) -> Floats:
    """Quantiles of a weighted sample.

    Parameters
    ----------
    values
        float64 (n, m).
    weight
        float64 (n,).
    chances
        The q cumulative chances.

    Returns
    -------
    numpy.ndarray
        float64 (q, m).
    """
    found = np.empty((len(chances), values.shape[1]))
    for column in range(values.shape[1]):
        order = np.argsort(values[:, column], kind="stable")
        cumulative = np.cumsum(weight[order]) - 0.5 * weight[order]
        found[:, column] = np.interp(chances, cumulative / weight.sum(), values[order, column])
    return found
