"""Intervals from independent replications, and what a statistical test demands of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

CONFIDENCE = 0.999


def interval(samples: Sequence[float]) -> tuple[float, float]:
    """Mean and half-width of the 99.9 % interval of the mean of independent samples."""
    values = np.asarray(samples, dtype=float)
    t = stats.t.ppf(0.5 + CONFIDENCE / 2.0, len(values) - 1)
    return float(values.mean()), float(t * values.std(ddof=1) / np.sqrt(len(values)))


def controlled(
    samples: Sequence[float], controls: Sequence[Sequence[float]]
) -> tuple[float, float]:
    """The same with control variates of known mean 0 (Law 2015, section 11.4): a regression."""
    y, x = np.asarray(samples, dtype=float), np.asarray(controls, dtype=float)
    design = np.column_stack([np.ones(len(y)), x])
    coefficients, *_ = np.linalg.lstsq(design, y, rcond=None)
    freedom = len(y) - design.shape[1]
    variance = float(((y - design @ coefficients) ** 2).sum()) / freedom
    error = np.sqrt(variance * np.linalg.inv(design.T @ design)[0, 0])
    t = stats.t.ppf(0.5 + CONFIDENCE / 2.0, freedom)
    return float(coefficients[0]), float(t * error)


def assert_mean(
    samples: Sequence[float],
    truth: float,
    *,
    within: float,
    controls: Sequence[Sequence[float]] | None = None,
) -> None:
    """The 99.9 % interval covers the truth and is at most `within` of it to either side."""
    mean, half = interval(samples) if controls is None else controlled(samples, controls)
    print(f"mean {mean:.5g}, truth {truth:.5g}, half-width {half / truth:.2%}")
    assert half <= within * truth, f"{mean:.5g} +- {half:.2g} is too wide for {truth:.5g}"
    assert abs(mean - truth) <= half, f"{mean:.5g} +- {half:.2g} does not cover {truth:.5g}"


def assert_counts(observed: Sequence[float], expected: Sequence[float]) -> None:
    """Counts agree with independent Poisson expectations (two-sided chi-square, 99.9 %)."""
    o, e = np.asarray(observed, dtype=float), np.asarray(expected, dtype=float)
    statistic = float(((o - e) ** 2 / e).sum())
    low, high = stats.chi2.ppf((0.0005, 0.9995), len(e))
    assert low <= statistic <= high, f"chi-square {statistic:.1f} outside [{low:.1f}, {high:.1f}]"


def assert_shares(observed: Sequence[float], shares: Sequence[float]) -> None:
    """Frequencies agree with given shares (chi-square, 99.9 %)."""
    o = np.asarray(observed, dtype=float)
    p = stats.chisquare(o, np.asarray(shares) * o.sum()).pvalue
    assert p > 1.0 - CONFIDENCE, f"frequencies {o} against shares {shares}: p = {p:.2g}"
