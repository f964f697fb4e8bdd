"""Two imaginary mechanisms to measure policies against: no and perfect coordination.

Perfect coordination plans with true forecasts to the end of the run, decides every hour and needs
neither time nor reserves. It still works through the same measures, with their ramps, and through
the same local networks; how far even that is from the least that hindsight needs is measured by
`desim.outcome.hindsight`. Between the two stands a third, in
`desim.policy.local_response`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from desim.distribution import Distribution, constant
from desim.mechanism.flow import forks
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Link, Measure, Procedure, Rule
from desim.mechanism.steps import Activate, Choose, Observe, Step, Work
from desim.mechanism.world import SECTORS, PowerBalance
from desim.parameter import CHOICE, Parameter
from desim.policy.policy import Policy

HOURLY = ("report", "assessment")
"""Purposes of the streams that perfect coordination runs every hour."""
FRICTION = ("referral", "orphan", "duplicate", "return", "approval")
"""Purposes of the choices that go right without fail under perfect coordination."""


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
    """No delay, loss, error, referral or return, and a plan by the hour with true forecasts.

    Travel on roads, work in the field and ramps stay: they are physics, not coordination.
    """
    if lever == 0.0:
        return mechanism
    own_rule = values["perfect_coordination.own_rule"] > 0.0

    def immediate(procedure: Procedure, step: Step) -> Step:
        if isinstance(step, Work) and step.purpose != "field":
            return replace(step, duration=_nothing(step.duration))
        if isinstance(step, Observe):
            return replace(step, error=0.0)
        if isinstance(step, Choose) and step.purpose in FRICTION:
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
    arrivals = _hourly(perfect.arrivals)
    if own_rule:
        return replace(perfect, arrivals=arrivals)
    rules = tuple(_far_sighted(rule, mechanism) for rule in perfect.rules)
    return replace(perfect, arrivals=arrivals, rules=rules)


def _far_sighted(rule: Rule, mechanism: Mechanism) -> Rule:
    """A rule that plans to the horizon, with no reserve but for the course of a day, and knows
    what measures yield."""
    world = mechanism.world
    if rule.kind != "size" or rule.energy is None or world is None:
        return rule
    days = math.ceil(mechanism.horizon / 24.0)
    energy = replace(rule.energy, plan="budget", days=days, floor=world.floor + _swing(world))
    index = {measure.name: measure for measure in mechanism.measures}
    yields = tuple(
        _yield(index[name], world) or capacity
        for name, capacity in zip(rule.measures, rule.capacities, strict=True)
    )
    return replace(
        rule,
        energy=energy,
        capacities=yields,
        margin=0.0,
        granularity=0.0,
        slack=0.0,
        hold=0.0,
        term=0.0,
    )


def _swing(world: PowerBalance) -> float:
    """The most that one day takes from the store and gives back by its end, GWh."""
    short = world.need.sum(axis=(1, 2)) - world.fixed - world.inflow
    days = short[: len(short) // 24 * 24].reshape(-1, 24)
    within = np.cumsum(days - days.mean(axis=1, keepdims=True), axis=1)
    return float(np.ptp(within, axis=1).max(initial=0.0))


def _yield(measure: Measure, world: PowerBalance) -> float:
    """What a measure gives on average over the run, GW; 0 where that cannot be told."""
    if measure.kind == "curtail":
        sector = SECTORS.index(measure.sector)
        mean = dict(zip(world.places, world.need[:, :, sector].mean(axis=0), strict=True))
        return float(sum(mean[place] * effect for place, effect in measure.effects.items()))
    if measure.kind in ("supply", "support"):
        most = sum(measure.effects.values())
        if measure.kind == "support":
            most = float(np.minimum(world.ties, most * world.surplus).mean())
        return float(most)
    return 0.0


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


PARAMETERS = (
    Parameter(
        "perfect_coordination.own_rule", 0.0, 0.0, 1.0, CHOICE, "code",
        "1: the command keeps its own rule and is only fast and well informed",
        note="tells speed and knowledge from planning",
    ),
)  # fmt: skip

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
    "No delay, loss or error; every hour a plan to the end with true forecasts.",
    with_perfect_coordination,
    PARAMETERS,
    order_matters_with=("data_sharing", "surge_staffing"),
)
