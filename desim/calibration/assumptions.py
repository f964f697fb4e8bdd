"""Play the least favourable corners, and say which conclusions change when assumptions do."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from desim.calibration.batch import PREFIX, CalibrationError, Site
from desim.calibration.budget import Budget
from desim.calibration.least_favourable import (
    ALL,
    MAIN,
    REFORMS,
    Ends,
    Scenarios,
    corners,
    study_text,
    worse_ends,
)
from desim.calibration.target import Targets
from desim.study import compare
from desim.study.design import Setting
from desim.study.outputs import Outputs
from desim.study.plan import Plan
from desim.study.question import study_from
from desim.study.run import run
from desim.study.schema import CHUNK
from desim.study.store import Store

Floats = NDArray[np.float64]
SHOWN = (MAIN, "residential_customer_hours", "energy_curtailed", "decision_to_field")


def least_favourable(
    site: Site, targets: Targets, budget: Budget, marginals: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Tables of the ends of every assumed parameter, and of the corners.

    Parameters
    ----------
    site, targets, budget
        As in the rest of the calibration.
    marginals
        Of the posterior.
    """
    ends = Ends.of(marginals)
    one_by_one = ends.one_by_one()
    question = "Which end of each assumed parameter is the worse for each reform?"
    first = _play(
        site, "ends", question, budget.seed_of("ends"), budget.end_replications, (MAIN,),
        one_by_one, whole=False,
    )  # fmt: skip
    worse = worse_ends(_effects(first, one_by_one), ends)
    chosen = corners(worse, ends)
    question = "What is left of each reform at the values that are least favourable to it?"
    second = _play(
        site, "corners", question, budget.seed_of("corners"), budget.corner_replications, SHOWN,
        chosen, whole=True,
    )  # fmt: skip
    return {
        "worse_ends": worse,
        "corner_values": _values(chosen, ends),
        "corners": _corner_table(second, chosen),
        "corner_record": _record(second, chosen, site, targets),
    }


def _play(
    site: Site, name: str, question: str, seed: int, replications: int,
    outcomes: tuple[str, ...], scenarios: Scenarios, *, whole: bool,
) -> Outputs:  # fmt: skip
    text = study_text(question, site.case, seed, replications, outcomes, scenarios, whole=whole)
    plan = Plan(study_from(text, f"{PREFIX}{name}.toml"), engine=site.engine)
    report = run(plan, site.results, site.show, start=site.start, say=site.say)
    if report.failed:
        raise CalibrationError(f"{plan.study.name}: {report.failed} runs failed")
    return Outputs(plan, Store(site.results, plan.study.name, outcomes), replications)


def _column(settings: tuple[Setting, ...], reform: str) -> int:
    wanted = set(REFORMS if reform == ALL else (reform,))
    return next(i for i, setting in enumerate(settings) if set(setting.active) == wanted)


def _effects(outputs: Outputs, scenarios: Scenarios) -> dict[tuple[str, str], Floats]:
    values, settings = outputs.values(MAIN), outputs.plan.design.settings
    columns = {reform: _column(settings, reform) for reform in (*REFORMS, ALL)}
    return {
        (scenario, reform): values[row, column] - values[row, 0]
        for row, scenario in enumerate(scenarios)
        for reform, column in columns.items()
    }


def _values(chosen: Scenarios, ends: Ends) -> pd.DataFrame:
    """One row a corner and assumed parameter: the value that it has there."""
    rows = [
        {"corner": corner, "parameter": name, "value": values[name], "middle": ends.middle[name]}
        for corner, values in chosen.items()
        for name in ends.ends
        if corner != "middle"
    ]
    return pd.DataFrame(rows)


def _corner_table(outputs: Outputs, chosen: Scenarios) -> pd.DataFrame:
    """One row a corner, outcome and combination: paired effect and rank among combinations."""
    settings, rows = outputs.plan.design.settings, []
    for outcome in SHOWN:
        values = outputs.values(outcome)
        for row, corner in enumerate(chosen):
            finite = np.isfinite(values[row])
            counted = np.maximum(finite.sum(axis=1), 1)
            means = np.where(finite, values[row], 0.0).sum(axis=1) / counted
            means = np.where(finite.any(axis=1), means, np.nan)
            able = [i for i, s in enumerate(settings) if s.kind != "bound"]
            rank = pd.Series(means[able]).rank().to_numpy()
            ranks = dict(zip(able, rank, strict=True))
            for column, setting in enumerate(settings):
                change = values[row, column] - values[row, 0]
                change = change[np.isfinite(change)]
                rows.append(
                    {
                        "corner": corner, "outcome": outcome, "label": setting.label,
                        "kind": setting.kind, "mean": float(means[column]),
                        "rank": float(ranks.get(column, np.nan)),
                        **{f"difference_{k}": v for k, v in compare.interval(change).items()},
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def _record(outputs: Outputs, chosen: Scenarios, site: Site, targets: Targets) -> pd.DataFrame:
    """How well the baseline meets each fitted row at each corner, in the record's deviations."""
    played = outputs.table(("run", CHUNK, "status"))
    about = played.to_pandas()
    settings = len(outputs.plan.design.settings)
    rows = outputs.store.read("record", played).merge(about[["run", "point"]], on="run")
    rows = rows[rows["point"] % settings == 0].drop_duplicates(["run", "key", "point"])
    found = []
    for number, corner in enumerate(chosen):
        mine = rows[rows["point"] == number * settings]
        wide = mine.pivot(index="run", columns="key", values="value")[list(targets.keys)]
        apart = targets.deviations(wide.to_numpy(dtype=np.float64))
        for column, key in enumerate(targets.keys):
            found.append(
                {
                    "corner": corner, "key": key, "label": targets.rows[column].label,
                    "deviation": float(np.median(apart[:, column])),
                }
            )  # fmt: skip
    return pd.DataFrame(found)
