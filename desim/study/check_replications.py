"""Checks of a study's replications: a number, or a rule that plays until it is precise enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from desim.distribution import LARGEST
from desim.mechanism.complaint import shown, unknown
from desim.plugin.catalogue import Catalogue
from desim.study.target import CAP, Precision

_KEYS = ("at_least", "at_most", "quick", "precision", "differences", "luck")
_LEAST = 2
SAMPLING = ("morris", "sobol", "latin_hypercube")
"""Designs that sample uncertainties: one replication is allowed, and a rule is about luck."""
GIVEN = "sample"
"""The design whose sample is given: one replication is allowed, a rule is not."""


def replication_complaints(raw: Mapping[str, Any], catalogue: Catalogue) -> Iterator[str]:
    """What is wrong with ``replications`` and ``quick_replications``.

    Parameters
    ----------
    raw
        The study file as TOML gives it.
    catalogue
        What can be named.
    """
    known = tuple(outcome.name for outcome in catalogue.outcomes)
    given, design = raw.get("replications"), raw.get("design")
    kind = design.get("kind") if isinstance(design, dict) else None
    sampling = kind in (*SAMPLING, GIVEN)
    least = 1 if sampling else _LEAST
    yield from _whole("quick_replications", raw.get("quick_replications", least), least)
    if not isinstance(given, dict):
        yield from _whole("replications", given, least)
        return
    for key in given:
        if key not in _KEYS:
            yield f"key replications.{key}: {unknown('key', key, _KEYS)}"
    least_of_rule = _LEAST if given.get("luck") else least
    yield from _whole("replications.at_least", given.get("at_least"), least_of_rule)
    yield from _whole("replications.quick", given.get("quick", least), least)
    yield from _most(given)
    for name in ("precision", "differences"):
        yield from _precision(
            f"replications.{name}", given.get(name, {}), raw.get("outcomes"), known
        )
    yield from _luck(given.get("luck", {}), raw.get("outcomes"), known)
    if sampling and (given.get("precision") or given.get("differences")):
        yield "key replications: a sampling design takes a number or luck, not a precision"
    if given.get("luck") and kind not in SAMPLING:
        yield f"key replications.luck: only for the designs {', '.join(SAMPLING)}"


def _luck(given: Any, outcomes: Any, known: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(given, dict):
        yield f"key replications.luck: must be a table of outcomes, got {shown(given)}"
        return
    for name, limit in given.items():
        yield from _outcome(f"replications.luck.{name}", name, outcomes, known)
        number = isinstance(limit, int | float) and not isinstance(limit, bool)
        if not number or not 0.0 < limit < 1.0:
            text = f"must be a share between 0 and 1, got {shown(limit)}"
            yield f"key replications.luck.{name}: {text}"


def _outcome(where: str, name: str, outcomes: Any, known: tuple[str, ...]) -> Iterator[str]:
    if name not in known:
        yield f"key {where}: {unknown('outcome', name, known)}"
    elif isinstance(outcomes, list) and name not in outcomes:
        yield f"key {where}: is not among the study's outcomes"


def _whole(key: str, value: Any, least: int) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= CAP:
        bounds = f"at least {least}" if not _is_larger(value) else f"at most {CAP}"
        yield f"key {key}: must be a whole number of {bounds}, got {shown(value)}"


def _is_larger(value: Any) -> bool:
    return isinstance(value, int) and value > CAP


def _most(given: Mapping[str, Any]) -> Iterator[str]:
    least, most = given.get("at_least"), given.get("at_most")
    asked = given.get("precision") or given.get("differences") or given.get("luck")
    if most is None and asked:
        yield "key replications.at_most: is missing; a precision may never be reached"
    if most is not None and not asked:
        yield "key replications.at_most: means nothing without precision, differences or luck"
    if most is not None and isinstance(least, int):
        yield from _whole("replications.at_most", most, least)


def _precision(where: str, given: Any, outcomes: Any, known: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(given, dict):
        yield f"key {where}: must be a table of outcomes, got {shown(given)}"
        return
    for name, limits in given.items():
        if name not in known:
            yield f"key {where}.{name}: {unknown('outcome', name, known)}"
        elif isinstance(outcomes, list) and name not in outcomes:
            yield f"key {where}.{name}: is not among the study's outcomes"
        if not isinstance(limits, dict) or not limits:
            yield f"key {where}.{name}: needs relative or absolute, got {shown(limits)}"
            continue
        for key in limits:
            if key not in ("relative", "absolute"):
                yield f"key {where}.{name}.{key}: {unknown('key', key, ('relative', 'absolute'))}"
        for key, value in limits.items():
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not 0.0 < value <= LARGEST:
                yield f"key {where}.{name}.{key}: must be a positive number, got {shown(value)}"


def precisions(given: Mapping[str, Mapping[str, float]]) -> dict[str, Precision]:
    """The wanted precision by outcome, from a table that was checked."""
    return {
        name: Precision(absolute=limits.get("absolute"), relative=limits.get("relative"))
        for name, limits in given.items()
    }
