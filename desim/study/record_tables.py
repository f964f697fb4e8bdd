"""The model beside the record, and bands of what happened hour by hour."""

from __future__ import annotations

import pandas as pd

from desim.case import RecordRow

BAND = (0.05, 0.95)
MILESTONES = ("first_at_least", "last_below")


def bands(series: pd.DataFrame) -> pd.DataFrame:
    """Mean and 5 to 95 % band over replications of each quantity and hour."""
    grouped = series.groupby(["quantity", "hour"], sort=False)["value"]
    table = grouped.agg(
        mean="mean", low=lambda v: v.quantile(BAND[0]), high=lambda v: v.quantile(BAND[1])
    )
    return table.reset_index()


def against_record(values: pd.DataFrame, record: tuple[RecordRow, ...]) -> pd.DataFrame:
    """The model beside the record: mean and 5 to 95 % band over replications of every row.

    Parameters
    ----------
    values
        Columns key and value, a row a run and row of the record; NaN where it did not happen.
    record
        The rows of the record.
    """
    rows = []
    for row in record:
        every = values["value"][values["key"] == row.key]
        sample = every.dropna()
        low, high = (float(sample.quantile(q)) for q in BAND)
        rows.append(
            {
                "key": row.key,
                "label": row.label,
                "kind": row.kind,
                "use": row.use,
                "unit": row.unit,
                "record": row.value,
                "record_low": row.low,
                "record_high": row.high,
                "model_mean": sample.mean() if len(sample) else float("nan"),
                "model_low": low,
                "model_high": high,
                "replications": len(sample),
                "source": row.source,
                "tag": row.tag,
                "dropped": len(every) - len(sample),
                "of": row.of,
                "at": row.at,
                "threshold": row.threshold,
                "begin": row.begin,
                "end": row.end,
            }
        )
    table = pd.DataFrame(rows)
    inside = (table["model_mean"] >= table["record_low"]) & (
        table["model_mean"] <= table["record_high"]
    )
    return table.assign(inside=inside)
