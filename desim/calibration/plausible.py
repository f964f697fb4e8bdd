"""The part of the space that no emulator rules out, and points drawn from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from desim.calibration.emulator import Emulator
from desim.calibration.space import to_normal, to_unit

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
BATCH = 5_000
MOST_TRIED = 400_000
"""Points of the prior that are tried; what is lacking then is drawn by walks within the space."""
STEPS = 30
STRIDE = 0.2


@dataclass(frozen=True)
class Plausible:
    """Points that are not implausible under any wave's emulators.

    Parameters
    ----------
    dimensions
        Number of parameters.
    waves
        Emulators by wave and row of the record; none: everything is plausible.
    cut
        Largest implausibility; 3 is usual (Pukelsheim 1994, three-sigma rule).
    """

    dimensions: int
    waves: tuple[tuple[Emulator, ...], ...] = ()
    cut: float = 3.0

    @property
    def active(self) -> Bools:
        """Parameters that any emulator looks at, bool (d,); all when there are no emulators."""
        found = np.full(self.dimensions, not self.waves)
        for emulator in (e for wave in self.waves for e in wave):
            for process in (emulator.mean, emulator.log_variance):
                found[list(process.active)] = True
        return found

    def holds(self, unit: Floats) -> Bools:
        """Which points are plausible, bool (n,).

        Parameters
        ----------
        unit
            float64 (n, d).
        """
        left = np.arange(len(unit))
        # the same bits whatever the number of cores: reductions in one thread
        with threadpool_limits(1):
            for emulator in (e for wave in reversed(self.waves) for e in wave):
                if not len(left):
                    break
                left = left[emulator.implausibility(unit[left]) <= self.cut]
        found = np.zeros(len(unit), dtype=bool)
        found[left] = True
        return found

    def sample(self, count: int, seed: int) -> tuple[Floats, float]:
        """Points drawn from the prior where it is plausible.

        Parameters
        ----------
        count
            How many.
        seed
            Of the draws.

        Returns
        -------
        tuple
            float64 (count, d) in unit coordinates, and the plausible share of the prior.

        Raises
        ------
        ValueError
            When no plausible point was found among `MOST_TRIED`.
        """
        generator = np.random.default_rng(seed)
        found: list[Floats] = []
        tried = kept = 0
        while tried < MOST_TRIED and kept < count:
            trial = generator.random((BATCH, self.dimensions))
            good = trial[self.holds(trial)] if self.waves else trial
            found.append(good)
            tried, kept = tried + BATCH, kept + len(good)
        share = kept / tried
        if not kept:
            raise ValueError(
                f"none of {tried} points is plausible: the record contradicts the case"
            )
        points = np.concatenate(found)[:count]
        if len(points) < count:
            points = self._walked(points, count, generator)
        return points, share

    def _walked(self, points: Floats, count: int, generator: np.random.Generator) -> Floats:
        """More points by walks that leave the prior within the space as it is.

        Steps are reversible for the prior (Neal 1998, the later pCN), so a step is taken whenever
        it ends at a plausible point.
        """
        normal = to_normal(points[generator.integers(0, len(points), count)])
        for _ in range(STEPS):
            stride = STRIDE * generator.choice((0.5, 1.0, 2.0))
            step = generator.standard_normal(normal.shape)
            trial = np.sqrt(1.0 - stride**2) * normal + stride * step
            good = self.holds(to_unit(trial))
            normal[good] = trial[good]
        return to_unit(normal)
