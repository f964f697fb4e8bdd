"""Engines that are compared for speed play the same model, or the comparison means nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import agreement
from benchmarks.engines import COMPILED, ENGINES, PEERS, TRACED, Engine, build_loop, missing
from benchmarks.job import Job, Results, run
from benchmarks.peers.peer import WORKLOADS

COMPARED = [
    pytest.param(engine, workload, id=f"{engine.name}-{workload}")
    for engine in agreement.compared()
    for workload in engine.workloads
]


@pytest.fixture(scope="session", autouse=True)
def loop() -> None:
    """The C++ loop, where there is a compiler."""
    build_loop()


@pytest.fixture(scope="module")
def played() -> Results:
    """What was played so far: the reference is played once for each workload."""
    return Results()


def play(played: Results, engine: Engine, workload: str) -> None:
    """Play an engine and the reference, unless they were played before."""
    reference = next(engine for engine in ENGINES if engine.name == agreement.REFERENCE)
    for job in agreement.jobs((engine, reference), PEERS, quick=True):
        if job.key[-1] == workload and job.key not in played.found:
            played.found[job.key] = [run(job)]


@pytest.mark.parametrize(("engine", "workload"), COMPARED)
def test_engine_agrees_with_desim(played: Results, engine: Engine, workload: str) -> None:
    reason = missing(engine, PEERS)
    if reason:
        pytest.skip(f"{engine.title}: {reason}")
    play(played, engine, workload)
    verdicts = [
        verdict
        for verdict in agreement.verdicts(played, quick=True)
        if (verdict.engine, verdict.workload) == (engine.name, workload)
    ]
    assert verdicts
    assert [verdict for verdict in verdicts if not verdict.agrees] == []


@pytest.mark.parametrize("workload", WORKLOADS)
def test_simpy_and_compiled_engine_play_the_very_same_runs(played: Results, workload: str) -> None:
    for name in agreement.OWN:
        engine = next(engine for engine in ENGINES if engine.name == name)
        if not missing(engine, PEERS):
            play(played, engine, workload)
    assert agreement.same_run(played, workload)


@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_run_without_its_trace_has_as_many_events(workload: str) -> None:
    told = []
    for name in (COMPILED, TRACED):
        engine = next(engine for engine in ENGINES if engine.name == name)
        words = engine.command(Path(), workload, 100.0, 1, 3)
        told.append([found["events"] for found in run(Job((name,), words))["runs"]])
    assert told[0] == told[1]


@pytest.mark.parametrize("workload", WORKLOADS)
def test_an_engine_that_is_a_fifth_off_is_found_out(played: Results, workload: str) -> None:
    engine = next(engine for engine in ENGINES if engine.name == TRACED)
    play(played, engine, workload)
    (found,) = played.of(agreement.SECTION, TRACED, workload)
    slower = [{**one, "hours": 1.2 * one["hours"]} for one in found["runs"]]
    wrong = Results({**played.found, (agreement.SECTION, TRACED, workload): [{"runs": slower}]})
    verdicts = [
        verdict
        for verdict in agreement.verdicts(wrong, quick=True)
        if (verdict.engine, verdict.workload, verdict.measure) == (TRACED, workload, "time")
    ]
    assert [verdict.agrees for verdict in verdicts] == [False]
