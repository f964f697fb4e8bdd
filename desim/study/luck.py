"""How many replications a sampling design needs: until luck is a small part of what differs.

The indices of a sampling study are corrected for luck (`desim.study.sensitivity`), so replications
are wanted only until luck no longer drowns what the inputs do. How many that takes is judged on
the first rows of the sample, the pilot, and then all rows are played as often.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from desim.study.outputs import Outputs
from desim.study.plan import Plan
from desim.study.sensitivity_tables import outputs_of
from desim.study.store import Store

Floats = NDArray[np.float64]
PILOT_ROWS = 480
"""Rows of a pilot, to the next whole block; a Saltelli block of 13 inputs has 15."""


USUAL = 0.1
"""The largest share of luck where the study says nothing."""


def pilot_rows(plan: Plan) -> int:
    """Rows on which replications are judged: the first blocks of the sample."""
    sample = plan.design.sample
    assert sample is not None, "only sampling designs have a pilot"
    return min(len(plan.design.rows), math.ceil(PILOT_ROWS / sample.block) * sample.block)


@dataclass(frozen=True, slots=True)
class Decided:
    """How many replications are played, as far as that is known.

    Parameters
    ----------
    replications
        Of every point; while not final, of those of the pilot.
    pilot
        Points of the pilot; 0 when there is none.
    final
        Whether the pilot is finished and all points are to be played so often.
    """

    replications: int
    pilot: int
    final: bool


def decided(plan: Plan, store: Store) -> Decided:
    """How many replications a study plays, judged by what has been played of its pilot.

    It depends on the pilot's runs alone, so it is the same wherever and however they are played.

    Parameters
    ----------
    plan, store
        A study, and its runs so far.
    """
    played = plan.at_least
    if plan.quick or not plan.study.replications.luck:
        return Decided(played, 0, final=True)
    points = pilot_rows(plan) * len(plan.design.settings)
    while True:
        outputs = Outputs(plan, store, played)
        if outputs.missing_among(points):
            return Decided(played, points, final=False)
        more = more_for_luck(outputs)
        if more <= 0:
            return Decided(played, points, final=True)
        played += more


def spread(values: Floats) -> tuple[float, float]:
    """Variance over rows of what is expected of a run, and variance of luck in one run.

    Source: one-way analysis of variance with random effects (Searle, Casella & McCulloch 1992,
    section 3.6); an estimate below zero is taken as zero.

    Parameters
    ----------
    values
        float64 (rows, replications), at least two of each; rows with a value that is not finite
        are left out.

    Returns
    -------
    tuple
        Both in the square of the outcome's unit; NaN when fewer than two rows are left.
    """
    whole = values[np.isfinite(values).all(axis=1)]
    if len(whole) < 2:
        return math.nan, math.nan
    luck = float(whole.var(axis=1, ddof=1).mean())
    between = float(whole.mean(axis=1).var(ddof=1)) - luck / whole.shape[1]
    return max(between, 0.0), luck


def replications_for(between: float, luck: float, limit: float) -> float:
    """The fewest replications whose mean owes at most a share of its variance to luck.

    The smallest r with (luck / r) / (between + luck / r) <= limit.

    Parameters
    ----------
    between, luck
        From `spread`.
    limit
        Largest share, in (0, 1).

    Returns
    -------
    float
        A whole number, 1 where there is no luck; infinite when nothing but luck differs.
    """
    if luck == 0.0:
        return 1.0
    if between == 0.0:
        return math.inf
    return float(math.ceil(luck * (1.0 - limit) / (limit * between) - 1e-9))


def luck_advice(outputs: Outputs) -> pd.DataFrame:
    """How many replications each output of a sampling study needs.

    Columns outcome, label, quantity, replications (played), rows (judged on), dropped, luck_share
    (of the variance of a row's mean), limit, enough (missing while it is more than were played)
    and more (missing when no number would do).
    """
    study, design = outputs.plan.study, outputs.plan.design
    limits = study.replications.luck or dict.fromkeys(study.outcomes, USUAL)
    rows = pilot_rows(outputs.plan)
    found = []
    for output in outputs_of(outputs, tuple(range(len(design.settings)))):
        if output.outcome in limits:
            limit = limits[output.outcome]
            about = {"outcome": output.outcome, "label": output.label, "quantity": output.quantity}
            found.append(about | _needs(output.values[:rows], limit))
    return pd.DataFrame(found).astype({"enough": "Int64", "more": "Int64"})


def _needs(values: Floats, limit: float) -> dict[str, float | int | None]:
    played = values.shape[1]
    between, luck = spread(values)
    whole = int(np.isfinite(values).all(axis=1).sum())
    wanted = replications_for(between, luck, limit) if math.isfinite(luck) else math.inf
    total = between + luck / played
    return {
        "replications": played,
        "rows": whole,
        "dropped": len(values) - whole,
        "luck_share": luck / played / total if total > 0.0 else 0.0,
        "limit": limit,
        "enough": int(wanted) if wanted <= played else None,
        "more": int(max(wanted - played, 0.0)) if math.isfinite(wanted) else None,
    }


def more_for_luck(outputs: Outputs) -> int:
    """Replications to add to the pilot; 0 when luck is small enough everywhere, or at the cap.

    Parameters
    ----------
    outputs
        Of a study whose pilot has been played.
    """
    table, played = luck_advice(outputs), outputs.replications
    unmet = table[table["enough"].isna()]
    left = outputs.plan.at_most - played
    return min(left, max(_wanted(unmet, left), default=0))


def _wanted(unmet: pd.DataFrame, left: int) -> Iterator[int]:
    """What no number would satisfy is given all there is."""
    for more in unmet["more"]:
        yield left if pd.isna(more) else max(int(more), 1)
