"""The tables of a study, made from the rows of its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from desim.draw import name_key
from desim.outcome import find_outcome
from desim.study import compare, structure
from desim.study.design import Point

if TYPE_CHECKING:
    from desim.study.run import Plan
    from desim.study.store import Store

BAND = (0.05, 0.95)
MILESTONES = ("first_at_least", "last_below")


def write_all(plan: Plan, store: Store, runs: pd.DataFrame) -> None:
    """Write every table of a study.

    Parameters
    ----------
    plan, store
        What was planned, and where its rows are.
    runs
        One row a run, in the order of the plan.
    """
    store.write("points", point_table(plan.points))
    store.write("runs", runs.drop(columns=["run"]))
    complete = complete_replications(runs, len(plan.points))
    used = runs[runs["replication"].isin(complete)]
    if len(complete) >= 2:
        values = _values(store, used)
        store.write("outcomes", values)
        store.write("summary", summary(values, plan.points))
        store.write("comparison", comparison(values, plan))
        if plan.study.kind == "factorial":
            store.write("effects", effects(values, plan))
    for name in plan.study.tables:
        if name == "structure" or len(used):
            _write_extra(name, plan, store, used)


def _write_extra(name: str, plan: Plan, store: Store, runs: pd.DataFrame) -> None:
    if name == "structure":
        store.write("units", structure.units(plan.case.mechanism))
        store.write("links", structure.links(plan.case.mechanism))
    elif name == "series":
        store.write("series", bands(_with_point(store.read("series", runs["run"]), runs)))
    elif name == "record":
        table = against_record(_with_point(store.read("record", runs["run"]), runs), plan)
        store.write("record", table)
        store.write("milestones", table[table["kind"].isin(MILESTONES)].reset_index(drop=True))
    else:
        labels = {point.number: point.label for point in plan.points}
        rows = _with_point(store.read("ages", runs["run"]), runs)
        store.write("ages", rows.assign(policy_point=rows["point"].map(labels)))


def _with_point(rows: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    keys = runs[["run", "point", "replication"]]
    return rows.merge(keys, on="run", how="inner", validate="m:1").drop(columns="run")


def complete_replications(runs: pd.DataFrame, points: int) -> list[int]:
    """Replications in which every point was played without error: only they can be paired."""
    ok = runs[runs["status"] == "ok"].groupby("replication")["point"].nunique()
    return [int(r) for r in ok[ok == points].index]


def silent_points(plan: Plan, runs: pd.DataFrame) -> tuple[str, ...]:
    """Points whose traces all equal the baseline's: what was changed there did nothing."""
    digests = runs[runs["status"] == "ok"].pivot(
        index="replication", columns="point", values="digest"
    )
    return tuple(
        point.label
        for point in plan.points[1:]
        if point.number in digests and digests[point.number].equals(digests[0])
    )


def point_table(points: tuple[Point, ...]) -> pd.DataFrame:
    """One row a point, one column a lever."""
    rows = [{"point": p.number, "label": p.label, "kind": p.kind, **p.levers} for p in points]
    return pd.DataFrame(rows)


def _values(store: Store, runs: pd.DataFrame) -> pd.DataFrame:
    rows = _with_point(store.read("outcomes", runs["run"]), runs)
    return rows[["point", "replication", "outcome", "value"]]


def _matrix(values: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """One outcome with replications as rows and points as columns."""
    chosen = values[values["outcome"] == outcome]
    return chosen.pivot(index="replication", columns="point", values="value").sort_index()


def summary(values: pd.DataFrame, points: tuple[Point, ...]) -> pd.DataFrame:
    """Mean and 95 % interval of every outcome at every point."""
    rows = []
    for outcome in values["outcome"].unique():
        matrix, about = _matrix(values, outcome), find_outcome(outcome)
        for point in points:
            sample = matrix[point.number].to_numpy()
            rows.append(
                {
                    "point": point.number,
                    "label": point.label,
                    "outcome": outcome,
                    "title": about.title,
                    "unit": about.unit,
                    "better": about.better,
                    "replications": len(sample),
                    **compare.interval(sample),
                    "smallest": sample.min(),
                    "largest": sample.max(),
                }
            )
    return pd.DataFrame(rows)


def comparison(values: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Paired differences from the baseline, Holm-adjusted, and the coordination gap closed."""
    frames = [
        _compared(_matrix(values, outcome), outcome, plan) for outcome in values["outcome"].unique()
    ]
    return pd.concat(frames, ignore_index=True)


def _compared(matrix: pd.DataFrame, outcome: str, plan: Plan) -> pd.DataFrame:
    about = find_outcome(outcome)
    base = matrix[0].to_numpy()
    perfect = next((p for p in plan.points if p.label == "perfect_coordination"), None)
    rows = []
    for point in plan.points[1:]:
        sample = matrix[point.number].to_numpy()
        found = compare.interval(sample - base)
        closed = (float("nan"),) * 3
        if perfect is not None and about.better != "neither":
            best = matrix[perfect.number].to_numpy()
            closed = compare.gap_closed(base, sample, best, name_key(outcome))
        rows.append(
            {
                "point": point.number,
                "label": point.label,
                "outcome": outcome,
                "unit": about.unit,
                "difference": found["mean"],
                "half_width": found["half_width"],
                "low": found["low"],
                "high": found["high"],
                "p": compare.p_value(sample - base),
                "gap_closed": closed[0],
                "gap_closed_low": closed[1],
                "gap_closed_high": closed[2],
            }
        )
    table = pd.DataFrame(rows)
    return table.assign(p_holm=compare.holm(list(table["p"]))) if rows else table


def effects(values: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Main effects and interactions of the factorial points, for every outcome."""
    corners = [point for point in plan.points if point.kind == "factorial"]
    names = plan.study.policies
    levers = np.array([[point.levers[name] for name in names] for point in corners])
    frames = []
    for outcome in values["outcome"].unique():
        matrix = _matrix(values, outcome)[[point.number for point in corners]].to_numpy()
        table = compare.factorial_effects(levers, matrix, names)
        table.insert(0, "outcome", outcome)
        frames.append(table.assign(unit=find_outcome(outcome).unit))
    return pd.concat(frames, ignore_index=True)


def bands(series: pd.DataFrame) -> pd.DataFrame:
    """Mean and 5 to 95 % band over replications of each quantity and hour."""
    grouped = series.groupby(["quantity", "hour"], sort=False)["value"]
    table = grouped.agg(
        mean="mean", low=lambda v: v.quantile(BAND[0]), high=lambda v: v.quantile(BAND[1])
    )
    return table.reset_index()


def against_record(values: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """The model beside the record: mean and 5 to 95 % band over replications of every row."""
    rows = []
    for row in plan.case.record:
        sample = values["value"][values["key"] == row.key].dropna()
        low, high = (float(sample.quantile(q)) for q in BAND)
        rows.append(
            {
                "key": row.key,
                "label": row.label,
                "kind": row.kind,
                "use": row.use,
                "unit": row.unit,
                "record": row.value,
                "record_low": row.low,
                "record_high": row.high,
                "model_mean": sample.mean() if len(sample) else float("nan"),
                "model_low": low,
                "model_high": high,
                "replications": len(sample),
                "source": row.source,
                "tag": row.tag,
            }
        )
    table = pd.DataFrame(rows)
    inside = (table["model_mean"] >= table["record_low"]) & (
        table["model_mean"] <= table["record_high"]
    )
    return table.assign(inside=inside)
