"""The first two workloads in Ciw: a network of nodes, customers of two classes of priority.

Trips are a service at one more node with as many servers as there are customers. The third
workload asks several units at once and waits for all answers, which Ciw cannot say.
"""

from __future__ import annotations

import ciw

from benchmarks import workloads as w
from benchmarks.peers.peer import NETWORK, RATE, SINGLE_QUEUE, Play, Plays, Read, Run


def single_queue() -> ciw.network.Network:
    """W1."""
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=RATE)],
        service_distributions=[ciw.dists.Exponential(rate=1.0 / w.SERVICE)],
        number_of_servers=[1],
    )


def network() -> ciw.network.Network:
    """W2: a stream for each unit and class, so that a customer comes to a unit chosen at random.

    Ciw asks a class for its arrivals at every node and looks at every node for every event, so
    that one node for all trips is the fastest way to say it.
    """
    names = [_name(urgency) for urgency in w.CLASSES]
    rate = w.ARRIVALS / len(w.CLASSES) / w.UNITS
    served = [*([0.0] * w.UNITS), 1.0 - w.LEAVES]
    # A hair less than a twentieth: Ciw refuses shares whose rounded sum is above 1.
    travelled = [*([(1.0 - 1e-12) / w.UNITS] * w.UNITS), 0.0]
    routing = [*([served] * w.UNITS), travelled]
    streams = [*(ciw.dists.Exponential(rate=rate) for _ in range(w.UNITS)), None]
    times = [
        *(ciw.dists.Exponential(rate=1.0 / w.SERVICE) for _ in range(w.UNITS)),
        ciw.dists.Exponential(rate=1.0 / w.TRIP),
    ]
    return ciw.create_network(
        arrival_distributions=dict.fromkeys(names, streams),
        service_distributions=dict.fromkeys(names, times),
        number_of_servers=[*([w.STAFF] * w.UNITS), float("inf")],
        routing=dict.fromkeys(names, routing),
        # Ciw serves the lowest number first, desim the highest urgency.
        priority_classes={
            name: max(w.CLASSES) - u for name, u in zip(names, w.CLASSES, strict=True)
        },
    )


def _name(urgency: int) -> str:
    return f"urgency {urgency}"


def _read(simulation: ciw.Simulation) -> Run:
    """Count what Ciw recorded."""
    arrivals, gone = simulation.nodes[0], simulation.nodes[-1]
    run = Run(events=arrivals.number_of_individuals - 1)
    run.events += sum(len(one.data_records) for one in simulation.get_all_individuals())
    for one in gone.all_individuals:
        spent = one.data_records[-1].exit_date - one.data_records[0].arrival_date
        run.leave(spent, urgent=one.customer_class == _name(max(w.CLASSES)))
    return run


def _prepare(described: ciw.network.Network, hours: float) -> Play:
    def play(seed: int) -> Read:
        ciw.seed(seed)
        simulation = ciw.Simulation(described)
        simulation.simulate_until_max_time(hours)
        return lambda: _read(simulation)

    return play


def _single_queue(customers: float) -> Play:
    return _prepare(single_queue(), customers / RATE)


def _network(hours: float) -> Play:
    return _prepare(network(), hours)


PLAYS: Plays = {SINGLE_QUEUE: _single_queue, NETWORK: _network}
