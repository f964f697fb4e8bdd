"""The physical world as data: an hourly balance of power with energy-limited hydropower.

The arithmetic is in `desim.balance`; this module says what it needs and in which units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SECTORS = ("residential", "commercial", "industrial", "essential")

TOTALS = (
    "need",
    "need_ahead",
    "gap_ahead",
    "fixed_ahead",
    "inflow_ahead",
    "served",
    "shed",
    "shortage",
    "curtailed",
    "hydro",
    "store",
    "spill",
    "spare",
    "fixed",
    "supply",
    "support",
    "appeal",
    "trust",
    "habituation",
    "shed_by_quota",
    "shed_locally",
    *(f"need_{sector}" for sector in SECTORS),
    *(f"served_{sector}" for sector in SECTORS),
    *(f"shed_{sector}" for sector in SECTORS),
)
PLACE_TOTALS = ("need", "need_ahead", "shed")
PLACE_SECTORS = ("need", "served", "shed")


@lru_cache(maxsize=64)
def columns(places: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the quantities in a row, in order: totals, then ``quantity@place``.

    Sector quantities are called ``served_residential@place`` and so on. All in GW (mean over the
    hour) except ``store`` and ``spill`` (GWh), ``inflow_ahead`` (GWh/day) and the shares
    ``appeal``, ``trust``, ``habituation``. ``need_ahead`` is the largest need of the coming 24 h,
    ``fixed_ahead`` the mean, ``gap_ahead`` what a plan with true forecasts would have to cover
    (`Rule`, ``budget`` over `PowerBalance.outlook` days without a margin). Of what residents lose,
    ``shed_by_quota`` is what quotas of local grids take, ``shed_locally`` what faults and
    overloaded local networks take, and the rest is shed when the whole province is short.
    """
    by_place = [f"{quantity}@{place}" for quantity in PLACE_TOTALS for place in places]
    by_sector = [
        f"{quantity}_{sector}@{place}"
        for quantity in PLACE_SECTORS
        for place in places
        for sector in SECTORS
    ]
    return (*TOTALS, *by_place, *by_sector)


@dataclass(frozen=True, slots=True)
class Public:
    """How the public answers an appeal (Ito, Ida & Tanaka 2018 for habituation and recovery).

    Parameters
    ----------
    reach
        Share of people an appeal reaches, [0, 1].
    response
        Share by which those reached cut residential and commercial need at a first appeal.
    habituation
        Growth of habituation per day of appeal; the response is multiplied by exp(-h).
    half_life
        Half-life of habituation without appeals, hours.
    trust_loss
        Share of trust lost per GWh of residential shedding that was not announced.
    trust_recovery
        Share of lost trust regained per day.
    announced
        Share of shedding announced in advance, [0, 1].
    """

    reach: float = 0.0
    response: float = 0.0
    habituation: float = 0.0
    half_life: float = 240.0
    trust_loss: float = 0.0
    trust_recovery: float = 0.0
    announced: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class PowerBalance:
    """The hourly balance of need and supply.

    Parameters
    ----------
    places
        Names of the P places, in the order of the arrays.
    need
        float64 (hours, P, 4), GW: need without any measure, sectors as in `SECTORS`.
    fixed
        float64 (hours,), GW: thermal, wind, solar and standing imports less exports.
    inflow
        float64 (hours,), GWh per hour: natural-inflow energy.
    store
        Usable hydropower energy at the start, GWh above the dead level.
    store_full
        Usable energy when full, GWh.
    hydro_most
        Largest hydropower output, GW.
    floor
        Energy below which dispatch does not draw the store, GWh.
    outlook
        Days over which the true gap ahead is judged.
    surplus
        float64 (hours,), [0, 1]: the share of its effect that a measure of kind ``support`` can
        give; neighbours have their own needs. Empty: all of it.
    ties
        The most that all measures of kind ``support`` give together, GW.
    exposure
        float64 (4,): relative exposure of the sectors to line-wise shedding.
    weights
        float64 (P,): relative exposure of the places.
    line_limit
        float64 (P,), GW: the most a place's own network can be supplied with.
    customers
        float64 (P,): households, for customer-hours.
    public
        The public's response.
    """

    places: tuple[str, ...]
    need: NDArray[np.float64]
    fixed: NDArray[np.float64]
    inflow: NDArray[np.float64]
    store: float
    store_full: float
    hydro_most: float
    exposure: NDArray[np.float64]
    weights: NDArray[np.float64]
    line_limit: NDArray[np.float64]
    customers: NDArray[np.float64]
    public: Public = Public()
    floor: float = 0.0
    outlook: int = 1
    surplus: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    ties: float = math.inf

    def __post_init__(self) -> None:
        if not self.surplus.size:
            object.__setattr__(self, "surplus", np.ones(len(self.fixed)))
        arrays = ("need", "fixed", "inflow", "exposure", "weights", "line_limit", "customers")
        for name in (*arrays, "surplus"):
            array = np.array(getattr(self, name), dtype=np.float64, order="C")
            array.setflags(write=False)
            object.__setattr__(self, name, array)
