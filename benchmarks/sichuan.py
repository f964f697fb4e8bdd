"""How fast the Sichuan baseline is played, with and without its outcomes.

    python -m benchmarks.sichuan ENGINE RUNS

plays it in a process of its own and prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from benchmarks.job import Job, Results
from benchmarks.memory import peak_memory
from desim.case import load
from desim.engine.compiled import Machine
from desim.engine.on_simpy import perform
from desim.outcome import OUTCOMES
from desim.program import Program, lower
from desim.trace import Trace

SECTION = "sichuan"
CASE, SEED = "sichuan_2022", 20220821
TITLES = {
    "untraced": "compiled engine, without its trace",
    "compiled": "compiled engine",
    "simpy": "SimPy engine",
}
RUNS = {"untraced": 10, "compiled": 10, "simpy": 2}


@dataclass(frozen=True, slots=True)
class Rate:
    """Calendar entries of one replication, seconds of processor time, and most memory held."""

    entries: float
    play: float
    outcomes: float
    peak: float


def jobs(*, quick: bool) -> Iterator[Job]:
    """One round: each engine plays some replications."""
    for engine, runs in RUNS.items():
        words = [sys.executable, "-m", "benchmarks.sichuan", engine, str(1 if quick else runs)]
        yield Job((SECTION, engine), words)


def rates(results: Results) -> dict[str, Rate]:
    """Medians over rounds, by engine."""
    return {
        engine: Rate(*(median(r[key] for r in rounds) for key in Rate.__dataclass_fields__))
        for engine in TITLES
        if (rounds := results.of(SECTION, engine))
    }


def player(engine: str, program: Program) -> Callable[[int], Trace | None]:
    """Plays one replication; without its trace there is nothing to return."""
    machine = Machine(program)
    if engine == "compiled":
        return lambda replication: machine.play(SEED, replication)
    if engine == "simpy":
        return lambda replication: perform(program, seed=SEED, replication=replication)

    def untraced(replication: int) -> None:
        machine.run(SEED, replication, traced=False)

    return untraced


def main(engine: str, runs: int) -> None:
    """Play, measure and print."""
    program = lower(load(CASE).mechanism)
    play = player(engine, program)
    counted = Machine(program)
    entries = [counted.run(SEED, replication, traced=False) for replication in range(runs)]
    del counted
    played, judged = [], []
    _judge(play(runs))
    for replication in range(runs):
        began = time.process_time()
        trace = play(replication)
        middle = time.process_time()
        _judge(trace)
        played.append(middle - began)
        judged.append(time.process_time() - middle)
    print(
        json.dumps(
            {
                "entries": median(entries),
                "play": median(played),
                "outcomes": median(judged),
                "peak": peak_memory(),
            }
        )
    )


def _judge(trace: Trace | None) -> None:
    if trace is not None:
        for outcome in OUTCOMES:
            outcome(trace)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
