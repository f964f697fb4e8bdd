"""The organisation as tables: units, and links with what flows over them."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from desim.mechanism.mechanism import Mechanism
from desim.mechanism.steps import Send

_FLOWS = {
    "report": "information",
    "verification": "information",
    "consultation": "information",
    "inquiry": "information",
    "notice": "information",
    "referral": "order",
    "approval": "order",
    "order": "order",
    "negotiation": "order",
    "field": "resource",
}


def units(mechanism: Mechanism) -> pd.DataFrame:
    """One row a unit."""
    return pd.DataFrame(
        [
            {
                "name": unit.name,
                "title": unit.title,
                "title_zh": unit.title_zh,
                "tier": unit.tier,
                "place": unit.place,
            }
            for unit in mechanism.units
        ]
    )


def links(mechanism: Mechanism) -> pd.DataFrame:
    """One row a link, with the purposes of the steps that use it and what flows over it."""
    purposes: defaultdict[str, set[str]] = defaultdict(set)
    for procedure in mechanism.procedures:
        for step in procedure.steps:
            if isinstance(step, Send):
                purposes[step.link].add(step.purpose)
    return pd.DataFrame(
        [
            {
                "name": link.name,
                "origin": link.origin,
                "destination": link.destination,
                "orientation": link.orientation,
                "channel": link.channel,
                "delay_mean": link.delay.mean,
                "loss": link.loss,
                "purposes": ",".join(sorted(filter(None, purposes[link.name]))),
                "flows": ",".join(_flows(purposes[link.name], link.channel)),
            }
            for link in mechanism.links
        ]
    )


def _flows(purposes: set[str], channel: str) -> list[str]:
    if channel == "road":
        return ["resource"]
    return sorted({_FLOWS.get(purpose, "information") for purpose in purposes})
