"""Checks of a study's design: keys that belong to its kind, levers, doses and uncertainties."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from desim.case import Case
from desim.mechanism.complaint import shown, unknown
from desim.plugin.catalogue import Catalogue
from desim.study.check_file import is_number, names, truth, unknown_keys, value_complaints, whole
from desim.study.check_replications import GIVEN, SAMPLING
from desim.study.folder import case_folder
from desim.study.given_sample import sample_complaints
from desim.study.uncertainty import (
    LAWS,
    levers,
    matching,
    parameters,
    sampled_levers,
    uncertainty,
)

KEYS: dict[str, tuple[str, ...]] = {
    "single": ("bounds",),
    "list": ("points", "bounds"),
    "factorial": ("policies", "bounds"),
    "fractional": ("policies", "generators", "bounds"),
    "scenarios": ("scenarios", "points", "bounds"),
    "dose_response": ("doses", "bounds"),
    "morris": ("trajectories", "quick_trajectories", "levels", "by_theme", "points"),
    "sobol": ("base", "quick_base", "second_order", "by_theme", "points"),
    "latin_hypercube": ("samples", "quick_samples", "by_theme", "points"),
    "sample": (
        "stored",
        "names",
        "rows",
        "take",
        "quick_take",
        "policies",
        "points",
        "bounds",
    ),
}
"""The keys of each kind of design, besides ``kind``."""
DESIGNS = tuple(KEYS)
SAMPLED = "sampled"
"""What stands in a point for a lever that takes the row's value."""
Check = Callable[[Mapping[str, Any], Case | None, Catalogue], Iterator[str]]
MOST_FACTORS = 10
MOST_BLOCKS = 2**20
"""Trajectories, base points and samples: each is several runs, and all are planned in memory."""
MOST_LEVELS = 1000
_EVERY_KEY = ("kind", *dict.fromkeys(key for keys in KEYS.values() for key in keys))


def design_complaints(
    raw: Mapping[str, Any], case: Case | None, catalogue: Catalogue
) -> Iterator[str]:
    """What is wrong with ``design`` and ``uncertainties``, one sentence a complaint.

    Parameters
    ----------
    raw
        The study file as TOML gives it.
    case
        Its case, when that could be loaded.
    catalogue
        What can be named.
    """
    design = raw.get("design")
    if not isinstance(design, dict):
        yield "key design: must be a table with a kind"
        return
    kind = design.get("kind")
    if not isinstance(kind, str) or kind not in KEYS:
        name = kind if isinstance(kind, str) else shown(kind)
        yield f"key design.kind: {unknown('design', name, DESIGNS, listed=True)}"
        return
    yield from unknown_keys("design.", design, _EVERY_KEY)
    for key in design:
        if key in _EVERY_KEY and key not in ("kind", *KEYS[kind]):
            yield f"key design.{key}: a design of kind {kind} has none"
    for key in ("bounds", "second_order", "by_theme"):
        yield from truth(design, key, "design.")
    if "points" in design or kind in ("list", "scenarios"):
        sampled = sampled_levers(raw.get("uncertainties"), catalogue) if kind in SAMPLING else ()
        yield from _points(design, catalogue, sampled)
    if kind in _CHECKS:
        yield from _CHECKS[kind](design, case, catalogue)
    if kind == GIVEN:
        yield from _sample(design, case, raw["case"], catalogue)
    yield from _uncertainties(raw, kind, case, catalogue)


def _points(
    design: Mapping[str, Any], catalogue: Catalogue, sampled: tuple[str, ...]
) -> Iterator[str]:
    points = design.get("points")
    if not isinstance(points, list) or not points:
        yield f"key design.points: must be a list of levers, got {shown(points)}"
        return
    for number, given in enumerate(points, start=1):
        yield from _levers(f"design.points {number}", given, catalogue, sampled)
    yield from _twice(points, implied=design.get("kind") in ("list", "single"))


def _twice(points: list[Any], *, implied: bool) -> Iterator[str]:
    """Points that are equal: they would be compared with each other as if they were different.

    A lever of 0 is an absent one. A list has the baseline anyway, as point 0.
    """
    first: dict[Any, int] = {(): 0} if implied else {}
    for number, given in enumerate(points, start=1):
        if not isinstance(given, dict) or not all(map(_is_lever, given.values())):
            continue
        levers = {name: value for name, value in given.items() if value != 0}
        point = tuple(sorted(levers.items(), key=lambda pair: pair[0]))
        found = first.setdefault(point, number)
        if found != number:
            same = f"point {found}" if found else "the baseline, which is there anyway"
            yield f"key design.points {number}: is the same as {same}"


def _is_lever(value: Any) -> bool:
    return value == SAMPLED or is_number(value)


def _levers(
    where: str, given: Any, catalogue: Catalogue, sampled: tuple[str, ...]
) -> Iterator[str]:
    if not isinstance(given, dict):
        yield f"key {where}: must be a table of levers, got {shown(given)}"
        return
    known = [policy.name for policy in catalogue.policies]
    for name, value in given.items():
        if name not in known:
            yield f"key {where}: {catalogue.why_not('policy', name, known)}"
        elif value == SAMPLED:
            if name not in sampled:
                yield f"key {where}: {name} is sampled, and uncertainties do not name {name}"
        elif not is_number(value) or not 0.0 <= value <= 1.0:
            yield f"key {where}: lever {name} = {shown(value)} is outside [0, 1]"


def _factorial(design: Mapping[str, Any], case: Case | None, catalogue: Catalogue) -> Iterator[str]:
    policies = design.get("policies", [])
    yield from names(
        "design.policies", policies, [p.name for p in catalogue.policies], "policy", catalogue
    )
    if not policies:
        yield f"key design.policies: a {design['kind']} design needs policies"
    elif isinstance(policies, list) and len(policies) > MOST_FACTORS:
        yield f"key design.policies: at most {MOST_FACTORS} policies, got {len(policies)}"


def _fractional(
    design: Mapping[str, Any], case: Case | None, catalogue: Catalogue
) -> Iterator[str]:
    yield from _factorial(design, case, catalogue)
    given, generators = design.get("policies", []), design.get("generators")
    policies = [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
    if not isinstance(generators, dict) or not generators:
        yield "key design.generators: must say of which policies a further one is the product"
        return
    for name, factors in generators.items():
        where = f"design.generators.{name}"
        if name not in policies:
            yield f"key {where}: {unknown('policy', name, policies)}"
        basic = [p for p in policies if p not in generators]
        yield from names(where, factors, basic, "basic policy")
        if isinstance(factors, list) and len(factors) < 2:
            yield f"key {where}: is the product of two policies at least"


def _scenarios(design: Mapping[str, Any], case: Case | None, catalogue: Catalogue) -> Iterator[str]:
    scenarios = design.get("scenarios")
    if not isinstance(scenarios, dict) or not scenarios:
        yield "key design.scenarios: must be a table of scenarios, each a table of values"
        return
    for name, values in scenarios.items():
        if not isinstance(values, dict):
            yield f"key design.scenarios.{name}: must be a table of values, got {shown(values)}"
        elif case is not None:
            yield from value_complaints(f"design.scenarios.{name}", values, case, catalogue)


def _sample(
    design: Mapping[str, Any], case: Case | None, name: str, catalogue: Catalogue
) -> Iterator[str]:
    for key in ("take", "quick_take"):
        yield from whole(design, key, 1, required=False, where="design.")
    if "policies" in design:
        yield from _factorial(design, case, catalogue)
    if case is not None:
        yield from sample_complaints(
            design, case_folder(catalogue.case(name)), parameters(case, catalogue)
        )


def _doses(design: Mapping[str, Any], case: Case | None, catalogue: Catalogue) -> Iterator[str]:
    doses = design.get("doses")
    if not isinstance(doses, dict) or not doses:
        yield "key design.doses: must be a table of levers, each a list of values"
        return
    policies = [policy.name for policy in catalogue.policies]
    ranges = {p.name: p for policy in catalogue.policies for p in policy.parameters}
    for name, values in doses.items():
        where = f"design.doses.{name}"
        if name not in policies and name not in ranges:
            text = unknown("policy or parameter of a policy", name, [*policies, *ranges])
            yield f"key {where}: {text}"
            continue
        if not isinstance(values, list) or not values or not all(map(is_number, values)):
            yield f"key {where}: must be a list of numbers, got {shown(values)}"
            continue
        low, high = (0.0, 1.0) if name in policies else (ranges[name].low, ranges[name].high)
        for value in values:
            if not low <= value <= high:
                yield f"key {where}: {value:g} is outside [{low:g}, {high:g}]"
        grows = sorted(set(values))
        if values not in (grows, grows[::-1]):
            yield f"key {where}: must grow, or fall, from value to value, got {values}"


def _morris(design: Mapping[str, Any], case: Case | None, catalogue: Catalogue) -> Iterator[str]:
    for key, required in (("trajectories", True), ("quick_trajectories", False)):
        yield from whole(design, key, 2, required=required, where="design.", most=MOST_BLOCKS)
    levels = design.get("levels", 4)
    if not isinstance(levels, int) or isinstance(levels, bool) or not 2 <= levels <= MOST_LEVELS:
        yield f"key design.levels: must be 2 to {MOST_LEVELS}, got {shown(levels)}"
    elif levels % 2:
        yield f"key design.levels: must be an even number, got {shown(levels)}"


def _power_of_two(key: str) -> Check:
    def check(design: Mapping[str, Any], case: Case | None, catalogue: Catalogue) -> Iterator[str]:
        for name, required in ((key, True), (f"quick_{key}", False)):
            wrong = list(
                whole(design, name, 2, required=required, where="design.", most=MOST_BLOCKS)
            )
            yield from wrong
            value = design.get(name)
            if not wrong and value is not None and value & (value - 1):
                yield f"key design.{name}: must be a power of two, got {value}"

    return check


def _samples(design: Mapping[str, Any], case: Case | None, catalogue: Catalogue) -> Iterator[str]:
    for key, required in (("samples", True), ("quick_samples", False)):
        yield from whole(design, key, 2, required=required, where="design.", most=MOST_BLOCKS)


def _uncertainties(
    raw: Mapping[str, Any], kind: str, case: Case | None, catalogue: Catalogue
) -> Iterator[str]:
    given = raw.get("uncertainties")
    if kind not in SAMPLING:
        if given is not None:
            yield f"key uncertainties: a design of kind {kind} has none"
        return
    if not given:
        yield f'key uncertainties: a {kind} design needs them: "all", a list, or a table'
        return
    if case is None:
        return
    if given == "all":
        if all(uncertainty(parameter).problem() for parameter in case.parameters):
            yield f"key uncertainties: no parameter of case {case.name} is uncertain"
        return
    known = parameters(case, catalogue) | levers(catalogue)
    if isinstance(given, list) and all(isinstance(name, str) for name in given):
        for name in given:
            meant = [uncertainty(known[found]) for found in matching((name,), known)]
            if not meant:
                yield f"key uncertainties: {unknown('parameter', name, known)}"
            elif all(each.problem() for each in meant):
                yield f"key uncertainties: {meant[0].name} {meant[0].problem()}"
        yield from _absent(given, raw["design"], catalogue)
    elif isinstance(given, dict):
        for name, about in given.items():
            yield from _uncertainty(name, about, known)
        yield from _absent(list(given), raw["design"], catalogue)
    else:
        yield f'key uncertainties: must be "all", a list of names or a table, got {shown(given)}'


def _absent(given: list[str], design: Mapping[str, Any], catalogue: Catalogue) -> Iterator[str]:
    """Parameters of policies that are at no point of the design."""
    points = design.get("points", [])
    used = {n for levers in points if isinstance(levers, dict) for n in levers}
    used |= set(sampled_levers(given, catalogue))
    owner = catalogue.owners
    for name in given:
        if name in owner and owner[name] not in used:
            yield f"key uncertainties: {name} means nothing, no point has policy {owner[name]}"


def _uncertainty(name: str, about: Any, known: Any) -> Iterator[str]:
    where = f"uncertainties.{name}"
    if name not in known:
        yield f"key {where}: {unknown('parameter', name, known)}"
        return
    keys = ("law", "low", "high", "values")
    if not isinstance(about, dict):
        yield f"key {where}: must be a table of law, low, high or values, got {shown(about)}"
        return
    wrong = list(unknown_keys(f"{where}.", about, keys))
    for key in ("low", "high"):
        if key in about and not is_number(about[key]):
            wrong.append(f"key {where}.{key}: must be a number, got {about[key]!r}")
    values = about.get("values", [])
    if not isinstance(values, list) or not all(map(is_number, values)):
        wrong.append(f"key {where}.values: must be a list of numbers, got {shown(values)}")
    elif len(set(values)) < len(values):
        wrong.append(f"key {where}.values: a value stands twice in {values}")
    if values and about.get("law", LAWS[0]) not in LAWS:
        wrong.append(f"key {where}.law: {unknown('law', str(about['law']), LAWS)}")
    yield from wrong
    if wrong:
        return
    found, own = uncertainty(known[name], about), known[name]
    if found.problem():
        yield f"key {where}: {found.problem()}"
    for value in (found.low, found.high, *found.values):
        if not own.low <= value <= own.high:
            yield f"key {where}: {value:g} is outside [{own.low:g}, {own.high:g}]"


_CHECKS: dict[str, Check] = {
    "factorial": _factorial,
    "fractional": _fractional,
    "scenarios": _scenarios,
    "dose_response": _doses,
    "morris": _morris,
    "sobol": _power_of_two("base"),
    "latin_hypercube": _samples,
}
