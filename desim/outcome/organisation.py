"""Outcomes of the organisation: load, referrals, returns, conflicting orders, deployments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desim.mechanism.steps import PURPOSES
from desim.outcome.outcome import Outcome
from desim.program.program import Program
from desim.trace.record import Kind
from desim.trace.trace import Trace

PURPOSE = {purpose: code for code, purpose in enumerate(PURPOSES)}
GENERATORS = "generators"
"""The measure that counts emergency generators connected."""


def staff_hours(program: Program) -> NDArray[np.float64]:
    """Hours of staff on duty by unit over the whole run, float64 (units,)."""
    calendars, horizon = program.calendars, program.mechanism.horizon
    order = np.argsort(calendars.shift_unit, kind="stable")
    unit, staff = calendars.shift_unit[order], calendars.shift_staff[order]
    first = np.diff(unit, prepend=-1) > 0
    before = np.where(first, calendars.staff[unit], np.roll(staff, 1))
    changed = (staff - before) * (horizon - calendars.shift_time[order])
    units = len(calendars.staff)
    hours = calendars.staff.astype(np.float64) * horizon
    return hours + np.bincount(unit, changed, minlength=units).astype(np.float64)


def load_by_unit(trace: Trace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Utilisation and mean queue length of each unit, float64 (units,) each.

    A unit that has no staff within the run has no utilisation (NaN).
    """
    hours = []
    for stretches in (trace.worked, trace.waited):
        unit = trace.program.steps.target[stretches[:, 2].astype(np.int64)]
        units = len(trace.program.mechanism.units)
        hours.append(np.bincount(unit, stretches[:, 1] - stretches[:, 0], minlength=units))
    there = staff_hours(trace.program)
    used = np.divide(hours[0], there, out=np.full(len(there), np.nan), where=there > 0.0)
    return used, hours[1] / trace.final_time


def busiest_utilisation(trace: Trace) -> float:
    """The largest utilisation of the units that have staff; NaN where none has."""
    used = load_by_unit(trace)[0]
    with_staff = used[~np.isnan(used)]
    return float(with_staff.max()) if len(with_staff) else float("nan")


def coordination_hours(trace: Trace) -> float:
    """Staff hours spent on coordination: all work but that in the field."""
    stretches = trace.worked
    steps = stretches[:, 2].astype(np.int64)
    counted = trace.program.purpose[steps] != PURPOSE["field"]
    return float((stretches[counted, 1] - stretches[counted, 0]).sum())


def repeated_orders(trace: Trace) -> float:
    """Orders that reached the field and changed nothing there."""
    found = trace.select(Kind.ACTIVATE)
    program = trace.program
    slots = program.steps.target[found["step"]]
    by_order = np.isnan(program.steps.amount[found["step"]])
    count = 0
    for slot in np.unique(slots[by_order]):
        mine = slots == slot
        value = found["value"][mine]
        before = np.concatenate([[0.0], value[:-1]])
        count += int((by_order[mine] & (value == before)).sum())
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
        return float((trace.program.purpose[rows] == PURPOSE[purpose]).sum())

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
    return float(len(trace.items) - trace.count(Kind.DONE))


_TO_HORIZON = "Counts up to the horizon, finished or not."

ORGANISATION: tuple[Outcome, ...] = (
    _starts("referral"),
    _starts("return"),
    _starts("inquiry"),
    Outcome(
        "conflicting_orders", "Conflicting or duplicate orders", "count", "lower",
        "Orders that came to the field after a newer one, or that changed nothing there.",
        "Orders still under way are left out.",
        lambda trace: float(trace.count(Kind.FILE)) + repeated_orders(trace),
    ),
    Outcome(
        "repeated_orders", "Orders carried out twice", "count", "lower",
        "Orders that reached the field and changed nothing there.",
        "Orders still under way are left out.", repeated_orders,
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
        "Worked over available staff hours, of the unit with staff where that is largest.",
        _TO_HORIZON, busiest_utilisation,
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
