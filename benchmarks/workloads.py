"""The three workloads of the benchmarks, as mechanisms: what every peer plays too.

An event is one entry of the calendar: an arrival, the end of a service, the end of a trip. All
times are in hours, with the same distributions in every engine.

W1, single queue: M/M/1 at utilisation 0.9.
W2, network: 20 units with 3 staff and two classes of urgency. Customers arrive at a unit chosen at
random, are served (exponential), leave with chance 0.25 and otherwise travel (exponential) to a
unit chosen at random.
W3, coordination: 60 units in four tiers (48 counties, 8 cities, 3 departments, one centre).
Reports begin at a county, are worked on and sent up twice (lognormal work and trips), then the
centre consults all 8 cities at once, waits for all answers, decides, and sends an order down to
the county by the city.
"""

from __future__ import annotations

from datetime import datetime

from desim.distribution import Distribution, exponential, lognormal
from desim.mechanism.checks import check
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Link, Procedure, Shift, Unit
from desim.mechanism.steps import Branch, Choose, Fork, Join, Send, Step, Work

START = datetime(2022, 8, 1)
UNITS = 20
STAFF = 3
SERVICE = 1.0
TRIP = 0.5
LEAVES = 0.25
CLASSES = (1, 0)
ARRIVALS = 0.8 * UNITS * STAFF / SERVICE * LEAVES
"""Arrivals an hour, so that each unit is busy four fifths of the time."""
COUNTIES, CITIES, DEPARTMENTS = 48, 8, 3
WORK, CV, DELAY = 0.5, 0.5, 0.25
REPORT_EVERY = 16.0
"""Hours between reports of one county: three an hour come to the centre."""


def single_queue(customers: int) -> Mechanism:
    """W1 for about so many customers."""
    rate, service = 0.9, 1.0
    mechanism = Mechanism(
        "single_queue",
        START,
        horizon=customers / rate,
        units=(Unit("desk", staff=(Shift(0.0, 1),)),),
        procedures=(Procedure("customer", (Work("serve", "desk", exponential(service)),)),),
        arrivals=(Arrival("customers", "customer", exponential(1.0 / rate)),),
    )
    return check(mechanism)


def network(hours: float) -> Mechanism:
    """W2 for so many hours."""
    names = [f"unit{u}" for u in range(UNITS)]
    trips = tuple(Branch(f"trip{v}", (1.0 - LEAVES) / UNITS) for v in range(UNITS))
    steps: list[Step] = [
        Choose("begin", tuple(Branch(f"serve{v}", 1.0 / UNITS) for v in range(UNITS)))
    ]
    for v, name in enumerate(names):
        steps += [
            Send(f"trip{v}", f"link{v}"),
            Work(f"serve{v}", name, exponential(SERVICE)),
            Choose(f"leave{v}", (Branch("end", LEAVES), *trips)),
        ]
    mechanism = Mechanism(
        "network",
        START,
        hours,
        units=tuple(Unit(name, staff=(Shift(0.0, STAFF),)) for name in names),
        links=tuple(
            Link(f"link{v}", name, name, "horizontal", "written", exponential(TRIP))
            for v, name in enumerate(names)
        ),
        procedures=(Procedure("customer", tuple(steps)),),
        arrivals=tuple(
            Arrival(f"class{c}", "customer", exponential(len(CLASSES) / ARRIVALS), urgency=c)
            for c in CLASSES
        ),
    )
    return check(mechanism)


def coordination(hours: float) -> Mechanism:
    """W3 for so many hours."""
    work, delay = lognormal(WORK, CV), lognormal(DELAY, CV)
    counties = [f"county{i}" for i in range(COUNTIES)]
    cities = [f"city{i}" for i in range(CITIES)]
    departments = [f"department{i}" for i in range(DEPARTMENTS)]
    staff = {**dict.fromkeys(counties, 1), **dict.fromkeys(cities, 8)}
    staff |= {**dict.fromkeys(departments, 2), "centre": 6}
    consulted = tuple(
        Procedure(
            f"consult{i}",
            (Send("ask", f"down{i}"), Work("consider", city, work), Send("answer", f"up{i}")),
        )
        for i, city in enumerate(cities)
    )
    reports = tuple(_report(i, work) for i in range(COUNTIES))
    links = [
        Link(name, origin, to, "vertical", "written", delay)
        for i, county in enumerate(counties)
        for name, origin, to in (
            (f"raise{i}", county, cities[i % CITIES]),
            (f"order{i}", cities[i % CITIES], county),
        )
    ]
    links += [
        Link(name, origin, to, "vertical", "written", delay)
        for i, city in enumerate(cities)
        for name, origin, to in ((f"up{i}", city, "centre"), (f"down{i}", "centre", city))
    ]
    links += [
        Link(f"ask_department{i}", "centre", name, "horizontal", "phone", delay)
        for i, name in enumerate(departments)
    ]
    mechanism = Mechanism(
        "coordination",
        START,
        hours,
        units=tuple(Unit(name, staff=(Shift(0.0, number),)) for name, number in staff.items()),
        links=tuple(links),
        procedures=(*reports, *consulted),
        arrivals=tuple(
            Arrival(f"reports{i}", f"report{i}", exponential(REPORT_EVERY)) for i in range(COUNTIES)
        ),
    )
    return check(mechanism)


def _report(i: int, work: Distribution) -> Procedure:
    city, department = f"city{i % CITIES}", f"department{i % DEPARTMENTS}"
    return Procedure(
        f"report{i}",
        (
            Work("write", f"county{i}", work),
            Send("raise", f"raise{i}"),
            Work("verify", city, work),
            Send("up", f"up{i % CITIES}"),
            Fork("consult", tuple(f"consult{c}" for c in range(CITIES))),
            Join("answers", "consult"),
            Send("inform", f"ask_department{i % DEPARTMENTS}"),
            Work("assess", department, work),
            Work("decide", "centre", work),
            Send("down", f"down{i % CITIES}"),
            Work("pass_on", city, work),
            Send("order", f"order{i}"),
            Work("carry_out", f"county{i}", work),
        ),
    )
