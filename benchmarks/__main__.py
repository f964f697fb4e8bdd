"""Play all workloads in all engines, side by side, and write README.md.

python -m benchmarks [--quick]
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn

from benchmarks import agreement, breakdown, replications, sichuan, speed, start_up, studies
from benchmarks.engines import (
    ENGINES,
    PEERS,
    SIMMER,
    Engine,
    build_loop,
    missing,
    simmer_missing,
)
from benchmarks.findings import Findings
from benchmarks.job import Job, Results
from benchmarks.machine import facts
from benchmarks.peers.peer import WORKLOADS
from benchmarks.report import text

README = Path(__file__).parent / "README.md"
ROUNDS, QUICK_ROUNDS = 5, 2
START_UP_ROUNDS = 2
ORDER = 20220821
"""Seed of the order of jobs within a round."""


def plan(engines: tuple[Engine, ...], peers: Path, rounds: int, quick: bool) -> Iterator[Job]:
    """All jobs: first whether all play the same, then rounds, each in another order."""
    compared = tuple(engine for engine in agreement.compared() if engine in engines)
    yield from agreement.jobs(compared, peers, quick=quick)
    luck = random.Random(ORDER)
    for round_ in range(rounds):
        found = [
            *speed.jobs(engines, peers, 1 + 100 * round_, quick=quick),
            *sichuan.jobs(quick=quick),
            *breakdown.jobs(quick=quick),
            *studies.jobs(quick=quick),
        ]
        luck.shuffle(found)
        yield from found
    yield from replications.jobs(quick=quick)


def perform(jobs: list[Job], console: Console) -> Results:
    """Run all jobs, one at a time, and show how far it is."""
    results = Results()
    bar = Progress(
        "{task.description:<40}", BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=console,
    )  # fmt: skip
    with bar:
        task = bar.add_task("", total=len(jobs))
        for job in jobs:
            bar.update(task, description=" ".join(job.key))
            results.add(job)
            bar.advance(task)
    for key, reason in results.failed.items():
        console.print(f"failed: {' '.join(key)}: {reason}", style="red", markup=False)
    return results


@click.command()
@click.option("--quick", is_flag=True, help="Small sizes; the text is printed, not written.")
@click.option("--rounds", type=click.IntRange(min=1), help="Interleaved rounds; 5 by default.")
@click.option(
    "--peers", type=click.Path(dir_okay=False, path_type=Path), default=PEERS,
    help="Python with the peers' packages.",
)  # fmt: skip
@click.option(
    "--output", type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the text there.",
)  # fmt: skip
def main(quick: bool, rounds: int | None, peers: Path, output: Path | None) -> None:
    """Play three workloads in desim and in its peers, and write benchmarks/README.md."""
    console = Console(stderr=True)
    rounds = rounds or (QUICK_ROUNDS if quick else ROUNDS)
    compiling = build_loop()
    peers = peers.absolute()
    reasons = {engine: missing(engine, peers) for engine in ENGINES}
    engines = tuple(engine for engine, reason in reasons.items() if not reason)
    known = facts(peers)
    with tempfile.TemporaryDirectory() as folder:
        jobs = list(plan(engines, peers, rounds, quick))
        for round_ in range(1 if quick else START_UP_ROUNDS):
            jobs += start_up.jobs(Path(folder), round_)
        results = perform(jobs, console)
    away = {engine.title: reason for engine, reason in reasons.items() if reason}
    away[SIMMER] = simmer_missing()
    told = text(Findings(results, engines, away, known, compiling, rounds, quick))
    where = output or (None if quick else README)
    if where is None:
        sys.stdout.write(told)
    else:
        where.write_text(told, encoding="utf-8")
        console.print(f"written: {where}", highlight=False)
    sys.exit(0 if sound(results, quick) else 1)


def sound(results: Results, quick: bool) -> bool:
    """Whether every job ended well and all engines agree."""
    agree = all(verdict.agrees for verdict in agreement.verdicts(results, quick=quick))
    same = all(agreement.same_run(results, workload) for workload in WORKLOADS)
    return agree and same and not results.failed


if __name__ == "__main__":
    main()
