"""What supply, curtailment, appeals and shedding can do at most in each hour of a world.

Whatever an organisation does, no hour of `desim.balance.step` lies beyond these limits. They are
what the hindsight optimum of `desim.outcome.hindsight` is made of.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from desim.mechanism.parts import Measure
from desim.mechanism.world import SECTORS, PowerBalance

Floats = NDArray[np.float64]
RESIDENTIAL, COMMERCIAL = SECTORS.index("residential"), SECTORS.index("commercial")


@dataclass(frozen=True, slots=True, eq=False)
class HourlyLimits:
    """Limits of every hour; two with the same content are equal and hash alike.

    Parameters
    ----------
    short
        float64 (hours,), GW: need left when fixed supply, measures and appeals give their most.
    curtail
        float64 (hours,), GW: the most that orders can curtail.
    shed
        float64 (hours, 3), GW: the most that can be shed at each of three shares of residents.
    share
        float64 (hours, 3): of what is shed so, the least that residents bear.
    inflow
        float64 (hours,), GWh per hour.
    store, room
        What dispatch may draw from the store at the start, and when it is full, GWh.
    hydro_most
        Largest hydropower output, GW.
    """

    short: Floats
    curtail: Floats
    shed: Floats
    share: Floats
    inflow: Floats
    store: float
    room: float
    hydro_most: float

    def of_everybody(self) -> HourlyLimits:
        """The same, where what all sectors lose counts and not only what residents lose."""
        shed, share = np.zeros_like(self.shed), np.ones_like(self.share)
        shed[:, -1] = self.shed[:, -1]
        return replace(self, shed=shed, share=share)

    def _content(self) -> bytes:
        numbers = np.array([self.store, self.room, self.hydro_most])
        arrays = (self.short, self.curtail, self.shed, self.share, self.inflow, numbers)
        return b"".join(array.tobytes() for array in arrays)

    def __hash__(self) -> int:
        return hash(self._content())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HourlyLimits) and self._content() == other._content()


def hourly_limits(world: PowerBalance, measures: tuple[Measure, ...]) -> HourlyLimits:
    """The limits of a world with these measures.

    A measure can be at its largest target in any hour, whatever its ramp. An appeal is answered
    at most by ``reach * response`` times its largest target: trust stays at or below the larger
    of 1 and its recovery an hour, and habituation at or above 0. (An answer above 1, which would
    make need negative, is not covered.) Negative supply counts as none, for no less than nothing
    is served. What may be drawn from the store above its floor never rises by more than inflow
    less hydropower, whether the floor is reached or not.

    Parameters
    ----------
    world
        The world.
    measures
        The mechanism's measures.
    """
    cuts = np.minimum(_curtailing(world, measures), 1.0)
    answer = _largest_answer(world, measures)
    asked = world.need[:, :, [RESIDENTIAL, COMMERCIAL]].sum(axis=(1, 2))
    supply = np.maximum(world.fixed + _most_supply(world, measures), 0.0)
    stays = (1.0 - cuts[:, RESIDENTIAL]) * (1.0 - answer)
    shed, share = _shedding(world, stays)
    return HourlyLimits(
        short=np.maximum(world.need.sum(axis=(1, 2)) - answer * asked - supply, 0.0),
        curtail=(world.need * cuts).sum(axis=(1, 2)),
        shed=shed,
        share=share,
        inflow=world.inflow,
        store=max(0.0, world.store - world.floor),
        room=max(0.0, world.store_full - world.floor),
        hydro_most=world.hydro_most,
    )


def _curtailing(world: PowerBalance, measures: tuple[Measure, ...]) -> Floats:
    """Share of need that all curtailing measures together take at most, (places, sectors)."""
    share = np.zeros((len(world.places), len(SECTORS)))
    row = {place: i for i, place in enumerate(world.places)}
    for measure in measures:
        if measure.kind == "curtail":
            for place in measure.effects.keys() & row.keys():
                most = measure.effects[place] * measure.most
                share[row[place], SECTORS.index(measure.sector)] += most
    return share


def _largest_answer(world: PowerBalance, measures: tuple[Measure, ...]) -> float:
    """The largest share by which an appeal lowers residential and commercial need."""
    public = world.public
    trust = max(1.0, public.trust_recovery / 24.0)
    appeal = max((m.most for m in measures if m.kind == "appeal"), default=0.0)
    return min(1.0, public.reach * public.response * trust * appeal)


def _most_supply(world: PowerBalance, measures: tuple[Measure, ...]) -> Floats:
    """The most that measures of kind supply and support give, GW, float64 (hours,)."""
    support = world.surplus * _gigawatts(m for m in measures if m.kind == "support")
    supply = _gigawatts(m for m in measures if m.kind == "supply")
    most: Floats = supply + np.minimum(world.ties, support)
    return most


def _gigawatts(measures: Iterable[Measure]) -> float:
    """Largest effects of some measures together, GW."""
    return sum(effect * m.most for m in measures for effect in m.effects.values())


def _shedding(world: PowerBalance, stays: Floats) -> tuple[Floats, Floats]:
    """How much can be shed, and the least share of it that residents bear, (hours, 3) each.

    Let R be what residents lose in an hour and T what the others lose; then
    ``T <= free + a R + min(local, b R)``, with coefficients from need before any measure.

    *Over the province.* A round of `desim.balance._spread` leaves of a sector that is exposed by
    W (weight of the place times exposure of the sector) the share ``max(0, 1 - c W)``, with one c
    for all. A product of such shares is convex in W and falls from 1, so the share shed is concave
    in W and starts at 0: it is a mean of shares ``min(1, c W)``. So (R, T) is a mean of pairs that
    one round gives, of the pair that shedding everybody gives (the last resort, even over those
    not exposed), and of (0, 0). Pairs of one round are piecewise linear in c, so a line above
    those at the kinks ``c = 1 / W`` is above all; ``free + a R`` is such a line.

    *In one place,* overloaded networks shed first. The same products give
    ``1 - prod(1 - r x) >= r (1 - prod(1 - x))`` for r in [0, 1], so there residents lose at least
    the share that another sector loses, times the smaller of 1 and their exposure over that
    sector's. Nobody is shed so beyond what the need exceeds the limit by, `local`.

    *Together,* a sector is left the product of both shares, so T is at most the sum of both
    parts, and R at least the larger. Faults and quotas only raise R. Curtailment and appeals only
    lower T for given rounds, and lower R at most by the factor `stays`.

    Parameters
    ----------
    world
        The world.
    stays
        float64 (places,): the least share of residents' need that measures and appeals leave.
    """
    residents = world.need[:, :, RESIDENTIAL] * stays
    others = world.need.copy()
    others[:, :, RESIDENTIAL] = 0.0
    lost_here, lost_there = _kinks(world, residents, others)
    free = np.where(lost_here <= 0.0, lost_there, 0.0).max(axis=1)
    for_one = _largest_ratio(lost_there - free[:, None], lost_here)
    local, free_local, local_for_one = _local(world, residents, others)
    both = 1.0 + for_one + local_for_one
    # A local unit is shed together with what the province may shed for the same residents.
    mixed = np.divide(local * both, local_for_one, out=0.0 * local, where=local_for_one > 0.0)
    most = np.stack([free + free_local, mixed, world.need.sum(axis=(1, 2))], axis=1)
    share = np.stack([np.zeros_like(free), 1.0 / both, 1.0 / (1.0 + for_one)], axis=1)
    return most, share


def _kinks(world: PowerBalance, residents: Floats, others: Floats) -> tuple[Floats, Floats]:
    """What residents and others lose in single rounds up to each kink, (hours, kinks) each."""
    exposed = np.multiply.outer(world.weights, world.exposure)
    kinks = 1.0 / np.unique(exposed[exposed > 0.0])
    # The last column sheds everybody, exposed or not.
    shed = np.ones((*exposed.shape, len(kinks) + 1))
    shed[..., :-1] = np.minimum(1.0, np.multiply.outer(exposed, kinks))
    here: Floats = residents @ shed[:, RESIDENTIAL]
    there: Floats = others.reshape(len(others), -1) @ shed.reshape(-1, shed.shape[-1])
    return here, there


def _largest_ratio(top: Floats, bottom: Floats) -> Floats:
    """The largest ratio of each row, over columns whose bottom is positive; else 0."""
    ratio = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0.0)
    largest: Floats = ratio.max(axis=1, initial=0.0)
    return largest


def _local(world: PowerBalance, residents: Floats, others: Floats) -> tuple[Floats, Floats, Floats]:
    """What overloaded networks shed: where residents bear some, where they need not, and ratio.

    Returns
    -------
    tuple
        float64 (hours,) each: the most shed in places where residents bear a share of it, the
        most shed in places where they need not, and the most that others lose for each unit that
        residents lose, in the former.
    """
    beyond = np.maximum(world.need.sum(axis=2) - world.line_limit, 0.0)
    ours = world.exposure[RESIDENTIAL]
    bearing = (residents > 0.0) & (ours > 0.0)
    weighted = others @ np.maximum(1.0, world.exposure / (ours or 1.0))
    ratio = np.divide(
        weighted, residents, out=np.zeros_like(weighted), where=bearing & (beyond > 0.0)
    )
    return (
        np.where(bearing, beyond, 0.0).sum(axis=1),
        np.where(bearing, 0.0, beyond).sum(axis=1),
        ratio.max(axis=1, initial=0.0),
    )
