"""The space of a case's uncertain parameters, in three coordinates: unit, normal and values.

The prior of every parameter is its law in the table of parameters; all are independent. In unit
coordinates the prior is uniform on the cube, in normal coordinates standard normal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from desim.case import Case
from desim.mechanism.complaint import unknown
from desim.study.question import StudyError
from desim.study.uncertainty import Uncertainty, matching, uncertainty

Floats = NDArray[np.float64]
DIGITS = 6
"""Significant digits of values that are played: enough, and the same in every text."""
_EDGE = 1e-9


@dataclass(frozen=True, slots=True)
class Space:
    """The parameters that are calibrated.

    Parameters
    ----------
    inputs
        The d parameters with their laws, in the order of the case's table.
    tags
        Tag of each.
    """

    inputs: tuple[Uncertainty, ...]
    tags: tuple[str, ...]

    @classmethod
    def of(cls, case: Case, held: tuple[str, ...] = ()) -> Space:
        """All parameters of a case whose range is not a point and that are not held.

        Parameters
        ----------
        case
            The case.
        held
            Patterns such as ``trucks.*`` of parameters that keep their best values.

        Raises
        ------
        StudyError
            When a pattern means no parameter of the case.
        """
        known = {p.name: p for p in case.parameters}
        unused = [pattern for pattern in held if not matching((pattern,), known)]
        if unused:
            told = (f"key held: {unknown('parameter', pattern, known)}" for pattern in unused)
            raise StudyError(tuple(told))
        kept = set(matching(held, known))
        able = [p for p in case.parameters if p.name not in kept and not uncertainty(p).problem()]
        return cls(tuple(map(uncertainty, able)), tuple(p.tag for p in able))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(each.name for each in self.inputs)

    def __len__(self) -> int:
        return len(self.inputs)

    def values(self, unit: Floats) -> Floats:
        """Values in the parameters' own units.

        Parameters
        ----------
        unit
            float64 (n, d) in [0, 1].

        Returns
        -------
        numpy.ndarray
            float64 (n, d), within the ranges, of `DIGITS` significant digits.
        """
        columns = [each.quantile(column) for each, column in zip(self.inputs, unit.T, strict=True)]
        exact = np.column_stack(columns)
        rounded = np.array([[float(f"{v:.{DIGITS}g}") for v in row] for row in exact])
        low = np.array([each.low for each in self.inputs])
        high = np.array([each.high for each in self.inputs])
        within: Floats = np.clip(rounded, low, high)
        return within


def to_normal(unit: Floats) -> Floats:
    """Normal coordinates of points in the unit cube."""
    found: Floats = stats.norm.ppf(np.clip(unit, _EDGE, 1.0 - _EDGE))
    return found


def to_unit(normal: Floats) -> Floats:
    """Unit coordinates of points in normal coordinates."""
    found: Floats = stats.norm.cdf(normal)
    return found
