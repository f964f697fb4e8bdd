"""The SimPy engine beside the same model written in plain SimPy, and on the Sichuan case.

An event is one calendar entry of the model: here an arrival or a finish.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from statistics import median
from time import perf_counter

import pytest
import simpy
from pytest_benchmark.fixture import BenchmarkFixture

from desim.case import load
from desim.distribution import exponential
from desim.engine import play
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Procedure, Unit
from desim.mechanism.steps import Work
from desim.program import Program, lower
from desim.trace import Kind, Trace

CUSTOMERS, LOAD = 20_000, 0.9
HORIZON = CUSTOMERS / LOAD
"""Hours in which so many customers come on average, when service takes one hour."""
ROUNDS = 7
MOST = 2.0
"""desim may take twice as long for an event as plain SimPy."""


def simple_queue() -> Mechanism:
    """M/M/1 as a desim mechanism."""
    return Mechanism(
        "simple_queue",
        datetime(2022, 1, 1),
        HORIZON,
        units=(Unit("desk"),),
        procedures=(Procedure("serve", (Work("work", "desk", exponential(1.0)),)),),
        arrivals=(Arrival("customer", "serve", exponential(1.0 / LOAD)),),
    )


def plain_simpy(seed: int) -> int:
    """M/M/1 as the SimPy manual writes it, a process a customer; return the number of events."""
    environment, luck, events = simpy.Environment(), random.Random(seed), 0
    desk = simpy.Resource(environment, capacity=1)

    def customer() -> Iterator[simpy.Event]:
        nonlocal events
        with desk.request() as place:
            yield place
            yield environment.timeout(luck.expovariate(1.0))
        events += 1

    def arrivals() -> Iterator[simpy.Event]:
        nonlocal events
        while True:
            yield environment.timeout(luck.expovariate(LOAD))
            events += 1
            environment.process(customer())

    environment.process(arrivals())
    environment.run(until=HORIZON)
    return events


def events_of(trace: Trace) -> int:
    """Arrivals and finishes of a run."""
    return len(trace.select(Kind.ARRIVAL, Kind.FINISH))


def seconds(run: Callable[[], object]) -> float:
    """How long a call takes."""
    begin = perf_counter()
    run()
    return perf_counter() - begin


@pytest.fixture(scope="module")
def program() -> Program:
    """The lowered queue; one run beforehand compiles the draws."""
    lowered = lower(simple_queue())
    play(lowered, seed=1, replication=0, engine="simpy")
    return lowered


def test_plain_simpy_plays_a_simple_queue(
    benchmark: BenchmarkFixture, say: Callable[[str], None]
) -> None:
    events = benchmark.pedantic(plain_simpy, args=(1,), rounds=ROUNDS, warmup_rounds=1)
    _speed(benchmark, say, "M/M/1 in plain SimPy", events)


def test_desim_plays_a_simple_queue(
    benchmark: BenchmarkFixture, say: Callable[[str], None], program: Program
) -> None:
    arguments = {"seed": 1, "replication": 0}
    trace = benchmark.pedantic(play, (program,), arguments, rounds=ROUNDS)
    _speed(benchmark, say, "M/M/1 in desim", events_of(trace))


def test_desim_stays_within_twice_plain_simpy(
    benchmark: BenchmarkFixture, say: Callable[[str], None], program: Program
) -> None:
    """Both play in turn, so that whatever else the machine does slows both."""
    events = plain_simpy(1), events_of(play(program, seed=1, replication=0, engine="simpy"))

    def in_turn() -> list[tuple[float, float]]:
        return [
            (
                seconds(lambda: plain_simpy(1)) / events[0],
                seconds(lambda: play(program, seed=1, replication=0, engine="simpy")) / events[1],
            )
            for _ in range(ROUNDS)
        ]

    pairs = benchmark.pedantic(in_turn, rounds=1)
    ratio = median(desim / plain for plain, desim in pairs)
    benchmark.extra_info["ratio"] = ratio
    say(f"M/M/1, desim over plain SimPy: {ratio:.2f} times as long an event")
    assert ratio < MOST


def test_desim_plays_the_sichuan_baseline(
    benchmark: BenchmarkFixture, say: Callable[[str], None]
) -> None:
    program = lower(load("sichuan_2022").mechanism)
    arguments = {"seed": 20220821, "replication": 0}
    trace = benchmark.pedantic(play, (program,), arguments, rounds=5, warmup_rounds=1)
    rate = 1.0 / benchmark.stats.stats.median
    benchmark.extra_info["replications_per_second"] = rate
    say(
        f"Sichuan baseline: {rate:.2f} replications a second a core, "
        f"{rate * len(trace.records):,.0f} records a second"
    )


def _speed(benchmark: BenchmarkFixture, say: Callable[[str], None], name: str, events: int) -> None:
    each = benchmark.stats.stats.median / events
    benchmark.extra_info["nanoseconds_per_event"] = 1e9 * each
    say(f"{name}: {1e9 * each:,.0f} ns an event, {1.0 / each:,.0f} events a second")
