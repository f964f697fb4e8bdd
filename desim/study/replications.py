"""How many replications are enough: the sequential rule with look-ahead, and forecasts.

Replications are added until the half-width of the 95 % t interval meets a target and stays there
for a while, so that a lucky early estimate of the spread does not stop the study (Hoad, Robinson
& Davies 2010, Journal of the Operational Research Society 61:1632, doi:10.1057/jors.2009.121).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from desim.study.compare import CONFIDENCE, half_width
from desim.study.target import CAP, Precision

AT_LEAST = 3
LOOK_AHEAD = 5
Floats = NDArray[np.float64]


def _checked(values: Floats) -> Floats:
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1:
        raise ValueError(f"one value a replication is wanted, got shape {series.shape}")
    if not np.isfinite(series).all():
        raise ValueError(f"{(~np.isfinite(series)).sum()} of {len(series)} values are not finite")
    return series


def _running(values: Floats) -> tuple[Floats, Floats]:
    """Mean and half-width after each replication; the half-width of a single one is infinite."""
    # pandas updates mean and spread as values come (Welford 1962), which loses no digits
    growing = pd.Series(values).expanding()
    count = np.arange(1.0, len(values) + 1.0)
    error = growing.std(ddof=1).to_numpy() / np.sqrt(count)
    width = np.where(count >= 2.0, _quantiles(len(values)) * error, np.inf)
    return growing.mean().to_numpy(), width


@lru_cache(maxsize=4)
def _quantiles(count: int) -> Floats:
    """Quantiles of t for 1, 2, ... replications: the same for every outcome, and slow to find."""
    freedom = np.maximum(np.arange(count, dtype=np.float64), 1.0)
    found: Floats = np.asarray(stats.t.ppf(0.5 + CONFIDENCE / 2.0, freedom))
    found.setflags(write=False)
    return found


def look_ahead_after(count: int, look_ahead: int = LOOK_AHEAD) -> int:
    """How many further replications must keep the precision: f(k, n) = k, k n / 100 beyond 100.

    The look-ahead grows with the number of replications, because adding one changes the interval
    the less the more there are (Hoad, Robinson & Davies 2010).
    """
    return look_ahead if count <= 100 else look_ahead * count // 100


def enough(values: Floats, precision: Precision, look_ahead: int = LOOK_AHEAD) -> int | None:
    """The smallest number of replications that meets the precision and keeps it.

    Source: Hoad, Robinson & Davies (2010), doi:10.1057/jors.2009.121: at least 3 replications,
    half-width of the cumulative 95 % t interval, and look-ahead f(k, n).

    Parameters
    ----------
    values
        float64 (replications,), in the order in which they were played.
    precision
        What the half-width must meet.
    look_ahead
        k of f(k, n); 0 stops at the first success.

    Returns
    -------
    int or None
        None when the values do not show it: too wide, or too few to look ahead.

    Raises
    ------
    ValueError
        When a value is not finite, or `look_ahead` is negative.
    """
    if look_ahead < 0:
        raise ValueError(f"the look-ahead cannot be negative, got {look_ahead}")
    mean, width = _running(_checked(values))
    met = width <= precision.limit(mean)
    unmet = np.append(np.flatnonzero(~met), len(met))
    until = unmet[np.searchsorted(unmet, np.arange(len(met)))]
    for count in range(AT_LEAST, len(met) + 1):
        if until[count - 1] >= count + look_ahead_after(count, look_ahead):
            return count
    return None


def needed(values: Floats, precision: Precision, cap: int = CAP) -> int | None:
    """How many more replications are likely needed, as mean and spread are estimated now.

    The smallest n of at least the present number with t(n-1) s / sqrt(n) within the limit (Law
    2015, section 9.4.1, without its correction of relative errors, as `enough` has none either).

    Parameters
    ----------
    values
        float64 (replications,); at least two replications.
    precision
        What the half-width must meet.
    cap
        Largest total number of replications considered.

    Returns
    -------
    int or None
        None when more than `cap` would be needed; a mean of zero has no relative precision.

    Raises
    ------
    ValueError
        When there are fewer than two values, or one is not finite.
    """
    series = _checked(values)
    if len(series) < 2:
        raise ValueError("a forecast needs at least two replications")
    spread, limit = series.std(ddof=1), float(precision.limit(float(series.mean())))

    def met(count: int) -> bool:
        quantile = stats.t.ppf(0.5 + CONFIDENCE / 2.0, count - 1)
        return bool(quantile * spread / np.sqrt(count) <= limit)

    totals = range(max(len(series), AT_LEAST), cap + 1)
    # the half-width only falls as the number grows, so the first that meets the limit is bisected
    first = bisect_left(totals, True, key=met)
    return totals[first] - len(series) if first < len(totals) else None


def half_width_table(values: Mapping[str, Floats]) -> pd.DataFrame:
    """The half-width by number of replications, for a figure or for print.

    Parameters
    ----------
    values
        float64 (replications,) by outcome.

    Returns
    -------
    pandas.DataFrame
        Columns outcome, replications, mean, half_width (the outcome's unit) and relative (share
        of the mean's magnitude; infinite where the mean is zero); from two replications on.

    Raises
    ------
    ValueError
        When a value is not finite.
    """
    frames = []
    for outcome, series in values.items():
        mean, width = (part[1:] for part in _running(_checked(series)))
        frame = {"outcome": outcome, "replications": np.arange(2, len(mean) + 2), "mean": mean}
        frames.append(pd.DataFrame(frame | {"half_width": width, "relative": _share(width, mean)}))
    return pd.concat(frames, ignore_index=True)


def _share(width: Floats, mean: Floats) -> Floats:
    size = np.abs(mean)
    share: Floats = np.divide(width, size, out=np.full_like(width, np.inf), where=size > 0.0)
    return share


def advise(
    outcomes: Mapping[str, pd.DataFrame],
    means: Mapping[str, Precision],
    differences: Mapping[str, Precision],
    look_ahead: int = LOOK_AHEAD,
) -> pd.DataFrame:
    """How many replications every mean and every paired difference needs.

    Parameters
    ----------
    outcomes
        By outcome, a table with one row a replication and one column a point, paired; the first
        column is the baseline.
    means, differences
        Wanted precision of the means, and of the paired differences from the baseline, by
        outcome; what has no precision is not asked for.
    look_ahead
        As in `enough`.

    Returns
    -------
    pandas.DataFrame
        Columns outcome, quantity (``mean`` or ``difference``), point, replications (played), mean,
        half_width, limit (the largest half-width wanted), enough and more (as `enough` and
        `needed`; missing where they say None).

    Raises
    ------
    KeyError
        When a precision names an outcome that is not there.
    ValueError
        When a value is not finite.
    """
    rows = []
    for quantity, targets in (("mean", means), ("difference", differences)):
        for outcome, precision in targets.items():
            table = outcomes[outcome]
            if quantity == "difference":
                table = table.iloc[:, 1:].sub(table.iloc[:, 0], axis=0)
            for point in table.columns:
                row = {"outcome": outcome, "quantity": quantity, "point": point}
                rows.append(row | _advice(table[point].to_numpy(), precision, look_ahead))
    columns = ["outcome", "quantity", "point", "replications", "mean", "half_width", "limit"]
    found = pd.DataFrame(rows, columns=[*columns, "enough", "more"])
    return found.astype({"enough": "Int64", "more": "Int64"})


def _advice(values: Floats, precision: Precision, look_ahead: int) -> dict[str, float | int | None]:
    mean = float(values.mean())
    return {
        "replications": len(values),
        "mean": mean,
        "half_width": float(half_width(values)),
        "limit": float(precision.limit(mean)),
        "enough": enough(values, precision, look_ahead),
        "more": needed(values, precision),
    }
