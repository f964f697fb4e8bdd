"""How many processors this process may use: not how many the machine has."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def usable(groups: Path = GROUPS, own: Path = OWN) -> int:
    """Processors that this process may use, at least one.

    The smallest of what the machine has, what the process is bound to (``taskset``, Slurm), and
    what limits of control groups leave (containers).

    Parameters
    ----------
    groups, own
        Where Linux shows control groups, and those of a process.
    """
    return max(1, min([_bound(), *(math.ceil(limit) for limit in _limits(groups, own))]))


def _bound() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _limits(groups: Path, own: Path) -> Iterator[float]:
    """Processors that each control group above this process allows; nothing where none does."""
    for line in _text(own).splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if not controllers:
            for folder in _upwards(groups, path):
                quota, period = [*_text(folder / "cpu.max").split(), "", ""][:2]
                yield from _share(quota, period)
        elif "cpu" in controllers.split(","):
            for folder in _upwards(groups / "cpu", path):
                quota = _text(folder / "cpu.cfs_quota_us").strip()
                yield from _share(quota, _text(folder / "cpu.cfs_period_us").strip())


def _upwards(root: Path, path: str) -> Iterator[Path]:
    """The folder of a group and all above it; within a container only the root may be shown."""
    inner = Path(path.strip("/"))
    yield from (root / each for each in (inner, *inner.parents))


def _share(quota: str, period: str) -> Iterator[float]:
    # no limit is "max" in version 2 and -1 in version 1
    if quota.isdecimal() and period.isdecimal() and int(period) > 0:
        yield int(quota) / int(period)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
