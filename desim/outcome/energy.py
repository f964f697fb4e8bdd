"""Energy outcomes, read from the hourly world of a trace."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from desim.mechanism.world import SECTORS
from desim.outcome.hindsight import bound, water_left
from desim.outcome.outcome import Outcome
from desim.trace.trace import Trace

LOST_LOAD_CNY_PER_KWH = {
    "residential": (10.0, 60.0),
    "commercial": (15.0, 60.0),
    "industrial": (3.0, 30.0),
    "essential": (100.0, 300.0),
}
"""Value of lost load by sector, CNY/kWh, low and high.

``assumed``: no Chinese figures by sector were found (coordination evidence 2.11, proposed
ranges). Energy comes first; money is shown only as a range.
"""
SHORT = 1.0
"""Residential energy, GWh, beyond which a shortage counts: `assumed`, a quarter of one per cent of
what residents of the Sichuan case need in a day of August."""
_NOT_ITEMS = "Does not depend on items; every hour of the run counts."


def by_place(trace: Trace, quantity: str) -> NDArray[np.float64]:
    """A quantity of every place, float64 (hours, places)."""
    world = trace.program.mechanism.world
    places = world.places if world else ()
    return np.column_stack([trace.series(f"{quantity}@{place}") for place in places])


def customers(trace: Trace) -> NDArray[np.float64]:
    """Households by place, float64 (places,)."""
    world = trace.program.mechanism.world
    return world.customers if world else np.zeros(0)


def outage_hours(trace: Trace, begin: int = 0, end: int | None = None) -> NDArray[np.float64]:
    """Equivalent hours without supply of a resident, by place: sum over hours of shed over need.

    Parameters
    ----------
    trace
        A trace with a world.
    begin, end
        First hour, and the hour before which to stop; the whole run by default.
    """
    need = by_place(trace, "need_residential")[begin:end]
    lost = by_place(trace, "shed_residential")[begin:end]
    share = np.divide(lost, need, out=np.zeros_like(lost), where=need > 0.0)
    hours: NDArray[np.float64] = share.sum(axis=0)
    return hours


def weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """The weighted mean; NaN where nothing has a weight, as places without households."""
    return float(np.average(values, weights=weights)) if weights.sum() > 0.0 else math.nan


def gini(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Gini coefficient of weighted values: half the relative mean absolute difference."""
    mean = weighted_mean(values, weights)
    if mean == 0.0 or math.isnan(mean):
        return mean
    apart = np.abs(values[:, None] - values[None, :])
    pairs = weights[:, None] * weights[None, :]
    return float((apart * pairs).sum() / pairs.sum() / (2.0 * mean))


def not_needed(trace: Trace) -> float:
    """Energy curtailed beyond what hindsight would have needed, GWh.

    Compared is the least energy that can be curtailed with the same energy not served in all
    sectors and as much water left at the end, by who knows all hours beforehand
    (`desim.outcome.hindsight`). That is a lower bound, so this is an upper bound of the energy
    curtailed without need, and never negative but for rounding.
    """
    lost = float(trace.series("shed").sum())
    least = bound(trace.program, lost, everybody=True, water=_above_floor(trace))
    return float(trace.series("curtailed").sum()) - least


def _above_floor(trace: Trace) -> float:
    """What is left in the store above its floor at the end, GWh."""
    world = trace.program.mechanism.world
    return water_left(world, float(trace.series("store")[-1])) if world else 0.0


def drawdown(trace: Trace) -> float:
    """By how much a run has drawn the reservoirs down, GWh; negative where they are fuller."""
    world = trace.program.mechanism.world
    return world.store - float(trace.series("store")[-1]) if world else 0.0


def all_given(trace: Trace) -> float:
    """Energy that customers and reservoirs gave, GWh: need less what others supplied."""
    without = trace.series("curtailed").sum() + trace.series("shed").sum()
    return float(without) + drawdown(trace)


def in_shortages(trace: Trace) -> float:
    """What residents lose when the whole province is short, and not to local causes, GWh."""
    local = trace.series("shed_by_quota") + trace.series("shed_locally")
    return float((trace.series("shed_residential") - local).sum())


def _sum(column: str) -> Outcome:
    sector = column.removeprefix("shed_")
    return Outcome(
        f"{sector}_energy_not_served",
        f"{sector.capitalize()} energy not served",
        "GWh",
        "lower",
        f"Energy shed from {sector} customers by rotation, faults or overloaded local networks.",
        _NOT_ITEMS,
        lambda trace: float(trace.series(column).sum()),
        needs_world=True,
    )


def _lost_load(end: int, name: str) -> Outcome:
    def cost(trace: Trace) -> float:
        energy = {sector: trace.series(f"shed_{sector}").sum() for sector in SECTORS}
        return float(sum(energy[s] * LOST_LOAD_CNY_PER_KWH[s][end] for s in SECTORS) / 1000.0)

    return Outcome(
        f"interruption_cost_{name}",
        f"Cost of interruptions, {name} values",
        "bn CNY",
        "lower",
        f"Energy not served times the {name} end of assumed values of lost load.",
        _NOT_ITEMS,
        cost,
        needs_world=True,
    )


def _customer_hours(trace: Trace) -> float:
    return float((outage_hours(trace) * customers(trace)).sum() / 1e6)


ENERGY: tuple[Outcome, ...] = (
    *(_sum(f"shed_{sector}") for sector in SECTORS),
    Outcome(
        "residential_customer_hours", "Residential customer-hours without supply",
        "million customer-hours", "lower",
        "Households times their equivalent hours without supply.",
        _NOT_ITEMS, _customer_hours, needs_world=True,
    ),
    Outcome(
        "energy_curtailed", "Energy curtailed by order", "GWh", "neither",
        "Energy that ordered measures took from customers.",
        _NOT_ITEMS, lambda trace: float(trace.series("curtailed").sum()), needs_world=True,
    ),
    Outcome(
        "curtailed_shed_and_drawn", "Energy curtailed, shed and drawn", "GWh", "lower",
        "Energy that customers went without, by order or by shedding, and by how much the "
        "reservoirs are emptier at the end: what supply and appeals have not saved. Curtailment "
        "that is saved by spending water sooner, or by shedding, saves nothing here.",
        _NOT_ITEMS, all_given, needs_world=True,
    ),
    Outcome(
        "water_left", "Energy left in reservoirs", "GWh", "higher",
        "What the reservoirs hold above the floor of dispatch at the end.",
        _NOT_ITEMS, _above_floor, needs_world=True,
    ),
    Outcome(
        "residential_shortage", "Residential energy not served in shortages", "GWh", "lower",
        "Of the residential energy not served, what is shed when the whole province is short.",
        _NOT_ITEMS, in_shortages, needs_world=True,
    ),
    Outcome(
        "residential_quota", "Residential energy under local quotas", "GWh", "lower",
        "Of the residential energy not served, what local grids give up by quota.",
        _NOT_ITEMS, lambda trace: float(trace.series("shed_by_quota").sum()), needs_world=True,
    ),
    Outcome(
        "residential_local", "Residential energy lost to local causes", "GWh", "lower",
        "Of the residential energy not served, what faults and overloaded local networks take.",
        _NOT_ITEMS, lambda trace: float(trace.series("shed_locally").sum()), needs_world=True,
    ),
    Outcome(
        "shortage_risk", "Runs with a shortage", "share", "lower",
        f"Share of the runs in which residents lose more than {SHORT:g} GWh to shortages of the "
        "whole province.",
        _NOT_ITEMS, lambda trace: float(in_shortages(trace) > SHORT), needs_world=True,
    ),
    Outcome(
        "curtailed_not_needed", "Curtailed beyond hindsight", "GWh", "neither",
        "Energy curtailed beyond what hindsight would have needed for the same energy not served "
        "and as much water left. Each mechanism has its own frontier, so this does not rank them.",
        _NOT_ITEMS, not_needed, needs_world=True,
    ),
    Outcome(
        "peak_shortfall", "Largest shortfall", "GW", "lower",
        "The largest hourly mean of power shed.",
        _NOT_ITEMS, lambda trace: float(trace.series("shed").max()), needs_world=True,
    ),
    Outcome(
        "rotating_outage_hours", "Outage hours of a resident", "h", "lower",
        "Equivalent hours without supply of a resident, mean over households.",
        _NOT_ITEMS,
        lambda trace: weighted_mean(outage_hours(trace), customers(trace)),
        needs_world=True,
    ),
    Outcome(
        "outage_gini", "Gini of outage hours", "0 to 1", "lower",
        "Gini coefficient of residents' outage hours between places, weighted by households.",
        _NOT_ITEMS, lambda trace: gini(outage_hours(trace), customers(trace)), needs_world=True,
    ),
    _lost_load(0, "low"),
    _lost_load(1, "high"),
)  # fmt: skip
