"""The workloads in salabim, monitors on as by default.

Components are generators: the style with `yield`, which needs nothing beside salabim.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import salabim as sim

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

Process = Iterator[None]


class Model:
    """An environment, its luck, and what is counted."""

    def __init__(self, seed: int) -> None:
        sim.yieldless(False)
        self.environment = sim.Environment(trace=False, random_seed=seed)
        self.luck, self.run = random.Random(seed), Run()

    def units(self, number: int, staff: int) -> list[sim.Resource]:
        """Some units with so many staff each."""
        return [sim.Resource(capacity=staff, env=self.environment) for _ in range(number)]


class Queue(Model):
    """W1: the desk."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        (self.desk,) = self.units(1, 1)


class QueueArrivals(sim.Component):
    """W1: where customers come from."""

    def setup(self, model: Queue) -> None:
        """Keep the model."""
        self.model = model

    def process(self) -> Process:
        """Let one customer come after another."""
        model = self.model
        while True:
            yield self.hold(model.luck.expovariate(RATE))
            model.run.events += 1
            QueueCustomer(model=model, env=model.environment)


class QueueCustomer(sim.Component):
    """W1: a customer."""

    def setup(self, model: Queue) -> None:
        """Keep the model."""
        self.model = model

    def process(self) -> Process:
        """Queue, be served, leave."""
        model, since = self.model, self.env.now()
        yield self.request(model.desk)
        yield self.hold(model.luck.expovariate(1.0 / w.SERVICE))
        self.release(model.desk)
        model.run.events += 1
        model.run.leave(self.env.now() - since)


class Network(Model):
    """W2: the units."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.places = self.units(w.UNITS, w.STAFF)


class NetworkArrivals(sim.Component):
    """W2: where the customers of one class come from."""

    def setup(self, model: Network, rank: int) -> None:
        """Keep the model and the class."""
        self.model, self.rank = model, rank

    def process(self) -> Process:
        """Let one customer come after another."""
        model = self.model
        while True:
            yield self.hold(model.luck.expovariate(w.ARRIVALS / len(w.CLASSES)))
            model.run.events += 1
            NetworkCustomer(model=model, rank=self.rank, env=model.environment)


class NetworkCustomer(sim.Component):
    """W2: a customer."""

    def setup(self, model: Network, rank: int) -> None:
        """Keep the model and the class."""
        self.model, self.rank = model, rank

    def process(self) -> Process:
        """From unit to unit until it leaves."""
        model, luck, since = self.model, self.model.luck, self.env.now()
        while True:
            unit = model.places[luck.randrange(w.UNITS)]
            yield self.request((unit, 1, self.rank))
            yield self.hold(luck.expovariate(1.0 / w.SERVICE))
            self.release(unit)
            model.run.events += 1
            if luck.random() < w.LEAVES:
                break
            yield self.hold(luck.expovariate(1.0 / w.TRIP))
            model.run.events += 1
        model.run.leave(self.env.now() - since, urgent=self.rank < 0)


class Coordination(Model):
    """W3: the units and the laws."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.counties = self.units(w.COUNTIES, COUNTY_STAFF)
        self.cities = self.units(w.CITIES, CITY_STAFF)
        self.departments = self.units(w.DEPARTMENTS, DEPARTMENT_STAFF)
        (self.centre,) = self.units(1, CENTRE_STAFF)
        self.work_law = log_parameters(w.WORK, w.CV)
        self.trip_law = log_parameters(w.DELAY, w.CV)


class Traveller(sim.Component):
    """W3: whoever is worked on and travels."""

    model: Coordination

    def work(self, unit: sim.Resource) -> Process:
        """Queue at a unit and be worked on."""
        model = self.model
        yield self.request(unit)
        yield self.hold(model.luck.lognormvariate(*model.work_law))
        self.release(unit)
        model.run.events += 1

    def trip(self) -> Process:
        """Travel a link."""
        model = self.model
        yield self.hold(model.luck.lognormvariate(*model.trip_law))
        model.run.events += 1


class Consultation(Traveller):
    """W3: asks one city and brings back its answer."""

    def setup(self, model: Coordination, city: sim.Resource, asker: Report) -> None:
        """Keep whom to ask and who wants to know."""
        self.model, self.city, self.asker = model, city, asker

    def process(self) -> Process:
        """There, an answer, and back."""
        yield from self.trip()
        yield from self.work(self.city)
        yield from self.trip()
        self.asker.unanswered -= 1
        if not self.asker.unanswered:
            self.asker.activate()


class Report(Traveller):
    """W3: a report, and the order that comes of it."""

    def setup(self, model: Coordination, county: int) -> None:
        """Keep the model and the county."""
        self.model, self.county, self.unanswered = model, county, w.CITIES

    def process(self) -> Process:
        """Its way up, the consultation, and the order's way down."""
        model, i, since = self.model, self.county, self.env.now()
        county, city = model.counties[i], model.cities[i % w.CITIES]
        yield from self.work(county)
        yield from self.trip()
        yield from self.work(city)
        yield from self.trip()
        for asked in model.cities:
            Consultation(model=model, city=asked, asker=self, env=model.environment)
        yield self.passivate()
        yield from self.trip()
        yield from self.work(model.departments[i % w.DEPARTMENTS])
        yield from self.work(model.centre)
        yield from self.trip()
        yield from self.work(city)
        yield from self.trip()
        yield from self.work(county)
        model.run.leave(self.env.now() - since)


class CountyReports(sim.Component):
    """W3: where the reports of one county come from."""

    def setup(self, model: Coordination, county: int) -> None:
        """Keep the model and the county."""
        self.model, self.county = model, county

    def process(self) -> Process:
        """Let one report come after another."""
        model = self.model
        while True:
            yield self.hold(model.luck.expovariate(1.0 / w.REPORT_EVERY))
            model.run.events += 1
            Report(model=model, county=self.county, env=model.environment)


def single_queue(customers: float, seed: int) -> Run:
    """W1."""
    model = Queue(seed)
    QueueArrivals(model=model, env=model.environment)
    model.environment.run(till=customers / RATE)
    return model.run


def network(hours: float, seed: int) -> Run:
    """W2."""
    model = Network(seed)
    # salabim serves the lowest number first, desim the highest urgency.
    for urgency in w.CLASSES:
        NetworkArrivals(model=model, rank=-urgency, env=model.environment)
    model.environment.run(till=hours)
    return model.run


def coordination(hours: float, seed: int) -> Run:
    """W3."""
    model = Coordination(seed)
    for i in range(w.COUNTIES):
        CountyReports(model=model, county=i, env=model.environment)
    model.environment.run(till=hours)
    return model.run


PLAYS: Plays = {
    SINGLE_QUEUE: at_once(single_queue),
    NETWORK: at_once(network),
    COORDINATION: at_once(coordination),
}
