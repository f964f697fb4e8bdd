"""Meters on the platform: whether orders are carried out is seen at once and compared often.

A part of `desim.policy.data_sharing`: streams of purpose ``monitoring`` compare what meters show
with what was ordered. On the platform their way to whoever compares is one short link; while it
is down, they go the manual way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desim.distribution import constant, lognormal
from desim.mechanism.levels import Condition
from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import Arrival, Link, Procedure
from desim.mechanism.steps import END, Branch, Choose, Send, Step, Work

MONITORING = "monitoring"


def watched_by_platform(
    mechanism: Mechanism, lever: float, values: Mapping[str, float], down: Condition
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
    down
        What holds while the platform is down.
    """
    index = by_name(mechanism.procedures)
    streams = [arrival for arrival in mechanism.arrivals if arrival.purpose == MONITORING]
    connected = {}
    for stream in streams[: round(lever * len(streams))]:
        manual = _manual(index[stream.procedure])
        if any(isinstance(step, Send) for step in manual):
            connected[stream.procedure] = manual

    def direct(procedure: Procedure) -> Procedure:
        manual = connected.get(procedure.name, ())
        return _direct(procedure, manual, down) if manual else procedure

    def sooner(arrival: Arrival) -> Arrival:
        if arrival.procedure not in connected:
            return arrival
        return replace(arrival, interval=constant(values["data_sharing.watch"]))

    delay = values["data_sharing.delay"]
    new = (_link(name, manual, mechanism, delay) for name, manual in connected.items())
    changed = replace(mechanism, links=(*mechanism.links, *new))
    return changed.mapped(procedures=direct, arrivals=sooner)


def _manual(procedure: Procedure) -> tuple[Step, ...]:
    """The trips and the work between the reading of meters and the comparison."""
    return tuple(
        step
        for step in procedure.steps
        if isinstance(step, Send | Work) and step.purpose == MONITORING
    )


def _link(name: str, manual: tuple[Step, ...], mechanism: Mechanism, delay: float) -> Link:
    """A link of the platform from where the manual way begins to where it ends."""
    index = by_name(mechanism.links)
    sends = [step for step in manual if isinstance(step, Send)]
    return Link(
        f"platform.{name}",
        index[sends[0].link].origin,
        index[sends[-1].link].destination,
        "vertical",
        "platform",
        lognormal(delay, 0.5),
        source="policy data_sharing",
    )


def _direct(procedure: Procedure, manual: tuple[Step, ...], down: Condition) -> Procedure:
    """The procedure with one trip over the platform past the manual way, unless it is down."""
    steps = procedure.steps
    first, last = steps.index(manual[0]), steps.index(manual[-1])
    after = steps[last + 1].label if last + 1 < len(steps) else END
    past = (
        Choose("by_hand", (Branch(manual[0].label, when=down),), purpose="fallback"),
        Send("platform", f"platform.{procedure.name}", MONITORING),
        Choose("by_platform", (Branch(after, chance=1.0),)),
    )
    return replace(procedure, steps=(*steps[:first], *past, *steps[first:]))
