"""Budgets and seeds of a calibration: a file that says what is spent on what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from desim.calibration.space import Space
from desim.case import CaseError, load
from desim.case.load import is_case, names
from desim.case.toml import TomlError, toml
from desim.mechanism.complaint import LARGEST_WHOLE, shown, unknown
from desim.study.check_file import LARGEST_SEED, is_number, whole
from desim.study.folder import case_folder
from desim.study.question import StudyError

_LEAST = {
    "seed": 0, "waves": 1, "wave_points": 10, "wave_replications": 2, "reference_points": 20,
    "replications": 1, "particles": 10, "moves": 1, "generations": 1, "draws": 5, "records": 5,
    "predictive_replications": 1, "end_replications": 2, "corner_replications": 2,
}  # fmt: skip
"""Whole numbers and the least that makes sense of each."""
_POSITIVE = ("cut", "tolerance")


@dataclass(frozen=True, slots=True)
class Budget:
    """What a calibration may spend.

    Parameters
    ----------
    case
        Name or folder of the case.
    seed
        From which all seeds are derived.
    waves, wave_points, wave_replications, cut
        Of history matching: how many, points of each, runs of a point, largest implausibility.
    reference_points
        Points of the plausible prior: where the sequence begins, and on which recovery is tested.
    replications
        Runs of a point from then on; the acceptance of a point is their mean.
    particles, moves, generations
        Points that are carried on, moves of each at a tolerance, largest number of tolerances.
    tolerance
        The last tolerance, in standard deviations of the record.
    draws, predictive_replications
        Points of the stored posterior, and runs of each for its predictions.
    records
        Synthetic records on which recovery is tested.
    held
        Patterns of parameters that keep their best values: those that move neither a fitted row
        nor an outcome (docs/calibration.md).
    end_replications, corner_replications
        Runs where one parameter is at an end, and where all are at their least favourable values.
    """

    case: str
    seed: int
    waves: int
    wave_points: int
    wave_replications: int
    cut: float
    reference_points: int
    replications: int
    particles: int
    moves: int
    generations: int
    tolerance: float
    draws: int
    predictive_replications: int
    records: int
    end_replications: int
    corner_replications: int
    held: tuple[str, ...] = ()

    def seed_of(self, purpose: str) -> int:
        """A seed of its own for every purpose, below 2**31."""
        content = hashlib.blake2b(f"{self.seed}/{purpose}".encode(), digest_size=4).digest()
        return int.from_bytes(content) >> 1

    def as_table(self) -> dict[str, Any]:
        """Every setting by name."""
        return asdict(self)


def read_budget(path: Path, *, quick: bool = False) -> Budget:
    """Read and check a calibration's file.

    Parameters
    ----------
    path
        A TOML file with a value for every setting of `Budget`; its table ``quick`` holds those
        that are smaller in a quick calibration.
    quick
        Take these.

    Raises
    ------
    StudyError
        With every complaint: key, what is wrong, and the nearest valid name.
    """
    if not path.is_file():
        raise StudyError((f"{path}: no such calibration file",))
    try:
        raw = toml(path.read_text(encoding="utf-8"))
    except TomlError as error:
        raise StudyError((f"{path.name}: {error}",)) from error
    except UnicodeDecodeError as error:
        raise StudyError((f"{path.name}: not UTF-8 text: {error}",)) from error
    smaller = raw.pop("quick", {})
    if not isinstance(smaller, dict):
        raise StudyError((f"{path.name}: key quick: must be a table",))
    known = [each.name for each in fields(Budget)]
    problems = [
        *(f"key {key}: {unknown('key', key, known)}" for key in raw if key not in known),
        *(f"key {key}: is missing" for key in known if key not in raw and key != "held"),
        *_complaints("", {k: v for k, v in raw.items() if k in known}),
        *(f"key quick.{key}: {unknown('key', key, known)}" for key in smaller if key not in known),
        *_complaints("quick.", {k: v for k, v in smaller.items() if k in known}),
    ]
    if problems:
        raise StudyError(tuple(f"{path.name}: {problem}" for problem in problems))
    exact = {"cut": float(raw["cut"]), "tolerance": float(raw["tolerance"])}
    found = Budget(**{**raw, **exact, "held": tuple(raw.get("held", ()))})
    try:
        Space.of(load(found.case), found.held)
    except (CaseError, StudyError) as error:
        raise StudyError(tuple(f"{path.name}: {line}" for line in error.complaints)) from error
    return replace(found, **smaller) if quick else found


def _complaints(where: str, given: Mapping[str, Any]) -> Iterator[str]:
    for key, value in given.items():
        if key == "case":
            good = isinstance(value, str) and is_case(case_folder(value))
            if not good:
                yield f"key {where}case: {unknown('case', str(value), names())}"
        elif key == "held":
            if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
                yield f"key {where}held: must be a list of names or patterns, got {value!r}"
        elif key in _POSITIVE:
            if not is_number(value) or not value > 0.0:
                yield f"key {where}{key}: must be a positive number, got {shown(value)}"
        else:
            most = LARGEST_SEED if key == "seed" else LARGEST_WHOLE
            yield from whole(given, key, _LEAST[key], required=True, most=most, where=where)
