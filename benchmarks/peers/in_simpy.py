"""The workloads in plain SimPy, as its manual writes models: a process for each customer."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy

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
    Plays,
    Run,
    at_once,
)

Process = Generator[simpy.Event, Any, None]


def single_queue(customers: float, seed: int) -> Run:
    """W1."""
    environment, luck, run = simpy.Environment(), random.Random(seed), Run()
    desk = simpy.Resource(environment, capacity=1)

    def customer() -> Process:
        since = environment.now
        with desk.request() as place:
            yield place
            yield environment.timeout(luck.expovariate(1.0 / w.SERVICE))
        run.events += 1
        run.leave(environment.now - since)

    def arrivals() -> Process:
        while True:
            yield environment.timeout(luck.expovariate(RATE))
            run.events += 1
            environment.process(customer())

    environment.process(arrivals())
    environment.run(until=customers / RATE)
    return run


def network(hours: float, seed: int) -> Run:
    """W2."""
    environment, luck, run = simpy.Environment(), random.Random(seed), Run()
    units = [simpy.PriorityResource(environment, capacity=w.STAFF) for _ in range(w.UNITS)]

    def customer(rank: int) -> Process:
        since = environment.now
        while True:
            unit = units[luck.randrange(w.UNITS)]
            with unit.request(priority=rank) as place:
                yield place
                yield environment.timeout(luck.expovariate(1.0 / w.SERVICE))
            run.events += 1
            if luck.random() < w.LEAVES:
                break
            yield environment.timeout(luck.expovariate(1.0 / w.TRIP))
            run.events += 1
        run.leave(environment.now - since, urgent=rank < 0)

    def arrivals(rank: int) -> Process:
        while True:
            yield environment.timeout(luck.expovariate(w.ARRIVALS / len(w.CLASSES)))
            run.events += 1
            environment.process(customer(rank))

    # SimPy serves the lowest number first, desim the highest urgency.
    for urgency in w.CLASSES:
        environment.process(arrivals(-urgency))
    environment.run(until=hours)
    return run


class Coordination:
    """W3: the units, and what a report does."""

    def __init__(self, seed: int) -> None:
        self.environment, self.luck, self.run = simpy.Environment(), random.Random(seed), Run()
        self.counties = self.units(w.COUNTIES, COUNTY_STAFF)
        self.cities = self.units(w.CITIES, CITY_STAFF)
        self.departments = self.units(w.DEPARTMENTS, DEPARTMENT_STAFF)
        (self.centre,) = self.units(1, CENTRE_STAFF)
        self.work_law = log_parameters(w.WORK, w.CV)
        self.trip_law = log_parameters(w.DELAY, w.CV)

    def units(self, number: int, staff: int) -> list[simpy.Resource]:
        """Some units of one tier."""
        return [simpy.Resource(self.environment, capacity=staff) for _ in range(number)]

    def work(self, unit: simpy.Resource) -> Process:
        """Queue at a unit and be worked on."""
        with unit.request() as place:
            yield place
            yield self.environment.timeout(self.luck.lognormvariate(*self.work_law))
        self.run.events += 1

    def trip(self) -> Process:
        """Travel a link."""
        yield self.environment.timeout(self.luck.lognormvariate(*self.trip_law))
        self.run.events += 1

    def consult(self, city: simpy.Resource) -> Process:
        """Ask one city and bring back its answer."""
        yield from self.trip()
        yield from self.work(city)
        yield from self.trip()

    def report(self, i: int) -> Process:
        """A report's way up, the consultation, and the order's way down."""
        environment, since = self.environment, self.environment.now
        county, city = self.counties[i], self.cities[i % w.CITIES]
        yield from self.work(county)
        yield from self.trip()
        yield from self.work(city)
        yield from self.trip()
        yield environment.all_of([environment.process(self.consult(c)) for c in self.cities])
        yield from self.trip()
        yield from self.work(self.departments[i % w.DEPARTMENTS])
        yield from self.work(self.centre)
        yield from self.trip()
        yield from self.work(city)
        yield from self.trip()
        yield from self.work(county)
        self.run.leave(environment.now - since)

    def arrivals(self, i: int) -> Process:
        """The reports of one county."""
        while True:
            yield self.environment.timeout(self.luck.expovariate(1.0 / w.REPORT_EVERY))
            self.run.events += 1
            self.environment.process(self.report(i))


def coordination(hours: float, seed: int) -> Run:
    """W3."""
    model = Coordination(seed)
    for i in range(w.COUNTIES):
        model.environment.process(model.arrivals(i))
    model.environment.run(until=hours)
    return model.run


PLAYS: Plays = {
    SINGLE_QUEUE: at_once(single_queue),
    NETWORK: at_once(network),
    COORDINATION: at_once(coordination),
}
