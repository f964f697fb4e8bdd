"""Which of several points played is best, how surely, and who earned a joint improvement.

Everything rests on paired differences, so that common random numbers help and are never assumed
away. Where several statements must hold together, Bonferroni's inequality pays for it, because it
needs no assumption about how the points are correlated.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from desim.study.compare import CONFIDENCE, half_width, holm, interval, p_value, resampled
from desim.study.replications import enough, needed
from desim.study.target import Precision

Floats = NDArray[np.float64]


def sign(better: str) -> float:
    """1 when higher is better, -1 when lower is: procedures below look for the largest mean."""
    signs = {"higher": 1.0, "lower": -1.0}
    if better not in signs:
        raise ValueError(f"better must be 'higher' or 'lower', got {better!r}")
    return signs[better]


def _finite(values: Floats) -> Floats:
    """The values as they are: replications that are incomplete must be left out before."""
    bad = ~np.isfinite(values)
    if bad.any():
        raise ValueError(f"{bad.any(axis=1).sum()} of {len(values)} replications are incomplete")
    return values


def difference_variances(values: Floats) -> Floats:
    """Variances of all paired differences: (replications, systems) to (systems, systems)."""
    pairs = values[:, :, None] - values[:, None, :]
    variances: Floats = pairs.var(axis=0, ddof=1)
    return variances


def all_pairs(values: Floats, names: tuple[str, ...]) -> pd.DataFrame:
    """Every pair of points compared by its paired difference, adjusted for their number.

    Source: paired t (Law 2015, section 10.2.1); Holm (1979), Scandinavian Journal of Statistics
    6:65. The intervals are 95 % each, one by one; `p_holm` holds for the family.

    Parameters
    ----------
    values
        float64 (replications, points), paired.
    names
        The points.

    Returns
    -------
    pandas.DataFrame
        Columns a, b, difference (a - b), half_width, low, high, p, p_holm; one row a pair.

    Raises
    ------
    ValueError
        When a value is not finite.
    """
    rows = []
    _finite(values)
    for first, second in combinations(range(len(names)), 2):
        difference = values[:, first] - values[:, second]
        found = interval(difference)
        row = {"a": names[first], "b": names[second], "difference": found.pop("mean")}
        rows.append(row | found | {"p": p_value(difference)})
    table = pd.DataFrame(rows)
    return table.assign(p_holm=holm(list(table["p"]))) if rows else table


def bounds_on_best(means: Floats, widths: Floats) -> tuple[Floats, Floats]:
    """Constrained intervals of every mean less the best of the others; higher is better.

    They hold together whenever |difference of means - its estimate| stays below its width for
    the pairs with the true best (Hsu 1984, Annals of Statistics 12:1136; unequal widths as in
    Nelson & Matejcik 1995, doi:10.1287/mnsc.41.12.1935).

    Parameters
    ----------
    means
        float64 (systems,).
    widths
        float64 (systems, systems), symmetric: one-sided widths of the paired differences.

    Returns
    -------
    tuple
        Low (never above zero) and high (never below zero), float64 (systems,) each.
    """
    others = ~np.eye(len(means), dtype=bool)
    gaps = means[:, None] - means[None, :]
    high = np.maximum(np.where(others, gaps + widths, np.inf).min(axis=1), 0.0)
    # only a system that may be the best bounds the others from below
    contenders = (high > 0.0) | (means == means.max())
    rivals = others & contenders[None, :]
    low = np.minimum(np.where(rivals, gaps - widths, 0.0).min(axis=1), 0.0)
    return low, high


def compare_with_best(
    values: Floats, names: tuple[str, ...], better: str, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Multiple comparisons with the best (MCB) of points played with common random numbers.

    Widths are Student's t of the paired differences with Bonferroni's share of the error, valid
    for any correlation and unequal variances (Nelson & Matejcik 1995, Management Science
    41:1935, doi:10.1287/mnsc.41.12.1935).

    Parameters
    ----------
    values
        float64 (replications, points), paired; at least two of each.
    names
        The points.
    better
        ``lower`` or ``higher``.
    confidence
        That all intervals hold together.

    Returns
    -------
    pandas.DataFrame
        Columns name, mean, difference (from the best of the others), low, high (the constrained
        interval of that difference) and may_be_best; one row a point.

    Raises
    ------
    ValueError
        When `better` is neither, a value is not finite, or there are fewer than two points or
        replications.
    """
    count, systems = _finite(values).shape
    if min(count, systems) < 2:
        raise ValueError(f"MCB needs two points and two replications, got {systems} and {count}")
    towards = sign(better)
    means = towards * values.mean(axis=0)
    quantile = stats.t.ppf(1.0 - (1.0 - confidence) / (systems - 1), count - 1)
    low, high = bounds_on_best(means, quantile * np.sqrt(difference_variances(values) / count))
    best_other = [np.delete(means, system).max() for system in range(systems)]
    bounds = np.sort(towards * np.array([low, high]), axis=0)
    return pd.DataFrame(
        {
            "name": names,
            "mean": values.mean(axis=0),
            "difference": towards * (means - best_other),
            "low": bounds[0],
            "high": bounds[1],
            "may_be_best": (high > 0.0) | (means == means.max()),
        }
    )


def shapley(levers: Floats, values: Floats, names: tuple[str, ...], seed: int) -> pd.DataFrame:
    """Each policy's part of the change that all policies make together, exact over 2^k corners.

    A policy's contribution is what it adds to those already in, averaged over all orders of
    entry (Shapley 1953, Contributions to the Theory of Games 2:307); contributions sum to the
    joint change. They are formed within each replication and have t intervals over replications;
    shares are ratios of means with a paired percentile bootstrap.

    Parameters
    ----------
    levers
        float64 (2**k, k) of 0 and 1, every corner once.
    values
        float64 (replications, 2**k): one outcome, points in the order of `levers`.
    names
        The k policies.
    seed
        Seed of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        Columns policy, contribution, half_width, low, high (the outcome's unit), share,
        share_low, share_high (NaN when the joint change is not surely different from zero).

    Raises
    ------
    ValueError
        When the corners are not those of a full factorial, or a value is not finite.
    """
    parts = _finite(values) @ _shapley_weights(levers, len(names))
    total = parts.sum(axis=1)
    shares = np.full((3, len(names)), np.nan)
    if abs(total.mean()) > float(half_width(total)):
        ratios = _resampled_shares(parts, total, seed)
        tail = (1.0 - CONFIDENCE) / 2.0
        bounds = np.quantile(ratios, [tail, 1.0 - tail], axis=0)
        shares = np.vstack([parts.mean(axis=0) / total.mean(), bounds])
    table = pd.DataFrame(
        [{"policy": n, **interval(p)} for n, p in zip(names, parts.T, strict=True)]
    )
    table = table.rename(columns={"mean": "contribution"})
    return table.assign(share=shares[0], share_low=shares[1], share_high=shares[2])


def _resampled_shares(parts: Floats, total: Floats, seed: int) -> Floats:
    """Shares of resampled replications, float64 (BOOTSTRAPS, policies), a slab at a time."""
    return np.concatenate(
        [
            parts[draws].mean(axis=1) / total[draws].mean(axis=1)[:, None]
            for draws in resampled(len(total), seed, parts.shape[1])
        ]
    )


def _shapley_weights(levers: Floats, count: int) -> Floats:
    """Weights (2**k, k) whose products with the corners' outcomes are the contributions."""
    corners = {tuple(row) for row in levers.astype(bool).tolist()}
    if levers.shape != (2**count, count) or len(corners) != 2**count:
        raise ValueError(f"Shapley shares of {count} policies need each of {2**count} corners once")
    size = levers.sum(axis=1)[:, None] - levers
    orders = np.array([math.factorial(s) * math.factorial(count - 1 - s) for s in range(count)])
    weight = orders[size.astype(int)] / math.factorial(count)
    weights: Floats = np.where(levers > 0.0, weight, -weight)
    return weights


_VERBS = {
    ("lower", False): "saves", ("lower", True): "costs", ("higher", True): "gains",
    ("higher", False): "loses", ("neither", True): "adds", ("neither", False): "removes",
}  # fmt: skip


def sentence(
    policy: str,
    difference: Floats,
    quantity: str,
    unit: str,
    better: str,
    precision: Precision | None = None,
) -> str:
    """What a policy does to an outcome, in one plain sentence.

    Parameters
    ----------
    policy
        Its name for print.
    difference
        float64 (replications,): with the policy less without it, paired.
    quantity, unit
        The outcome for print, such as ``residential supply`` and ``GWh``.
    better
        ``lower``, ``higher`` or ``neither``.
    precision
        What would have been precise enough; 10 % of the mean when not given.

    Returns
    -------
    str
        Such as "B saves 12.3 ± 1.1 GWh of residential supply; 8 replications would have been
        enough". Enough is in the sense of `desim.study.replications.enough`.

    Raises
    ------
    KeyError
        When `better` is none of the three.
    """
    mean, width = float(difference.mean()), float(half_width(difference))
    digits = max(0, 1 - math.floor(math.log10(width))) if width > 0.0 else 3
    verb = _VERBS[better, mean > 0.0]
    if not difference.any():
        same = f"it is the same in each of {len(difference)} replications"
        return f"{policy} makes no difference to {quantity}: {same}"
    if abs(mean) <= width:
        more = needed(difference, Precision(absolute=abs(mean))) if mean else None
        outlook = "no number of" if more is None else f"about {more}"
        size = f"{mean:+.{digits}f} ± {width:.{digits}f} {unit}"
        return (
            f"{policy} makes no sure difference to {quantity} ({size}); "
            f"{outlook} further replications would tell"
        )
    size = f"{abs(mean):.{digits}f} ± {width:.{digits}f} {unit}"
    wanted = precision or Precision(relative=0.1)
    found = enough(difference, wanted)
    verdict = (
        f"{len(difference)} replications are not enough for {_goal(wanted, unit)}"
        if found is None
        else f"{found} replications would have been enough"
    )
    return f"{policy} {verb} {size} of {quantity}; {verdict}"


def _goal(precision: Precision, unit: str) -> str:
    parts = []
    if precision.absolute is not None:
        parts.append(f"± {precision.absolute:g} {unit}")
    if precision.relative is not None:
        parts.append(f"± {precision.relative * 100.0:g} %")
    return " and ".join(parts)
