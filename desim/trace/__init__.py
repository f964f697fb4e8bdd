"""Traces: what happened in one run, record by record, and the story of one item."""

from desim.trace.record import Kind
from desim.trace.trace import Trace

__all__ = ["Kind", "Trace"]
