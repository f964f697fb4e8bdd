"""How long each engine takes for an event of each workload."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.engines import QUICK_SIZES, SIZES, Engine
from benchmarks.job import Job, Results
from benchmarks.peers.peer import WORKLOADS

SECTION = "speed"


@dataclass(frozen=True, slots=True)
class Speed:
    """What an engine took for a workload.

    Parameters
    ----------
    nanoseconds
        For an event, the median over rounds.
    spread
        The slowest round less the fastest, relative to the median.
    events
        Of the last run.
    ready
        Seconds for its imports and its first short run, the median over rounds.
    peak
        Most memory held, bytes, the median over rounds.
    """

    nanoseconds: float
    spread: float
    events: int
    ready: float
    peak: float


def size_of(engine: Engine, workload: str, *, quick: bool) -> float:
    """How large a workload an engine plays."""
    return engine.share * (QUICK_SIZES if quick else SIZES)[workload]


def jobs(engines: tuple[Engine, ...], peers: Path, seed: int, *, quick: bool) -> Iterator[Job]:
    """One round: every engine plays every workload that it can say."""
    for engine in engines:
        for workload in engine.workloads:
            size = size_of(engine, workload, quick=quick)
            words = engine.command(peers, workload, size, seed, engine.runs)
            yield Job((SECTION, engine.name, workload), words)


def speeds(results: Results, engines: tuple[Engine, ...]) -> dict[tuple[str, str], Speed]:
    """What was found, by engine and workload."""
    return {
        (engine.name, workload): speed
        for engine in engines
        for workload in WORKLOADS
        if (speed := _speed(results, engine.name, workload)) is not None
    }


def _speed(results: Results, engine: str, workload: str) -> Speed | None:
    rounds = results.of(SECTION, engine, workload)
    if not rounds:
        return None
    each = [median(1e9 * run["seconds"] / run["events"] for run in r["runs"]) for r in rounds]
    return Speed(
        nanoseconds=median(each),
        spread=(max(each) - min(each)) / median(each),
        events=rounds[-1]["runs"][-1]["events"],
        ready=median(r["ready"] for r in rounds),
        peak=median(r["peak"] for r in rounds),
    )
