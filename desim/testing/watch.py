"""Notice when a function draws random numbers, reads a file or reaches out."""

from __future__ import annotations

import os
import random
import secrets
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, wraps
from types import ModuleType
from typing import Any

import numpy as np

_SOURCES: tuple[tuple[ModuleType, tuple[str, ...]], ...] = (
    (random, tuple(name for name in random.__all__ if callable(getattr(random, name)))),
    (np.random, tuple(name for name in np.random.__all__ if callable(getattr(np.random, name)))),
    (secrets, ("token_bytes", "token_hex", "randbelow", "choice", "randbits")),
    (uuid, ("uuid1", "uuid4")),
    (os, ("urandom",)),
)
_GENERATORS = (random.Random, np.random.Generator, np.random.RandomState)
_EVENTS = ("open", "socket.connect", "subprocess.Popen", "os.system", "sqlite3.connect")
_OF_IMPORTS = (".py", ".pyc", ".so", ".pyd", ".nbi", ".nbc")
"""Files that importing or compiling opens, which is no reading."""


@dataclass
class Noticed:
    """What a function did.

    Parameters
    ----------
    draws
        What it drew with.
    files
        What it opened or reached.
    """

    draws: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


Held = tuple[dict[str, Any], str, Any]
_NOW: ContextVar[Noticed | None] = ContextVar("_NOW", default=None)


@cache
def _listening() -> None:
    """Hear of opened files; a hook stays for good, and does nothing unless somebody watches."""
    sys.addaudithook(_heard)


def _heard(event: str, given: tuple[Any, ...]) -> None:
    noticed = _NOW.get()
    if noticed is None or event not in _EVENTS:
        return
    what = str(given[0]) if given else event
    if not what.endswith(_OF_IMPORTS):
        noticed.files.append(what if event == "open" else f"{event} {what}")


@contextmanager
def watching(function: Callable[..., Any]) -> Iterator[Noticed]:
    """Notice what happens while a function is called.

    Parameters
    ----------
    function
        The plug-in's own; names that its module has imported are watched too.
    """
    _listening()
    noticed = Noticed()
    places = _places(function)
    generators = _generators(function)
    before = [_state(each) for _, each in generators]
    general = _state(random), _state(np.random)
    held = _watched(places, noticed)
    token = _NOW.set(noticed)
    try:
        yield noticed
    finally:
        _NOW.reset(token)
        for place, name, value in held:
            place[name] = value
    names = ["random", "numpy.random"]
    pairs = zip(general, (_state(random), _state(np.random)), strict=True)
    noticed.draws += [
        name
        for name, (old, new) in zip(names, pairs, strict=True)
        if old != new and not any(drawn.startswith(f"{name}.") for drawn in noticed.draws)
    ]
    after = [_state(each) for _, each in generators]
    moved = zip(generators, before, after, strict=True)
    noticed.draws += [name for (name, _), old, new in moved if old != new]


def _places(function: Callable[..., Any]) -> list[dict[str, Any]]:
    return [vars(module) for module, _ in _SOURCES] + [getattr(function, "__globals__", {})]


def _watched(
    places: list[dict[str, Any]], noticed: Noticed
) -> list[tuple[dict[str, Any], str, Any]]:
    """Put a note in place of everything that draws; what was there is given back."""
    drawing = {
        id(getattr(module, name)): f"{module.__name__}.{name}"
        for module, names in _SOURCES
        for name in names
    }
    held = []
    for place in places:
        for name, value in list(place.items()):
            if id(value) in drawing:
                held.append((place, name, value))
                place[name] = _noting(value, drawing[id(value)], noticed)
    return held


def _noting(value: Callable[..., Any], name: str, noticed: Noticed) -> Callable[..., Any]:
    @wraps(value, updated=())
    def noted(*given: Any, **named: Any) -> Any:
        noticed.draws.append(name)
        return value(*given, **named)

    return noted


def _generators(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """Generators that a function's module or closure holds."""
    names = dict(getattr(function, "__globals__", {}))
    cells = zip(
        getattr(getattr(function, "__code__", None), "co_freevars", ()),
        getattr(function, "__closure__", None) or (),
        strict=True,
    )
    names |= {name: cell.cell_contents for name, cell in cells}
    return [(name, value) for name, value in names.items() if isinstance(value, _GENERATORS)]


def _state(generator: Any) -> str:
    for name in ("getstate", "get_state"):
        if hasattr(generator, name):
            return repr(getattr(generator, name)())
    return repr(generator.bit_generator.state)
