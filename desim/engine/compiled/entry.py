"""The kernel's entry, compiled once and kept on disk.

numba finds a compiled function on disk by its own file and what it closes over; a change in
another file that it was compiled from would go unnoticed. So the entry closes over a digest of
every file that goes into it: after any change it is compiled anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from desim.engine.compiled.kernel import loop
from desim.engine.compiled.pointer import address
from desim.source import source_digest

COMPILED_FROM = (
    "elementary.py", "draw.py", "balance.py", "decision.py", "mechanism/parts.py",
    "mechanism/world.py", "program/program.py", "trace/record.py", "engine/compiled",
)  # fmt: skip


def _entry(digest: str) -> Callable[..., Any]:
    @njit(cache=True, nogil=True)
    def play(code, state, world):
        """Play one run in its memory: code and state, int64, and the lowered world."""
        made_from = digest  # noqa: F841 - closed over: see the module's first lines
        code_reals, reals = code.view(np.float64), state.view(np.float64)
        loop(address(code), address(code_reals), address(state), address(reals), reals, world)

    return play


play: Any = _entry(source_digest(COMPILED_FROM))


def times_compiled() -> int:
    """How often this process had to compile, because nothing that fits was on disk."""
    return sum(play.stats.cache_misses.values())
