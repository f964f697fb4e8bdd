"""Designs: the points of a study, each a setting of levers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from desim.case import Case, load
from desim.mechanism.mechanism import Mechanism
from desim.policy import apply_policies
from desim.policy.catalogue import POLICIES
from desim.study.question import BOUND_NAMES, Study

BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of levers.

    Parameters
    ----------
    number
        Position in the design.
    label
        For print: ``baseline``, or the policies that are in.
    kind
        ``factorial``, ``list``, ``single`` or ``bound``.
    levers
        Lever by policy name, of every policy of the study.
    """

    number: int
    label: str
    kind: str
    levers: Mapping[str, float]


def points(study: Study) -> tuple[Point, ...]:
    """The points of a study; the baseline is always the first."""
    settings: list[tuple[str, Mapping[str, float]]] = [(study.kind, {})]
    if study.kind == "factorial":
        corners = product((0.0, 1.0), repeat=len(study.policies))
        every = [dict(zip(study.policies, corner, strict=True)) for corner in corners]
        settings = [("factorial", levers) for levers in every]
    elif study.kind == "list":
        settings += [("list", dict(levers)) for levers in study.points]
    if study.bounds:
        settings += [("bound", {name: 1.0}) for name in BOUND_NAMES]
    names = _policy_names(study)
    return tuple(
        Point(number, _label(levers), kind, {name: levers.get(name, 0.0) for name in names})
        for number, (kind, levers) in enumerate(settings)
    )


def _policy_names(study: Study) -> tuple[str, ...]:
    used = set(study.policies) | {name for levers in study.points for name in levers}
    used |= set(BOUND_NAMES) if study.bounds else set()
    return tuple(policy.name for policy in POLICIES if policy.name in used)


def _label(levers: Mapping[str, float]) -> str:
    shown = [
        name if lever == 1.0 else f"{name} {lever:g}" for name, lever in levers.items() if lever > 0
    ]
    return " + ".join(shown) or BASELINE


def case_of(study: Study) -> Case:
    """The study's case with the study's parameter values."""
    own = {p.name for policy in POLICIES for p in policy.parameters}
    values = {name: v for name, v in (study.parameters or {}).items() if name not in own}
    return load(study.case, values)


def mechanism_at(point: Point, case: Case, study: Study) -> Mechanism:
    """The case's mechanism under the levers of a point."""
    policies = tuple(policy for policy in POLICIES if policy.name in point.levers)
    return apply_policies(case.mechanism, policies, point.levers, study.parameters or {})
