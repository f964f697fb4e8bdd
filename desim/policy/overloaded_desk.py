"""A desk that reads every number a platform sends, in order of arrival: a scenario, no reform.

A dashboard shows the latest value. Where an office reads each message instead, a platform that
sends more than its staff can read makes the picture older than letters did: the queue grows for
as long as messages come faster than they are read (information overload).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desim.distribution import lognormal
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Procedure, Unit
from desim.mechanism.steps import Step, Tell, Work
from desim.parameter import Parameter
from desim.policy.policy import Policy

PARAMETERS = (
    Parameter(
        "overloaded_desk.reading", 0.2, 0.02, 0.25, "loguniform", "h",
        "time to read one message of the platform",
        note="a few minutes a message; with 25 bodies an hour it takes more people than there are",
    ),
)  # fmt: skip


READ = "read"
"""Label of the step in which a message is read."""


def change(mechanism: Mechanism, lever: float, values: Mapping[str, float]) -> Mechanism:
    """Let the staff of a board's unit read each message of a platform before it is on the board."""
    if lever == 0.0:
        return mechanism
    platform = {a.procedure for a in mechanism.arrivals if a.purpose == "platform"}
    duration = lognormal(lever * values["overloaded_desk.reading"], 0.5)

    def read(procedure: Procedure) -> Procedure:
        if procedure.name not in platform:
            return procedure
        steps: list[Step] = []
        for step in procedure.steps:
            if isinstance(step, Tell):
                steps.append(Work(READ, step.unit, duration, purpose="report"))
            steps.append(step)
        return replace(procedure, steps=tuple(steps))

    return replace(mechanism, procedures=tuple(map(read, mechanism.procedures)))


def offered_load(mechanism: Mechanism) -> dict[str, tuple[float, float]]:
    """How many people reading a platform's messages keeps busy, and how many there are, by unit.

    This is the offered load of queueing theory: arrivals an hour times hours of work. Where it is
    above the staff, the queue grows for as long as messages come.

    Parameters
    ----------
    mechanism
        A mechanism to which this policy was applied.

    Returns
    -------
    dict
        For each unit that reads: the offered load, and its staff, mean over a day.
    """
    staff = {unit.name: _mean_staff(unit) for unit in mechanism.units}
    rate = {
        a.procedure: 1.0 / a.interval.mean
        for a in mechanism.arrivals
        if a.purpose == "platform" and a.interval is not None
    }
    load: dict[str, float] = {}
    for procedure in mechanism.procedures:
        for step in procedure.steps:
            if isinstance(step, Work) and procedure.name in rate and step.label == READ:
                work = rate[procedure.name] * step.duration.mean
                load[step.unit] = load.get(step.unit, 0.0) + work
    return {unit: (found, staff[unit]) for unit, found in load.items()}


def _mean_staff(unit: Unit) -> float:
    """People on duty, mean over a day; the last shift goes on until the first."""
    begins = [shift.hour for shift in unit.staff]
    ends = [*begins[1:], begins[0] + 24.0]
    hours = (end - begin for begin, end in zip(begins, ends, strict=True))
    return sum(shift.staff * length for shift, length in zip(unit.staff, hours, strict=True)) / 24.0


OVERLOADED_DESK = Policy(
    "overloaded_desk",
    "Overloaded desk",
    "Every message of a platform is read in order of arrival before it counts.",
    change,
    PARAMETERS,
    order_matters_with=(
        "data_sharing",
        "surge_staffing",
        "no_coordination",
        "perfect_communication",
        "perfect_coordination",
    ),
)
