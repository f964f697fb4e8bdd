"""Level I does something: authority, oral orders, national dispatch, stops of protected firms."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from desim.case import load
from desim.engine import play
from desim.outcome import find_outcome
from desim.program import Program, lower
from desim.trace import Kind, Trace

OUTCOMES = (
    "energy_curtailed",
    "residential_energy_not_served",
    "decision_to_field",
    "time_to_level_one",
)
LEVEL_ONE = 4.0
RUNS = 24


@cache
def of(deliberation: float) -> Program:
    """Sichuan, where leaders deliberate on level I for so many hours."""
    return lower(load("sichuan_2022", {"approve.level_one": deliberation}).mechanism)


@cache
def measured(deliberation: float) -> NDArray[np.float64]:
    found = [find_outcome(name) for name in OUTCOMES]
    traces = (play(of(deliberation), seed=1, replication=r) for r in range(RUNS))
    return np.array([[outcome(trace) for outcome in found] for trace in traces])


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_level_one_that_comes_days_later_is_worse(name: str) -> None:
    """More is curtailed, residents lose more, and orders take longer: three standard errors."""
    apart = (measured(144.0) - measured(24.0))[:, OUTCOMES.index(name)]
    assert apart.mean() > 3.0 * apart.std(ddof=1) / np.sqrt(RUNS)


def test_a_level_one_that_comes_days_later_costs_a_per_cent_of_what_is_curtailed() -> None:
    early, late = (measured(hours)[:, 0].mean() for hours in (24.0, 144.0))
    assert 1.01 * early < late < 1.1 * early


def active(trace: Trace, measure: str) -> NDArray[np.void]:
    """Activations of a measure at any place, with a target above 0."""
    rows = trace.select(Kind.ACTIVATE)
    slots = trace.program.steps.target[rows["step"]]
    found: NDArray[np.void] = rows[[trace.program.slots[slot][0] == measure for slot in slots]]
    return found[found["value"] > 0.0]


def declared(trace: Trace) -> float:
    """When level I was first in force; infinite when it never was."""
    rows = active(trace, "severity")
    at_one = rows["time"][rows["value"] >= LEVEL_ONE]
    return float(at_one.min(initial=np.inf))


@pytest.mark.parametrize("measure", ["national", "protected"])
@pytest.mark.parametrize("deliberation", [24.0, 144.0])
def test_what_needs_level_one_does_not_come_before_it(measure: str, deliberation: float) -> None:
    seen = 0
    for replication in range(RUNS // 2):
        trace = play(of(deliberation), seed=1, replication=replication)
        rows = active(trace, measure)
        assert rows["time"].min(initial=np.inf) > declared(trace)
        seen += len(rows)
    assert seen > 0


def at_level_one(trace: Trace, times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether level I is in force, before and after whatever happens in the same instant."""
    rows = trace.select(Kind.ACTIVATE)
    slots = trace.program.steps.target[rows["step"]]
    mine = rows[[trace.program.slots[slot] == ("severity", "province") for slot in slots]]
    state = np.concatenate([[0.0], mine["value"]])
    before, after = (np.searchsorted(mine["time"], times, side) for side in ("left", "right"))
    found: NDArray[np.bool_] = np.minimum(state[before], state[after]) >= LEVEL_ONE
    return found


def sends(trace: Trace, label: str) -> NDArray[np.void]:
    rows = trace.select(Kind.SEND)
    labels = [trace.program.labels[step] for step in rows["step"]]
    found: NDArray[np.void] = rows[[name == label for name in labels]]
    return found


@pytest.mark.parametrize("measure", ["energy_intensive", "industrial"])
def test_at_level_one_orders_skip_the_approval_of_leaders(measure: str) -> None:
    """Not counted are drafts that come back for revision, and attempts after a loss."""
    asked, passed = 0, 0
    for replication in range(RUNS // 2):
        trace = play(of(24.0), seed=1, replication=replication)
        up, down = (sends(trace, f"order.{measure}.{step}") for step in ("leaders.up", "pass"))
        _, first = np.unique(up["item"], return_index=True)
        assert not at_level_one(trace, up["time"][first]).any()
        skipped = ~np.isin(down["item"], up["item"])
        passed += int(at_level_one(trace, down["time"][skipped]).sum())
        asked += len(first)
    assert asked > 0
    assert passed > 0
