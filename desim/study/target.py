"""How precise a study wants to be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desim.distribution import LARGEST

Floats = NDArray[np.float64]
CAP = 100_000
"""No study plays more: a larger forecast means that the precision cannot be had."""


@dataclass(frozen=True, slots=True)
class Precision:
    """How narrow the 95 % interval of a mean must be.

    Parameters
    ----------
    absolute
        Largest half-width, in the outcome's unit.
    relative
        Largest half-width as a share of the mean's magnitude, 0.05 for 5 %. When both are given,
        both must hold.

    Raises
    ------
    ValueError
        When neither is given, or one is not positive and finite.
    """

    absolute: float | None = None
    relative: float | None = None

    def __post_init__(self) -> None:
        given = [limit for limit in (self.absolute, self.relative) if limit is not None]
        if not given:
            raise ValueError("a precision needs an absolute or a relative half-width")
        if not all(0.0 < limit <= LARGEST for limit in given):
            raise ValueError(f"half-widths must be positive and finite, got {self}")

    def limit(self, mean: Floats | float) -> Floats:
        """The largest half-width allowed when the mean is this; same shape as `mean`."""
        absolute = np.inf if self.absolute is None else self.absolute
        relative = np.inf if self.relative is None else self.relative * np.abs(mean)
        allowed: Floats = np.minimum(absolute, relative) + np.zeros_like(mean, dtype=np.float64)
        return allowed
