"""Play one run of a program."""

from __future__ import annotations

from desim.engine.on_simpy import perform
from desim.program.program import Program
from desim.trace.trace import Trace

SEMANTICS = 1
"""Version of the numbered semantics; part of every run's name."""


def play(program: Program, *, seed: int, replication: int) -> Trace:
    """Perform one run and return its trace.

    Parameters
    ----------
    program
        A lowered mechanism.
    seed, replication
        Non-negative whole numbers; the same pair gives the same trace, bit for bit.
    """
    if seed < 0 or replication < 0:
        raise ValueError(f"seed and replication may not be negative, got {seed}, {replication}")
    return perform(program, seed=seed, replication=replication)
