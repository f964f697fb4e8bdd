"""Energy outcomes, read from the hourly world of a trace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desim.mechanism.world import SECTORS
from desim.outcome.hindsight import bound
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


def gini(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Gini coefficient of weighted values: half the relative mean absolute difference."""
    mean = float(np.average(values, weights=weights))
    if mean == 0.0:
        return 0.0
    apart = np.abs(values[:, None] - values[None, :])
    pairs = weights[:, None] * weights[None, :]
    return float((apart * pairs).sum() / pairs.sum() / (2.0 * mean))


def not_needed(trace: Trace) -> float:
    """Energy curtailed beyond what hindsight would have needed, GWh.

    Compared is the least energy that can be curtailed with the same energy not served in all
    sectors, by who knows all hours beforehand (`desim.outcome.hindsight`). That is a lower bound,
    so this is an upper bound of the energy curtailed without need, and never negative but for
    rounding.
    """
    lost = float(trace.series("shed").sum())
    return float(trace.series("curtailed").sum()) - bound(trace.program, lost, everybody=True)


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
        "curtailed_not_needed", "Curtailed beyond hindsight", "GWh", "lower",
        "Energy curtailed beyond what hindsight would have needed for the same energy not served.",
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
        lambda trace: float(np.average(outage_hours(trace), weights=customers(trace))),
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
