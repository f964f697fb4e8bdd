"""The compiled engine: the same trace as the SimPy engine, record for record, and much faster."""

from desim.engine.compiled.entry import times_compiled
from desim.engine.compiled.machine import Machine

__all__ = ["Machine", "times_compiled"]
