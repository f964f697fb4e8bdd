"""Joint programmes between regions.

What it changes: agreements stand before the emergency instead of being negotiated in it, and
generator trucks stand nearer and in greater number. What it cannot change: the capacity of the
ties, which were full by 17 August, and the heat that donors share with us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Link, Pool, Procedure
from desim.mechanism.steps import Step, Work
from desim.parameter import Parameter
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
)  # fmt: skip


def change(mechanism: Mechanism, lever: float, values: Mapping[str, float]) -> Mechanism:
    """Shorten negotiations and travel from neighbours, and enlarge the neighbours' pools."""
    neighbours = {unit.name for unit in mechanism.units if unit.tier == "neighbour"}
    talks = 1.0 - lever * (1.0 - values["joint_regional.negotiation"])
    travel = 1.0 - lever * (1.0 - values["joint_regional.travel"])
    fleet = 1.0 + lever * values["joint_regional.trucks"]

    def agreed(procedure: Procedure, step: Step) -> Step:
        if isinstance(step, Work) and step.purpose == "negotiation":
            return replace(step, duration=step.duration.scaled(talks))
        return step

    def nearer(link: Link) -> Link:
        from_afar = link.channel == "road" and {link.origin, link.destination} & neighbours
        return replace(link, delay=link.delay.scaled(travel)) if from_afar else link

    def larger(pool: Pool) -> Pool:
        pooled = pool.unit in neighbours
        return replace(pool, stock=float(round(pool.stock * fleet))) if pooled else pool

    return mechanism.mapped_steps(agreed).mapped(links=nearer, pools=larger)


JOINT_REGIONAL = Policy(
    "joint_regional",
    "Joint regional programmes",
    "Standing agreements instead of negotiation, and equipment placed in advance.",
    change,
    PARAMETERS,
)
