"""Where orders spend their hours: units, links and pools, ranked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desim.outcome.way import Floats, Stretches, Ways
from desim.program.program import Op
from desim.trace.record import Kind
from desim.trace.trace import Trace

LASTING = (Kind.QUEUE, Kind.START, Kind.SEND, Kind.ASK)
"""Records after which time passes; after any other it does so only before a Join."""


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """Hours that all orders together spent at one unit, on one link or in line for one pool.

    Parameters
    ----------
    kind, name
        ``unit``, ``link`` or ``pool``, and which.
    hours
        Sum over orders.
    waiting
        How many of these hours were waiting for staff or stock.
    """

    kind: str
    name: str
    hours: float
    waiting: float


class Sites:
    """Hours spent at units, on links and in line for pools, as they are noted."""

    def __init__(self, trace: Trace) -> None:
        mechanism, program = trace.program.mechanism, trace.program
        names = [("unit", unit.name) for unit in mechanism.units]
        offset = {Op.WORK: 0, Op.SEND: len(names)}
        names += [("link", link.name) for link in mechanism.links]
        offset[Op.TAKE] = len(names)
        names += [("pool", pool.name) for pool in mechanism.pools]
        self.names = names
        self.of_step = np.full(len(program.steps.op), -1)
        """Row of the unit, link or pool of each step; -1 where it has none."""
        for op, begins in offset.items():
            mine = program.steps.op == op
            self.of_step[mine] = program.steps.target[mine] + begins
        self.hours = np.zeros((len(names), 2))
        """Hours in all, and of these waiting."""

    def add(self, ways: Ways, stretches: Stretches, times: Floats) -> None:
        """Note stretches, each so many times."""
        kind = ways.kind[stretches.place]
        site = np.where(np.isin(kind, LASTING), self.of_step[ways.step[stretches.place]], -1)
        waits = (kind == Kind.QUEUE) | (kind == Kind.ASK)
        for column, wanted in enumerate((site >= 0, (site >= 0) & waits)):
            spent = stretches.hours[wanted] * times[wanted]
            self.hours[:, column] += np.bincount(site[wanted], spent, minlength=len(self.hours))

    def ranked(self) -> tuple[Bottleneck, ...]:
        """Those where time was spent, the longest first; equal ones by kind and name."""
        found = [
            Bottleneck(*name, hours, waiting)
            for name, (hours, waiting) in zip(self.names, self.hours.tolist(), strict=True)
            if hours > 0.0
        ]
        return tuple(sorted(found, key=lambda each: (-each.hours, each.kind, each.name)))
