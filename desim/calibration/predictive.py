"""What a sample of parameters predicts for every row of the record, fitted or held out."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from desim.case import RecordRow
from desim.study.record_tables import MILESTONES

Floats = NDArray[np.float64]
BAND = (0.05, 0.5, 0.95)


def predictions(rows: tuple[RecordRow, ...], values: Floats, of: str) -> pd.DataFrame:
    """The 90 % band of every row, and where the record lies in it.

    Parameters
    ----------
    rows
        The k rows of the record.
    values
        float64 (points, replications, k); NaN where something did not happen.
    of
        What the points are: ``prior`` or ``posterior``.

    Returns
    -------
    pandas.DataFrame
        One row a row of the record. ``within``: the record's value lies within the band.
        ``meets``: the record's own accepted band and the model's overlap. ``accepted``: share of
        runs within the accepted band. ``happened``: share of runs in which it happened at all.
    """
    found = []
    for column, row in enumerate(rows):
        every = values[:, :, column].ravel()
        sample = every[~np.isnan(every)]
        low, middle, high = np.quantile(sample, BAND) if len(sample) else np.full(3, np.nan)
        inside = (sample >= row.low) & (sample <= row.high)
        found.append(
            {
                "of": of, "key": row.key, "label": row.label, "use": row.use, "kind": row.kind,
                "unit": row.unit, "record": row.value, "record_low": row.low,
                "record_high": row.high, "low": low, "median": middle, "high": high,
                "within": bool(low <= row.value <= high),
                "meets": bool(low <= row.high and row.low <= high),
                "accepted": float(inside.sum() / len(every)),
                "happened": len(sample) / len(every), "dated": row.kind in MILESTONES,
                "source": row.source, "tag": row.tag,
            }
        )  # fmt: skip
    return pd.DataFrame(found)
