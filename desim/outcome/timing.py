"""Time and information outcomes: how long things took and how old the picture was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desim.outcome.outcome import Outcome
from desim.trace.record import Kind
from desim.trace.trace import Trace

LEVEL = "severity"
"""The signal measure that carries the response level: 4 is level I, 0 is none."""
LEVEL_ONE = 4.0
RED_SHARE = 0.20
"""Gap over largest need from which on a red warning is due (NDRC orderly-use rule of 2011)."""
NOTHING = float("nan")
"""The mean, quantile or maximum of nothing: who never decides is not quick about it."""
PHYSICAL = ("curtail", "supply", "support", "appeal")


def slot_kinds(trace: Trace) -> NDArray[np.str_]:
    """Kind of measure of each slot."""
    kinds = {measure.name: measure.kind for measure in trace.program.mechanism.measures}
    return np.array([kinds[name] for name, _ in trace.program.slots])


def activations(trace: Trace, measure: str) -> NDArray[np.void]:
    """Activate records of one measure, in order."""
    found = trace.select(Kind.ACTIVATE)
    slots = trace.program.steps.target[found["step"]]
    wanted = [i for i, (name, _) in enumerate(trace.program.slots) if name == measure]
    return found[np.isin(slots, wanted)]


def first_crossing(trace: Trace) -> float:
    """Hour at which the true gap first reached the red share of need; NaN when it never did."""
    need, gap = trace.series("need_ahead"), trace.series("gap_ahead")
    share = np.divide(gap, need, out=np.zeros_like(need), where=need > 0.0)
    hours = np.flatnonzero(share >= RED_SHARE)
    return float(hours[0]) if len(hours) else float("nan")


def time_to_level_one(trace: Trace) -> float:
    """Hours from the true gap's crossing of 20 % to level I; negative when the level was first."""
    crossed = first_crossing(trace)
    if np.isnan(crossed):
        return 0.0
    raised = activations(trace, LEVEL)
    declared = raised["time"][raised["value"] >= LEVEL_ONE]
    return float(declared[0] - crossed) if len(declared) else trace.final_time - crossed


def is_order(trace: Trace, found: NDArray[np.void]) -> NDArray[np.bool_]:
    """Which Activate records are orders: of a physical measure, by what the item carries."""
    slots = trace.program.steps.target[found["step"]]
    by_order = np.isnan(trace.program.steps.amount[found["step"]])
    physical = np.isin(slot_kinds(trace)[slots], PHYSICAL) if len(slots) else by_order
    return np.asarray(by_order & physical)


def orders(trace: Trace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Orders that reached the field: hour of activation, and hours since the decision.

    An order carries the plan, and since when, from the instant of the decision.
    """
    found = trace.select(Kind.ACTIVATE)
    kept = found[is_order(trace, found)]
    return kept["time"], kept["time"] - kept["since"]


def decision_ages(trace: Trace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Decisions: hour, and mean age of the needs on the board at that hour."""
    found = trace.select(Kind.DECIDE)
    return found["time"], found["time"] - found["since"]


def observation_to_decision(trace: Trace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Reports that a decision used: hour of that decision, and hours since the observation.

    For each line of a deciding unit's board, the first decision after each report counts, with
    the newest observation told by then.
    """
    told, decided = trace.select(Kind.TELL), trace.select(Kind.DECIDE)
    program = trace.program
    read = {
        int(line)
        for rule in range(len(program.rules.kind))
        for line in program.rules.lines[program.rules.needs_from[rule] :][
            : program.rules.needs_count[rule]
        ]
    }
    times, delays = [], []
    lines = program.steps.target[told["step"]]
    for line in sorted(read):
        reports = told[lines == line]
        newest = np.maximum.accumulate(reports["since"]) if len(reports) else np.zeros(0)
        last = np.searchsorted(reports["time"], decided["time"], side="right") - 1
        uses = np.unique(last[last >= 0], return_index=True)
        hours = decided["time"][last >= 0][uses[1]]
        times.append(hours)
        delays.append(hours - newest[uses[0]])
    if not times:
        return np.zeros(0), np.zeros(0)
    return np.concatenate(times), np.concatenate(delays)


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else NOTHING


def _p90(values: NDArray[np.float64]) -> float:
    return float(np.quantile(values, 0.9)) if len(values) else NOTHING


def _largest(values: NDArray[np.float64]) -> float:
    return float(values.max()) if len(values) else NOTHING


_ONLY_USED = "Reports that no decision used are left out; not a number when none was used."
_ONLY_DONE = (
    "Only what reached the field counts; orders under way at the horizon are left out. Not a "
    "number when none reached it."
)
_ONLY_DECIDED = "Only decisions taken count; not a number when none was taken."

TIMING: tuple[Outcome, ...] = (
    Outcome(
        "time_to_level_one", "Time to level I", "h", "lower",
        "From the hour at which the true gap reached 20 % of need to level I; negative when the "
        "level came sooner, 0 when the gap never did.",
        "Never declared: the time to the horizon, a lower bound.",
        time_to_level_one, needs_world=True,
    ),
    Outcome(
        "observation_to_decision", "Observation to decision", "h", "lower",
        "Mean time from an observation of need to the first decision that used it.",
        _ONLY_USED,
        lambda trace: _mean(observation_to_decision(trace)[1]),
    ),
    Outcome(
        "observation_to_decision_p90", "Observation to decision, 90th percentile", "h", "lower",
        "90th percentile of the time from an observation of need to the first decision using it.",
        _ONLY_USED,
        lambda trace: _p90(observation_to_decision(trace)[1]),
    ),
    Outcome(
        "decision_to_field", "Decision to field", "h", "lower",
        "Mean time from a decision to the activation of its measure in the field.",
        _ONLY_DONE, lambda trace: _mean(orders(trace)[1]),
    ),
    Outcome(
        "decision_to_field_p90", "Decision to field, 90th percentile", "h", "lower",
        "90th percentile of the time from a decision to the activation of its measure.",
        _ONLY_DONE, lambda trace: _p90(orders(trace)[1]),
    ),
    Outcome(
        "age_of_information", "Age of information", "h", "lower",
        "Mean over decisions of the mean age of what the board showed about need.",
        _ONLY_DECIDED, lambda trace: _mean(decision_ages(trace)[1]),
    ),
    Outcome(
        "age_of_information_peak", "Largest age of information", "h", "lower",
        "The largest mean age of what the board showed about need at a decision.",
        _ONLY_DECIDED, lambda trace: _largest(decision_ages(trace)[1]),
    ),
)  # fmt: skip
