"""Real-time monitoring and sharing of data.

What it changes: for the connected share of reporting bodies, reports by hops and cut-off times
give way to a platform that observes at short intervals and writes to the same board line. Whoever
looks at the board sees the latest value; nobody reads every number that comes in (the policy
`overloaded_desk` is the scenario in which somebody does). Meters that show whether orders are
carried out are connected in the same way. What it costs: the platform fails now and then, when
the manual way takes over again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from desim.distribution import constant, exponential, lognormal
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Link, Measure, Procedure
from desim.mechanism.steps import (
    END,
    Activate,
    Branch,
    Choose,
    Observe,
    Send,
    Step,
    Tell,
)
from desim.parameter import CHOICE, Parameter
from desim.policy.metering import watched_by_platform
from desim.policy.policy import Policy

PARAMETERS = (
    Parameter(
        "data_sharing.interval", 1.0, 0.25, 4.0, "loguniform", "h",
        "time between observations of a connected body",
        note="platforms sample in minutes; an hour is the balance's own step",
    ),
    Parameter(
        "data_sharing.delay", 0.1, 0.01, 0.5, "loguniform", "h",
        "delay of the platform link", note="16 s to minutes (coordination evidence 2.6)",
    ),
    Parameter(
        "data_sharing.error", 0.5, 0.2, 1.0, "uniform", "ratio",
        "error of a measured quantity relative to the manual report; forecasts stay as they are",
        note="automatic readings avoid copying errors; no figure found",
    ),
    Parameter(
        "data_sharing.watch", 4.0, 1.0, 12.0, "loguniform", "h",
        "time between comparisons of meters with orders",
        note="load-management systems measure every 15 minutes; somebody has to look",
    ),
    Parameter(
        "data_sharing.supply_share", 1.0, 0.0, 1.0, CHOICE, "share",
        "share of the bodies that report water and supply that can be connected",
        note="all; set apart to see what each kind of data is worth",
    ),
    Parameter(
        "data_sharing.need_share", 1.0, 0.0, 1.0, CHOICE, "share",
        "share of the bodies that report need that can be connected",
        note="all; set apart to see what each kind of data is worth",
    ),
    Parameter(
        "data_sharing.failure_gap", 240.0, 72.0, 1000.0, "loguniform", "h",
        "mean time between platform failures", note="no figure found",
    ),
    Parameter(
        "data_sharing.failure_length", 4.0, 0.5, 24.0, "loguniform", "h",
        "mean length of a platform failure", note="no figure found",
    ),
)  # fmt: skip

_DOWN = Level("measure", "platform_down", "province")
WORKING, DOWN = Condition(_DOWN, "<", 1.0), Condition(_DOWN, ">=", 1.0)
"""What holds while the platform works, and while it does not."""


@dataclass(frozen=True, slots=True)
class _Report:
    """A manual report procedure: what it observes, who reports, and which board line it feeds.

    A foretold quantity is one that an energy plan takes as a forecast.
    """

    procedure: Procedure
    observe: Observe
    link: str
    tell: Tell
    foretold: bool


def change(mechanism: Mechanism, lever: float, values: Mapping[str, float]) -> Mechanism:
    """Connect the first share of reporting bodies: water and supply first, then need."""
    connected = _connected(mechanism, lever, values)
    if not connected:
        return mechanism
    bypassed = {report.procedure.name for report in connected}

    def manual(procedure: Procedure) -> Procedure:
        return _fallback(procedure) if procedure.name in bypassed else procedure

    shared = replace(
        mechanism,
        measures=(*mechanism.measures, _down()),
        links=(
            *mechanism.links,
            *(_link(r, mechanism, values) for r in connected),
            _repair(connected, values),
        ),
        procedures=(
            *map(manual, mechanism.procedures),
            *(_reading(r, values) for r in connected),
            _outage(),
        ),
        arrivals=(
            *mechanism.arrivals,
            *(_observation(r, values) for r in connected),
            _failures(values),
        ),
    )
    return watched_by_platform(shared, lever, values, DOWN)


def _connected(
    mechanism: Mechanism, lever: float, values: Mapping[str, float]
) -> tuple[_Report, ...]:
    """The reports that the platform takes over, in the order in which bodies are connected."""
    first = {topic for rule in mechanism.rules for topic in rule.supplies}
    first |= {t for r in mechanism.rules if r.energy for t in (r.energy.store, r.energy.inflow)}
    reports = _reports(mechanism)
    groups = (
        [report for report in reports if report.tell.topic in first],
        [report for report in reports if report.tell.topic not in first],
    )
    shares = (values["data_sharing.supply_share"], values["data_sharing.need_share"])
    able = [
        report
        for group, share in zip(groups, shares, strict=True)
        for report in group[: round(share * len(group))]
    ]
    in_order = [*groups[0], *groups[1]][: round(lever * len(reports))]
    return tuple(report for report in in_order if report in able)


def _reports(mechanism: Mechanism) -> tuple[_Report, ...]:
    """Every procedure that a stream of purpose ``report`` starts, once, in order."""
    index = {procedure.name: procedure for procedure in mechanism.procedures}
    foretold = {t for r in mechanism.rules if r.energy for t in (*r.needs, r.energy.inflow)}
    started = dict.fromkeys(a.procedure for a in mechanism.arrivals if a.purpose == "report")
    found = []
    for procedure in (index[name] for name in started):
        observed = [s for s in procedure.steps if isinstance(s, Observe)]
        sent = [s for s in procedure.steps if isinstance(s, Send)]
        told = [s for s in procedure.steps if isinstance(s, Tell)]
        if observed and sent and told:
            told_last = told[-1]
            foretells = told_last.topic in foretold
            found.append(_Report(procedure, observed[0], sent[0].link, told_last, foretells))
    return tuple(found)


def _fallback(procedure: Procedure) -> Procedure:
    first = Choose("platform_works", (Branch(END, when=WORKING),), purpose="fallback")
    return replace(procedure, steps=(first, *procedure.steps))


def _down() -> Measure:
    title = "Platform out of order"
    return Measure("platform_down", "signal", {"province": 1.0}, title=title)


def _link(report: _Report, mechanism: Mechanism, values: Mapping[str, float]) -> Link:
    origin = next(link.origin for link in mechanism.links if link.name == report.link)
    return Link(
        name=f"platform.{report.procedure.name}",
        origin=origin,
        destination=report.tell.unit,
        orientation="vertical",
        channel="platform",
        delay=lognormal(values["data_sharing.delay"], 0.5),
        source="policy data_sharing",
    )


def _repair(connected: tuple[_Report, ...], values: Mapping[str, float]) -> Link:
    centre = connected[0].tell.unit
    length = lognormal(values["data_sharing.failure_length"], 1.0)
    return Link("platform.repair", centre, centre, "horizontal", "platform", length)


def _reading(report: _Report, values: Mapping[str, float]) -> Procedure:
    observe, name = report.observe, report.procedure.name
    error = observe.error * (1.0 if report.foretold else values["data_sharing.error"])
    steps: tuple[Step, ...] = (
        Choose("down", (Branch(END, when=DOWN),), purpose="fallback"),
        replace(observe, label="observe", error=error),
        Send("transmit", f"platform.{name}", purpose="report"),
        Tell("tell", report.tell.unit, report.tell.topic, purpose="report"),
    )
    return Procedure(f"platform.{name}", steps, title=f"Platform reading for {name}")


def _outage() -> Procedure:
    steps: tuple[Step, ...] = (
        Activate("fail", "platform_down", "province", 1.0),
        Send("repair", "platform.repair"),
        Activate("restore", "platform_down", "province", 0.0),
    )
    return Procedure("platform.outage", steps, title="Failure of the platform")


def _observation(report: _Report, values: Mapping[str, float]) -> Arrival:
    name = f"platform.{report.procedure.name}"
    every = constant(values["data_sharing.interval"])
    return Arrival(name, name, interval=every, first=0.0, purpose="platform")


def _failures(values: Mapping[str, float]) -> Arrival:
    gap = exponential(values["data_sharing.failure_gap"])
    return Arrival("platform.outage", "platform.outage", interval=gap, purpose="hazard")


DATA_SHARING = Policy(
    "data_sharing",
    "Data sharing",
    "Connected bodies report by platform at short intervals instead of by hops and cut-off times.",
    change,
    PARAMETERS,
)
