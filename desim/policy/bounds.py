"""Two imaginary mechanisms to measure policies against: no and perfect coordination.

They bound coordination, not outcome. Perfect coordination applies the same rules as everybody,
and these see the coming day and not the whole month; a policy whose measures stay up longer than
the day asks saves water for later and can shed less in the end (see docs/design.md). So the share
of the coordination gap that a policy closes can exceed one. Between the two stands a third, in
`desim.policy.local_response`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desim.distribution import Distribution, constant
from desim.mechanism.flow import forks
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Link, Procedure
from desim.mechanism.steps import Activate, Choose, Observe, Step, Work
from desim.policy.policy import Policy

HOURLY = ("report", "assessment")
"""Purposes of the streams that perfect coordination runs every hour."""


def without_coordination(
    mechanism: Mechanism, lever: float, values: Mapping[str, float]
) -> Mechanism:
    """Keep only what happens by itself (faults and the like); the grid sheds what is missing."""
    if lever == 0.0:
        return mechanism
    kinds = {measure.name: measure.kind for measure in mechanism.measures}
    index = {procedure.name: procedure for procedure in mechanism.procedures}

    def by_itself(arrival: Arrival) -> bool:
        activated = {kinds[name] for name in _activated(arrival.procedure, index)}
        return activated == {"fault"}

    kept = tuple(filter(by_itself, mechanism.arrivals))
    return replace(mechanism, arrivals=kept)


def _activated(name: str, index: Mapping[str, Procedure]) -> set[str]:
    found: set[str] = set()
    todo, seen = [name], set()
    while todo:
        procedure = index[todo.pop()]
        if procedure.name not in seen:
            seen.add(procedure.name)
            found |= {s.measure for s in procedure.steps if isinstance(s, Activate)}
            todo.extend(forks(procedure))
    return found


def with_perfect_coordination(
    mechanism: Mechanism, lever: float, values: Mapping[str, float]
) -> Mechanism:
    """No delay, loss, error, referral, return or negotiation, and everything known by the hour.

    Travel on roads, work in the field and ramps stay: they are physics, not coordination.
    """
    if lever == 0.0:
        return mechanism

    def immediate(procedure: Procedure, step: Step) -> Step:
        if isinstance(step, Work) and step.purpose != "field":
            return replace(step, duration=_nothing(step.duration))
        if isinstance(step, Observe):
            return replace(step, error=0.0)
        if isinstance(step, Choose) and step.purpose in ("referral", "return", "approval"):
            chance = 1.0 if step.purpose == "approval" else 0.0
            certain = tuple(
                b if b.chance is None else replace(b, chance=chance) for b in step.branches
            )
            return replace(step, branches=certain)
        return step

    def direct(link: Link) -> Link:
        if link.channel == "road":
            return link
        return replace(link, delay=_nothing(link.delay), loss=0.0, error=0.0)

    perfect = mechanism.mapped_steps(immediate).mapped(links=direct)
    return replace(perfect, arrivals=_hourly(perfect.arrivals))


def _nothing(law: Distribution) -> Distribution:
    return constant(0.0, unit=law.unit)


def _hourly(arrivals: tuple[Arrival, ...]) -> tuple[Arrival, ...]:
    """One hourly, unconditional stream for each procedure that reports or assesses."""
    seen: set[str] = set()
    kept = []
    for arrival in arrivals:
        if arrival.purpose not in HOURLY:
            kept.append(arrival)
        elif arrival.procedure not in seen:
            seen.add(arrival.procedure)
            kept.append(
                replace(arrival, interval=constant(1.0), times=(), first=0.0, when=None, keep=None)
            )
    return tuple(kept)


NO_COORDINATION = Policy(
    "no_coordination",
    "No coordination",
    "Only protective shedding: nobody reports, decides or orders.",
    without_coordination,
    order_matters_with=("data_sharing", "surge_staffing"),
)
PERFECT_COORDINATION = Policy(
    "perfect_coordination",
    "Perfect coordination",
    "No delay, loss, error or referral; everything is known and decided by the hour.",
    with_perfect_coordination,
    order_matters_with=("data_sharing", "surge_staffing"),
)
