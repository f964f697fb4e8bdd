"""How far the field is from what was last decided: orders under way, lost, late or old."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desim.mechanism.world import SECTORS, PowerBalance
from desim.outcome.outcome import Outcome
from desim.program.program import LevelOp
from desim.trace.record import Kind
from desim.trace.trace import Trace

Floats = NDArray[np.float64]


def stale_power(trace: Trace) -> Floats:
    """Power of curtailment that is in force and not planned, or planned and not in force, GW.

    An order's plan is what it was when the order was given (an Observe of the plan); the target
    in the field is what was last activated. Both are read at every full hour.

    Parameters
    ----------
    trace
        A trace with a world.

    Returns
    -------
    numpy.ndarray
        float64 (hours,).
    """
    program, world = trace.program, trace.program.mechanism.world
    total = np.zeros(len(trace.world))
    if world is None:
        return total
    measures = {measure.name: measure for measure in program.mechanism.measures}
    plans = {name: _plan(trace, row) for row, name in enumerate(measures)}
    for slot, (name, place) in enumerate(program.slots):
        measure = measures[name]
        if measure.kind == "curtail":
            apart = np.abs(plans[name] - _target(trace, slot))
            total += apart * measure.effects[place] * _need(world, place, measure.sector)
    return total


def _need(world: PowerBalance, place: str, sector: str) -> Floats:
    need: Floats = world.need[:, world.places.index(place), SECTORS.index(sector)]
    return need


def _plan(trace: Trace, measure: int) -> Floats:
    steps, levels = trace.program.steps, trace.program.levels
    found = trace.select(Kind.OBSERVE)
    level = steps.level[found["step"]]
    mine = (levels.op[level] == LevelOp.PLAN) & (levels.of[level] == measure)
    return _by_hour(found[mine], len(trace.world))


def _target(trace: Trace, slot: int) -> Floats:
    found = trace.select(Kind.ACTIVATE)
    return _by_hour(found[trace.program.steps.target[found["step"]] == slot], len(trace.world))


def _by_hour(records: NDArray[np.void], hours: int) -> Floats:
    """The value of the last record up to each full hour; 0 before the first."""
    values = np.concatenate([[0.0], records["value"]])
    last = np.searchsorted(records["time"], np.arange(hours), side="right")
    found: Floats = values[last]
    return found


STALE: tuple[Outcome, ...] = (
    Outcome(
        "stale_orders", "Curtailment that is not what was decided", "GWh", "lower",
        "Curtailment in force that is no longer planned, and planned that is not yet in force.",
        "Orders under way count for as long as they are under way.",
        lambda trace: float(stale_power(trace).sum()), needs_world=True,
    ),
)  # fmt: skip
