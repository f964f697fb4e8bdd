"""How long it takes from nothing to the first finished run.

    python -m benchmarks.start_up ENGINE

imports an engine, plays one run of the coordination workload in this fresh process, and prints
one line of JSON. Cold: numba's cache on disk is empty, as after an installation.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import median

from benchmarks.job import Job, Results

SECTION = "start-up"
TITLES = {"COMPILED": "compiled engine", "ON_SIMPY": "SimPy engine"}
HOURS = 10.0
WARM_STARTS = 3


@dataclass(frozen=True, slots=True)
class StartUp:
    """Seconds for the imports, for the first run (compiled where need be), and for all."""

    imports: float
    first_run: float
    wall: float


def jobs(folder: Path, round_: int) -> Iterator[Job]:
    """One round: each engine starts cold and then some times warm."""
    for engine in TITLES:
        cache = folder / f"{engine}-{round_}"
        words = [sys.executable, "-m", "benchmarks.start_up", engine]
        environment = {"NUMBA_CACHE_DIR": str(cache)}
        yield Job((SECTION, engine, "cold"), words, environment)
        for _ in range(WARM_STARTS):
            yield Job((SECTION, engine, "warm"), words, environment)


def start_ups(results: Results) -> dict[tuple[str, str], StartUp]:
    """Medians, by engine and state of the cache."""
    return {
        (engine, cache): StartUp(
            *(median(r[key] for r in rounds) for key in StartUp.__dataclass_fields__)
        )
        for engine in TITLES
        for cache in ("cold", "warm")
        if (rounds := results.of(SECTION, engine, cache))
    }


def main(engine: str) -> None:
    """Import, play and print."""
    began = time.perf_counter()
    plays = getattr(import_module("benchmarks.peers.in_desim"), engine)
    imported = time.perf_counter()
    plays["coordination"](HOURS)(1)
    done = time.perf_counter()
    print(json.dumps({"imports": imported - began, "first_run": done - imported}))


if __name__ == "__main__":
    main(sys.argv[1])
