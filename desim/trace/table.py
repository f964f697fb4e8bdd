"""A trace as a table: streams and their items, and an event log for other tools."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from desim.trace.record import Kind
from desim.trace.trace import Trace


def stream_counts(trace: Trace) -> list[tuple[str, int]]:
    """The first item of each stream and how many came by it, in the order of the streams.

    Where candidates are not kept, the first item need not be the first candidate (semantics 9).
    """
    own = np.flatnonzero(trace.items["parent"] < 0)
    origins = trace.items["origin"][own]
    rows, first, counts = np.unique(origins, return_index=True, return_counts=True)
    return [(trace.name(int(own[first[k]])), int(counts[k])) for k in range(len(rows))]


def to_frame(trace: Trace) -> pd.DataFrame:
    """Every record with names: time, item, event, step, value, since."""
    names = [trace.name(item) for item in range(len(trace.items))]
    records = trace.records
    return pd.DataFrame(
        {
            "time": records["time"],
            "item": [names[i] for i in records["item"]],
            "event": [Kind(k).name.lower() for k in records["kind"].tolist()],
            "step": [trace.program.labels[s] for s in records["step"]],
            "value": records["value"],
            "since": records["since"],
        }
    )


def write_csv(trace: Trace, path: Path) -> None:
    """Write every record as CSV, an event log that process-mining tools can read.

    The file is written under another name in its folder and then moved into place, so it is there
    whole or not at all.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The ending stays, for it says whether the table is compressed.
    partial = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        to_frame(trace).to_csv(partial, index=False)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
