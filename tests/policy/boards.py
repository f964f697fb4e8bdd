"""What boards show, hour by hour, read from a trace."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from desim.trace import Kind, Trace

Floats = NDArray[np.float64]


def shown_since(trace: Trace) -> Mapping[str, Floats]:
    """By topic, when what is shown at each full hour was true; 0 before the first report."""
    told = trace.select(Kind.TELL)
    lines = trace.program.steps.target[told["step"]]
    found = {}
    for line, (_, topic) in enumerate(trace.program.lines):
        mine = told[lines == line]
        newest = np.concatenate([[0.0], np.maximum.accumulate(mine["since"])])
        found[topic] = newest[np.searchsorted(mine["time"], hours(trace), side="right")]
    return found


def hours(trace: Trace) -> Floats:
    """Every full hour of a run."""
    return np.arange(trace.program.mechanism.horizon)


def mean_age(trace: Trace) -> Floats:
    """Mean age of all lines at each full hour, hours."""
    since = np.mean(list(shown_since(trace).values()), axis=0)
    age: Floats = hours(trace) - since
    return age
