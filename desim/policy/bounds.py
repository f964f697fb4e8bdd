"""Imaginary mechanisms to measure policies against: no coordination, and two that are perfect.

With perfect communication nothing that passes between units takes time, is lost or is wrong, and
the command decides every hour; but it decides by its own rule. Perfect coordination also plans
with true forecasts to the end of the run, without reserves, and asks for supply before it
curtails. So of what a baseline is away from perfect coordination, one part is speed and knowledge,
and the rest is planning and merit order. Neither adds capacity: a reform that brings supply or
response can do more than perfect communication. And a rule that looks a few days ahead need not
gain from true forecasts: errors make it act sooner, which is worth something at times. The response
level follows the same plan, so what a level allows is allowed from when the plan shows it to be
needed. Both still work through the same measures, with their ramps, and through the same local
networks; how far even that is from the least that hindsight needs is measured by
`desim.outcome.hindsight`. Between none and perfect stands one more, in
`desim.policy.local_response`.

Who leaves people without power curtails less, so energy curtailed alone has no bound: compare it
for the same energy not served, or add both up.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from desim.distribution import Distribution, constant
from desim.elementary import exp, power
from desim.mechanism.flow import forks
from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import Arrival, Link, Measure, Procedure, Rule
from desim.mechanism.steps import Activate, Choose, Observe, Step, Work
from desim.mechanism.world import SECTORS, PowerBalance
from desim.parameter import CHOICE, Parameter
from desim.policy.policy import Policy
from desim.policy.supply_first import supply_first

HOURLY = ("report", "assessment")
"""Purposes of the streams that run every hour under perfect communication."""
FRICTION = ("referral", "orphan", "duplicate", "return", "approval")
"""Purposes of the choices that go right without fail under perfect communication."""


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


def with_perfect_communication(
    mechanism: Mechanism, lever: float, values: Mapping[str, float]
) -> Mechanism:
    """No delay, loss, error, referral or return, and a decision every hour by the case's own rule.

    With ``perfect_communication.errors`` what is observed, and foretold, is as wrong as before.
    Travel on roads, work in the field and ramps stay: they are physics, not coordination.
    """
    if lever == 0.0:
        return mechanism
    wrong = values.get(ERRORS, 0.0) > 0.0

    def immediate(procedure: Procedure, step: Step) -> Step:
        if isinstance(step, Work) and step.purpose != "field":
            return replace(step, duration=_nothing(step.duration))
        if isinstance(step, Observe) and not wrong:
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
    return replace(perfect, arrivals=_hourly(perfect.arrivals))


def with_perfect_coordination(
    mechanism: Mechanism, lever: float, values: Mapping[str, float]
) -> Mechanism:
    """Perfect communication, and a plan by the hour with true forecasts to the end."""
    if lever == 0.0:
        return mechanism
    perfect = with_perfect_communication(mechanism, lever, {})
    rules = tuple(_far_sighted(rule, mechanism) for rule in perfect.rules)
    return replace(perfect, rules=rules)


def _far_sighted(rule: Rule, mechanism: Mechanism) -> Rule:
    """A rule that plans to the horizon, with no reserve but for the course of a day.

    A rule that sizes measures also knows what they yield, and asks for everything that adds supply
    or asks the public before it takes from customers: with no time lost in asking, there is no
    reason to curtail first.
    """
    world = mechanism.world
    if rule.energy is None or world is None:
        return rule
    energy = replace(
        rule.energy,
        plan="budget",
        days=math.ceil(mechanism.horizon / 24.0),
        reserve=_swing(world),
        hydro_most=world.hydro_most - _unseen_peak(world),
    )
    if rule.kind != "size":
        return replace(rule, energy=energy, margin=0.0)
    index = by_name(mechanism.measures)
    ordered = supply_first(rule, index)
    believed = zip(ordered.measures, ordered.capacities, strict=True)
    return replace(
        ordered,
        energy=energy,
        capacities=tuple(_yield(index[name], world, gives) for name, gives in believed),
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


def _unseen_peak(world: PowerBalance) -> float:
    """By how much the largest need less the mean of fixed supply misses a day's peak, GW.

    Fixed supply is not the same at all hours, and a rule's board shows its mean.
    """
    need = world.need.sum(axis=2)
    days = len(need) // 24
    by_day = need[: days * 24].reshape(days, 24, -1)
    fixed = world.fixed[: days * 24].reshape(days, 24)
    seen = by_day.max(axis=1).sum(axis=1) - fixed.mean(axis=1)
    peak = (by_day.sum(axis=2) - fixed).max(axis=1)
    return float((peak - seen).max(initial=0.0))


def _yield(measure: Measure, world: PowerBalance, believed: float) -> float:
    """What a measure gives on average over the run, GW; what is believed where nobody can tell."""
    if measure.kind == "curtail":
        sector = SECTORS.index(measure.sector)
        mean = dict(zip(world.places, world.need[:, :, sector].mean(axis=0), strict=True))
        return float(sum(mean[place] * effect for place, effect in measure.effects.items()))
    if measure.kind == "appeal":
        return _answered(world)
    most = sum(measure.effects.values())
    if measure.kind == "support":
        return float(np.minimum(world.ties, most * world.surplus).mean())
    return most if measure.kind == "supply" else believed


def _answered(world: PowerBalance) -> float:
    """What an appeal over the whole run saves on average, GW: the public gets used to it."""
    public, used_to, answers = world.public, 0.0, []
    kept = power(0.5, 1.0 / public.half_life)
    for _ in range(len(world.need)):
        answers.append(exp(-used_to))
        used_to = (used_to + public.habituation / 24.0) * kept
    asked = world.need[:, :, : SECTORS.index("commercial") + 1].sum(axis=(1, 2))
    return float(public.reach * public.response * (asked * np.array(answers)).mean())


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


ERRORS = "perfect_communication.errors"
PARAMETERS = (
    Parameter(
        ERRORS, 0.0, 0.0, 1.0, CHOICE, "code",
        "1: what is observed and foretold is as wrong as in the baseline",
        note="tells speed from true forecasts over the command's own horizon",
    ),
)  # fmt: skip

NO_COORDINATION = Policy(
    "no_coordination",
    "No coordination",
    "Only protective shedding: nobody reports, decides or orders.",
    without_coordination,
    order_matters_with=("data_sharing", "surge_staffing"),
)
PERFECT_COMMUNICATION = Policy(
    "perfect_communication",
    "Perfect communication",
    "No delay, loss or error; every hour a decision, by the command's own rule.",
    with_perfect_communication,
    PARAMETERS,
    order_matters_with=("data_sharing", "surge_staffing", "local_response"),
)
PERFECT_COORDINATION = Policy(
    "perfect_coordination",
    "Perfect coordination",
    "No delay, loss or error; every hour a plan to the end with true forecasts.",
    with_perfect_coordination,
    order_matters_with=(
        "data_sharing",
        "joint_regional",
        "public_engagement",
        "surge_staffing",
        "local_response",
    ),
)
