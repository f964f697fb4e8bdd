"""One schema a table: the types of the rows that are kept of runs, whoever made them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

RUNS = "runs"
CHUNK = "chunk"
"""Column of rows that are read: the chunk that a row came with."""

_TEXT, _WHOLE, _REAL = pa.string(), pa.int64(), pa.float64()
_ABOUT = {
    "run": _TEXT, "point": _WHOLE, "replication": _WHOLE, "seed": _WHOLE, "engine": _TEXT,
    "status": _TEXT, "error": _TEXT, "digest": _TEXT, "records": _WHOLE, CHUNK: _TEXT,
}  # fmt: skip
_FURTHER = {
    "series": {"quantity": _TEXT, "hour": _WHOLE, "value": _REAL},
    "record": {"key": _TEXT, "value": _REAL},
    "ages": {
        "kind": _TEXT, "time": _REAL, "age": _REAL, "observation_to_decision": _REAL,
        "decision_to_field": _REAL,
    },
    "delays": {"measure": _TEXT, "part": _TEXT, "hours": _REAL, "orders": _WHOLE},
    "bottlenecks": {
        "kind": _TEXT, "name": _TEXT, "hours": _REAL, "waiting": _REAL, "orders": _WHOLE,
    },
}  # fmt: skip


def schema_of(table: str, columns: list[str]) -> pa.Schema:
    """The types of a table's columns, in this order: of ``runs`` all others are outcomes.

    Parameters
    ----------
    table
        ``runs`` or a further table.
    columns
        Their names.

    Raises
    ------
    KeyError
        When a further table, or a column of one, is not known.
    """
    if table == RUNS:
        return pa.schema([(name, _ABOUT.get(name, _REAL)) for name in columns])
    known = {**_FURTHER[table], "run": _TEXT}
    return pa.schema([(name, known[name]) for name in columns])


def as_arrow(table: str, rows: pd.DataFrame) -> pa.Table:
    """Rows of a data frame, in the table's schema.

    Parameters
    ----------
    table
        ``runs`` or a further table.
    rows
        As `desim.study.work.perform` gives them.
    """
    schema = schema_of(table, list(rows.columns))
    columns = [_column(rows[field.name], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(values: pd.Series[Any], kind: pa.DataType) -> pa.Array:
    if kind != _TEXT:
        return pa.array(values.to_numpy(dtype=kind.to_pandas_dtype()), kind)
    return pa.array(values.to_numpy(dtype=object), kind)
