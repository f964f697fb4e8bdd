"""Small worlds whose energy can be added up by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Procedure
from desim.mechanism.steps import Choose
from desim.mechanism.world import PowerBalance
from desim.outcome import find_outcome
from desim.trace import Trace
from tests.accounting import played
from tests.small import mechanism

NEED = np.array([[2.0, 1.0, 1.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
"""GW in the places a and b, by sector: 8 in all, of which residents need 2 and 1."""


def world(fixed: Sequence[float], **changes: Any) -> PowerBalance:
    """Constant need and given supply by hour; only residents are exposed to shedding."""
    hours = len(fixed)
    base = PowerBalance(
        places=("a", "b"),
        need=np.broadcast_to(NEED, (hours, 2, 4)),
        fixed=np.array(fixed),
        inflow=np.zeros(hours),
        store=0.0,
        store_full=0.0,
        hydro_most=0.0,
        exposure=np.array([1.0, 0.0, 0.0, 0.0]),
        weights=np.ones(2),
        line_limit=np.full(2, 99.0),
        customers=np.array([2e6, 1e6]),
    )
    return replace(base, **changes)


def lived(fixed: Sequence[float], parts: dict[str, Any] | None = None, **changes: Any) -> Trace:
    """The trace of a world, with other parts of a mechanism when they are given."""
    return played(in_world(world(fixed, **changes), **(parts or {})))


def in_world(here: PowerBalance, **parts: Any) -> Mechanism:
    """A mechanism as long as its world, in which nothing happens unless its parts say so."""
    idle = {"procedures": (Procedure("idle", (Choose("nothing"),)),)}
    return mechanism(float(len(here.fixed)), world=here, **(idle | parts))


def measured(trace: Trace, name: str) -> float:
    """An outcome of a trace by its name."""
    return find_outcome(name)(trace)
