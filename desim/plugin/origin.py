"""Where a policy, outcome or case comes from, and a digest of the source that made it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from desim.error import DesimError

BUILT_IN = "built in"
_REMEMBERED = "__desim_digest__"


class PluginError(DesimError):
    """A plug-in does not exist or cannot be used; says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from.

    Parameters
    ----------
    place
        ``built in``, the name of a distribution, a file, or a dotted name.
    version
        Of the distribution; empty where there is none.
    digest
        Hash of the source; empty for what is built in, whose source is in every digest anyway.
    """

    place: str = BUILT_IN
    version: str = ""
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.place} {self.version}".strip()


def text_digest(files: Iterable[tuple[str, Path]]) -> str:
    """A hash of files and what they are called.

    Parameters
    ----------
    files
        Name and path of each.
    """
    found = hashlib.blake2b(digest_size=16)
    for name, file in sorted(files):
        found.update(f"{name}\0".encode() + file.read_bytes())
    return found.hexdigest()


def module_digest(dotted: str) -> str:
    """A hash of all Python source of the top-level package or module of a dotted name.

    Raises
    ------
    PluginError
        When there is none, or when this process has imported an earlier state of it.
    """
    top = dotted.partition(".")[0]
    spec = find_spec(top)
    if spec is None:
        raise PluginError(f"there is no module {top!r}; is its package installed here?")
    folders = [Path(place) for place in spec.submodule_search_locations or ()]
    files = [
        (file.relative_to(folder).as_posix(), file)
        for folder in folders
        for file in folder.rglob("*.py")
    ]
    if not folders and spec.origin is not None:
        files = [(f"{top}.py", Path(spec.origin))]
    return text_digest(files)


def remembered(dotted: str, digest: str) -> str:
    """A digest that holds for what this process has imported.

    A process imports a module once. The digest of what was imported is kept on the module, so that
    a process that lives on never plays an old state of a plug-in under the name of a new one.

    Raises
    ------
    PluginError
        When the source has changed since.
    """
    module = sys.modules[dotted.partition(".")[0]]
    kept = vars(module).setdefault(_REMEMBERED, digest)
    if kept != digest:
        text = f"the source of {module.__name__} has changed since it was imported"
        raise PluginError(f"{text}; start this process again")
    return digest
