"""Joint programmes between regions.

What it changes: agreements stand before the emergency instead of being negotiated in it, fewer
requests are refused because each side knows the other's balance, a shared reserve gives more while
donors have a surplus, neighbours share the data behind forecasts of inflow, and generator trucks
stand nearer and in greater number. What it cannot change: the capacity of the ties, which were
full by 17 August, and the heat that takes the donors' surplus too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Link, Measure, Pool, Procedure
from desim.mechanism.steps import Choose, Observe, Step, Work
from desim.parameter import Parameter
from desim.policy.chances import scaled
from desim.policy.policy import Policy

PARAMETERS = (
    Parameter(
        "joint_regional.negotiation", 0.08, 0.01, 0.3, "uniform", "share",
        "what is left of negotiating time at full lever",
        note="ad hoc 4-24 h against 0.02-1 h under a compact (coordination evidence 2.7, prior)",
    ),
    Parameter(
        "joint_regional.travel", 0.6, 0.3, 1.0, "uniform", "share",
        "what is left of road travel time from other regions at full lever",
        note="part of the fleet stands near the border; no before-and-after study found",
    ),
    Parameter(
        "joint_regional.trucks", 0.3, 0.0, 1.0, "uniform", "share",
        "pooled equipment added by the joint programme at full lever",
        note="fleet promised in advance relative to the 50 trucks of 2022",
    ),
    Parameter(
        "joint_regional.reserve", 0.3, 0.0, 0.6, "uniform", "share",
        "support added by a shared reserve at full lever, while donors have a surplus",
        note="no figure found; the ties bound it",
    ),
    Parameter(
        "joint_regional.refusal", 0.5, 0.0, 0.8, "uniform", "share",
        "share of refusals avoided at full lever",
        note="each side sees the other's balance; no before-and-after study found",
    ),
    Parameter(
        "joint_regional.data", 0.3, 0.0, 0.6, "uniform", "share",
        "share of the error of inflow forecasts avoided by neighbours' data at full lever",
        note="gauges upstream stand in other provinces; no figure found",
    ),
)  # fmt: skip


def change(mechanism: Mechanism, lever: float, values: Mapping[str, float]) -> Mechanism:
    """Shorten negotiations and travel, enlarge pools and support, and share data."""
    neighbours = {unit.name for unit in mechanism.units if unit.tier == "neighbour"}
    talks = 1.0 - lever * (1.0 - values["joint_regional.negotiation"])
    travel = 1.0 - lever * (1.0 - values["joint_regional.travel"])
    fleet = 1.0 + lever * values["joint_regional.trucks"]
    reserve = 1.0 + lever * values["joint_regional.reserve"]
    refused = 1.0 - lever * values["joint_regional.refusal"]
    blind = 1.0 - lever * values["joint_regional.data"]

    def agreed(procedure: Procedure, step: Step) -> Step:
        if isinstance(step, Work) and step.purpose == "negotiation":
            return replace(step, duration=step.duration.scaled(talks))
        if isinstance(step, Choose) and step.purpose == "negotiation":
            return scaled(step, refused)
        if isinstance(step, Observe) and step.purpose == "forecast":
            return replace(step, error=step.error * blind)
        return step

    def stronger(measure: Measure) -> Measure:
        if measure.kind != "support":
            return measure
        effects = {place: effect * reserve for place, effect in measure.effects.items()}
        return replace(measure, effects=effects)

    def nearer(link: Link) -> Link:
        from_afar = link.channel == "road" and {link.origin, link.destination} & neighbours
        return replace(link, delay=link.delay.scaled(travel)) if from_afar else link

    def larger(pool: Pool) -> Pool:
        pooled = pool.unit in neighbours
        return replace(pool, stock=float(round(pool.stock * fleet))) if pooled else pool

    changed = mechanism.mapped_steps(agreed)
    return changed.mapped(links=nearer, pools=larger, measures=stronger)


JOINT_REGIONAL = Policy(
    "joint_regional",
    "Joint regional programmes",
    "Standing agreements, a shared reserve and shared data, and equipment placed in advance.",
    change,
    PARAMETERS,
)
