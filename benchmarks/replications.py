"""Whether memory stays flat over many replications in one process.

    python -m benchmarks.replications ENGINE COUNT

plays so many replications of a tiny mechanism, a queue with some twenty customers, each with its
trace, and prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

from benchmarks.job import Job
from benchmarks.memory import memory
from benchmarks.workloads import single_queue
from desim.engine.compiled import Machine
from desim.engine.on_simpy import perform
from desim.program import lower

SECTION = "replications"
TITLES = {"compiled": "compiled engine", "simpy": "SimPy engine"}
COUNTS = {"compiled": 100_000, "simpy": 20_000}
QUICK = 20
"""A quick check plays so many times fewer."""
CUSTOMERS = 20


def jobs(*, quick: bool) -> Iterator[Job]:
    """One job for each engine."""
    for engine, full in COUNTS.items():
        count = full // QUICK if quick else full
        words = [sys.executable, "-m", "benchmarks.replications", engine, str(count)]
        yield Job((SECTION, engine), words)


def main(engine: str, count: int) -> None:
    """Play, and print what was held after a tenth of the replications and after all."""
    program = lower(single_queue(CUSTOMERS))
    machine = Machine(program)
    first = memory()
    began = time.process_time()
    for replication in range(count):
        if engine == "compiled":
            machine.play(1, replication)
        else:
            perform(program, seed=1, replication=replication)
        if replication == count // 10:
            first = memory()
    seconds = time.process_time() - began
    print(json.dumps({"count": count, "first": first, "last": memory(), "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
