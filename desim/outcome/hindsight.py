"""The hindsight optimum: the least energy curtailed by who knows the whole run beforehand.

A linear programme over all hours. It keeps the energy balance of the store and the limits of
`desim.outcome.hourly_limits`, and drops all else: delays, ramps, local networks, faults, lumps.
So it is a relaxation of `desim.balance.step`: whatever organisation plays a mechanism with this
world and these measures, with a residential energy not served E and water W left at the end it
curtails at least C(E, W). C is convex, falls with E and rises with W; it is called the frontier.

With W = 0 water left at the end has no value, and is left only by those who do not know the end.
With the water that a run did leave, what it curtailed to leave it is not held against it.

Dispatch of a store by linear programming is textbook (Loucks & van Beek 2017, Water Resource
Systems Planning and Management, chapter 4, doi:10.1007/978-3-319-44234-1). Solver: the dual simplex
method of HiGHS (Huangfu & Hall 2018, Mathematical Programming Computation 10:119,
doi:10.1007/s12532-017-0130-5), by scipy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from desim.mechanism.parts import Measure
from desim.mechanism.world import PowerBalance
from desim.outcome.hourly_limits import HourlyLimits, hourly_limits
from desim.program.program import Program

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
_QUANTILES = (0.97, 0.9, 0.85, 0.8, 0.7, 0.6, 0.4)
"""At which prices of residential energy the frontier is touched, from high to low."""
_STEEPEST = 1e4
"""The highest price looked at; beyond it the solver's tolerances would count."""
_WATER_PRICES = (0.0, 1.0)
"""Prices of water left at the end, in energy curtailed: more than 1 GWh is never saved by one."""
_INFEASIBLE = 2


@dataclass(frozen=True, slots=True)
class Hindsight:
    """A point of the frontier.

    Parameters
    ----------
    energy_not_served
        Residential energy not served, GWh: what was asked for, or the least there can be.
    curtailed
        The least energy curtailed, GWh.
    slope
        By how much that changes for one GWh more of residential energy not served; not positive.
    feasible
        Whether what was asked for can be reached.
    """

    energy_not_served: float
    curtailed: float
    slope: float
    feasible: bool


@dataclass(frozen=True, slots=True)
class _Programme:
    """Minimise a mix of `curtailed`, `lost` and `left` under rows.

    Columns: curtailment and hydropower of the hours that are short, three kinds of shedding of
    these hours, and what is in the store after each hour. The last two rows are the water to be
    left and the budget of `lost`.
    """

    curtailed: Floats
    lost: Floats
    left: Floats
    most: Floats
    rows: sparse.csr_array
    limits: Floats

    def within(self, budget: float, water: float) -> tuple[float, float] | None:
        """Least energy curtailed with `lost` within a budget and so much water left, and its slope
        in the budget; None when that is impossible."""
        limits = np.concatenate([self.limits, [-water, budget]])
        found = self._minimise(self.curtailed, self.rows, limits)
        if found.status == _INFEASIBLE:
            return None
        return float(found.fun), min(0.0, float(found.ineqlin.marginals[-1]))

    def at_price(
        self, price: float, water_price: float = 0.0, water: float = 0.0
    ) -> tuple[float, float, float]:
        """What is lost, curtailed and left, where curtailed plus price times lost, less the price
        of water times what is left, is least; at least `water` is left."""
        objective = self.curtailed + price * self.lost - water_price * self.left
        found = self._minimise(objective, self.rows[:-1], np.append(self.limits, -water))
        if found.status == _INFEASIBLE:
            raise ValueError(f"{water:g} GWh cannot be left in the store")
        lost, curtailed, left = (self.lost, self.curtailed, self.left)
        return float(lost @ found.x), float(curtailed @ found.x), float(left @ found.x)

    def _minimise(self, objective: Floats, rows: Any, limits: Floats) -> Any:
        # The stubs of scipy know neither sparse rows nor bounds in an array, hence Any.
        bounds: Any = np.column_stack([np.zeros_like(self.most), self.most])
        found = linprog(objective, rows, limits, bounds=bounds, method="highs-ds")
        if not found.success and found.status != _INFEASIBLE:
            raise RuntimeError(f"no hindsight optimum: {found.message}")
        return found


def least_curtailed(
    world: PowerBalance, measures: tuple[Measure, ...], ens: float = 0.0, water: float = 0.0
) -> Hindsight:
    """The least energy curtailed, GWh, with a residential energy not served of at most `ens`.

    Parameters
    ----------
    world
        The world.
    measures
        The mechanism's measures.
    ens
        Residential energy not served, GWh. When even all measures together cannot keep it as low,
        the least that they can is taken.
    water
        What is to be left in the store above its floor at the end, GWh.

    Raises
    ------
    ValueError
        When so much water cannot be left.
    """
    limits = hourly_limits(world, measures)
    return _point(_programme(limits), limits, ens, water)


def frontier(
    world: PowerBalance, measures: tuple[Measure, ...], budgets: Sequence[float]
) -> Floats:
    """Points of the frontier, float64 (points, 2): residential energy not served and C of it, GWh.

    Parameters
    ----------
    world, measures
        As `least_curtailed`.
    budgets
        Residential energies not served, GWh; those below the least possible are moved there.
    """
    limits = hourly_limits(world, measures)
    programme = _programme(limits)
    points = [_point(programme, limits, budget, water=0.0) for budget in budgets]
    return np.array([(p.energy_not_served, p.curtailed) for p in points]).reshape(-1, 2)


def bound(program: Program, ens: float, *, everybody: bool = False, water: float = 0.0) -> float:
    """A lower bound of C for every run of a program, GWh: the highest of a few tangents.

    Tangents are found once for a program, and once for programs whose hours have the same limits.

    Parameters
    ----------
    program
        A program of a mechanism with a world.
    ens
        Residential energy not served, GWh.
    everybody
        Whether `ens` is the energy not served of all sectors instead. Then no share of residents
        is needed, and the bound is closer.
    water
        What is left in the store above its floor at the end, GWh; see `water_left`.
    """
    return highest(_tangents_of(program, everybody), ens, water)


def water_left(world: PowerBalance, store: float) -> float:
    """What a store of `store` GWh holds above the floor of dispatch, GWh."""
    return max(0.0, store - world.floor)


def highest(lines: Floats, ens: float, water: float = 0.0) -> float:
    """The highest of some tangents, and at least 0, GWh; see `tangents`."""
    return max(0.0, float((lines @ np.array([1.0, ens, water])).max()))


@lru_cache(maxsize=4)
def _tangents_of(program: Program, everybody: bool) -> Floats:
    """Tangents for a program; it is known by identity, and the cache keeps it alive."""
    mechanism = program.mechanism
    if mechanism.world is None:
        raise ValueError("a mechanism without a world has no hindsight optimum")
    limits = hourly_limits(mechanism.world, mechanism.measures)
    return tangents(limits.of_everybody() if everybody else limits)


@lru_cache(maxsize=128)
def tangents(limits: HourlyLimits) -> Floats:
    """Tangents of the frontier: height at 0 (GWh) and slopes, float64 (tangents, 3).

    The first slope is in energy not served, the second in water left at the end.

    The frontier is convex, so it lies above each of them. They touch it at prices that depend on
    the limits alone, so a run's bound does not depend on what was played before it.

    Parameters
    ----------
    limits
        The limits of a world's hours.
    """
    programme = _programme(limits)
    lines = []
    for price, worth in product(_prices(limits), _WATER_PRICES):
        lost, curtailed, left = programme.at_price(price, worth)
        lines.append((curtailed + price * lost - worth * left, -price, worth))
    return np.array(lines)


def _prices(limits: HourlyLimits) -> list[float]:
    """Prices of residential energy at which the optimum is looked for, in energy curtailed.

    Shedding an hour replaces curtailment when the price is below the inverse of the residents'
    share, so the frontier's slopes are such inverses. A price above all of them sheds as little
    as can be, and comes first.
    """
    share = limits.share[(limits.shed > 0.0) & (limits.share > 0.0) & (limits.short > 0.0)[:, None]]
    inverse = np.minimum(1.0 / share, _STEEPEST / 2.0) if share.size else np.ones(1)
    prices = [2.0 * float(inverse.max()), *map(float, np.quantile(inverse, _QUANTILES))]
    return list(dict.fromkeys(prices))


def _point(programme: _Programme, limits: HourlyLimits, ens: float, water: float) -> Hindsight:
    found = programme.within(ens, water)
    if found is not None:
        return Hindsight(ens, *found, feasible=True)
    least, curtailed, _ = programme.at_price(_prices(limits)[0], water=water)
    # A budget a little above the least there can be is feasible in floating point, too.
    eased = programme.within(least + 1e-6 * (1.0 + least), water)
    return Hindsight(least, curtailed, eased[1] if eased else -np.inf, feasible=False)


def _programme(limits: HourlyLimits) -> _Programme:
    """The linear programme of a world's hours."""
    hours = np.flatnonzero(limits.short > 0.0)
    total, short = len(limits.short), len(hours)
    row, kind = np.nonzero(limits.shed[hours] > 0.0)
    lost, shed = limits.share[hours[row], kind], limits.shed[hours[row], kind]
    inflow = limits.inflow.copy()
    inflow[:1] += limits.store
    hydro, room = np.full(short, limits.hydro_most), np.full(total, limits.room)
    left = np.zeros(2 * short + len(shed) + total)
    left[-1:] = 1.0
    return _Programme(
        curtailed=np.concatenate([np.ones(short), np.zeros(short + len(shed) + total)]),
        lost=np.concatenate([np.zeros(2 * short), lost, np.zeros(total)]),
        left=left,
        most=np.concatenate([limits.curtail[hours], hydro, shed, room]),
        rows=_rows(total, hours, row, lost),
        limits=np.concatenate([-limits.short[hours], inflow]),
    )


def _rows(total: int, hours: Indices, shed_in: Indices, lost: Floats) -> sparse.csr_array:
    """Rows of the programme, each with an upper limit.

    Each short hour is covered by curtailment, hydropower and shedding; the store after each hour
    and the hour's hydropower are at most the store before plus inflow (the rest is spilled); the
    last store is what is to be left; what residents lose is within the budget.

    Parameters
    ----------
    total, hours
        How many hours there are, and those that are short.
    shed_in, lost
        Of each column of shedding: its short hour, and the residents' share.
    """
    short, after = len(hours), np.arange(total)
    curtail, hydro = np.arange(short), short + np.arange(short)
    shed = 2 * short + np.arange(len(lost))
    store = 2 * short + len(lost) + after
    ones = np.ones(total)
    entries = (
        (curtail, curtail, -ones[:short]),
        (curtail, hydro, -ones[:short]),
        (shed_in, shed, -np.ones(len(lost))),
        (short + hours, hydro, ones[:short]),
        (short + after, store, ones),
        (short + after[1:], store[:-1], -ones[1:]),
        (np.array([short + total]), store[-1:], np.array([-1.0])),
        (np.full(len(lost), short + total + 1), shed, lost),
    )
    row, column, value = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    shape = (short + total + 2, 2 * short + len(lost) + total)
    return sparse.csr_array((value, (row, column)), shape=shape)
