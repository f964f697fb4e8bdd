"""What a worker process does: play a few replications of one point and keep what is wanted."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from desim.case import Case
from desim.engine import play
from desim.program import Program, lower
from desim.study import observe
from desim.study.design import Point, case_of, mechanism_at
from desim.study.question import Study
from desim.study.store import RUNS
from desim.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some replications of one point, with the names of their runs and what is kept of them."""

    study: Study
    point: Point
    replications: tuple[int, ...]
    runs: tuple[str, ...]
    tables: tuple[str, ...]


class _Worker:
    """Holds the case and the program of the point at hand, so that chunks share them."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.case: Case = case_of(study)
        self.program = lru_cache(maxsize=2)(self._program)

    def _program(self, number: int, levers: tuple[tuple[str, float], ...]) -> Program:
        point = Point(number, "", "", dict(levers))
        return lower(mechanism_at(point, self.case, self.study))


_WORKERS: list[_Worker] = []
"""The one worker of this process, made by `start`: a process pool has no other place for it."""


def start(study: Study) -> None:
    """Prepare this process for chunks of a study."""
    _WORKERS[:] = [_Worker(study)]


def perform(chunk: Chunk) -> dict[str, pd.DataFrame]:
    """Play a chunk; a replication that fails becomes a row with its error.

    Returns
    -------
    dict
        Rows by table; ``runs`` has one row a replication.
    """
    worker = _WORKERS[0]
    kept: dict[str, list[pd.DataFrame]] = {}
    rows = []
    for replication, run in zip(chunk.replications, chunk.runs, strict=True):
        row = {
            "run": run,
            "point": chunk.point.number,
            "replication": replication,
            "seed": chunk.study.seed,
        }
        try:
            levers = tuple(sorted(chunk.point.levers.items()))
            program = worker.program(chunk.point.number, levers)
            trace = play(program, seed=chunk.study.seed, replication=replication)
            tables = _keep(trace, worker.case, chunk)
        except Exception as error:  # noqa: BLE001 - a failed run is a row, the others go on
            summary = "".join(traceback.format_exception_only(error)).strip()
            rows.append({**row, "status": "failed", "error": summary, "digest": "", "records": 0})
            continue
        for name, table in tables.items():
            kept.setdefault(name, []).append(table.assign(run=run))
        count = len(trace.records)
        rows.append({**row, "status": "ok", "error": "", "digest": trace.digest, "records": count})
    finished = {name: pd.concat(tables, ignore_index=True) for name, tables in kept.items()}
    return {**finished, RUNS: pd.DataFrame(rows)}


def _keep(trace: Trace, case: Case, chunk: Chunk) -> dict[str, pd.DataFrame]:
    tables = {"outcomes": observe.outcomes(trace, chunk.study.outcomes)}
    if "series" in chunk.tables:
        tables["series"] = observe.series(trace)
    if "record" in chunk.tables:
        tables["record"] = observe.record(trace, case)
    if "ages" in chunk.tables:
        tables["ages"] = observe.ages(trace)
    return tables
