"""What is kept of one run: outcomes, and the tables that figures need."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from desim.case import Case
from desim.outcome.delays import PARTS, decomposition
from desim.outcome.outcome import OutcomeError
from desim.outcome.record import evaluate
from desim.outcome.timing import LEVEL, decision_ages, observation_to_decision, orders
from desim.plugin.catalogue import BUILT_IN, Catalogue
from desim.trace import Kind, Trace

DAY = 24
SERIES = (
    "need", "served", "shed", "shortage", "curtailed", "hydro", "store", "fixed", "supply",
    "appeal", "trust", "gap_ahead", "need_ahead",
    "need_residential", "need_commercial", "need_industrial", "need_essential",
    "served_residential", "served_commercial", "served_industrial", "served_essential",
    "shed_residential", "shed_commercial", "shed_industrial", "shed_essential",
)  # fmt: skip


def outcomes(
    trace: Trace, names: tuple[str, ...], catalogue: Catalogue = BUILT_IN
) -> dict[str, float]:
    """Value by outcome; a catalogue says what their names mean.

    Raises
    ------
    OutcomeError
        When a value is infinite: what cannot be measured is NaN, and no mean holds infinity.
    """
    found = {name: catalogue.outcome(name)(trace) for name in names}
    for name, value in found.items():
        if math.isinf(value):
            raise OutcomeError(f"outcome {name} is infinite; what cannot be measured is NaN")
    return found


def tables(trace: Trace, case: Case, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """The tables that are kept of a run: ``series``, ``record`` and those of each setting.

    They share no memory with the trace, which the next run may overwrite.
    """
    kept: dict[str, pd.DataFrame] = {}
    if "series" in names:
        kept["series"] = series(trace)
    if "record" in names:
        kept["record"] = record(trace, case)
    makers = {"ages": ages, "delays": delays, "bottlenecks": bottlenecks}
    kept |= {name: make(trace) for name, make in makers.items() if name in names}
    return {name: table.copy() for name, table in kept.items()}


def series(trace: Trace) -> pd.DataFrame:
    """Quantities of the run: quantity, hour, value.

    All are hourly but ``shed_residential_day``, GWh of each whole day, which stands at noon. What
    all measures do together (``active``) is summed here, run by run: bands do not add up.
    """
    columns = {name: trace.series(name) for name in SERIES}
    columns["severity"] = target_series(trace, LEVEL)
    active = measure_power(trace)
    columns |= active
    hours = np.arange(len(trace.world))
    columns["active"] = np.sum([*active.values(), np.zeros(len(hours))], axis=0)
    frames = [
        pd.DataFrame({"quantity": name, "hour": hours, "value": values})
        for name, values in columns.items()
    ]
    return pd.concat([*frames, _by_day(trace, "shed_residential")], ignore_index=True)


def _by_day(trace: Trace, quantity: str) -> pd.DataFrame:
    """Sum of a quantity over each whole day."""
    values = trace.series(quantity)
    days = len(values) // DAY
    sums = values[: days * DAY].reshape(days, DAY).sum(axis=1)
    noons = np.arange(days) * DAY + DAY // 2
    return pd.DataFrame({"quantity": f"{quantity}_day", "hour": noons, "value": sums})


def target_series(trace: Trace, measure: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Mean target of a measure over its places, hour by hour (the value at the full hour)."""
    slots = [i for i, (name, _) in enumerate(trace.program.slots) if name == measure]
    total = np.zeros(len(trace.world))
    found = trace.select(Kind.ACTIVATE)
    rows = trace.program.steps.target[found["step"]]
    for slot in slots:
        total += _held(found["time"][rows == slot], found["value"][rows == slot], len(total))
    return total / max(1, len(slots))


def _held(
    times: np.ndarray, values: np.ndarray, hours: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    last = np.searchsorted(times, np.arange(hours), side="right") - 1
    held: np.ndarray[tuple[int], np.dtype[np.float64]] = np.where(
        last >= 0, np.append(values, 0.0)[last], 0.0
    )
    return held


def measure_power(trace: Trace) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Power of each physical measure, GW: its targets times what they act on, without ramps."""
    world = trace.program.mechanism.world
    power: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    if world is None:
        return power
    found = trace.select(Kind.ACTIVATE)
    rows = trace.program.steps.target[found["step"]]
    slots = {pair: row for row, pair in enumerate(trace.program.slots)}
    for measure in trace.program.mechanism.measures:
        if measure.kind not in ("curtail", "supply"):
            continue
        total = np.zeros(len(trace.world))
        for place, effect in measure.effects.items():
            slot = slots[measure.name, place]
            held = _held(found["time"][rows == slot], found["value"][rows == slot], len(total))
            curtails = measure.kind == "curtail"
            acts_on = trace.series(f"need_{measure.sector}@{place}") if curtails else 1.0
            total += held * effect * acts_on
        power[f"active_{measure.name}"] = total
    return power


def ages(trace: Trace) -> pd.DataFrame:
    """Decisions and orders: kind, time, and the delays that figures show (NaN where none)."""
    decided, age = decision_ages(trace)
    used, waited = observation_to_decision(trace)
    field, lag = orders(trace)
    return pd.concat(
        [
            pd.DataFrame({"kind": "decision", "time": decided, "age": age}),
            pd.DataFrame({"kind": "use", "time": used, "observation_to_decision": waited}),
            pd.DataFrame({"kind": "field", "time": field, "decision_to_field": lag}),
        ],
        ignore_index=True,
    )


def delays(trace: Trace) -> pd.DataFrame:
    """Where the hours of orders went: mean hours by measure and part, and how many orders."""
    found = decomposition(trace)
    names = np.array([name for name, _ in trace.program.slots], dtype=object)[found.slot]
    table = pd.DataFrame(found.hours, columns=list(PARTS)).assign(measure=names)
    groups = table.groupby("measure", sort=False)
    means = groups.mean().assign(orders=groups.size()).reset_index()
    rows = means.melt(["measure", "orders"], list(PARTS), "part", "hours")
    types = {"measure": str, "part": str, "hours": np.float64, "orders": np.int64}
    return rows[list(types)].astype(types)


def bottlenecks(trace: Trace) -> pd.DataFrame:
    """Units, links and pools: hours that orders spent there, how many waiting, and the orders."""
    found = decomposition(trace)
    rows = [(each.kind, each.name, each.hours, each.waiting) for each in found.bottlenecks]
    table = pd.DataFrame(rows, columns=["kind", "name", "hours", "waiting"])
    types = {"kind": str, "name": str, "hours": np.float64, "waiting": np.float64}
    return table.astype(types).assign(orders=len(found.total))


def record(trace: Trace, case: Case) -> pd.DataFrame:
    """The model's value for every row of the case's record."""
    values = [evaluate(trace, row) for row in case.record]
    return pd.DataFrame({"key": [row.key for row in case.record], "value": values})
