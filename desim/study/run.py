"""Run a study: name its runs, play what is missing on all cores, and write its tables."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from desim.case import Case
from desim.mechanism.diff import digest
from desim.mechanism.mechanism import Mechanism
from desim.study import provenance, tables
from desim.study.design import Point, case_of, mechanism_at, points
from desim.study.question import Study
from desim.study.store import RUNS, Store
from desim.study.work import Chunk, perform, start

Progress = Callable[[int, int], None]
CHUNK = 4
"""Replications of one point played together: some seconds of work, so that little is lost."""


@dataclass(frozen=True, slots=True)
class Report:
    """What running a study did.

    Parameters
    ----------
    planned, played, failed
        Runs of the study, runs played now, runs that failed.
    written
        Whether tables were written.
    reason
        Why something or nothing was done, in words.
    errors
        Distinct errors of failed runs.
    silent
        Labels of points whose every trace equals the baseline's: their policy did nothing.
    """

    planned: int
    played: int
    failed: int
    written: bool
    reason: str
    errors: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A study with its case, points and the names of all its runs."""

    study: Study
    case: Case
    points: tuple[Point, ...]
    mechanisms: tuple[Mechanism, ...]
    replications: int
    runs: dict[tuple[int, int], str]

    def tables_of(self, point: Point) -> tuple[str, ...]:
        """Which tables are kept of the runs of a point."""
        return _tables_of(self.study, point)


def _tables_of(study: Study, point: Point) -> tuple[str, ...]:
    present = sum(lever > 0.0 for lever in point.levers.values())
    reforms = len(study.policies)
    corner = point.kind != "bound" and present in (0, 1, reforms)
    wanted = [name for name in ("series", "record") if name in study.tables and point.number == 0]
    return (*wanted, "ages") if "ages" in study.tables and corner else tuple(wanted)


def plan(study: Study, *, quick: bool = False) -> Plan:
    """Everything that running a study needs to know before it starts.

    Parameters
    ----------
    study
        A checked study.
    quick
        Play the study's quick number of replications.
    """
    case, every = case_of(study), points(study)
    mechanisms = tuple(mechanism_at(point, case, study) for point in every)
    replications = study.quick_replications if quick else study.replications
    record = digest(case.record) if "record" in study.tables else ""
    runs: dict[tuple[int, int], str] = {}
    for point, mechanism in zip(every, mechanisms, strict=True):
        kept = (*study.outcomes, *_tables_of(study, point))
        name = provenance.run_name(mechanism, study, kept, record)
        runs |= {(point.number, r): name.of(r) for r in range(replications)}
    return Plan(study, case, every, mechanisms, replications, runs)


def run(plan: Plan, results: Path, progress: Progress, *, workers: int | None = None) -> Report:
    """Play what is missing and write the study's tables.

    Parameters
    ----------
    plan
        From `plan`.
    results
        Folder of all results.
    progress
        Called with the number of finished and of all missing runs.
    workers
        Worker processes; all cores when not given.
    """
    store = Store(results, plan.study.name)
    names = tuple(plan.runs.values())
    if provenance.is_current(dict(store.provenance()), plan.study, names):
        reason = f"nothing to do: all {len(names)} runs and their tables are there and unchanged"
        return Report(len(names), 0, 0, False, reason)
    chunks = tuple(_chunks(plan, store.finished()))
    missing = sum(len(chunk.runs) for chunk in chunks)
    store.reopen()
    _play(plan.study, chunks, store, progress, missing, workers)
    return _conclude(plan, store, missing)


def _chunks(plan: Plan, finished: frozenset[str]) -> Iterator[Chunk]:
    for point in plan.points:
        open_runs = [
            (r, plan.runs[point.number, r])
            for r in range(plan.replications)
            if plan.runs[point.number, r] not in finished
        ]
        for first in range(0, len(open_runs), CHUNK):
            replications, runs = zip(*open_runs[first : first + CHUNK], strict=True)
            yield Chunk(plan.study, point, replications, runs, plan.tables_of(point))


def _play(
    study: Study,
    chunks: tuple[Chunk, ...],
    store: Store,
    progress: Progress,
    missing: int,
    workers: int | None,
) -> None:
    if not chunks:
        return
    progress(0, missing)
    count = min(workers or os.cpu_count() or 1, len(chunks))
    if count == 1:
        start(study)
        _collect((perform(chunk) for chunk in chunks), store, progress, missing)
        return
    # spawn: the same on every system, and no fork of a process that already runs threads
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(count, context, initializer=start, initargs=(study,))
    try:
        futures = [executor.submit(perform, chunk) for chunk in chunks]
        _collect(_results(futures), store, progress, missing)
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _results(
    futures: list[Future[dict[str, pd.DataFrame]]],
) -> Iterator[dict[str, pd.DataFrame]]:
    for future in as_completed(futures):
        yield future.result()


def _collect(
    finished: Iterator[dict[str, pd.DataFrame]], store: Store, progress: Progress, missing: int
) -> None:
    done = 0
    for rows in finished:
        store.append(rows)
        done += len(rows[RUNS])
        progress(done, missing)


def _conclude(plan: Plan, store: Store, played: int) -> Report:
    names = tuple(plan.runs.values())
    runs = store.read(RUNS, names)
    failed = runs[runs["status"] != "ok"]
    tables.write_all(plan, store, runs)
    silent = tables.silent_points(plan, runs)
    found = provenance.provenance(
        plan.study, names, plan.case.mechanism.start.isoformat(), digest(plan.case.mechanism)
    )
    reused = len(names) - played
    reason = f"{played} runs played, {reused} taken from earlier, {len(failed)} failed"
    # Failed runs are tried again next time: only a whole study counts as complete.
    store.write_provenance({**found, "complete": failed.empty, "failed": len(failed)})
    errors = tuple(sorted(set(failed["error"])))
    return Report(len(names), played, len(failed), True, reason, errors, silent)
