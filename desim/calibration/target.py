"""What the model is fitted to: rows of the record, each with a standard deviation for either side.

The accepted band of a row, ``low`` to ``high``, is taken as two standard deviations to either side
of its value: it holds what is not known about the record itself, and how closely a model of this
kind can be expected to meet it. Everything is compared in these units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desim.case import Case, RecordRow

Floats = NDArray[np.float64]
DEVIATIONS = 2.0
"""Standard deviations that half of a band is taken for."""
FAR = 8.0
"""Standard deviations beyond which it does not count how far: a run that misses a row by eight is
as wrong as one that misses it by eighty, and would only blind the emulators to what is near."""
_HOURS = "h"


@dataclass(frozen=True, slots=True)
class Targets:
    """Rows of the record that are fitted.

    Parameters
    ----------
    rows
        The k rows.
    horizon
        Length of a run, hours.
    """

    rows: tuple[RecordRow, ...]
    horizon: float

    @classmethod
    def of(cls, case: Case, use: str = "fit") -> Targets:
        """The rows of a case's record that have a use."""
        rows = tuple(row for row in case.record if row.use == use)
        return cls(rows, case.mechanism.horizon)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the rows."""
        return tuple(row.key for row in self.rows)

    def deviations(self, values: Floats) -> Floats:
        """How far values are from the record, in its standard deviations.

        What did not happen in a run did not happen until its end: a date or delay that is missing
        counts as the length of the run. The record of the distance ends at `FAR`.

        Parameters
        ----------
        values
            float64 (..., k), NaN where something did not happen.

        Returns
        -------
        numpy.ndarray
            float64 of the same shape, in [-FAR, FAR]; 0 is the record.
        """
        found = np.empty_like(values)
        for column, row in enumerate(self.rows):
            missing = self.horizon if row.unit == _HOURS else np.inf
            value = np.where(np.isnan(values[..., column]), missing, values[..., column])
            above = value >= row.value
            side = np.where(above, row.high - row.value, row.value - row.low) / DEVIATIONS
            found[..., column] = (value - row.value) / side
        clipped: Floats = np.clip(found, -FAR, FAR)
        return clipped
