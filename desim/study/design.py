"""Designs: the points of a study, each a setting of policies in a row of parameter values.

A point is a pair of row and setting. Rows hold what the world may be like: one row when nothing
is uncertain, one a scenario, one a point of a sampling design. Settings hold what is done about
it; the first is always the baseline. All settings of a row are played with the same luck.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desim.plugin.catalogue import Catalogue
from desim.study.check_design import SAMPLED
from desim.study.check_replications import GIVEN, SAMPLING
from desim.study.question import BOUND_NAMES, Study
from desim.study.sampling import sampled
from desim.study.sensitivity_design import SensitivityDesign

Floats = NDArray[np.float64]
BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Setting:
    """What is done: levers of policies, and values of their parameters.

    Parameters
    ----------
    label
        For print: ``baseline``, or the policies that are in.
    kind
        The kind of design, or ``bound``.
    levers
        Lever by policy name, of every policy of the study; 1 where it is sampled.
    values
        Policy parameters that this setting changes.
    dose, amount
        Of a dose-response: which lever or parameter, and its value.
    sampled
        Policies whose lever is what the row says.
    """

    label: str
    kind: str
    levers: Mapping[str, float]
    values: Mapping[str, float] = field(default_factory=dict)
    dose: str = ""
    amount: float = 0.0
    sampled: tuple[str, ...] = ()

    @property
    def active(self) -> tuple[str, ...]:
        """Policies that are in."""
        return tuple(name for name, lever in self.levers.items() if lever > 0.0)


@dataclass(frozen=True, slots=True)
class Point:
    """One setting in one row.

    Parameters
    ----------
    number
        Position in the design: row times the number of settings, plus the setting.
    row, setting
        Their positions.
    label
        The setting's label, after the scenario's where there are some.
    kind, levers
        Of the setting.
    values
        Parameter values by name, of the row and of the setting.
    seed
        What its runs are played with.
    """

    number: int
    row: int
    setting: int
    label: str
    kind: str
    levers: Mapping[str, float]
    values: Mapping[str, float]
    seed: int


@dataclass(frozen=True, eq=False)
class Design:
    """All points of a study.

    Parameters
    ----------
    settings
        The baseline first.
    names
        The k parameters that differ between rows.
    rows
        float64 (rows, k): their values; NaN where a scenario leaves a parameter as it is.
    seeds
        int64 (rows,): seed of each row.
    scenarios
        Names of the rows, where they have some.
    sample
        The points in the unit cube from which the rows were made, if they were.
    owners
        The policy of every parameter that belongs to a policy.
    """

    settings: tuple[Setting, ...]
    names: tuple[str, ...]
    rows: Floats
    seeds: NDArray[np.int64]
    scenarios: tuple[str, ...] = ()
    sample: SensitivityDesign | None = None
    owners: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows) * len(self.settings)

    def point(self, number: int) -> Point:
        """A point by its number."""
        row, setting = divmod(number, len(self.settings))
        chosen = self.settings[setting]
        given = zip(self.names, self.rows[row].tolist(), strict=True)
        values = {name: value for name, value in given if value == value} | dict(chosen.values)
        drawn = {name: values.pop(name) for name in self.names if name in chosen.levers}
        levers = dict(chosen.levers) | {name: drawn[name] for name in chosen.sampled}
        label = f"{self.scenarios[row]}: {chosen.label}" if self.scenarios else chosen.label
        return Point(number, row, setting, label, chosen.kind, levers, values, int(self.seeds[row]))

    def inputs(self, setting: int) -> NDArray[np.bool_]:
        """Which of the k parameters can change a run of a setting.

        Parameters of a policy that is not in cannot, nor levers that are not sampled there, so
        rows that differ in these only are the same run.
        """
        chosen, owner = self.settings[setting], self.owners
        can = [
            name in chosen.sampled
            if name in chosen.levers
            else name not in owner or owner[name] in chosen.active
            for name in self.names
        ]
        return np.array(can, dtype=bool)


def design_of(study: Study, *, quick: bool = False) -> Design:
    """The design of a study.

    Parameters
    ----------
    study
        A checked study.
    quick
        Take the quick size of a sampling design.
    """
    settings, owner = _settings(study), study.catalogue.owners
    if study.kind in SAMPLING:
        sample = sampled(study, quick=quick)
        columns = zip(study.uncertainties, sample.points.T, strict=True)
        rows = np.column_stack([each.quantile(column) for each, column in columns])
        blocks = np.arange(len(rows)) // sample.block
        names = tuple(each.name for each in study.uncertainties)
        seeds = _block_seeds(study.seed, blocks)
        return Design(settings, names, rows, seeds, sample=sample, owners=owner)
    if study.kind == "scenarios":
        names, rows = _scenario_rows(study.design["scenarios"])
        seeds = np.full(len(rows), study.seed)
        scenarios = tuple(study.design["scenarios"])
        return Design(settings, names, rows, seeds, scenarios, owners=owner)
    if study.kind == GIVEN:
        rows = np.array(_taken(study.design, quick=quick), dtype=np.float64)
        seeds = _block_seeds(study.seed, np.arange(len(rows)))
        return Design(settings, tuple(study.design["names"]), rows, seeds, owners=owner)
    return Design(settings, (), np.empty((1, 0)), np.array([study.seed]), owners=owner)


def _taken(design: Mapping[str, Any], *, quick: bool) -> list[list[float]]:
    """The rows of a given sample that are played; each has luck of its own."""
    rows: list[list[float]] = design["rows"]
    taken = rows[: design.get("take", len(rows))]
    return taken[: design.get("quick_take", max(2, len(taken) // 10))] if quick else taken


def points(study: Study) -> tuple[Point, ...]:
    """The points of a study; the baseline is always the first."""
    design = design_of(study)
    return tuple(design.point(number) for number in range(len(design)))


def _block_seeds(seed: int, blocks: NDArray[np.int_]) -> NDArray[np.int64]:
    """A seed for every block of rows: luck is common within a block and fresh in the next."""
    own = []
    for block in range(int(blocks.max()) + 1):
        content = hashlib.blake2b(f"{seed}/{block}".encode(), digest_size=8).digest()
        own.append(int.from_bytes(content) >> 1)
    return np.array(own, dtype=np.int64)[blocks]


def _scenario_rows(scenarios: Mapping[str, Mapping[str, float]]) -> tuple[tuple[str, ...], Floats]:
    names = tuple(dict.fromkeys(name for values in scenarios.values() for name in values))
    rows = [[float(v.get(n, np.nan)) for n in names] for v in scenarios.values()]
    return names, np.array(rows, dtype=np.float64).reshape(len(scenarios), len(names))


def _settings(study: Study) -> tuple[Setting, ...]:
    plain: list[tuple[str, Mapping[str, Any]]] = [(study.kind, {})]
    if study.kind in ("factorial", GIVEN) and study.policies:
        corners = product((0.0, 1.0), repeat=len(study.policies))
        plain = [("factorial", dict(zip(study.policies, c, strict=True))) for c in corners]
    elif study.kind == "fractional":
        plain += [("fractional", levers) for levers in fraction(study)]
    given = [dict(levers) for levers in study.design.get("points", ())]
    if study.sampled and not any(SAMPLED in levers.values() for levers in given):
        given.insert(0, dict.fromkeys(study.sampled, SAMPLED))
    plain += [(study.kind, levers) for levers in given]
    if study.design.get("bounds", False):
        plain += [("bound", {name: 1.0}) for name in BOUND_NAMES]
    doses = study.design.get("doses", {})
    made = [_setting(kind, levers, study) for kind, levers in plain]
    made[1:1] = [_dose(name, float(v), study) for name, values in doses.items() for v in values]
    return tuple(made)


def _setting(kind: str, given: Mapping[str, Any], study: Study) -> Setting:
    sampled = tuple(name for name, lever in given.items() if lever == SAMPLED)
    levers = {name: 1.0 if name in sampled else float(value) for name, value in given.items()}
    label = _label(levers, study.catalogue, sampled)
    return Setting(label, kind, _full(levers, study.used), sampled=sampled)


def fraction(study: Study) -> list[Mapping[str, float]]:
    """The corners of a fractional factorial: further policies are products of the basic ones.

    Source: Montgomery (2017), chapter 8. A sign is 1 for full and -1 for absent. The baseline,
    with every policy absent, comes besides, whether it is one of the corners or not.
    """
    generators: Mapping[str, Any] = study.design["generators"]
    basic = [name for name in study.policies if name not in generators]
    found = []
    for corner in product((-1.0, 1.0), repeat=len(basic)):
        signs = dict(zip(basic, corner, strict=True))
        for name, factors in generators.items():
            signs[name] = float(np.prod([signs[factor] for factor in factors]))
        found.append({name: (signs[name] + 1.0) / 2.0 for name in study.policies})
    return list(found)


def _dose(name: str, amount: float, study: Study) -> Setting:
    """A lever at a value, or a policy in full with a parameter at a value."""
    policy = study.catalogue.owners.get(name)
    levers, values = ({name: amount}, {}) if policy is None else ({policy: 1.0}, {name: amount})
    label = f"{name} {amount:g}"
    return Setting(label, "dose_response", _full(levers, study.used), values, name, amount)


def _full(levers: Mapping[str, float], names: tuple[str, ...]) -> dict[str, float]:
    return {name: float(levers.get(name, 0.0)) for name in names}


def _label(levers: Mapping[str, float], catalogue: Catalogue, sampled: tuple[str, ...] = ()) -> str:
    order = [policy.name for policy in catalogue.policies]
    shown = [
        f"{name} {SAMPLED}" if name in sampled else name if lever == 1.0 else f"{name} {lever:g}"
        for name, lever in sorted(levers.items(), key=lambda pair: order.index(pair[0]))
        if lever > 0.0
    ]
    return " + ".join(shown) or BASELINE
