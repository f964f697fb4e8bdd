"""A network of units as a mechanism: matters come up anywhere and are for anybody else."""

from __future__ import annotations

from datetime import datetime

from desim.classroom.network import Network
from desim.distribution import exponential
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Procedure, Shift, Unit
from desim.mechanism.steps import Work

START = datetime(2000, 1, 1)


def office(network: Network, load: float, horizon: float, work: float = 1.0) -> Mechanism:
    """The mechanism of a network under a load.

    A matter is handled by every unit on its way, one after another, and each unit handles one at
    a time, first come, first served. Times of work are exponential and matters come as a Poisson
    process, so theory gives every mean (see `desim.classroom.theory`).

    Parameters
    ----------
    network
        Who passes matters to whom.
    load
        Matters an hour, in all; every ordered pair of units has an equal share.
    horizon
        Length of a run, hours.
    work
        Mean time that a unit works on a matter, hours.
    """
    pairs = network.routes
    each = len(pairs) / load
    units = tuple(
        Unit(_unit(number), "county", (Shift(0.0, 1),)) for number in range(network.units)
    )
    procedures = tuple(
        Procedure(
            _name(*pair),
            tuple(Work(f"at_{place}", _unit(place), exponential(work)) for place in pairs[pair]),
        )
        for pair in pairs
    )
    arrivals = tuple(Arrival(_name(*pair), _name(*pair), exponential(each)) for pair in pairs)
    return Mechanism(
        "office", START, horizon, units=units, procedures=procedures, arrivals=arrivals
    )


def _unit(number: int) -> str:
    return f"unit_{number}"


def _name(origin: int, destination: int) -> str:
    return f"from_{origin}_to_{destination}"
