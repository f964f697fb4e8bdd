"""The workloads in desim's own engines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks import workloads as w
from benchmarks.peers.peer import (
    COORDINATION,
    NETWORK,
    SINGLE_QUEUE,
    Play,
    Plays,
    Prepare,
    Read,
    Run,
)
from desim.engine.compiled import Machine
from desim.engine.on_simpy import perform
from desim.mechanism.mechanism import Mechanism
from desim.program import Program, lower
from desim.trace import Kind, Trace

MECHANISMS: dict[str, Callable[[float], Mechanism]] = {
    SINGLE_QUEUE: lambda customers: w.single_queue(round(customers)),
    NETWORK: w.network,
    COORDINATION: w.coordination,
}
REPLICATION = 0


def read_trace(trace: Trace) -> Run:
    """Count what a trace tells: customers are the items without a parent."""
    records = trace.records
    root = trace.items["parent"][records["item"]] < 0
    begun = records[(records["kind"] == Kind.ARRIVAL) & root]
    done = records[(records["kind"] == Kind.DONE) & root]
    since = np.empty(len(trace.items))
    since[begun["item"]] = begun["time"]
    spent = done["time"] - since[done["item"]]
    ends = np.isin(records["kind"], (Kind.FINISH, Kind.DELIVERY)).sum()
    urgent = _urgent(trace)[done["item"]]
    return Run(
        events=int(len(begun) + ends),
        done=len(done),
        hours=float(spent.sum()),
        urgent_done=int(urgent.sum()),
        urgent_hours=float(spent[urgent].sum()),
    )


def _urgent(trace: Trace) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which items came from a stream of urgent customers."""
    streams = np.array([arrival.urgency > 0 for arrival in trace.program.mechanism.arrivals])
    own = trace.items["parent"] < 0
    found: np.ndarray[tuple[int], np.dtype[np.bool_]] = streams[
        np.where(own, trace.items["origin"], 0)
    ]
    return found & own


def _on_simpy(program: Program) -> Play:
    def play(seed: int) -> Read:
        trace = perform(program, seed=seed, replication=REPLICATION)
        return lambda: read_trace(trace)

    return play


def _compiled(program: Program) -> Play:
    """A machine that writes no trace: it tells how many entries happened, and nothing else."""
    machine = Machine(program)

    def play(seed: int) -> Read:
        events = machine.run(seed, REPLICATION, traced=False)
        return lambda: Run(events)

    return play


def _traced(program: Program) -> Play:
    machine = Machine(program)

    def play(seed: int) -> Read:
        trace = machine.play(seed, REPLICATION)
        return lambda: read_trace(trace)

    return play


def _plays(of_program: Callable[[Program], Play]) -> Plays:
    def prepare_for(name: str) -> Prepare:
        return lambda size: of_program(lower(MECHANISMS[name](size)))

    return {name: prepare_for(name) for name in MECHANISMS}


ON_SIMPY, COMPILED, TRACED = _plays(_on_simpy), _plays(_compiled), _plays(_traced)
