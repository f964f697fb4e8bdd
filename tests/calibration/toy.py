"""A model in one line whose posterior is known: runs are normal around a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from desim.calibration.budget import Budget
from desim.calibration.space import to_normal

SLOPE, LUCK, RECORD = 3.0, 0.8, 2.0
TOY_BUDGET = Budget(
    case="toy", seed=3, waves=1, wave_points=20, wave_replications=2, cut=3.0,
    reference_points=3000, replications=4, particles=800, moves=2, generations=10,
    tolerance=1.0, draws=20, predictive_replications=1, records=20, end_replications=2,
    corner_replications=2,
)  # fmt: skip


@dataclass(frozen=True)
class Toy:
    """What a site and targets are asked for: deviations are SLOPE x - RECORD and luck."""

    dimensions: int = 12

    def deviations(self, unit: np.ndarray, replications: int, seed: int) -> np.ndarray:
        luck = np.random.default_rng(seed).standard_normal((len(unit), replications, 1))
        found: np.ndarray = SLOPE * to_normal(unit)[:, :1, None] - RECORD + LUCK * luck
        return found

    def play(self, name: str, unit: np.ndarray, replications: int, seed: int) -> np.ndarray:
        return self.deviations(unit, replications, seed)

    def say(self, text: str) -> None:
        """Nothing needs to be said."""

    def site(self) -> Any:
        return self

    def targets(self) -> Any:
        return _Targets()


class _Targets:
    keys = ("row",)

    def deviations(self, values: np.ndarray) -> np.ndarray:
        return values


def toy_posterior(toy: Toy) -> tuple[float, float]:
    """Mean and deviation of x given that SLOPE x + luck + the record's error is RECORD."""
    noise = 1.0 + LUCK**2
    precision = 1.0 + SLOPE**2 / noise
    return SLOPE * RECORD / noise / precision, precision**-0.5
