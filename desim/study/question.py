"""Study files: a question, a case, a design, outcomes and a seed, as TOML data."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desim.case import CaseError, load
from desim.mechanism.complaint import unknown
from desim.outcome import OUTCOMES
from desim.policy import PolicyError, find_policy
from desim.policy.catalogue import POLICIES

DESIGNS = ("single", "list", "factorial")
TABLES = ("series", "record", "structure", "ages")
BOUND_NAMES = ("no_coordination", "perfect_coordination")
_KEYS = {
    "question", "case", "seed", "replications", "quick_replications", "outcomes", "design",
    "tables", "parameters",
}  # fmt: skip
_DESIGN_KEYS = {"kind", "policies", "points", "bounds"}


class StudyError(ValueError):
    """A study file or its results cannot be used; carries every complaint."""

    def __init__(self, complaints: tuple[str, ...]) -> None:
        self.complaints = complaints
        super().__init__("\n".join(complaints))


@dataclass(frozen=True, slots=True)
class Study:
    """A question and how it is answered.

    Parameters
    ----------
    name
        The file's name without its ending; results go into a folder of that name.
    question
        What is asked, in words.
    case
        Name or folder of the case.
    seed, replications, quick_replications
        The seed; replications of every point; the same for a quick run.
    outcomes
        Names of outcomes.
    kind
        One of `DESIGNS`.
    policies
        Policies of a factorial design.
    points
        Levers of each point of a list design.
    bounds
        Whether no and perfect coordination are played too.
    tables
        Which of `TABLES` are written beside the outcomes; ``ages`` for the baseline, each single
        policy and all together.
    parameters
        Values that replace the case's or the policies' best values.
    """

    name: str
    question: str
    case: str
    seed: int
    replications: int
    quick_replications: int
    outcomes: tuple[str, ...]
    kind: str
    policies: tuple[str, ...] = ()
    points: tuple[Mapping[str, float], ...] = ()
    bounds: bool = False
    tables: tuple[str, ...] = ()
    parameters: Mapping[str, float] | None = None


def read_study(path: Path) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path
        A TOML file.

    Raises
    ------
    StudyError
        With every complaint: file, key, what is wrong, and the nearest valid name.
    """
    if not path.is_file():
        raise StudyError((f"{path}: no such study file",))
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise StudyError((f"{path.name}: not valid TOML: {error}",)) from error
    complaints = tuple(f"{path.name}: {text}" for text in _complaints(raw))
    if complaints:
        raise StudyError(complaints)
    design = raw["design"]
    outcomes = raw.get("outcomes", "all")
    return Study(
        name=path.stem,
        question=raw["question"],
        case=raw["case"],
        seed=raw["seed"],
        replications=raw["replications"],
        quick_replications=raw.get("quick_replications", 2),
        outcomes=tuple(o.name for o in OUTCOMES) if outcomes == "all" else tuple(outcomes),
        kind=design["kind"],
        policies=tuple(design.get("policies", ())),
        points=tuple(design.get("points", ())),
        bounds=design.get("bounds", False),
        tables=tuple(raw.get("tables", ())),
        parameters=raw.get("parameters", {}),
    )


def _complaints(raw: Mapping[str, Any]) -> Iterator[str]:
    for key in raw:
        if key not in _KEYS:
            yield f"key {key}: {unknown('key', key, _KEYS)}"
    for key in ("question", "case"):
        if not isinstance(raw.get(key), str) or not raw[key]:
            yield f"key {key}: must be given as text"
    yield from _whole(raw, "seed", 0, required=True)
    yield from _whole(raw, "replications", 2, required=True)
    yield from _whole(raw, "quick_replications", 2, required=False)
    yield from _names("outcomes", raw.get("outcomes", "all"), [o.name for o in OUTCOMES], "outcome")
    yield from _names("tables", raw.get("tables", []), TABLES, "table")
    design = raw.get("design")
    if not isinstance(design, dict):
        yield "key design: must be a table with a kind"
    else:
        yield from _design(design)
    yield from _case(raw)


def _whole(raw: Mapping[str, Any], key: str, least: int, *, required: bool) -> Iterator[str]:
    value = raw.get(key)
    if value is None and not required:
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        yield f"key {key}: must be a whole number of at least {least}, got {value!r}"


def _names(key: str, given: Any, known: Any, kind: str) -> Iterator[str]:
    if given == "all" and key == "outcomes":
        return
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        yield f"key {key}: must be a list of names"
        return
    if key == "outcomes" and not given:
        yield "key outcomes: names none"
    for name in given:
        if name not in known:
            yield f"key {key}: {unknown(kind, name, known)}"


def _design(design: Mapping[str, Any]) -> Iterator[str]:
    for key in design:
        if key not in _DESIGN_KEYS:
            yield f"key design.{key}: {unknown('key', key, _DESIGN_KEYS)}"
    kind = design.get("kind")
    if kind not in DESIGNS:
        yield f"key design.kind: {unknown('design', str(kind), DESIGNS)}"
    policies = design.get("policies", [])
    yield from _names("design.policies", policies, [p.name for p in POLICIES], "policy")
    if kind == "factorial" and not policies:
        yield "key design.policies: a factorial design needs policies"
    if kind == "list" and not design.get("points"):
        yield "key design.points: a list design needs points"
    for number, levers in enumerate(design.get("points", []), start=1):
        yield from _levers(f"design.points {number}", levers)


def _levers(where: str, levers: Any) -> Iterator[str]:
    if not isinstance(levers, dict):
        yield f"key {where}: must be a table of levers"
        return
    for name, value in levers.items():
        try:
            find_policy(name)
        except PolicyError as error:
            yield f"key {where}: {error}"
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not (math.isfinite(value) and 0.0 <= value <= 1.0):
            yield f"key {where}: lever {name} = {value!r} is outside [0, 1]"


def _case(raw: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(raw.get("case"), str):
        return
    try:
        case = load(raw["case"])
    except CaseError as error:
        for line in str(error).splitlines():
            yield f"key case: {line}"
        return
    ranges = {p.name: p for p in case.parameters}
    ranges |= {p.name: p for policy in POLICIES for p in policy.parameters}
    for name, value in raw.get("parameters", {}).items():
        parameter = ranges.get(name)
        if parameter is None:
            yield f"key parameters.{name}: {unknown('parameter', name, ranges)}"
        elif not isinstance(value, int | float) or not parameter.low <= value <= parameter.high:
            yield (
                f"key parameters.{name}: {value!r} is outside "
                f"[{parameter.low:g}, {parameter.high:g}]"
            )
