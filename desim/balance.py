"""The hourly world step: need, measures, energy-limited hydropower, shedding and the public.

One compiled function, shared by every engine like the draws. It advances the state by one hour
and writes one row of quantities; `desim.mechanism.world.columns` names them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from desim.elementary import exp, power
from desim.mechanism.parts import MEASURE_KINDS, Measure
from desim.mechanism.world import SECTORS, PowerBalance

CURTAIL, SUPPLY, APPEAL, FAULT, SIGNAL, SUPPORT, QUOTA = range(len(MEASURE_KINDS))
RESIDENTIAL, COMMERCIAL = 0, 1
STORE, HABITUATION, TRUST = range(3)

(
    W_NEED,
    W_AHEAD,
    W_GAP_AHEAD,
    W_FIXED_AHEAD,
    W_INFLOW_AHEAD,
    W_SERVED,
    W_SHED,
    W_SHORT,
    W_CURTAILED,
    W_HYDRO,
    W_STORE,
    W_SPILL,
    W_SPARE,
    W_FIXED,
    W_SUPPLY,
    W_SUPPORT,
    W_APPEAL,
    W_TRUST,
    W_HABIT,
    W_QUOTA,
    W_LOCAL,
) = range(21)
W_NEED_SECTOR, W_SERVED_SECTOR, W_SHED_SECTOR, W_PLACES = 21, 25, 29, 33


class World(NamedTuple):
    """The world lowered into arrays: the first axis of `need` and its like is the hour.

    The arrays called ``sum`` hold running sums (GWh) before each hour, from which the mean over
    any days ahead is read (`need_sum` a row a place); `gaps` is the energy gap ahead without the
    store, by hour and horizon.
    """

    need: NDArray[np.float64]
    need_ahead: NDArray[np.float64]
    total_ahead: NDArray[np.float64]
    need_sum: NDArray[np.float64]
    fixed: NDArray[np.float64]
    fixed_ahead: NDArray[np.float64]
    fixed_sum: NDArray[np.float64]
    inflow: NDArray[np.float64]
    inflow_ahead: NDArray[np.float64]
    inflow_sum: NDArray[np.float64]
    surplus: NDArray[np.float64]
    gaps: NDArray[np.float64]
    exposure: NDArray[np.float64]
    weights: NDArray[np.float64]
    line_limit: NDArray[np.float64]
    kind: NDArray[np.int64]
    sector: NDArray[np.int64]
    place: NDArray[np.int64]
    effect: NDArray[np.float64]
    rise: NDArray[np.float64]
    fall: NDArray[np.float64]
    store_full: float
    hydro_most: float
    floor: float
    ties: float
    reach: float
    response: float
    habituation: float
    half_life: float
    trust_loss: float
    trust_recovery: float
    announced: float


def slots(measures: tuple[Measure, ...]) -> tuple[tuple[Measure, str], ...]:
    """The (measure, place) pairs that can be activated, in the order of the arrays."""
    return tuple((measure, place) for measure in measures for place in measure.effects)


def lower_world(balance: PowerBalance, measures: tuple[Measure, ...]) -> World:
    """Turn the world's data into the arrays that `step` takes.

    Parameters
    ----------
    balance
        The world.
    measures
        The mechanism's measures; places the world does not know count as the whole province.
    """
    index = {place: i for i, place in enumerate(balance.places)}
    pairs = slots(measures)
    total = balance.need.sum(axis=2)
    pub = balance.public
    sums = {
        "need": _running(total),
        "fixed": _running(balance.fixed),
        "inflow": _running(balance.inflow),
    }
    return World(
        need=balance.need,
        need_ahead=_peak_ahead(total),
        total_ahead=_peak_ahead(total.sum(axis=1)),
        need_sum=np.ascontiguousarray(sums["need"].T),
        fixed=balance.fixed,
        fixed_ahead=_mean_ahead(sums["fixed"], 1),
        fixed_sum=sums["fixed"],
        inflow=balance.inflow,
        inflow_ahead=24.0 * _mean_ahead(sums["inflow"], 1),
        inflow_sum=sums["inflow"],
        surplus=balance.surplus,
        gaps=_gaps(sums["need"].sum(axis=1) - sums["fixed"] - sums["inflow"], balance.outlook),
        exposure=balance.exposure,
        weights=balance.weights,
        line_limit=balance.line_limit,
        kind=np.array([MEASURE_KINDS.index(m.kind) for m, _ in pairs], dtype=np.int64),
        sector=np.array(
            [SECTORS.index(m.sector) if m.sector else -1 for m, _ in pairs], dtype=np.int64
        ),
        place=np.array([index.get(place, -1) for _, place in pairs], dtype=np.int64),
        effect=np.array([m.effects[place] for m, place in pairs], dtype=np.float64),
        rise=np.array([1.0 / m.ramp_up if m.ramp_up else np.inf for m, _ in pairs]),
        fall=np.array([1.0 / m.ramp_down if m.ramp_down else np.inf for m, _ in pairs]),
        store_full=balance.store_full,
        hydro_most=balance.hydro_most,
        floor=balance.floor,
        ties=balance.ties,
        reach=pub.reach,
        response=pub.response,
        habituation=pub.habituation,
        half_life=pub.half_life,
        trust_loss=pub.trust_loss,
        trust_recovery=pub.trust_recovery,
        announced=pub.announced,
    )


def _peak_ahead(series: NDArray[np.float64]) -> NDArray[np.float64]:
    longer = np.concatenate([series, np.full((23, *series.shape[1:]), -np.inf)])
    ahead: NDArray[np.float64] = sliding_window_view(longer, 24, axis=0).max(axis=-1)
    return ahead


def _running(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """What has come before each hour, and before the end: one row more than hours."""
    sums = np.zeros((len(series) + 1, *series.shape[1:]))
    np.cumsum(series, axis=0, out=sums[1:])
    return sums


def _mean_ahead(sums: NDArray[np.float64], days: int) -> NDArray[np.float64]:
    """Mean over the coming days, by hour; beyond the end as on the last day."""
    hours = len(sums) - 1
    ends = np.arange(hours) + 24 * days
    inside = np.minimum(ends, hours)
    rate = (sums[-1] - sums[max(0, hours - 24)]) / min(24, hours)
    total = sums[inside] - sums[:-1] + np.multiply.outer(ends - inside, rate)
    mean: NDArray[np.float64] = total / (24.0 * days)
    return mean


def _gaps(sums: NDArray[np.float64], outlook: int) -> NDArray[np.float64]:
    """Mean need that neither fixed supply nor inflow covers, GW, by hour and horizon in days."""
    return np.stack([_mean_ahead(sums, days) for days in range(1, outlook + 1)], axis=1)


@njit(cache=True)
def _ramp(world, target, active):
    for k in range(target.size):
        gap = target[k] - active[k]
        active[k] += min(max(gap, -world.fall[k]), world.rise[k])


@njit(cache=True)
def _need_after_measures(world, hour, active, answer, demand):
    """Fill `demand` (P, 4) and return supply, support (GW) and energy curtailed (GWh)."""
    demand[:] = world.need[hour]
    supply = 0.0
    support = 0.0
    curtailed = 0.0
    for k in range(active.size):
        p = world.place[k]
        if world.kind[k] == CURTAIL and p >= 0:
            s = world.sector[k]
            cut = min(demand[p, s], world.need[hour, p, s] * world.effect[k] * active[k])
            demand[p, s] -= cut
            curtailed += cut
        elif world.kind[k] == SUPPLY:
            supply += world.effect[k] * active[k]
        elif world.kind[k] == SUPPORT:
            support += world.effect[k] * active[k]
    for p in range(demand.shape[0]):
        demand[p, RESIDENTIAL] *= 1.0 - answer
        demand[p, COMMERCIAL] *= 1.0 - answer
    return supply, min(world.ties, world.surplus[hour] * support), curtailed


@njit(cache=True)
def _shed_locally(world, active, demand, shed):
    """Quotas, faults and overloaded local networks shed where they are, whatever there is.

    Returns what residents lose to quotas, GW.
    """
    local = world.line_limit.copy()
    quota = 0.0
    for k in range(active.size):
        p = world.place[k]
        if p < 0:
            continue
        if world.kind[k] == SUPPLY:
            local[p] += world.effect[k] * active[k]
        elif world.kind[k] == FAULT or world.kind[k] == QUOTA:
            lost = min(world.effect[k] * active[k], demand[p, RESIDENTIAL] - shed[p, RESIDENTIAL])
            shed[p, RESIDENTIAL] += lost
            if world.kind[k] == QUOTA:
                quota += lost
    for p in range(demand.shape[0]):
        excess = demand[p].sum() - shed[p].sum() - local[p]
        if excess > 0.0:
            _spread(world, demand, shed, excess, p, p + 1)
    return quota


@njit(cache=True)
def _spread(world, demand, shed, short, first, last):
    """Shed `short` GW by lines, in proportion to what each sector and place is exposed.

    What is left when everyone exposed has been shed in full falls on the rest: no more can be
    served than there is.
    """
    for _ in range((last - first) * demand.shape[1]):
        total = 0.0
        for p in range(first, last):
            for s in range(demand.shape[1]):
                left = demand[p, s] - shed[p, s]
                total += world.weights[p] * world.exposure[s] * left
        if short <= 1e-12:
            return
        if total <= 1e-12:
            break
        rest = 0.0
        for p in range(first, last):
            for s in range(demand.shape[1]):
                left = demand[p, s] - shed[p, s]
                part = short * world.weights[p] * world.exposure[s] * left / total
                cut = min(part, left)
                shed[p, s] += cut
                rest += part - cut
        short = rest
    left = demand[first:last].sum() - shed[first:last].sum()
    if short > 1e-12 and left > 0.0:
        shed[first:last] += (demand[first:last] - shed[first:last]) * min(1.0, short / left)


@njit(cache=True)
def step(world, hour, target, active, state, row):
    """Advance the world by one hour and write its quantities.

    Parameters
    ----------
    world
        The lowered world.
    hour
        Which hour, from 0.
    target, active
        float64 (slots,): what each measure at each place was told to reach, and has reached;
        `active` is moved.
    state
        float64 (3,): store (GWh), habituation, trust; moved.
    row
        float64: receives the quantities named by `desim.mechanism.world.columns`.
    """
    _ramp(world, target, active)
    appeal = 0.0
    for k in range(active.size):
        if world.kind[k] == APPEAL:
            appeal = max(appeal, active[k])
    answer = world.reach * world.response * state[TRUST] * exp(-state[HABITUATION]) * appeal
    demand = np.empty_like(world.need[hour])
    supply, support, curtailed = _need_after_measures(world, hour, active, answer, demand)
    shed = np.zeros_like(demand)
    row[W_QUOTA] = _shed_locally(world, active, demand, shed)
    row[W_LOCAL] = shed[:, RESIDENTIAL].sum() - row[W_QUOTA]

    supply += support
    fixed = world.fixed[hour] + supply
    stored = max(0.0, state[STORE] - world.floor)
    available = min(world.hydro_most, world.inflow[hour] + stored)
    wanted = max(0.0, demand.sum() - shed.sum() - fixed)
    hydro = min(wanted, available)
    shortage = wanted - hydro
    _spread(world, demand, shed, shortage, 0, demand.shape[0])
    before = state[STORE]
    state[STORE] = min(world.store_full, before + world.inflow[hour] - hydro)
    spill = before + world.inflow[hour] - hydro - state[STORE]

    unannounced = (1.0 - world.announced) * shed[:, RESIDENTIAL].sum()
    state[TRUST] *= exp(-world.trust_loss * unannounced)
    state[TRUST] += (1.0 - state[TRUST]) * world.trust_recovery / 24.0
    state[HABITUATION] += world.habituation * appeal / 24.0
    state[HABITUATION] *= power(0.5, 1.0 / world.half_life)

    row[W_SHORT], row[W_CURTAILED], row[W_HYDRO], row[W_SPILL] = shortage, curtailed, hydro, spill
    row[W_SPARE], row[W_FIXED], row[W_SUPPLY] = available - hydro, world.fixed[hour], supply
    row[W_SUPPORT] = support
    row[W_APPEAL] = answer
    _write(world, hour, demand, shed, state, row)


@njit(cache=True)
def _write(world, hour, demand, shed, state, row):
    places = demand.shape[0]
    sectors = demand.shape[1]
    row[W_NEED] = world.need[hour].sum()
    row[W_AHEAD] = world.total_ahead[hour]
    row[W_FIXED_AHEAD] = world.fixed_ahead[hour]
    row[W_INFLOW_AHEAD] = world.inflow_ahead[hour]
    gap = row[W_AHEAD] - row[W_FIXED_AHEAD] - world.hydro_most
    for day in range(world.gaps.shape[1]):
        stored = (state[STORE] - world.floor) / (24.0 * (day + 1.0))
        gap = max(gap, world.gaps[hour, day] - stored)
    row[W_GAP_AHEAD] = max(0.0, gap)
    row[W_SERVED] = demand.sum() - shed.sum()
    row[W_SHED] = shed.sum()
    row[W_STORE], row[W_TRUST], row[W_HABIT] = state[STORE], state[TRUST], state[HABITUATION]
    for s in range(sectors):
        row[W_NEED_SECTOR + s] = world.need[hour, :, s].sum()
        row[W_SERVED_SECTOR + s] = demand[:, s].sum() - shed[:, s].sum()
        row[W_SHED_SECTOR + s] = shed[:, s].sum()
    base = W_PLACES
    for p in range(places):
        row[base + p] = world.need[hour, p].sum()
        row[base + places + p] = world.need_ahead[hour, p]
        row[base + 2 * places + p] = shed[p].sum()
    base += 3 * places
    for p in range(places):
        for s in range(sectors):
            at = base + p * sectors + s
            row[at] = world.need[hour, p, s]
            row[at + places * sectors] = demand[p, s] - shed[p, s]
            row[at + 2 * places * sectors] = shed[p, s]
