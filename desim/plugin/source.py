"""Where plug-ins are looked for: entry points, files, and dotted names."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from desim.outcome.outcome import Outcome
from desim.plugin.origin import Origin, PluginError, module_digest, remembered, text_digest
from desim.policy.policy import Policy

GROUPS = {"policy": "desim.policies", "outcome": "desim.outcomes", "case": "desim.cases"}
"""Entry-point group of each kind of plug-in."""
MODULE = "module"
"""The kind of a file or module that cannot be used, whatever may be made in it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that somebody offers as a plug-in.

    Parameters
    ----------
    kind
        ``policy``, ``outcome`` or ``case``, or `MODULE`.
    name
        What it is to be called.
    thing
        The policy, the outcome, or a case's folder; None when it is broken.
    origin
        Where it comes from.
    fault
        Why it cannot be used, and what to do; empty when it can.
    """

    kind: str
    name: str
    thing: Policy | Outcome | Path | None
    origin: Origin
    fault: str = ""


def installed() -> Iterator[Offer]:
    """What installed distributions offer, by kind, then name, then distribution."""
    for kind, group in GROUPS.items():
        found = {(e.name, e.dist.name if e.dist else "", e.value): e for e in _entries(group)}
        for _, entry in sorted(found.items(), key=lambda pair: pair[0]):
            yield _offered(kind, entry)


def _entries(group: str) -> Iterator[EntryPoint]:
    yield from entry_points(group=group)


def _offered(kind: str, entry: EntryPoint) -> Offer:
    dist = entry.dist
    origin = Origin(dist.name if dist else entry.value, dist.version if dist else "")
    thing, digest, fault = _tried(lambda: _loaded(kind, entry))
    return Offer(kind, entry.name, thing, Origin(origin.place, origin.version, digest), fault)


def _loaded(kind: str, entry: EntryPoint) -> tuple[Policy | Outcome | Path, str]:
    digest = module_digest(entry.module)
    thing = entry.load()
    digest = remembered(entry.module, digest)
    if kind == "case":
        return _folder(thing), digest
    if not isinstance(thing, (Policy, Outcome)) or _kind(thing) != kind:
        text = f"{entry.value} is a {type(thing).__name__} and no {kind}"
        raise PluginError(f"{text}; decorate a function with @desim.plugin.{kind}(...)")
    if thing.name != entry.name:
        text = f"the entry point is called {entry.name} and the {kind} {thing.name}"
        raise PluginError(f"{text}; give both one name")
    return thing, digest


def _folder(thing: Any) -> Path:
    """The folder of a case: of a package, or as given."""
    if isinstance(thing, ModuleType):
        thing = next(iter(getattr(thing, "__path__", ())), "")
    folder = Path(str(thing))
    if not (folder / "case.toml").is_file():
        text = f"{folder} has no case.toml; name a package that has one beside its __init__.py"
        raise PluginError(f"{text}, or a pathlib.Path of such a folder")
    return folder


def named(place: str) -> tuple[Offer, ...]:
    """What a file or a dotted name offers.

    Parameters
    ----------
    place
        ``FILE.py`` or ``package.module``, with ``:NAME`` when one thing of it is meant.

    Returns
    -------
    tuple
        All policies and outcomes that are made there, or the one named; one broken offer when
        there are none.
    """
    where, name = _split(place)
    found, digest, fault = _tried(lambda: _made_in(where, name))
    origin = Origin(where, "", digest)
    if fault:
        return (Offer(MODULE, name or Path(where).stem, None, origin, fault),)
    return tuple(Offer(_kind(thing), thing.name, thing, origin) for thing in found or ())


def is_place(text: str) -> bool:
    """Whether a text names a file or a module, not a policy by its name."""
    return "." in text or ":" in text or "/" in text


def whole_place(place: str) -> str:
    """A place as other processes find it: the path of a file does not depend on the folder."""
    where, name = _split(place)
    if not where.endswith(".py"):
        return place
    return f"{Path(where).resolve()}:{name}" if name else str(Path(where).resolve())


def _split(place: str) -> tuple[str, str]:
    head, mark, tail = place.rpartition(":")
    return (head, tail) if mark and tail.isidentifier() else (place, "")


def _made_in(where: str, name: str) -> tuple[tuple[Policy | Outcome, ...], str]:
    if where.endswith(".py"):
        module, digest = _from_file(Path(where))
    else:
        module, digest, name = _from_dotted(where, name)
    own = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, (Policy, Outcome)) and not _is_built_in(thing)
    ]
    chosen = [thing for thing in own if not name or thing.name == name]
    if not chosen:
        there = ", ".join(thing.name for thing in own) or "none"
        text = f"no policy or outcome {name!r} is made there" if name else "none is made there"
        raise PluginError(f"{text} (found: {there}); decorate one with @desim.plugin.policy(...)")
    return tuple(chosen), digest


def _is_built_in(thing: Policy | Outcome) -> bool:
    made_by = thing.change if isinstance(thing, Policy) else thing.measure
    return str(getattr(made_by, "__module__", "")).startswith(("desim.policy.", "desim.outcome."))


def _from_dotted(dotted: str, name: str) -> tuple[ModuleType, str, str]:
    """A module, its digest, and the name that is meant; its last word may be that name."""
    digest = module_digest(dotted)
    try:
        module = import_module(dotted)
    except ModuleNotFoundError as error:
        head, _, last = dotted.rpartition(".")
        if name or not head or error.name != dotted:
            raise
        module, name = import_module(head), last
    return module, remembered(dotted, digest), name


def _from_file(file: Path) -> tuple[ModuleType, str]:
    """A file as a module named by what is in it, so that an edited file is another module."""
    if not file.is_file():
        raise PluginError(f"{file}: no such file")
    digest = text_digest([("", file)])
    called = f"desim_plugin_{digest}"
    if called in sys.modules:
        return sys.modules[called], digest
    spec = spec_from_file_location(called, file)
    if spec is None or spec.loader is None:
        raise PluginError(f"{file}: is no Python file")
    module = module_from_spec(spec)
    sys.modules[called] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[called]
        raise
    return module, digest


def _kind(thing: Policy | Outcome) -> str:
    return "policy" if isinstance(thing, Policy) else "outcome"


def _tried(load: Callable[[], tuple[Any, str]]) -> tuple[Any, str, str]:
    """What loading gave, its digest, and what is wrong: a broken plug-in must not stop others."""
    try:
        thing, digest = load()
    except PluginError as error:
        return None, "", str(error)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's module raises
        return None, "", f"importing it raised {type(error).__name__}: {error}; mend its module"
    return thing, digest, ""
