"""Plays one engine in a process of its own and tells what it took, as one line of JSON.

    python -m benchmarks.play MODULE:NAME WORKLOAD SIZE WARM_UP FIRST_SEED RUNS

Only a run itself is timed, in processor time, so that what else the machine does counts less.
Before it, a run of size WARM_UP is played: of the very model that is
timed when that is its size too, so that memory that grows with the first run has grown.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from importlib import import_module

from benchmarks.memory import peak_memory
from benchmarks.peers.peer import Play, Plays

BEGAN = time.perf_counter()


def plays(place: str) -> Plays:
    """What is found at a place, given as module and name."""
    module, _, name = place.partition(":")
    found: Plays = getattr(import_module(module), name)
    return found


def timed(play: Play, seeds: range) -> Iterator[dict[str, float]]:
    """Play some seeds; what each run was, and its seconds."""
    gc.collect()
    for seed in seeds:
        began = time.process_time()
        read = play(seed)
        seconds = time.process_time() - began
        yield {**asdict(read()), "seconds": seconds}


def main(place: str, workload: str, size: float, warm_up: float, seed: int, runs: int) -> None:
    """Warm up, play, and print."""
    prepare = plays(place)[workload]
    play = prepare(size)
    (play if warm_up == size else prepare(warm_up))(seed + runs)
    ready = time.perf_counter() - BEGAN
    found = list(timed(play, range(seed, seed + runs)))
    print(json.dumps({"runs": found, "ready": ready, "peak": peak_memory()}))


if __name__ == "__main__":
    words = sys.argv[1:]
    main(words[0], words[1], float(words[2]), float(words[3]), int(words[4]), int(words[5]))
