"""Everything that README.md tells."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.engines import Engine
from benchmarks.job import Results
from benchmarks.peers.peer import COORDINATION, NETWORK, SINGLE_QUEUE

SHORT = {SINGLE_QUEUE: "W1", NETWORK: "W2", COORDINATION: "W3"}
"""What the tables call the workloads."""
UNIT = {SINGLE_QUEUE: "customers", NETWORK: "h", COORDINATION: "h"}
"""What their sizes count."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was played, how, and what came of it.

    Parameters
    ----------
    results
        What the jobs found.
    engines
        Those that were played.
    missing
        Title and reason of each engine that was not.
    facts
        About the machine.
    compiling
        Seconds to compile the C++ loop; ``None`` when it could not be.
    rounds, quick
        How it was run.
    """

    results: Results
    engines: tuple[Engine, ...]
    missing: dict[str, str]
    facts: dict[str, str]
    compiling: float | None
    rounds: int
    quick: bool
