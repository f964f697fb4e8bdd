"""What the benchmarks ran on, and with which versions."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.engines import COMPILER, ENGINES, LOOP

PACKAGES = ("desim", "numba", "llvmlite", "numpy", "simpy")
CPU_FACTS = Path("/proc/cpuinfo")


def facts(peers: Path) -> dict[str, str]:
    """What a reader must know of the machine, by name."""
    found = {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
        "peers": ", ".join(peer_versions(peers)) or "none installed",
        "C++": compiler(),
    }
    if hasattr(os, "getloadavg"):
        found["load average at the start"] = f"{os.getloadavg()[0]:.1f}"
    return found


def processor() -> str:
    """The processor's name."""
    if CPU_FACTS.exists():
        for line in CPU_FACTS.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def compiler() -> str:
    """The C++ compiler and its options."""
    if not LOOP.exists():
        return f"no {COMPILER[0]}"
    told = subprocess.run([COMPILER[0], "--version"], capture_output=True, text=True, check=False)
    return f"{told.stdout.splitlines()[0]}, {' '.join(COMPILER[1:])}"


def peer_versions(peers: Path) -> Iterator[str]:
    """The peers' packages and their versions."""
    if not peers.exists():
        return
    names = [engine.package for engine in ENGINES if engine.peer]
    question = (
        "from importlib.metadata import distributions\n"
        f"names = {names!r}\n"
        "for d in distributions():\n"
        "    if d.metadata['Name'].lower() in names: print(d.metadata['Name'], d.version)"
    )
    told = subprocess.run([str(peers), "-c", question], capture_output=True, text=True, check=False)
    yield from sorted(told.stdout.splitlines())


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
