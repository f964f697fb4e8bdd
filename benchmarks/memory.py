"""How much memory this process holds, in bytes."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_memory() -> int:
    """The most it has ever held.

    Linux keeps it for the program that runs; what `getrusage` says would include the process
    that started it.
    """
    return _status("VmHWM") or _rusage()


def memory() -> int:
    """What it holds now; the most it has ever held where the system does not say."""
    return _status("VmRSS") or _rusage()


def _status(key: str) -> int:
    if not STATUS.exists():
        return 0
    for line in STATUS.read_text().splitlines():
        if line.startswith(f"{key}:"):
            return 1024 * int(line.split()[1])
    return 0


def _rusage() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
