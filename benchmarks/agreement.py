"""Do all engines play the same model? Mean times in the system must agree.

Each engine plays many short runs of each workload from an empty start to the same horizon, so
that the means of their runs have one expectation, edge effects included. Every engine is compared
with desim's compiled engine (which plays more of them): the 99.9 % interval of the relative
difference must hold 0, and must be narrower than a stated half-width, or nothing has been shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, variance
from typing import Any

from scipy.stats import t as student

from benchmarks.engines import COMPILED, CPP, ENGINES, ON_SIMPY, SIMPY, TRACED, Engine
from benchmarks.job import Job, Results
from benchmarks.peers.peer import COORDINATION, NETWORK, SINGLE_QUEUE, WORKLOADS

SECTION = "agreement"
CONFIDENCE = 0.999
REFERENCE = TRACED
REFERENCE_TIMES = 10
"""How many times as many runs the reference plays."""
SEED = 1
REFERENCE_SEED = 1_000_001
SIZES = {SINGLE_QUEUE: 100.0, NETWORK: 40.0, COORDINATION: 40.0}
"""Customers of W1, hours of W2 and W3."""
RUNS = {SINGLE_QUEUE: 1600, NETWORK: 120, COORDINATION: 120}
HALF_WIDTHS = {SINGLE_QUEUE: 0.07, NETWORK: 0.05, COORDINATION: 0.05}
"""The widest half-width, relative to the mean, with which agreement counts as shown."""
QUICK = 4
"""A quick check plays so many times fewer runs, and its half-widths may be twice as wide."""
MEASURES = ("time", "urgent time", "events")
"""Mean time in the system, the same of the urgent customers of W2, and calendar entries a run."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far an engine is from the reference in one measure of one workload.

    Parameters
    ----------
    mean
        The engine's own mean.
    difference, half_width
        From the reference's mean, and its confidence interval's half-width, relative to it.
    widest
        The half-width that is asked for.
    """

    engine: str
    workload: str
    measure: str
    mean: float
    difference: float
    half_width: float
    widest: float

    @property
    def agrees(self) -> bool:
        """Whether the interval holds 0 and is narrow enough to mean something."""
        return abs(self.difference) <= self.half_width <= self.widest


def runs_of(workload: str, *, quick: bool) -> int:
    """How many runs each engine plays."""
    return RUNS[workload] // (QUICK if quick else 1)


def widest_of(workload: str, *, quick: bool) -> float:
    """The half-width that is asked for."""
    return HALF_WIDTHS[workload] * (2.0 if quick else 1.0)


def measures_of(workload: str) -> tuple[str, ...]:
    """What is compared in a workload."""
    return tuple(m for m in MEASURES if m != "urgent time" or workload == NETWORK)


def compared() -> tuple[Engine, ...]:
    """The engines that tell times in the system: all but the one that writes no trace."""
    return tuple(engine for engine in ENGINES if engine.name != COMPILED)


def jobs(engines: tuple[Engine, ...], peers: Path, *, quick: bool) -> Iterator[Job]:
    """One job for each engine and workload, and one for the reference."""
    for workload in WORKLOADS:
        runs = runs_of(workload, quick=quick)
        size = SIZES[workload]
        for engine in engines:
            if workload in engine.workloads:
                words = engine.command(peers, workload, size, SEED, runs)
                yield Job((SECTION, engine.name, workload), words)
            if engine.name == REFERENCE:
                many = REFERENCE_TIMES * runs
                words = engine.command(peers, workload, size, REFERENCE_SEED, many)
                yield Job((SECTION, "reference", workload), words)


def verdicts(results: Results, *, quick: bool) -> list[Verdict]:
    """Compare everything that was played with the reference."""
    return [
        verdict
        for workload in WORKLOADS
        for engine in compared()
        for measure in measures_of(workload)
        if (verdict := _verdict(results, engine.name, workload, measure, quick)) is not None
    ]


def _verdict(
    results: Results, engine: str, workload: str, measure: str, quick: bool
) -> Verdict | None:
    played = results.of(SECTION, engine, workload)
    reference = results.of(SECTION, "reference", workload)
    if not played or not reference:
        return None
    own = [_value(run, measure) for run in played[0]["runs"]]
    others = [_value(run, measure) for run in reference[0]["runs"]]
    mean = fmean(others)
    return Verdict(
        engine=engine,
        workload=workload,
        measure=measure,
        mean=fmean(own),
        difference=fmean(own) / mean - 1.0,
        half_width=half_width(own, others) / mean,
        widest=widest_of(workload, quick=quick),
    )


def _value(run: dict[str, Any], measure: str) -> float:
    if measure == "events":
        return float(run["events"])
    prefix = "urgent_" if measure == "urgent time" else ""
    return float(run[f"{prefix}hours"] / run[f"{prefix}done"])


def half_width(own: list[float], others: list[float]) -> float:
    """Half-width of the confidence interval of a difference of means (Welch 1947)."""
    parts = [(variance(values) / len(values), len(values) - 1) for values in (own, others)]
    total = sum(part for part, _ in parts)
    freedom = total**2 / sum(part**2 / degrees for part, degrees in parts)
    return float(student.ppf(0.5 + 0.5 * CONFIDENCE, freedom)) * math.sqrt(total)


def same_run(results: Results, workload: str) -> bool:
    """Whether desim's two engines played the very same runs, as they must."""
    first, second = (results.of(SECTION, name, workload) for name in (TRACED, ON_SIMPY))
    keys = ("events", "done", "hours", "urgent_done", "urgent_hours")

    def told(found: list[dict[str, Any]]) -> list[tuple[float, ...]]:
        return [tuple(run[key] for key in keys) for run in found[0]["runs"]]

    return bool(first) and bool(second) and told(first) == told(second)


OWN = (CPP, TRACED, ON_SIMPY, SIMPY)
"""Engines that need nothing but this interpreter and a compiler."""
