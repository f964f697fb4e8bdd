"""Coordination of government and society through effective communication.

What it changes: how soon and how many people an appeal reaches, how they answer and tire, how soon
enterprises have notice, how soon the public's calls lead to repairs, inquiries that occupy city
offices, and the trust that unannounced outages cost.
The gain in response may be nil (Holladay, Price & Wanamaker 2015 found no reduction over ten
years), and its range says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Link, Procedure
from desim.mechanism.steps import Send, Step, Work
from desim.parameter import Parameter
from desim.policy.policy import Policy

PARAMETERS = (
    Parameter(
        "public_engagement.reach", 0.8, 0.5, 0.95, "uniform", "share",
        "share of people an appeal reaches at full lever",
        note="phone alerts reach most handsets; no figure for Sichuan",
    ),
    Parameter(
        "public_engagement.response", 1.5, 1.0, 3.0, "uniform", "ratio",
        "response of those reached, relative to the baseline, at full lever",
        note="0.6-1.5 % by media against 1-4 % by phone alert (coordination evidence 2.8); "
        "no gain is in the range (Holladay, Price & Wanamaker 2015)",
    ),
    Parameter(
        "public_engagement.lead", 0.25, 0.05, 0.8, "uniform", "share",
        "what is left of the time of notices, appeals and feedback at full lever",
        note="minutes by phone against 1-6 h by media and grid workers (2.8, prior)",
    ),
    Parameter(
        "public_engagement.announced", 0.9, 0.5, 1.0, "uniform", "share",
        "share of shedding announced in advance at full lever", note="prior",
    ),
    Parameter(
        "public_engagement.inquiries", 0.5, 0.2, 1.2, "uniform", "ratio",
        "inquiries per outage relative to the baseline at full lever",
        note="more talk can also raise questions, so the range passes 1",
    ),
)  # fmt: skip

TOLD = ("notice", "feedback")
"""Purposes of what is told to enterprises and the public, and by the public."""


def change(mechanism: Mechanism, lever: float, values: Mapping[str, float]) -> Mechanism:
    """Quicken notices, widen reach and response, announce outages, and thin out inquiries."""
    lead = 1.0 - lever * (1.0 - values["public_engagement.lead"])
    asked = 1.0 - lever * (1.0 - values["public_engagement.inquiries"])

    told = {
        step.link
        for procedure in mechanism.procedures
        for step in procedure.steps
        if isinstance(step, Send) and step.purpose in TOLD
    }

    def sooner(procedure: Procedure, step: Step) -> Step:
        if isinstance(step, Work) and step.purpose in TOLD:
            return replace(step, duration=step.duration.scaled(lead))
        return step

    def faster(link: Link) -> Link:
        quick = link.channel == "media" or link.name in told
        return replace(link, delay=link.delay.scaled(lead)) if quick else link

    def fewer(arrival: Arrival) -> Arrival:
        keep = arrival.keep
        if arrival.purpose != "inquiry" or keep is None:
            return arrival
        return replace(
            arrival, keep=replace(keep, base=keep.base * asked, slope=keep.slope * asked)
        )

    changed = mechanism.mapped_steps(sooner).mapped(links=faster, arrivals=fewer)
    return _heard(changed, lever, values)


def _heard(mechanism: Mechanism, lever: float, values: Mapping[str, float]) -> Mechanism:
    if mechanism.world is None:
        return mechanism
    public = mechanism.world.public
    ratio = 1.0 + lever * (values["public_engagement.response"] - 1.0)
    better = replace(
        public,
        reach=_towards(public.reach, values["public_engagement.reach"], lever),
        response=min(1.0, public.response * ratio),
        announced=_towards(public.announced, values["public_engagement.announced"], lever),
    )
    return replace(mechanism, world=replace(mechanism.world, public=better))


def _towards(now: float, full: float, lever: float) -> float:
    return now + lever * (max(now, full) - now)


PUBLIC_ENGAGEMENT = Policy(
    "public_engagement",
    "Public engagement",
    "Appeals, notices and feedback come sooner and reach more; outages are announced.",
    change,
    PARAMETERS,
)
