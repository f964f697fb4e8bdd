"""Queues with known answers, written by hand, and how to read times off their traces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from desim.distribution import Distribution, exponential
from desim.engine import Player
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Procedure
from desim.mechanism.steps import Fork, Join, Work
from desim.program import lower
from desim.trace import Kind, Trace
from tests.accounting import bulk_accounts, played
from tests.identity import assert_identical
from tests.small import mechanism, unit

WARM_UP = 300.0
"""Hours deleted at the start of a run; and at its end, so that all waits counted are over."""


def poisson(name: str, procedure: str, rate: float, *, urgency: int = 0) -> Arrival:
    """A Poisson stream."""
    return Arrival(name, procedure, exponential(1.0 / rate), urgency=urgency)


def single_queue(rate: float, service: Distribution, servers: int, horizon: float) -> Mechanism:
    """M/G/c."""
    return mechanism(
        horizon,
        units=(unit("desk", servers),),
        procedures=(Procedure("p", (Work("serve", "desk", service),)),),
        arrivals=(poisson("c", "p", rate),),
    )


def two_classes(
    urgent: tuple[float, Distribution], ordinary: tuple[float, Distribution], horizon: float
) -> Mechanism:
    """M/G/1 with two non-preemptive priorities, each given as rate and service."""
    return mechanism(
        horizon,
        units=(unit("desk"),),
        procedures=(
            Procedure("urgent", (Work("serve", "desk", urgent[1]),)),
            Procedure("ordinary", (Work("serve", "desk", ordinary[1]),)),
        ),
        arrivals=(
            poisson("u", "urgent", urgent[0], urgency=1),
            poisson("o", "ordinary", ordinary[0]),
        ),
    )


def tandem(rate: float, means: Sequence[float], horizon: float) -> Mechanism:
    """Exponential servers one behind the other."""
    steps = tuple(Work(f"w{i}", f"desk{i}", exponential(m)) for i, m in enumerate(means))
    return mechanism(
        horizon,
        units=tuple(unit(f"desk{i}") for i in range(len(means))),
        procedures=(Procedure("p", steps),),
        arrivals=(poisson("c", "p", rate),),
    )


def fork_join(rate: float, mean: float, horizon: float) -> Mechanism:
    """Every item is split in two, and is done when both halves are."""
    halves = tuple(
        Procedure(f"half{i}", (Work("serve", f"desk{i}", exponential(mean)),)) for i in (0, 1)
    )
    whole = Procedure("p", (Fork("split", ("half0", "half1")), Join("unite", "split")))
    return mechanism(
        horizon,
        units=(unit("desk0"), unit("desk1")),
        procedures=(whole, *halves),
        arrivals=(poisson("c", "p", rate),),
    )


def sojourns(trace: Trace, procedure: str = "p") -> NDArray[np.float64]:
    """Hours from arrival to the end of a procedure, of items that came in the counted time."""
    entry = trace.program.entries[procedure]
    end = trace.program.labels.index(f"{procedure}.end")
    return _between(trace, (Kind.ARRIVAL, entry), (Kind.DONE, end))


def _between(trace: Trace, begin: tuple[Kind, int], end: tuple[Kind, int]) -> NDArray[np.float64]:
    times = _spans(trace, begin, end)
    counted = (times[0] >= WARM_UP) & (times[0] < trace.final_time - WARM_UP)
    spans = (times[1] - times[0])[counted]
    assert not np.isnan(spans).any()
    return spans


def _spans(trace: Trace, begin: tuple[Kind, int], end: tuple[Kind, int]) -> NDArray[np.float64]:
    records = trace.records
    times = np.full((2, len(trace.items)), np.nan)
    for place, (kind, row) in enumerate((begin, end)):
        mine = records[(records["kind"] == kind) & (records["step"] == row)]
        times[place, mine["item"]] = mine["time"]
    return times


def replicated(
    queue: Mechanism, replications: int, read: Callable[[Trace], NDArray[np.float64]]
) -> tuple[list[float], list[list[float]]]:
    """What is read from independent replications: means, and controls of known mean 0.

    The controls are the arrivals of each stream and the mean service at each unit, both less
    what is expected. A short run is audited record by record, the long ones in bulk.
    """
    program = lower(queue)
    played(replace(queue, horizon=100.0))
    assert_identical(program, seed=2022, replication=0)
    means, controls = [], []
    player = Player(program)
    for replication in range(replications):
        trace = player.play(2022, replication)
        bulk_accounts(trace)
        means.append(float(read(trace).mean()))
        controls.append([*_surplus_arrivals(trace), *_surplus_service(trace)])
    return means, controls


def _surplus_arrivals(trace: Trace) -> list[float]:
    streams = trace.items["origin"][trace.items["parent"] < 0]
    counts = np.bincount(streams, minlength=len(trace.program.mechanism.arrivals))
    return [
        float(count * arrival.interval.mean / trace.final_time - 1.0)
        for count, arrival in zip(counts, trace.program.mechanism.arrivals, strict=True)
        if arrival.interval is not None
    ]


def _surplus_service(trace: Trace) -> list[float]:
    """Only of services that vary: a constant is no control."""
    works = [s for p in trace.program.mechanism.procedures for s in (*p.steps, None)]
    found = []
    for row, step in enumerate(works):
        if isinstance(step, Work) and step.duration.random:
            spent = _spans(trace, (Kind.START, row), (Kind.FINISH, row))
            found.append(float(np.nanmean(spent[1] - spent[0]) / step.duration.mean - 1.0))
    return found
