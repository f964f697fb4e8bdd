"""Whether a study is precise enough, and how many more replications it needs if not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from desim.study.luck import luck_advice
from desim.study.outputs import Outputs
from desim.study.plan import Plan
from desim.study.replications import (
    LOOK_AHEAD,
    advise,
    half_width_table,
    look_ahead_after,
)
from desim.study.target import Precision

USUAL = Precision(relative=0.1)
"""What is taken as precise enough where the study says nothing."""


def advice(outputs: Outputs) -> pd.DataFrame:
    """How many replications every mean and paired difference needs.

    Columns scenario, and those of `desim.study.replications.advise` with the point's label and
    how many replications were dropped for values that are not finite. Without a rule in the
    study, the usual precision is asked of all outcomes that have a good direction. Of a sampling
    study the columns are those of `desim.study.luck.luck_advice`.
    """
    study = outputs.plan.study
    if outputs.plan.sampling:
        return luck_advice(outputs) if outputs.replications > 1 else pd.DataFrame()
    means, differences = study.replications.precision, study.replications.differences
    if not study.replications.sequential:
        able = [
            name for name in study.outcomes if study.catalogue.outcome(name).better != "neither"
        ]
        means = differences = dict.fromkeys(able, USUAL)
    frames = []
    for row, scenario in enumerate(outputs.plan.design.scenarios or ("",)):
        found = _of_row(outputs, row, means, differences)
        frames += [frame.assign(scenario=scenario) for frame in found]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _of_row(
    outputs: Outputs,
    row: int,
    means: Mapping[str, Precision],
    differences: Mapping[str, Precision],
) -> list[pd.DataFrame]:
    frames = []
    for quantity, wanted in (("mean", means), ("difference", differences)):
        for outcome, precision in wanted.items():
            values = outputs.values(outcome)[row].T
            labels = [setting.label for setting in outputs.plan.design.settings]
            for point in range(int(quantity == "difference"), len(labels)):
                pair = values[:, [0, point]]
                sample = pair if quantity == "difference" else values[:, [point]]
                whole = sample[np.isfinite(sample).all(axis=1)]
                if len(whole) < 2:
                    continue
                table = pd.DataFrame(whole, columns=[*(["baseline"] * (whole.shape[1] - 1)), point])
                given = {outcome: precision}
                asked = (given, {}) if quantity == "mean" else ({}, given)
                found = advise({outcome: table}, *asked)
                found = found.assign(label=labels[point], dropped=len(sample) - len(whole))
                frames.append(found)
    return frames


def more_needed(table: pd.DataFrame, played: int, plan: Plan) -> int:
    """How many replications to add; 0 when all that is asked for is met, or the cap is reached.

    Parameters
    ----------
    table
        From `advice`.
    played
        Replications played.
    plan
        With the study's rule.
    """
    if not plan.study.replications.sequential or plan.quick:
        return 0
    unmet = table[table["enough"].isna()] if len(table) else table
    if len(table) and unmet.empty:
        return 0
    # what cannot be forecast, or only lacks the look-ahead, is looked at again after a while
    step = look_ahead_after(played, LOOK_AHEAD)
    forecast = int(unmet["more"].fillna(played).max()) if len(unmet) else step
    return int(min(max(step, forecast), played, plan.at_most - played))


def half_widths(outputs: Outputs) -> pd.DataFrame:
    """The half-width by number of replications, of means and of paired differences."""
    frames = []
    for row, scenario in enumerate(outputs.plan.design.scenarios or ("",)):
        for outcome in outputs.plan.study.outcomes:
            values = outputs.values(outcome)[row]
            for point, setting in enumerate(outputs.plan.design.settings):
                samples = {"mean": values[point]}
                if point:
                    samples["difference"] = values[point] - values[0]
                for quantity, sample in samples.items():
                    whole = sample[np.isfinite(sample)]
                    if len(whole) > 1:
                        found = half_width_table({outcome: whole})
                        about = {"scenario": scenario, "quantity": quantity}
                        frames.append(found.assign(label=setting.label, **about))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
