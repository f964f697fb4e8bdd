"""The workloads in Cimba (a C engine) from Python: models compiled by numba, one spawned for each
customer or report.

The single queue is an arrival and a service process around a store, as in Cimba's own benchmark.
Recording of levels is off in all, as there.
"""

# No postponed annotations: Cimba reads these while a class is being made.

from collections.abc import Callable
from typing import Any

import cimba as cb
from cimba import random
from numba import njit

from benchmarks import workloads as w
from benchmarks.peers.lognormal import log_parameters
from benchmarks.peers.peer import (
    CENTRE_STAFF,
    CITY_STAFF,
    COORDINATION,
    COUNTY_STAFF,
    DEPARTMENT_STAFF,
    NETWORK,
    RATE,
    SINGLE_QUEUE,
    Play,
    Plays,
    Prepare,
    Read,
    Run,
)

GAP, SERVICE, TRIP, LEAVES, UNITS = 1.0 / RATE, w.SERVICE, w.TRIP, w.LEAVES, w.UNITS
CLASS_GAP = len(w.CLASSES) / w.ARRIVALS
WORK_MU, WORK_SIGMA = log_parameters(w.WORK, w.CV)
DELAY_MU, DELAY_SIGMA = log_parameters(w.DELAY, w.CV)
REPORT_EVERY, CITIES, DEPARTMENTS = w.REPORT_EVERY, w.CITIES, w.DEPARTMENTS
URGENT, OTHERS = w.CLASSES


class Counted(cb.Model):
    """What is counted, as numbers that Cimba gives back."""

    events: cb.Output[int]
    done: cb.Output[int]
    hours: cb.Output[float]
    urgent_done: cb.Output[int]
    urgent_hours: cb.Output[float]

    @cb.on_start
    def begin(self):
        """Begin at nothing."""
        self.events = 0
        self.done = 0
        self.hours = 0.0
        self.urgent_done = 0
        self.urgent_hours = 0.0


class Queue(Counted):
    """W1."""

    waiting: cb.Store[float]

    @cb.process
    def arrivals(self):
        """Let one customer come after another."""
        while True:
            cb.hold(random.exponential(GAP))
            self.events += 1
            self.waiting.put(cb.now())

    @cb.process
    def service(self):
        """Serve one customer after another."""
        while True:
            since = self.waiting.get()
            cb.hold(random.exponential(SERVICE))
            self.events += 1
            self.done += 1
            self.hours += cb.now() - since


class Unit(cb.Model):
    """A unit with its staff."""

    staff: cb.Resource

    def __init__(self, staff: int):
        self.staff = cb.Resource(capacity=staff)


class Customer(cb.Model):
    """W2: a customer."""

    network: cb.Ref["Network"]
    urgency: int

    @cb.process
    def life(self):
        """From unit to unit until it leaves."""
        network, since = self.network, cb.now()
        while True:
            staff = network.units[random.dice(1, UNITS) - 1].staff
            staff.acquire(1, self.urgency)
            cb.hold(random.exponential(SERVICE))
            staff.release(1)
            network.events += 1
            if random.bernoulli(LEAVES):
                break
            cb.hold(random.exponential(TRIP))
            network.events += 1
        network.done += 1
        network.hours += cb.now() - since
        if self.urgency == URGENT:
            network.urgent_done += 1
            network.urgent_hours += cb.now() - since


class Network(Counted):
    """W2."""

    units: list[Unit]

    def __init__(self):
        self.units = [Unit(w.STAFF) for _ in range(UNITS)]

    @cb.process
    def urgent(self):
        """Let one urgent customer come after another."""
        while True:
            cb.hold(random.exponential(CLASS_GAP))
            self.events += 1
            cb.spawn(Customer, network=self, urgency=URGENT)

    @cb.process
    def others(self):
        """Let one other customer come after another."""
        while True:
            cb.hold(random.exponential(CLASS_GAP))
            self.events += 1
            cb.spawn(Customer, network=self, urgency=OTHERS)


@njit
def work(model, staff):
    """Queue at a unit of W3 and be worked on."""
    staff.acquire(1)
    cb.hold(random.lognormal(WORK_MU, WORK_SIGMA))
    staff.release(1)
    model.events += 1


@njit
def trip(model):
    """Travel a link of W3."""
    cb.hold(random.lognormal(DELAY_MU, DELAY_SIGMA))
    model.events += 1


class Consultation(cb.Model):
    """W3: asks one city and brings back its answer."""

    report: cb.Ref["Report"]
    city: int

    @cb.process
    def life(self):
        """There, an answer, and back."""
        model = self.report.model
        trip(model)
        work(model, model.cities[self.city].staff)
        trip(model)
        self.report.unanswered -= 1
        if self.report.unanswered == 0:
            cb.Process(self.report.pointer).resume()


class Report(cb.Model):
    """W3: a report, and the order that comes of it."""

    model: cb.Ref["Coordination"]
    county: int
    unanswered: int
    pointer: int

    @cb.process
    def life(self):
        """Its way up, the consultation, and the order's way down."""
        model, since = self.model, cb.now()
        county = model.counties[self.county].staff
        city = model.cities[self.county % CITIES].staff
        department = model.departments[self.county % DEPARTMENTS].staff
        work(model, county)
        trip(model)
        work(model, city)
        trip(model)
        self.pointer = cb.this_process().pointer
        for asked in range(CITIES):
            cb.spawn(Consultation, report=self, city=asked)
        cb.suspend()
        trip(model)
        work(model, department)
        work(model, model.centre.staff)
        trip(model)
        work(model, city)
        trip(model)
        work(model, county)
        model.done += 1
        model.hours += cb.now() - since


class County(Unit):
    """W3: a county, where reports come from."""

    model: cb.Ref["Coordination"]
    number: int

    def __init__(self, model: "Coordination", number: int):
        super().__init__(COUNTY_STAFF)
        self.model, self.number = model, number

    @cb.process
    def reports(self):
        """Let one report come after another."""
        while True:
            cb.hold(random.exponential(REPORT_EVERY))
            self.model.events += 1
            cb.spawn(Report, model=self.model, county=self.number, unanswered=CITIES, pointer=0)


class Coordination(Counted):
    """W3."""

    counties: list[County]
    cities: list[Unit]
    departments: list[Unit]
    centre: Unit

    def __init__(self):
        self.counties = [County(self, i) for i in range(w.COUNTIES)]
        self.cities = [Unit(CITY_STAFF) for _ in range(CITIES)]
        self.departments = [Unit(DEPARTMENT_STAFF) for _ in range(DEPARTMENTS)]
        self.centre = Unit(CENTRE_STAFF)


def _prepare(make: Callable[[], Counted], hours_of: Callable[[float], float]) -> Prepare:
    def prepare(size: float) -> Play:
        model = make()
        # The recording window opens only at the end.
        window = cb.Window(warmup=hours_of(size), duration=1e-9)
        experiment = cb.Experiment(model, window=window)

        def play(seed: int) -> Read:
            experiment.seed = seed
            results = experiment.run(workers=1, on_failure="raise")
            return lambda: _read(results[model])

        return play

    return prepare


def _read(found: Any) -> Run:
    # Cimba gives every output back as a float.
    return Run(
        events=int(found.events.values.item()),
        done=int(found.done.values.item()),
        hours=found.hours.values.item(),
        urgent_done=int(found.urgent_done.values.item()),
        urgent_hours=found.urgent_hours.values.item(),
    )


PLAYS: Plays = {
    SINGLE_QUEUE: _prepare(Queue, lambda customers: customers / RATE),
    NETWORK: _prepare(Network, lambda hours: hours),
    COORDINATION: _prepare(Coordination, lambda hours: hours),
}
