"""Random small worlds and activations for the hourly balance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from desim import balance
from desim.mechanism.parts import MEASURE_KINDS, Measure
from desim.mechanism.world import SECTORS, PowerBalance, Public, columns

PLACES = ("east", "west", "south")
HOURS = 30


@dataclass
class Run:
    """A world stepped hour by hour with given targets."""

    world: PowerBalance
    measures: tuple[Measure, ...]
    targets: NDArray[np.float64]
    rows: NDArray[np.float64]
    active: NDArray[np.float64]
    states: NDArray[np.float64]

    def series(self, column: str) -> NDArray[np.float64]:
        """One quantity by hour."""
        return self.rows[:, columns(self.world.places).index(column)]

    def field(self, quantity: str) -> NDArray[np.float64]:
        """A quantity by hour, place and sector."""
        names = [f"{quantity}_{s}@{p}" for p in self.world.places for s in SECTORS]
        found = np.stack([self.series(name) for name in names], axis=1)
        return found.reshape(len(self.rows), len(self.world.places), len(SECTORS))


def run(world: PowerBalance, measures: tuple[Measure, ...], targets: NDArray[np.float64]) -> Run:
    """Step through all hours; `targets` is (hours, slots)."""
    lowered = balance.lower_world(world, measures)
    hours, slots = targets.shape
    active, state = np.zeros(slots), np.array([world.store, 0.0, 1.0])
    rows = np.zeros((hours, len(columns(world.places))))
    reached, states = np.zeros((hours, slots)), np.zeros((hours, 3))
    for hour in range(hours):
        balance.step(lowered, hour, targets[hour], active, state, rows[hour])
        reached[hour], states[hour] = active, state
    return Run(world, measures, targets, rows, reached, states)


def flat_world(hours: int = HOURS, **changes: object) -> PowerBalance:
    """One place with a constant need of 4 GW (1 a sector), no hydropower, no public."""
    parts: dict[str, object] = {
        "places": ("here",),
        "need": np.ones((hours, 1, 4)),
        "fixed": np.full(hours, 4.0),
        "inflow": np.zeros(hours),
        "store": 0.0,
        "store_full": 10.0,
        "hydro_most": 5.0,
        "exposure": np.ones(4),
        "weights": np.ones(1),
        "line_limit": np.full(1, 99.0),
        "customers": np.ones(1),
        "public": Public(),
    }
    return PowerBalance(**{**parts, **changes})  # type: ignore[arg-type]


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """A random world with random measures, played through."""
    places = PLACES[: draw(st.integers(1, 3))]
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = len(places)
    world = PowerBalance(
        places,
        random.uniform(0.0, 4.0, (HOURS, size, 4)) * random.integers(0, 2, (HOURS, size, 4)),
        random.uniform(0.0, 10.0 * size, HOURS) * draw(st.sampled_from((0.0, 0.5, 1.0))),
        random.uniform(0.0, 4.0, HOURS),
        draw(st.floats(0.0, 60.0)),
        60.0,
        draw(st.floats(0.0, 12.0)),
        random.uniform(0.05, 1.0, 4),
        random.uniform(0.05, 3.0, size),
        random.uniform(1.0, 20.0, size),
        np.full(size, 1000.0),
        Public(0.9, 0.3, 0.2, 24.0, 0.05, 0.2, draw(st.floats(0.0, 1.0))),
        floor=draw(st.sampled_from((0.0, 10.0, 30.0))),
        outlook=draw(st.integers(1, 3)),
        surplus=random.choice((0.0, 0.5, 1.0), HOURS),
        ties=draw(st.sampled_from((0.5, 2.0, np.inf))),
    )
    kinds = draw(st.lists(st.sampled_from(MEASURE_KINDS), min_size=1, max_size=5))
    measures = tuple(
        Measure(
            f"m{i}",
            kind,
            {place: float(random.uniform(0.0, 1.0)) for place in (*places, "province")[:size]},
            SECTORS[int(random.integers(0, 4))] if kind == "curtail" else "",
            float(random.integers(0, 4)),
            float(random.integers(0, 4)),
        )
        for i, kind in enumerate(kinds)
    )
    slots = len(balance.slots(measures))
    targets = np.repeat(random.uniform(0.0, 1.0, (HOURS // 5, slots)).round(1), 5, axis=0)
    return run(world, measures, targets)
