"""What runs depend on where they are played: desim, its source, Python and libraries."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version

from desim import __version__
from desim.source import source_digest
from desim.study.digests import EVERYTHING

LIBRARIES = ("numba", "numpy", "pandas", "scipy", "simpy")
"""Libraries that play runs or make their rows."""

Installation = Mapping[str, str]
"""Version by what it is of. Plain texts, since those who compare may have other classes."""


def installation() -> Installation:
    """What this process plays runs with."""
    return {
        "desim": __version__,
        "source": source_digest(EVERYTHING),
        "python": ".".join(map(str, sys.version_info[:2])),
        "machine": f"{platform.system()} {platform.machine()}",
        **{name: _version(name) for name in LIBRARIES},
    }


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"


def differences(there: Installation, here: Installation) -> tuple[str, ...]:
    """In words, everything in which another installation is not this one; empty when nothing."""
    return tuple(_differences(there, here))


def _differences(there: Installation, here: Installation) -> Iterator[str]:
    for name in dict.fromkeys((*here, *there)):
        its, own = there.get(name, "none"), here.get(name, "none")
        if its != own and name == "source":
            yield f"its source has digest {its[:12]}, here it is {own[:12]}"
        elif its != own:
            yield f"{name} {its} there, {own} here"
