"""How long people wait for a boat."""

import numpy as np

from desim.plugin import Kind, outcome


@outcome(
    title="Hours from a call to its rescue",
    unit="h",
    better="lower",
    unfinished="Calls that no boat has answered at the horizon are left out.",
)
def hours_to_rescue(trace):
    """Mean time from a call for help until a boat has taken the people in."""
    done = trace.select(Kind.FINISH)
    rescue = np.array([label.endswith(".rescue") for label in trace.program.labels], dtype=bool)
    done = done[rescue[done["step"]]]
    begun = trace.select(Kind.ARRIVAL)
    called = dict(zip(begun["item"].tolist(), begun["time"].tolist(), strict=True))
    hours = [row["time"] - called[int(row["item"])] for row in done]
    return float(np.mean(hours)) if hours else float("nan")
