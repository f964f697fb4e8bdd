"""What a study costs beside the engine: naming, dispatch, rows on disk, tables.

    python -m benchmarks.studies RUNS

plays replications of the Sichuan baseline three ways, all with outcomes and digest: with nothing
around them, as a study in this process, and as a study on all cores. It prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.job import Job, Results
from benchmarks.memory import peak_memory
from desim.case import load
from desim.engine import Player
from desim.program import lower
from desim.study import observe
from desim.study.executors import Serial, Workers, local
from desim.study.plan import Plan
from desim.study.question import read_study
from desim.study.run import run

SECTION = "studies"
RUNS, QUICK_RUNS = 400, 200
SEED = 20220821
TEXT = """
question = "What does the runner cost?"
case = "sichuan_2022"
seed = {seed}
replications = {runs}
outcomes = ["residential_energy_not_served", "energy_curtailed", "decision_to_field", "age_of_information"]

[design]
kind = "single"
"""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time a replication alone and as a study, and what all cores play.

    Parameters
    ----------
    alone, study
        Seconds of processor time a replication; the study's until its last row is on disk.
    tables
        Seconds for the tables, whatever they hold.
    rate
        Replications a second on all cores, workers' start and tables included.
    again
        Seconds to find out that nothing is left to do.
    """

    alone: float
    study: float
    tables: float
    rate: float
    again: float
    peak: float

    @property
    def added(self) -> float:
        """What the runner adds, as a share of the replication."""
        return self.study / self.alone - 1.0


def jobs(*, quick: bool) -> Iterator[Job]:
    """One round."""
    words = [sys.executable, "-m", "benchmarks.studies", str(QUICK_RUNS if quick else RUNS)]
    yield Job((SECTION,), words)


def cost(results: Results) -> Cost | None:
    """Medians over rounds."""
    rounds = results.of(SECTION)
    names = Cost.__dataclass_fields__
    return Cost(*(median(r[name] for r in rounds) for name in names)) if rounds else None


def alone(runs: int, outcomes: tuple[str, ...]) -> float:
    """Seconds of processor time a replication with nothing around it."""
    player = Player(lower(load("sichuan_2022").mechanism), "compiled")
    player.play(SEED, runs)
    began = time.process_time()
    for replication in range(runs):
        trace = player.play(SEED, replication)
        observe.outcomes(trace, outcomes)
        assert trace.digest
    return (time.process_time() - began) / runs


@dataclass(slots=True)
class _Clock:
    """When the last row was taken, in processor time."""

    last: float = 0.0

    def __call__(self, done: int, total: int) -> None:
        self.last = time.process_time()


def played(file: Path, results: Path, start: Callable[[], Workers]) -> tuple[float, float, float]:
    """Seconds to the last row and for all in processor time, and seconds for all by the clock."""
    plan, clock = Plan(read_study(file)), _Clock()
    began, wall = time.process_time(), time.perf_counter()
    run(plan, results, clock, start=start)
    return clock.last - began, time.process_time() - began, time.perf_counter() - wall


def main(runs: int) -> None:
    """Play, measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "runner.toml"
        file.write_text(TEXT.format(seed=SEED, runs=runs), encoding="utf-8")
        bare = alone(runs, read_study(file).outcomes)
        rows, whole, _ = played(file, folder / "serial", Serial)
        _, _, wall = played(file, folder / "cores", partial(local, None))
        _, _, again = played(file, folder / "cores", partial(local, None))
    found = {
        "alone": bare, "study": rows / runs, "tables": whole - rows, "rate": runs / wall,
        "again": again, "peak": peak_memory(),
    }  # fmt: skip
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))
