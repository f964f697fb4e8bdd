"""Traces: what happened in one run, record by record, and the story of one item."""

from desim.trace.trace import Kind, Trace

__all__ = ["Kind", "Trace"]
