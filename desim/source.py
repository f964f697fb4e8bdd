"""A digest of the package's own source: what a result or a compiled engine was made from."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent


@cache
def source_digest(places: tuple[str, ...]) -> str:
    """A hash of the source code in some of the package's files and folders.

    Parameters
    ----------
    places
        Paths below the package: a module, or a folder with all that is in it.
    """
    files = sorted(
        file
        for place in places
        for file in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    )
    found = hashlib.blake2b(digest_size=16)
    for file in files:
        found.update(f"{file.relative_to(ROOT).as_posix()}\0".encode())
        found.update(file.read_bytes())
    return found.hexdigest()
