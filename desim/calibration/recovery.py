"""Whether known parameters are found again from synthetic records, and how often intervals hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from desim.calibration.adjusted import Table, posterior, table_of, weighted_quantiles
from desim.calibration.sequential import Reference
from desim.calibration.space import Space, to_normal, to_unit

Floats = NDArray[np.float64]
CHANCES = (0.05, 0.5, 0.95)
LEVEL = 0.9
NEAREST = 0.1
"""Share of the table's runs that a posterior is made from."""
RECOVERED = 0.3
"""A parameter counts as identifiable when the medians of its posteriors from synthetic records
correlate at least so with the truths, and not by chance (p at most `BY_CHANCE`, one-sided, for
that many parameters looked at together)."""
BY_CHANCE = 0.05


def recover(
    reference: Reference, space: Space, parameters: tuple[int, ...], records: int, seed: int
) -> pd.DataFrame:
    """Posterior intervals of parameters from synthetic records.

    A record is a run of a point of the reference, with an error of the record's own size; the
    point's runs are taken out of the table from which it is inferred.

    Parameters
    ----------
    reference
        Points of the plausible prior and their runs.
    space
        The parameters.
    parameters
        Columns of those that are looked at.
    records
        Number of synthetic records.
    seed
        Of the errors.

    Returns
    -------
    pandas.DataFrame
        Columns record, parameter, truth, low, median, high (in shares of the prior's range),
        covered, and narrowed: width of the interval over that of the plausible prior.
    """
    table = _table(reference, parameters, seed)
    keep = _keep(table)
    prior = _prior_width(reference.unit[:, list(parameters)])
    chosen = np.linspace(0, len(reference.unit) - 1, records).round().astype(int)
    rows = []
    replications = reference.deviations.shape[1]
    for number, point in enumerate(chosen.tolist(), start=1):
        observed = table.summaries[point * replications]
        points, weight = posterior(table, observed, keep, without=point)
        found = to_unit(weighted_quantiles(points, weight, CHANCES))
        truth = reference.unit[point, list(parameters)]
        rows += list(_rows(number, space, parameters, truth, found, prior))
    return pd.DataFrame(rows)


def identifiable(recovered: pd.DataFrame) -> tuple[str, ...]:
    """Parameters that synthetic records identify, those first that they identify best.

    Parameters
    ----------
    recovered
        From `recover`, of all parameters.
    """
    found: dict[str, float] = {}
    groups = recovered.groupby("parameter", sort=False)
    for parameter, part in groups:
        test = stats.pearsonr(part["truth"], part["median"], alternative="greater")
        if test.statistic >= RECOVERED and test.pvalue * len(groups) <= BY_CHANCE:
            found[str(parameter)] = float(test.statistic)
    return tuple(sorted(found, key=lambda name: -found[name]))


def of_the_record(
    reference: Reference, space: Space, parameters: tuple[int, ...], seed: int
) -> pd.DataFrame:
    """The same for the record itself, without a truth: to compare with the sequence's posterior.

    Parameters
    ----------
    reference, space, parameters, seed
        As in `recover`.
    """
    table = _table(reference, parameters, seed)
    observed = np.zeros(table.summaries.shape[1])
    points, weight = posterior(table, observed, _keep(table))
    found = to_unit(weighted_quantiles(points, weight, CHANCES))
    names = [space.names[i] for i in parameters]
    low, middle, high = found
    return pd.DataFrame({"parameter": names, "low": low, "median": middle, "high": high})


def coverage(recovered: pd.DataFrame) -> pd.DataFrame:
    """How often intervals hold the truth, by parameter and in all, with exact intervals.

    Source of the intervals: Clopper & Pearson (1934), 95 %. That of all parameters together takes
    the records as the sample, for parameters of one record are not independent.

    Parameters
    ----------
    recovered
        From `recover`.
    """
    rows = []
    for parameter, part in recovered.groupby("parameter", sort=False):
        held, count = int(part["covered"].sum()), len(part)
        interval = stats.binomtest(held, count).proportion_ci(0.95)
        rows.append(
            {
                "parameter": parameter, "records": count, "coverage": held / count,
                "low": interval.low, "high": interval.high,
                "narrowed": float(part["narrowed"].median()),
                "correlation": float(part["truth"].corr(part["median"])),
            }
        )  # fmt: skip
    by_record = recovered.groupby("record")["covered"].mean()
    width = 1.96 * float(by_record.std(ddof=1)) / np.sqrt(len(by_record))
    rows.append(
        {
            "parameter": "all", "records": len(by_record), "coverage": float(by_record.mean()),
            "low": float(by_record.mean()) - width, "high": float(by_record.mean()) + width,
            "narrowed": float(recovered["narrowed"].median()), "correlation": float("nan"),
        }
    )  # fmt: skip
    return pd.DataFrame(rows)


def _table(reference: Reference, parameters: tuple[int, ...], seed: int) -> Table:
    normal = to_normal(reference.unit[:, list(parameters)])
    return table_of(normal, reference.deviations, seed)


def _keep(table: Table) -> int:
    return max(20, round(NEAREST * len(table.point)))


def _prior_width(unit: Floats) -> Floats:
    low, high = np.quantile(unit, (CHANCES[0], CHANCES[-1]), axis=0)
    width: Floats = high - low
    return width


def _rows(
    number: int,
    space: Space,
    parameters: tuple[int, ...],
    truth: Floats,
    found: Floats,
    prior: Floats,
) -> Iterator[dict[str, object]]:
    for place, column in enumerate(parameters):
        low, middle, high = found[:, place].tolist()
        yield {
            "record": number, "parameter": space.names[column], "truth": float(truth[place]),
            "low": low, "median": middle, "high": high,
            "covered": bool(low <= truth[place] <= high),
            "narrowed": (high - low) / float(prior[place]),
        }  # fmt: skip
