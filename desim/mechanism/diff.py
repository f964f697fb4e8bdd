"""What distinguishes two mechanisms, and a digest that is equal only when nothing does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

import numpy as np

from desim.distribution import Distribution
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import COLLECTIONS, Mechanism
from desim.mechanism.parts import Procedure
from desim.mechanism.steps import Branch


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, and the values before and after (empty: absent)."""

    where: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"+ {self.where}: {self.after}"
        if not self.after:
            return f"- {self.where}: {self.before}"
        return f"~ {self.where}: {self.before} -> {self.after}"


def plain(value: Any) -> Any:
    """A value as nested lists and dictionaries that JSON can hold; floats keep every bit."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            "is": type(value).__name__,
            **{f.name: plain(getattr(value, f.name)) for f in fields(value)},
        }
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in sorted(value)}
    if isinstance(value, (tuple, list)):
        return [plain(member) for member in value]
    if isinstance(value, np.ndarray):
        content = hashlib.blake2b(np.ascontiguousarray(value).tobytes(), digest_size=16)
        return {"shape": list(value.shape), "digest": content.hexdigest()}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return value.hex()
    return value


def digest(value: Any) -> str:
    """A hash of a mechanism or any of its parts, the same on every machine."""
    text = json.dumps(plain(value), sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def diff(before: Mechanism, after: Mechanism) -> tuple[Change, ...]:
    """Every difference between two mechanisms, part by part and step by step."""
    found: list[Change] = []
    for name in ("name", "start", "horizon"):
        found += _field("mechanism", name, getattr(before, name), getattr(after, name))
    for collection in COLLECTIONS:
        singular = collection.removesuffix("s")
        old = {part.name: part for part in getattr(before, collection)}
        new = {part.name: part for part in getattr(after, collection)}
        for name in dict.fromkeys((*old, *new)):
            found += _part(f"{singular} {name}", old.get(name), new.get(name))
        found += _order(collection, old, new)
    found += _part("world", before.world, after.world)
    return tuple(found)


def _part(where: str, old: Any, new: Any) -> Iterator[Change]:
    if old is new:
        return
    if type(old) is not type(new):
        yield Change(where, _brief(old), _brief(new))
    elif isinstance(old, Procedure):
        yield from _steps(old, new)
    else:
        for f in fields(old):
            yield from _field(where, f.name, getattr(old, f.name), getattr(new, f.name))


def _steps(old: Procedure, new: Procedure) -> Iterator[Change]:
    where = f"procedure {old.name}"
    for name in ("title", "source", "draws"):
        yield from _field(where, name, getattr(old, name), getattr(new, name))
    before = {step.label: step for step in old.steps}
    after = {step.label: step for step in new.steps}
    for label in dict.fromkeys((*before, *after)):
        yield from _part(f"{where}, step {label}", before.get(label), after.get(label))
    yield from _order(where, before, after)


def _order(where: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """A change in the order of what is there before and after."""
    kept = [name for name in before if name in after]
    order = [name for name in after if name in before]
    if kept != order:
        yield Change(f"{where}, order", " ".join(kept), " ".join(order))


def _field(where: str, name: str, old: Any, new: Any) -> Iterator[Change]:
    if plain(old) == plain(new):
        return
    nested = is_dataclass(old) and type(old) is type(new)
    if nested and not isinstance(old, (Distribution, Level, Condition)):
        for f in fields(old):
            yield from _field(f"{where} {name}", f.name, getattr(old, f.name), getattr(new, f.name))
        return
    before, after = _brief(old) or "nothing", _brief(new) or "nothing"
    if before == after:  # too brief to show the difference
        before, after = _exact(old), _exact(new)
    yield Change(f"{where} {name}", before, after)


def _exact(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{_brief(value)}, digest {plain(value)['digest'][:8]}"
    return repr(value)


def _brief(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, np.ndarray):
        return f"array {value.shape}, sum {value.sum():.6g}"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple):
        return "(" + ", ".join(_brief(member) for member in value) + ")"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_brief(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, Branch):
        by = f"chance {value.chance:.6g}" if value.chance is not None else f"when {value.when}"
        return f"{by} to {value.to}"
    if is_dataclass(value) and not isinstance(value, (Distribution, Level, Condition)):
        return type(value).__name__ + " " + _brief_fields(value)
    return str(value)


def _brief_fields(value: Any) -> str:
    shown = ((f.name, _brief(getattr(value, f.name))) for f in fields(value))
    return ", ".join(f"{name} {text}" for name, text in shown if text and text not in ("()", "0"))
