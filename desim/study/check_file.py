"""Checks of a study file but for its design: every complaint names its key."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from desim.case import Case
from desim.mechanism.complaint import shown, unknown
from desim.plugin.catalogue import Catalogue
from desim.study.check_replications import replication_complaints
from desim.study.uncertainty import parameters

OF_BOUNDS = ("delays", "bottlenecks")
BY_SETTING = ("ages", *OF_BOUNDS)
"""Tables of the baseline, each single policy and all together; some of the bounds as well."""
TABLES = ("series", "record", "structure", *BY_SETTING)
PROFILES = ("", "large")
LARGEST_SEED = 2**63 - 1
_KEYS = (
    "question", "case", "seed", "replications", "quick_replications", "outcomes", "design",
    "tables", "parameters", "uncertainties", "profile",
)  # fmt: skip


def file_complaints(
    raw: Mapping[str, Any], case: Case | None, catalogue: Catalogue
) -> Iterator[str]:
    """What is wrong with a study file, one sentence a complaint.

    Parameters
    ----------
    raw
        The file as TOML gives it.
    case
        Its case, when that could be loaded.
    catalogue
        What can be named.
    """
    yield from unknown_keys("", raw, _KEYS)
    question = raw.get("question")
    if not isinstance(question, str) or not question.strip():
        yield "key question: must be given as text"
    elif not all(letter.isprintable() or letter in "\n\t" for letter in question):
        yield "key question: holds letters that cannot be printed"
    yield from whole(raw, "seed", 0, required=True, most=LARGEST_SEED)
    yield from replication_complaints(raw, catalogue)
    known = [outcome.name for outcome in catalogue.outcomes]
    yield from names("outcomes", raw.get("outcomes", "all"), known, "outcome", catalogue)
    yield from names("tables", raw.get("tables", []), TABLES, "table")
    profile = raw.get("profile", "")
    if not isinstance(profile, str) or profile not in PROFILES:
        yield f"key profile: {unknown('profile', str(profile), PROFILES[1:])}"
    given = raw.get("parameters", {})
    if not isinstance(given, dict):
        yield f"key parameters: must be a table of values, got {shown(given)}"
    elif case is not None:
        yield from value_complaints("parameters", given, case, catalogue)
    if case is not None:
        yield from _without_world(raw, case, catalogue)


def _without_world(raw: Mapping[str, Any], case: Case, catalogue: Catalogue) -> Iterator[str]:
    """What is asked for that the case cannot give."""
    tables, wanted = raw.get("tables", []), raw.get("outcomes", "all")
    if isinstance(tables, list) and "record" in tables and not case.record:
        yield f"key tables: 'record' needs a record, and case {case.name} has none"
    if case.mechanism.world is not None:
        return
    if isinstance(tables, list) and "series" in tables:
        yield f"key tables: 'series' needs a world, and case {case.name} has none"
    for outcome in catalogue.outcomes:
        if isinstance(wanted, list) and outcome.name in wanted and outcome.needs_world:
            yield f"key outcomes: {outcome.name!r} needs a world, and case {case.name} has none"


def unknown_keys(where: str, given: Mapping[str, Any], known: Collection[str]) -> Iterator[str]:
    """Keys that do not exist, each with the nearest that does."""
    for key in given:
        if key not in known:
            yield f"key {where}{key}: {unknown('key', key, known)}"


def whole(
    raw: Mapping[str, Any], key: str, least: int, *, required: bool, most: int | None = None,
    where: str = "",
) -> Iterator[str]:  # fmt: skip
    """A complaint when a key is no whole number within its bounds."""
    value = raw.get(key)
    if value is None and not required:
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        yield f"key {where}{key}: must be a whole number of at least {least}, got {shown(value)}"
    elif most is not None and value > most:
        yield f"key {where}{key}: must be at most {most}, got {shown(value)}"


def truth(raw: Mapping[str, Any], key: str, where: str) -> Iterator[str]:
    """A complaint when a key is neither true nor false."""
    if not isinstance(raw.get(key, False), bool):
        yield f"key {where}{key}: must be true or false, got {shown(raw[key])}"


def names(
    key: str, given: Any, known: Collection[str], kind: str, catalogue: Catalogue | None = None
) -> Iterator[str]:
    """Complaints about a list of names; a catalogue knows which are of broken plug-ins."""
    if given == "all" and key == "outcomes":
        return
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        yield f"key {key}: must be a list of names"
        return
    if key == "outcomes" and not given:
        yield "key outcomes: names none"
    for name in given:
        if name not in known:
            why = catalogue.why_not if catalogue else unknown
            yield f"key {key}: {why(kind, name, known)}"
    if len(set(given)) < len(given):
        twice = next(name for name in given if given.count(name) > 1)
        yield f"key {key}: {twice!r} stands twice"


def value_complaints(
    where: str, given: Mapping[str, Any], case: Case, catalogue: Catalogue
) -> Iterator[str]:
    """Complaints about values of parameters: unknown, no number, or outside their ranges."""
    ranges = parameters(case, catalogue)
    for name, value in given.items():
        parameter = ranges.get(name)
        if parameter is None:
            yield f"key {where}.{name}: {unknown('parameter', name, ranges)}"
        elif not is_number(value) or not parameter.low <= value <= parameter.high:
            span = f"[{parameter.low:g}, {parameter.high:g}]"
            yield f"key {where}.{name}: {shown(value)} is outside {span}"


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False
