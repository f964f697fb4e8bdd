"""The tables of a study, made from the rows of its runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from desim.study import compare_tables, structure
from desim.study.check_file import BY_SETTING
from desim.study.check_replications import GIVEN
from desim.study.design import Design
from desim.study.outputs import Outputs
from desim.study.panel import Panel, panels
from desim.study.precision import advice, half_widths
from desim.study.record_tables import MILESTONES, against_record, bands
from desim.study.sample_tables import sample_tables
from desim.study.schema import CHUNK
from desim.study.sensitivity_tables import sensitivity_tables
from desim.study.table_names import TABLE_NAMES

ABOUT_RUNS = ("seed", "status", "error", "digest", "records", "run", "engine")
Table = Callable[[Panel], pd.DataFrame]


def write_all(outputs: Outputs) -> dict[str, dict[str, Any]]:
    """Write every table of a study, and take away those it no longer has.

    Parameters
    ----------
    outputs
        What its runs gave.

    Returns
    -------
    dict
        By table, what is kept of it to know it again: bytes and digest.
    """
    plan, store = outputs.plan, outputs.store
    tables = {"points": point_table(plan.design)}
    tables["runs"] = outputs.table(ABOUT_RUNS).to_pandas()
    if plan.study.kind == GIVEN:
        tables |= sample_tables(outputs)
    else:
        tables |= sensitivity_tables(outputs) if plan.sampling else _comparisons(outputs)
        tables["replications"] = advice(outputs)
    tables = {name: table for name, table in tables.items() if len(table)}
    tables |= _extras(outputs)
    written = {name: store.write(name, table) for name, table in tables.items()}
    for name in sorted(TABLE_NAMES.difference(written)):
        store.remove(name)
    return written


def _comparisons(outputs: Outputs) -> dict[str, pd.DataFrame]:
    study, settings = outputs.plan.study, outputs.plan.design.settings
    every = list(panels(outputs))
    if not every:
        return {}
    wanted = {**study.replications.precision, **study.replications.differences}
    makers: dict[str, Table] = {
        "summary": compare_tables.summary,
        "comparison": compare_tables.comparison,
        "pairs": compare_tables.pairs,
        "best": compare_tables.best,
        "sentences": lambda panel: compare_tables.sentences(panel, wanted),
    }
    if study.kind == "factorial":
        makers["effects"] = lambda panel: compare_tables.effects(panel, study.policies)
        makers["shapley"] = lambda panel: compare_tables.shapley(panel, study.policies)
    if study.kind == "fractional":
        makers["effects"] = lambda panel: compare_tables.aliased_effects(panel, study.policies)
    if study.kind == "dose_response":
        makers["doses"] = lambda panel: compare_tables.doses(panel, settings)
    tables = {name: _stacked(map(make, every)) for name, make in makers.items()}
    if study.kind == "scenarios":
        by_outcome = {name: [p for p in every if p.outcome == name] for name in study.outcomes}
        tables["regret"] = _stacked(compare_tables.regret(each) for each in by_outcome.values())
    tables["outcomes"] = outcome_table(outputs)
    tables["half_widths"] = half_widths(outputs)
    return tables


def _stacked(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()


def _extras(outputs: Outputs) -> dict[str, pd.DataFrame]:
    plan = outputs.plan
    tables: dict[str, pd.DataFrame] = {}
    if "structure" in plan.study.tables:
        tables["units"] = structure.units(plan.case.mechanism)
        tables["links"] = structure.links(plan.case.mechanism)
    if "series" in plan.study.tables and len(rows := _kept(outputs, "series")):
        tables["series"] = bands(rows)
    if "record" in plan.study.tables and len(rows := _kept(outputs, "record")):
        table = against_record(rows, plan.case.record)
        tables["record"] = table
        tables["milestones"] = table[table["kind"].isin(MILESTONES)].reset_index(drop=True)
    for name in BY_SETTING:
        if name in plan.study.tables and len(rows := _kept(outputs, name)):
            labels = {n: plan.design.point(n).label for n in rows["point"].unique()}
            tables[name] = rows.assign(policy_point=rows["point"].map(labels))
    return tables


def _kept(outputs: Outputs, name: str) -> pd.DataFrame:
    """Rows that were kept of runs of complete replications, with point and replication."""
    every = outputs.table(("run", CHUNK, "status"))
    about = every.to_pandas()
    settings = len(outputs.plan.design.settings)
    rows = sorted(set((about["point"] // settings).tolist()))
    complete = {row: set(outputs.complete(row).tolist()) for row in rows}
    used = [
        replication in complete[point // settings]
        for point, replication in zip(about["point"], about["replication"], strict=True)
    ]
    kept = outputs.store.read(name, every.filter(pa.array(used, pa.bool_())))
    if kept.empty:
        return kept
    wanted = about.loc[used, ["point", "replication", "run"]]
    # points with equal mechanisms have the same runs, and all of them have its rows
    owners = [
        number
        for number in range(len(outputs.plan.design))
        if name in outputs.plan.tables_of(outputs.plan.design.settings[number % settings])
    ]
    wanted = wanted[wanted["point"].isin(owners)]
    found = pd.DataFrame(wanted.merge(kept, on="run", how="inner", sort=False))
    columns = [column for column in kept if column != "run"]
    return pd.DataFrame(found[[*columns, "point", "replication"]])


def silent_points(outputs: Outputs) -> tuple[str, ...]:
    """Points whose traces all equal the baseline's: what was changed there did nothing."""
    if outputs.plan.sampling:
        return ()
    settings, found = len(outputs.plan.design.settings), []
    for number in range(len(outputs.plan.design)):
        base = number // settings * settings
        complete = outputs.complete(number // settings)
        mine, its = outputs.digests[number][complete], outputs.digests[base][complete]
        if number != base and len(complete) and bool((mine == its).all()):
            found.append(outputs.plan.design.point(number).label)
    return tuple(found)


def point_table(design: Design) -> pd.DataFrame:
    """One row a point, one column a lever and one a parameter that differs between rows."""
    settings, rows = len(design.settings), len(design.rows)
    numbers = np.arange(rows * settings)
    table = pd.DataFrame({"point": numbers})
    labels = [setting.label for setting in design.settings]
    if design.scenarios:
        labels = [f"{name}: {label}" for name in design.scenarios for label in labels]
        table["label"] = labels
    else:
        table["label"] = np.tile(np.array(labels, dtype=object), rows)
    table["kind"] = np.tile(np.array([s.kind for s in design.settings], dtype=object), rows)
    values = pd.DataFrame(np.repeat(design.rows, settings, axis=0), columns=list(design.names))
    for name in design.settings[0].levers:
        table[name] = np.tile([s.levers[name] for s in design.settings], rows)
        if name in values:
            drawn = np.tile([name in s.sampled for s in design.settings], rows)
            table[name] = np.where(drawn, values.pop(name), table[name])
    return pd.concat([table, values], axis=1)


def outcome_table(outputs: Outputs) -> pd.DataFrame:
    """One row a point, replication and outcome, of complete replications."""
    design = outputs.plan.design
    settings, frames = len(design.settings), []
    for outcome in outputs.plan.study.outcomes:
        values = outputs.values(outcome)
        for row in range(len(design.rows)):
            complete = outputs.complete(row)
            for setting in range(settings):
                frames.append(
                    pd.DataFrame(
                        {
                            "point": row * settings + setting, "replication": complete,
                            "outcome": outcome, "value": values[row, setting][complete],
                        }
                    )
                )  # fmt: skip
    table = pd.concat(frames, ignore_index=True)
    return table.sort_values(["point", "replication"], kind="stable", ignore_index=True)
