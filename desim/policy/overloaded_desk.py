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
from desim.mechanism.parts import Procedure
from desim.mechanism.steps import Step, Tell, Work
from desim.parameter import Parameter
from desim.policy.policy import Policy

PARAMETERS = (
    Parameter(
        "overloaded_desk.reading", 0.2, 0.02, 0.25, "loguniform", "h",
        "time to read one message of the platform",
        note="a few minutes a message; with 24 bodies an hour it takes more people than there are",
    ),
)  # fmt: skip


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
                steps.append(Work("read", step.unit, duration, purpose="report"))
            steps.append(step)
        return replace(procedure, steps=tuple(steps))

    return replace(mechanism, procedures=tuple(map(read, mechanism.procedures)))


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
