"""The model's counterpart of every row of a case's record, read from a trace."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from desim.case import RecordRow
from desim.outcome.energy import outage_hours
from desim.outcome.timing import activations
from desim.trace.trace import Trace

DAY = 24
NAN = float("nan")


def evaluate(trace: Trace, row: RecordRow) -> float:
    """The value that the model gives for a row of the record; NaN when it did not happen.

    Parameters
    ----------
    trace
        A run of the case's mechanism.
    row
        A row of the case's record; its kind is one of `desim.case.case.RECORD_KINDS`.
    """
    return float(_KINDS[row.kind](trace, row))


def _at(trace: Trace, measure: str, place: str) -> NDArray[np.void]:
    found = activations(trace, measure)
    slots = trace.program.steps.target[found["step"]]
    wanted = [trace.program.slots[int(slot)][1] == place for slot in slots]
    here: NDArray[np.void] = found[np.array(wanted, dtype=bool)]
    return here


def _first_at_least(trace: Trace, row: RecordRow) -> float:
    found = _at(trace, row.of, row.at)
    reached = found["time"][found["value"] >= row.threshold]
    return float(reached[0]) if len(reached) else NAN


def _last_below(trace: Trace, row: RecordRow) -> float:
    found = _at(trace, row.of, row.at)
    before = np.concatenate([[0.0], found["value"][:-1]])
    fell = found["time"][(found["value"] < row.threshold) & (before >= row.threshold)]
    return float(fell[-1]) if len(fell) else NAN


def _hours(trace: Trace, row: RecordRow) -> NDArray[np.float64]:
    return trace.series(row.of)[int(row.begin) : int(row.end)]


def _day_energy(trace: Trace, row: RecordRow) -> float:
    return float(trace.series(row.of)[int(row.begin) :][:DAY].sum())


def _peak(trace: Trace, row: RecordRow) -> float:
    return float(_hours(trace, row).max())


def _mean(trace: Trace, row: RecordRow) -> float:
    return float(_hours(trace, row).mean())


def _ratio(trace: Trace, row: RecordRow) -> float:
    series = trace.series(row.of)
    days = [series[int(begin) :][:DAY].sum() for begin in (row.begin, row.end)]
    return float(days[1] / days[0] - 1.0)


def _starts(trace: Trace, row: RecordRow) -> float:
    found = activations(trace, row.of)
    return float((trace.program.steps.amount[found["step"]] > 0.0).sum())


def _energy(trace: Trace, row: RecordRow) -> float:
    """GWh of a supply measure: effect times the hours for which it was active."""
    program = trace.program
    measure = next(m for m in program.mechanism.measures if m.name == row.of)
    found = activations(trace, row.of)
    slots = program.steps.target[found["step"]]
    total = 0.0
    for slot in np.unique(slots):
        mine = found[slots == slot]
        ends = np.append(mine["time"][1:], trace.final_time)
        begun = np.clip(mine["time"], row.begin, row.end)
        effect = measure.effects[program.slots[int(slot)][1]]
        total += effect * float((mine["value"] * (np.clip(ends, row.begin, row.end) - begun)).sum())
    return total


def _field_lag(trace: Trace, row: RecordRow) -> float:
    found = activations(trace, row.of)
    lags = found["time"] - found["since"]
    return float(np.median(lags)) if len(lags) else NAN


def _field_lag_p90(trace: Trace, row: RecordRow) -> float:
    found = activations(trace, row.of)
    lags = found["time"] - found["since"]
    return float(np.quantile(lags, 0.9)) if len(lags) else NAN


def _gap(trace: Trace, row: RecordRow) -> float:
    """The largest need without measures less what was served: what measures took off."""
    gap = trace.series("need") - trace.series("served")
    return float(gap[int(row.begin) : int(row.end)].max())


def _window_energy(trace: Trace, row: RecordRow) -> float:
    return float(_hours(trace, row).sum())


def _profile(trace: Trace, row: RecordRow) -> float:
    """A given series at an hour, plus what supply measure `at` then adds."""
    mechanism = trace.program.mechanism
    profile = next(p for p in mechanism.profiles if p.name == row.of)
    value = profile.values[int(np.searchsorted(profile.times, row.begin, side="right")) - 1]
    added = [m for m in mechanism.measures if m.name == row.at]
    if not added:
        return value
    found = activations(trace, row.at)
    before = found["value"][found["time"] <= row.begin]
    effect = next(iter(added[0].effects.values()))
    return value + (effect * float(before[-1]) if len(before) else 0.0)


def _signal_lag(trace: Trace, row: RecordRow) -> float:
    """From the first activation of `of` at the threshold to each place's first of `at`."""
    begun = activations(trace, row.of)
    begun = begun["time"][begun["value"] >= row.threshold]
    found = activations(trace, row.at)
    found = found[found["value"] >= row.threshold]
    if not len(begun) or not len(found):
        return NAN
    slots = trace.program.steps.target[found["step"]]
    _, first = np.unique(slots, return_index=True)
    return float(np.median(found["time"][first] - begun[0]))


def _shed_hours(trace: Trace, row: RecordRow) -> float:
    world = trace.program.mechanism.world
    places = world.places if world else ()
    return float(outage_hours(trace, int(row.begin), int(row.end))[places.index(row.at)])


_KINDS: dict[str, Callable[[Trace, RecordRow], float]] = {
    "first_at_least": _first_at_least,
    "last_below": _last_below,
    "day_energy": _day_energy,
    "peak": _peak,
    "mean": _mean,
    "ratio": _ratio,
    "starts": _starts,
    "energy": _energy,
    "field_lag": _field_lag,
    "field_lag_p90": _field_lag_p90,
    "gap": _gap,
    "window_energy": _window_energy,
    "profile": _profile,
    "signal_lag": _signal_lag,
    "shed_hours": _shed_hours,
}
