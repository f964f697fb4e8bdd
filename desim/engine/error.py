"""What the engines cannot do."""

from __future__ import annotations

from desim.error import DesimError


class EngineError(DesimError):
    """A run cannot be played as it is asked for: no such engine, seed, level, or staff."""
