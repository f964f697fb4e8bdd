"""How well runs of a sample are paired, and whether a bound holds in every row of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from desim.outcome.outcome import Outcome
from desim.study.design import Setting

BOUND = "perfect_coordination"
NOISE = 2.0
"""Standard errors of a paired difference within which a bound and a setting count as equal."""
ROUNDING = 1e-6
Floats = NDArray[np.float64]


def pairing(
    outcome: Outcome, settings: tuple[Setting, ...], values: Floats
) -> list[dict[str, Any]]:
    """Correlation of each setting with the baseline, one row a setting.

    `correlation` is over all runs, and `within` over replications of the same row of the sample,
    whose parameters do not differ: the part that common random numbers alone explain. `above` is
    the share of rows whose mean is above the baseline's. NaN where nothing varies.

    Parameters
    ----------
    outcome
        The outcome.
    settings
        Settings; the first is the baseline.
    values
        float64 (rows, settings, replications).
    """
    rows = []
    for column, setting in enumerate(settings[1:], start=1):
        pair = values[:, [0, column]]
        pair = pair[np.isfinite(pair).all(axis=(1, 2))]
        means = pair.mean(axis=2)
        apart = pair - means[:, :, None]
        above = (means[:, 1] > means[:, 0] + ROUNDING).mean() if len(pair) else np.nan
        rows.append(
            {
                "outcome": outcome.name, "label": setting.label, "kind": setting.kind,
                "rows": len(pair), "correlation": _correlation(pair[:, 0], pair[:, 1]),
                "within": _correlation(apart[:, 0], apart[:, 1]), "above": float(above),
            }
        )  # fmt: skip
    return rows


def bounded(
    outcome: Outcome, settings: tuple[Setting, ...], values: Floats
) -> list[dict[str, Any]]:
    """Whether perfect coordination is the least of all settings that are no bounds, or nearly so.

    In each row of the sample it is compared with the setting of the least mean. `held` is the
    share of rows in which it is no larger by more than `NOISE` standard errors of the paired
    difference; `worst` is the largest excess, in the outcome's unit.

    Parameters
    ----------
    outcome, settings, values
        As `pairing`.
    """
    perfect = [i for i, setting in enumerate(settings) if setting.levers.get(BOUND, 0.0) > 0.0]
    others = [i for i, setting in enumerate(settings) if setting.kind != "bound"]
    if not perfect or not others or values.shape[2] < 2 or outcome.better == "higher":
        return []
    kept = values[:, [*others, perfect[0]]]
    kept = kept[np.isfinite(kept).all(axis=(1, 2))]
    if not len(kept):
        return []
    best = kept[:, :-1].mean(axis=2).argmin(axis=1)
    excess = kept[:, -1] - kept[np.arange(len(kept)), best]
    error = excess.std(axis=1, ddof=1) / np.sqrt(excess.shape[1])
    over = excess.mean(axis=1)
    return [
        {
            "outcome": outcome.name, "unit": outcome.unit, "rows": len(kept),
            "held": float((over <= NOISE * error + ROUNDING).mean()),
            "worst": float(over.max()), "mean": float(over.mean()),
        }
    ]  # fmt: skip


def _correlation(a: Floats, b: Floats) -> float:
    a, b = a.ravel(), b.ravel()
    if len(a) < 3 or a.std() <= ROUNDING or b.std() <= ROUNDING:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
