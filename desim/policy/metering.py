"""Meters on the platform: whether orders are carried out is seen at once and compared often.

A part of `desim.policy.data_sharing`: streams of purpose ``monitoring`` compare what meters show
with what was ordered. On the platform their way to whoever compares is one short link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desim.distribution import constant, lognormal
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Link, Procedure
from desim.mechanism.steps import Send, Work

MONITORING = "monitoring"


def watched_by_platform(
    mechanism: Mechanism, lever: float, values: Mapping[str, float]
) -> Mechanism:
    """Connect the first share of what is monitored, in the order of the streams.

    Parameters
    ----------
    mechanism
        Any mechanism.
    lever
        Share connected, [0, 1].
    values
        ``data_sharing.watch`` and ``data_sharing.delay``, hours.
    """
    index = {procedure.name: procedure for procedure in mechanism.procedures}
    streams = [a for a in mechanism.arrivals if a.purpose == MONITORING]
    watched = [a.procedure for a in streams[: round(lever * len(streams))]]
    ways = {name: _way(index[name], mechanism, values) for name in dict.fromkeys(watched)}
    links = {name: way for name, way in ways.items() if way is not None}
    if not links:
        return mechanism

    def sooner(arrival: Arrival) -> Arrival:
        if arrival.procedure not in links:
            return arrival
        return replace(arrival, interval=constant(values["data_sharing.watch"]))

    return replace(
        mechanism,
        links=(*mechanism.links, *links.values()),
        procedures=tuple(
            _direct(procedure, links[procedure.name]) if procedure.name in links else procedure
            for procedure in mechanism.procedures
        ),
        arrivals=tuple(map(sooner, mechanism.arrivals)),
    )


def _way(procedure: Procedure, mechanism: Mechanism, values: Mapping[str, float]) -> Link | None:
    """A link of the platform from where meters are read to where they are compared."""
    sends = [s for s in procedure.steps if isinstance(s, Send) and s.purpose == MONITORING]
    if not sends:
        return None
    index = {link.name: link for link in mechanism.links}
    return Link(
        f"platform.{procedure.name}",
        index[sends[0].link].origin,
        index[sends[-1].link].destination,
        "vertical",
        "platform",
        lognormal(values["data_sharing.delay"], 0.5),
        source="policy data_sharing",
    )


def _direct(procedure: Procedure, link: Link) -> Procedure:
    """The procedure with one trip over the link in place of the manual way."""
    manual = [
        step
        for step in procedure.steps
        if isinstance(step, Send | Work) and step.purpose == MONITORING
    ]
    platform = Send("platform", link.name, MONITORING)
    kept = [platform if step == manual[0] else step for step in procedure.steps]
    return replace(procedure, steps=tuple(step for step in kept if step not in manual[1:]))
