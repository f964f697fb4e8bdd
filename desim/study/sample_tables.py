"""Tables of a study over a given sample, such as a posterior: every statement with its spread.

Replications of a row are averaged first, so that what is left between rows is what is not known
about the parameters, and a share of luck that the table `sample_summary` names.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from desim.draw import name_key
from desim.outcome.outcome import Outcome
from desim.study import compare
from desim.study.design import Setting
from desim.study.outputs import Outputs
from desim.study.sample_pairing import bounded, pairing

BAND = (0.05, 0.5, 0.95)
Floats = NDArray[np.float64]


def sample_tables(outputs: Outputs) -> dict[str, pd.DataFrame]:
    """Every table of a study whose sample is given.

    Parameters
    ----------
    outputs
        Of its runs.
    """
    settings, study = outputs.plan.design.settings, outputs.plan.study
    summaries, differences, effects, bests, pairings, bounds = [], [], [], [], [], []
    for outcome in map(study.catalogue.outcome, study.outcomes):
        values = outputs.values(outcome.name)
        means, spread = _row_means(values), _luck(values)
        summaries += _summary(outcome, settings, means, spread)
        differences += _differences(outcome, settings, means)
        effects += _effects(outcome, settings, means, study.policies)
        bests += _bests(outcome, settings, means)
        pairings += pairing(outcome, settings, values)
        bounds += bounded(outcome, settings, values)
    found = {
        "sample_summary": summaries, "sample_differences": differences,
        "sample_effects": effects, "sample_best": bests, "sample_pairing": pairings,
        "sample_bound": bounds,
    }  # fmt: skip
    return {name: pd.DataFrame(rows) for name, rows in found.items() if rows}


def _row_means(values: Floats) -> Floats:
    """Mean over replications, float64 (rows, settings); NaN where one replication is missing."""
    means: Floats = values.mean(axis=2)
    return means


def _luck(values: Floats) -> Floats:
    """Variance that the mean of a row owes to luck, float64 (settings,).

    NaN with one replication, and where no row has the outcome in every replication.
    """
    found: Floats = np.full(values.shape[1], np.nan)
    if values.shape[2] < 2:
        return found
    within = values.var(axis=2, ddof=1)
    some = np.isfinite(within).any(axis=0)
    found[some] = np.nanmean(within[:, some], axis=0) / values.shape[2]
    return found


def _band(values: Floats) -> dict[str, float]:
    low, middle, high = np.quantile(values, BAND)
    return {"mean": float(values.mean()), "low": low, "median": middle, "high": high}


def _about(outcome: Outcome, setting: Setting, kept: Floats, all_rows: int) -> dict[str, Any]:
    return {
        "label": setting.label, "kind": setting.kind, "outcome": outcome.name,
        "title": outcome.title, "unit": outcome.unit, "better": outcome.better, "rows": len(kept),
        "dropped": all_rows - len(kept), **{n: float(v) for n, v in setting.levers.items()},
    }  # fmt: skip


def _summary(
    outcome: Outcome, settings: tuple[Setting, ...], means: Floats, luck: Floats
) -> list[dict[str, Any]]:
    rows = []
    for column, setting in enumerate(settings):
        kept = means[np.isfinite(means[:, column]), column]
        if len(kept) > 1:
            between = float(kept.var(ddof=1))
            share = float(luck[column] / between) if between > 0.0 else float("nan")
            rows.append(
                _about(outcome, setting, kept, len(means)) | _band(kept) | {"luck_share": share}
            )
    return rows


def _differences(
    outcome: Outcome, settings: tuple[Setting, ...], means: Floats
) -> list[dict[str, Any]]:
    better = outcome.better
    perfect = [i for i, s in enumerate(settings) if s.levers.get("perfect_coordination", 0.0) > 0]
    rows = []
    for column, setting in enumerate(settings[1:], start=1):
        whole = np.isfinite(means[:, [0, column, *perfect]]).all(axis=1)
        change = means[whole, column] - means[whole, 0]
        if len(change) < 2:
            continue
        row = _about(outcome, setting, change, len(means)) | _band(change)
        row["chance_better"] = float("nan") if better == "neither" else _share(change, better)
        closed = (float("nan"),) * 3
        if perfect and better != "neither":
            base, policy = means[whole, 0], means[whole, column]
            closed = compare.gap_closed(
                base, policy, means[whole, perfect[0]], name_key(outcome.name)
            )
        row |= dict(zip(("gap_closed", "gap_closed_low", "gap_closed_high"), closed, strict=True))
        rows.append(row)
    return rows


def _share(change: Floats, better: str) -> float:
    return float(((change < 0.0) if better == "lower" else (change > 0.0)).mean())


def _effects(
    outcome: Outcome, settings: tuple[Setting, ...], means: Floats, policies: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Main effects and interactions by row, as `desim.study.compare.factorial_effects`."""
    corners = [i for i, setting in enumerate(settings) if setting.kind == "factorial"]
    if len(corners) != 2 ** len(policies) or not policies:
        return []
    signs = np.array([[2.0 * settings[i].levers[p] - 1.0 for p in policies] for i in corners])
    kept = means[:, corners][np.isfinite(means[:, corners]).all(axis=1)]
    if len(kept) < 2:
        return []
    rows = []
    for order in range(1, len(policies) + 1):
        for chosen in combinations(range(len(policies)), order):
            contrast = kept @ (signs[:, chosen].prod(axis=1) / (len(corners) / 2.0))
            rows.append(
                {
                    "outcome": outcome.name, "term": " × ".join(policies[i] for i in chosen),
                    "order": order, "unit": outcome.unit, "rows": len(kept),
                    **_band(contrast), "chance_positive": float((contrast > 0.0).mean()),
                }
            )  # fmt: skip
    return rows


def _bests(outcome: Outcome, settings: tuple[Setting, ...], means: Floats) -> list[dict[str, Any]]:
    """How often each setting is the best of its group; those that tie share."""
    better = outcome.better
    if better == "neither":
        return []
    able = [i for i, setting in enumerate(settings) if setting.kind != "bound"]
    groups = {
        "reforms": [i for i in able if len(settings[i].active) == 1],
        "combinations": able,
    }
    rows = []
    for group, columns in groups.items():
        kept = means[:, columns][np.isfinite(means[:, columns]).all(axis=1)]
        if len(columns) < 2 or not len(kept):
            continue
        towards = kept if better == "lower" else -kept
        best = towards == towards.min(axis=1, keepdims=True)
        chances = (best / best.sum(axis=1, keepdims=True)).mean(axis=0)
        ranks = pd.DataFrame(towards).rank(axis=1).mean(axis=0)
        for column, chance, rank in zip(columns, chances, ranks, strict=True):
            row = _about(outcome, settings[column], kept, len(means))
            rows.append(row | {"group": group, "chance_best": chance, "mean_rank": float(rank)})
    return rows
