"""Honest comparison of points played with common random numbers.

All intervals are over replications. Differences, effects and gaps are formed within each
replication first, so that the common luck cancels (Law 2015, chapter 11); then Student's t.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE = 0.95
BOOTSTRAPS = 2000
RESAMPLED = 1_000_000
"""Numbers that are resampled at a time: 8 MB, whatever the number of replications."""
Floats = NDArray[np.float64]


def half_width(values: Floats) -> Floats:
    """Half-width of the 95 % t interval of a mean.

    Parameters
    ----------
    values
        float64 (replications, ...); at least two replications.

    Returns
    -------
    numpy.ndarray
        float64 of the remaining shape.
    """
    count = len(values)
    quantile = stats.t.ppf(0.5 + CONFIDENCE / 2.0, count - 1)
    width: Floats = quantile * values.std(axis=0, ddof=1) / np.sqrt(count)
    return width


def p_value(values: Floats) -> float:
    """Two-sided p-value of the t test that a mean is zero; 1 when all values are zero."""
    if len(values) < 2:
        return float("nan")
    spread = values.std(ddof=1)
    if spread == 0.0:
        return 1.0 if values.mean() == 0.0 else 0.0
    statistic = abs(values.mean()) / (spread / np.sqrt(len(values)))
    return float(2.0 * stats.t.sf(statistic, len(values) - 1))


def interval(values: Floats) -> dict[str, float]:
    """Mean, half-width and bounds of the 95 % t interval; NaN where there are too few values."""
    mean = float(values.mean()) if len(values) else float("nan")
    width = float(half_width(values)) if len(values) > 1 else float("nan")
    return {"mean": mean, "half_width": width, "low": mean - width, "high": mean + width}


def holm(p_values: list[float]) -> list[float]:
    """Holm's step-down adjustment for a family of tests; a test that is NaN is none of them.

    Source: Holm (1979), Scandinavian Journal of Statistics 6:65. Written here because the one of
    statsmodels collects garbage in every call, which takes longer than all else together.
    """
    given = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(given), np.nan)
    tests = np.flatnonzero(~np.isnan(given))
    order = tests[np.argsort(given[tests], kind="stable")]
    steps = given[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return [float(p) for p in adjusted]


def resampled(count: int, seed: int, columns: int = 1) -> Iterator[NDArray[np.int64]]:
    """Places of `BOOTSTRAPS` resamples with replacement, some at a time so that memory suffices.

    Parameters
    ----------
    count
        How many are resampled, and in each resample.
    seed
        Of the draws; they are the same however many come at a time.
    columns
        Of what is resampled: with more, fewer come at a time.

    Yields
    ------
    numpy.ndarray
        int64 (resamples, count).
    """
    chance, most = np.random.default_rng(seed), max(1, RESAMPLED // (count * columns))
    for first in range(0, BOOTSTRAPS, most):
        yield chance.integers(0, count, (min(most, BOOTSTRAPS - first), count))


def gap_closed(
    baseline: Floats, policy: Floats, perfect: Floats, seed: int
) -> tuple[float, float, float]:
    """Coordination gap closed: (baseline - policy) / (baseline - perfect), ratio of means.

    The interval is a paired percentile bootstrap over replications (Efron & Tibshirani 1993,
    chapter 13). When the gap itself is not surely different from zero, there is no such ratio and
    all three are NaN.

    Parameters
    ----------
    baseline, policy, perfect
        float64 (replications,) of one outcome, paired.
    seed
        Seed of the bootstrap.
    """
    gap, saved = baseline - perfect, baseline - policy
    if len(gap) < 2 or abs(gap.mean()) <= float(half_width(gap)):
        return (float("nan"),) * 3
    means = [
        (gap[draws].mean(axis=1), saved[draws].mean(axis=1)) for draws in resampled(len(gap), seed)
    ]
    below, above = (np.concatenate(each) for each in zip(*means, strict=True))
    ratios = above[below != 0.0] / below[below != 0.0]
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(ratios, [tail, 1.0 - tail])
    return float(saved.mean() / gap.mean()), float(low), float(high)


def factorial_effects(levers: Floats, values: Floats, names: tuple[str, ...]) -> pd.DataFrame:
    """Main effects and all interactions of a two-level full factorial design.

    The effect of a term is the mean of the outcome where the product of its levers' signs is
    positive less the mean where it is negative (Montgomery 2017, chapter 6), formed within each
    replication; its interval is over replications.

    Parameters
    ----------
    levers
        float64 (2**k, k) of 0 and 1.
    values
        float64 (replications, 2**k): one outcome, points in the order of `levers`.
    names
        The k factors.

    Returns
    -------
    pandas.DataFrame
        Columns term, order, effect, half_width, low, high, p, p_holm; one row a term.
    """
    signs = 2.0 * levers - 1.0
    rows = []
    for order in range(1, len(names) + 1):
        for chosen in combinations(range(len(names)), order):
            contrast = signs[:, chosen].prod(axis=1) / (len(levers) / 2.0)
            found = interval(values @ contrast)
            rows.append(
                {
                    "term": " × ".join(names[i] for i in chosen),
                    "order": order,
                    "effect": found["mean"],
                    "half_width": found["half_width"],
                    "low": found["low"],
                    "high": found["high"],
                    "p": p_value(values @ contrast),
                }
            )
    table = pd.DataFrame(rows)
    return table.assign(p_holm=holm(list(table["p"])))
