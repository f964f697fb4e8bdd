"""Outcomes of the organisation: load, referrals, returns, conflicting orders, deployments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desim.outcome.outcome import Outcome
from desim.program.program import Program
from desim.trace.trace import Kind, Trace

GENERATORS = "generators"
"""The measure that counts emergency generators connected."""


def purposes(program: Program) -> NDArray[np.str_]:
    """Purpose of each row of steps."""
    return np.array(program.purposes)


def spans(trace: Trace, begin: Kind, end: Kind) -> NDArray[np.float64]:
    """Begin, end and step of each stretch between two kinds of record of a visit to a step.

    Returns
    -------
    numpy.ndarray
        float64 (stretches, 3): begin and end in hours, row of the step. What has not ended at
        the horizon ends there.
    """
    records = trace.select(begin, end)
    order = np.lexsort((np.arange(len(records)), records["step"], records["item"]))
    sorted_records = records[order]
    starts = np.flatnonzero(sorted_records["kind"] == begin)
    ends = np.full(len(starts), trace.final_time)
    following = starts + 1
    inside = following < len(sorted_records)
    after = sorted_records[np.where(inside, following, 0)]
    here = sorted_records[starts]
    paired = (
        inside
        & (after["kind"] == end)
        & (after["item"] == here["item"])
        & (after["step"] == here["step"])
    )
    ends[paired] = after["time"][paired]
    return np.column_stack([here["time"], ends, here["step"]])


def work_spans(trace: Trace) -> NDArray[np.float64]:
    """Stretches of work, as `spans`."""
    return spans(trace, Kind.START, Kind.FINISH)


def waiting_spans(trace: Trace) -> NDArray[np.float64]:
    """Stretches of waiting for staff, as `spans`."""
    return spans(trace, Kind.QUEUE, Kind.START)


def staff_hours(program: Program) -> NDArray[np.float64]:
    """Hours of staff on duty by unit over the whole run, float64 (units,)."""
    calendars, horizon = program.calendars, program.mechanism.horizon
    total = calendars.staff.astype(np.float64) * horizon
    staff = calendars.staff.astype(np.float64)
    for time, unit, new in zip(
        calendars.shift_time, calendars.shift_unit, calendars.shift_staff, strict=True
    ):
        total[unit] += (new - staff[unit]) * (horizon - time)
        staff[unit] = new
    return total


def load_by_unit(trace: Trace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Utilisation and mean queue length of each unit, float64 (units,) each."""
    units = len(trace.program.mechanism.units)
    worked, waited = np.zeros(units), np.zeros(units)
    for total, stretches in ((worked, work_spans(trace)), (waited, waiting_spans(trace))):
        rows = trace.program.steps.target[stretches[:, 2].astype(np.int64)]
        np.add.at(total, rows, stretches[:, 1] - stretches[:, 0])
    return worked / staff_hours(trace.program), waited / trace.final_time


def coordination_hours(trace: Trace) -> float:
    """Staff hours spent on coordination: all work but that in the field."""
    stretches = work_spans(trace)
    steps = stretches[:, 2].astype(np.int64)
    counted = purposes(trace.program)[steps] != "field"
    return float((stretches[counted, 1] - stretches[counted, 0]).sum())


def conflicting_orders(trace: Trace) -> float:
    """Orders that arrived after a newer one, or changed nothing."""
    found = trace.select(Kind.ACTIVATE)
    program = trace.program
    found = found[np.isnan(program.steps.amount[found["step"]])]
    slots = program.steps.target[found["step"]]
    count = 0
    for slot in np.unique(slots):
        since, value = found["since"][slots == slot], found["value"][slots == slot]
        newest = np.maximum.accumulate(since)
        before = np.concatenate([[0.0], value[:-1]])
        count += int(((since < newest) | (value == before)).sum())
    return float(count)


def deployments(trace: Trace) -> float:
    """How often an emergency generator was connected."""
    found = trace.select(Kind.ACTIVATE)
    program = trace.program
    slots = program.steps.target[found["step"]]
    wanted = [i for i, (name, _) in enumerate(program.slots) if name == GENERATORS]
    added = program.steps.amount[found["step"]] > 0.0
    return float((np.isin(slots, wanted) & added).sum())


def _starts(purpose: str) -> Outcome:
    def count(trace: Trace) -> float:
        rows = trace.select(Kind.START)["step"]
        return float((purposes(trace.program)[rows] == purpose).sum())

    titles = {"referral": "Referrals", "return": "Returns for revision", "inquiry": "Inquiries"}
    return Outcome(
        f"{purpose}s".replace("inquirys", "inquiries"),
        titles[purpose],
        "count",
        "lower",
        f"How often work of purpose {purpose} was started.",
        "Counts what was started, finished or not.",
        count,
    )


def _unfinished(trace: Trace) -> float:
    return float(len(trace.items) - len(trace.select(Kind.DONE)))


_TO_HORIZON = "Counts up to the horizon, finished or not."

ORGANISATION: tuple[Outcome, ...] = (
    _starts("referral"),
    _starts("return"),
    _starts("inquiry"),
    Outcome(
        "conflicting_orders", "Conflicting or duplicate orders", "count", "lower",
        "Orders that reached the field after a newer one, or that changed nothing there.",
        "Orders still under way are left out.", conflicting_orders,
    ),
    Outcome(
        "coordination_hours", "Work spent on coordination", "staff hours", "lower",
        "Staff hours of all work but that in the field.", _TO_HORIZON, coordination_hours,
    ),
    Outcome(
        "backlog", "Mean backlog", "items", "lower",
        "Mean number of items waiting for staff, over all units.",
        _TO_HORIZON, lambda trace: float(load_by_unit(trace)[1].sum()),
    ),
    Outcome(
        "busiest_utilisation", "Utilisation of the busiest unit", "share", "lower",
        "Worked over available staff hours, of the unit where that is largest.",
        _TO_HORIZON, lambda trace: float(load_by_unit(trace)[0].max()),
    ),
    Outcome(
        "generator_deployments", "Generator deployments", "count", "neither",
        "How often an emergency generator was connected.",
        "Counts connections, still in use or not.", deployments,
    ),
    Outcome(
        "unfinished_items", "Unfinished items", "count", "neither",
        "Items that were not done at the horizon.", "That is what it counts.", _unfinished,
    ),
)  # fmt: skip
