"""Study files: a question, a case, a design, outcomes, replications and a seed, as TOML data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desim.case import Case, CaseError, load
from desim.case.toml import LARGEST, TomlError, toml
from desim.error import DesimError
from desim.plugin.catalogue import BUILT_IN, Catalogue, discover
from desim.policy.catalogue import BOUNDS
from desim.study.check_design import design_complaints
from desim.study.check_file import file_complaints
from desim.study.check_replications import GIVEN, precisions
from desim.study.check_values import unfit_values
from desim.study.folder import OF_CALIBRATION, case_folder, unfit_name
from desim.study.given_sample import resolved
from desim.study.target import Precision
from desim.study.uncertainty import (
    Uncertainty,
    levers,
    matching,
    parameters,
    sampled_levers,
    uncertainty,
)

BOUND_NAMES = tuple(bound.name for bound in BOUNDS)
QUICK = 2


class StudyError(DesimError):
    """A study file or its results cannot be used; carries every complaint."""

    complaints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replications:
    """How often every point is played.

    Parameters
    ----------
    at_least, at_most
        Replications; equal when their number is fixed. Between them, replications are added
        until the precision is reached.
    quick
        Replications of a quick run.
    precision, differences
        Wanted half-widths of means and of paired differences, by outcome.
    luck
        Of a sampling design: by outcome, the largest share of a row mean's variance that luck
        may have.
    """

    at_least: int
    at_most: int
    quick: int = QUICK
    precision: Mapping[str, Precision] = field(default_factory=dict)
    differences: Mapping[str, Precision] = field(default_factory=dict)
    luck: Mapping[str, float] = field(default_factory=dict)

    @property
    def sequential(self) -> bool:
        """Whether a precision decides, not a number."""
        return bool(self.precision or self.differences or self.luck)


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
    seed, replications
        The seed, and how often every point is played.
    outcomes
        Names of outcomes.
    design
        The design's table as it stands in the file, checked: ``kind`` and what belongs to it.
    tables
        Which further tables are written; ``ages``, ``delays`` and ``bottlenecks`` for the
        baseline, each single policy and all together, the last two for the bounds as well.
    parameters
        Values that replace the case's or the policies' best values.
    uncertainties
        Inputs of a sampling design.
    profile
        Empty, or ``large``: played only when it is named.
    text, file
        The file's text, and the file as a whole path; empty when it was made otherwise.
    catalogue
        What its names mean: the file itself holds only names, and nothing in it is executed.
    """

    name: str
    question: str
    case: str
    seed: int
    replications: Replications
    outcomes: tuple[str, ...]
    design: Mapping[str, Any]
    tables: tuple[str, ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)
    uncertainties: tuple[Uncertainty, ...] = ()
    profile: str = ""
    text: str = ""
    file: str = field(default="", compare=False)
    catalogue: Catalogue = field(default=BUILT_IN, repr=False, compare=False)

    @property
    def kind(self) -> str:
        """The kind of design."""
        return str(self.design["kind"])

    @property
    def policies(self) -> tuple[str, ...]:
        """Policies of a factorial design."""
        return tuple(self.design.get("policies", ()))

    @property
    def sampled(self) -> tuple[str, ...]:
        """Policies whose levers are uncertain inputs."""
        return sampled_levers([each.name for each in self.uncertainties], self.catalogue)

    @property
    def used(self) -> tuple[str, ...]:
        """Every policy that is at some point, in the order in which they are applied."""
        owner, design = self.catalogue.owners, self.design
        found = {*self.policies, *self.sampled}
        found |= {name for levers in design.get("points", ()) for name in levers}
        found |= {owner.get(name, name) for name in design.get("doses", ())}
        found |= set(BOUND_NAMES) if design.get("bounds", False) else set()
        return tuple(policy.name for policy in self.catalogue.policies if policy.name in found)

    @property
    def plugins(self) -> tuple[tuple[str, ...], ...]:
        """Kind, name and digest of the source of every plug-in that is used."""
        return self.catalogue.used(self.used, self.outcomes, (self.case,))


def read_study(path: Path, catalogue: Catalogue | None = None) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    path
        A TOML file.
    catalogue
        What its names can mean; what is built in and what is installed when not given.

    Raises
    ------
    StudyError
        With every complaint: file, key, what is wrong, and the nearest valid name.
    """
    text = _text(path)
    if path.stem.startswith(OF_CALIBRATION):
        said = f"{path}: studies of a calibration are called {OF_CALIBRATION}...; rename the file"
        raise StudyError((said,))
    return replace(study_from(text, path.name, catalogue), file=str(path.resolve()))


def _text(path: Path) -> str:
    """The text of a study file."""
    try:
        if not path.is_file():
            raise StudyError((f"{path}: no such study file",))
        if path.stat().st_size > LARGEST:
            raise StudyError((f"{path.name}: has more than {LARGEST} bytes: this is no study",))
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        byte = f"byte {error.start + 1} is {error.object[error.start]:#04x}"
        raise StudyError((f"{path.name}: not UTF-8 text: {byte}",)) from error
    except (OSError, ValueError) as error:
        if isinstance(error, StudyError):
            raise
        why = getattr(error, "strerror", None) or error
        raise StudyError((f"{path}: cannot be read: {why}",)) from error


def study_from(text: str, file: str, catalogue: Catalogue | None = None) -> Study:
    """Read and check the text of a study file.

    Parameters
    ----------
    text
        TOML.
    file
        The file's name, for complaints; without its ending it is the study's name.
    catalogue
        As of `read_study`.

    Raises
    ------
    StudyError
        As `read_study`.
    """
    if unfit := unfit_name(Path(file).stem):
        raise StudyError((f"{file}: {unfit}; rename the file",))
    try:
        raw = toml(text)
    except TomlError as error:
        raise StudyError((f"{file}: {error}",)) from error
    known = discover() if catalogue is None else catalogue
    case, problems = _case(raw, known)
    problems += [*file_complaints(raw, case, known), *design_complaints(raw, case, known)]
    if case is not None:
        problems += unfit_values(raw, case, known)
    if problems or case is None:
        raise StudyError(tuple(f"{file}: {problem}" for problem in problems))
    return _study(raw, case, Path(file).stem, text, known)


def _case(raw: Mapping[str, Any], catalogue: Catalogue) -> tuple[Case | None, list[str]]:
    """The case, or None and what is wrong with it."""
    name = raw.get("case")
    if not isinstance(name, str) or not name:
        return None, ["key case: must be given as text"]
    try:
        return load(catalogue.case(name)), []
    except CaseError as error:
        return None, [f"key case: {line}" for line in str(error).splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        return None, [f"key case: {name}: {error}"]


def _study(raw: Mapping[str, Any], case: Case, name: str, text: str, catalogue: Catalogue) -> Study:
    wanted = raw.get("outcomes", "all")
    design = raw["design"]
    if design["kind"] == GIVEN:
        design = resolved(design, case_folder(catalogue.case(raw["case"])))
    # `all` means all built-in ones that the case can have, whatever else is installed here
    world = case.mechanism.world is not None
    able = [o.name for o in BUILT_IN.outcomes if world or not o.needs_world]
    return Study(
        name=name,
        question=raw["question"],
        case=raw["case"],
        seed=raw["seed"],
        replications=_replications(raw),
        outcomes=tuple(able if wanted == "all" else dict.fromkeys(wanted)),
        design=design,
        tables=tuple(raw.get("tables", ())),
        parameters={name: float(value) for name, value in raw.get("parameters", {}).items()},
        uncertainties=_uncertainties(raw, case, catalogue),
        profile=raw.get("profile", ""),
        text=text,
        catalogue=catalogue,
    )


def _replications(raw: Mapping[str, Any]) -> Replications:
    given, quick = raw["replications"], raw.get("quick_replications", QUICK)
    if isinstance(given, int):
        return Replications(given, given, min(quick, given))
    most = given.get("at_most", given["at_least"])
    return Replications(
        given["at_least"], most, given.get("quick", quick),
        precisions(given.get("precision", {})), precisions(given.get("differences", {})),
        {name: float(limit) for name, limit in given.get("luck", {}).items()},
    )  # fmt: skip


def _uncertainties(
    raw: Mapping[str, Any], case: Case, catalogue: Catalogue
) -> tuple[Uncertainty, ...]:
    """The inputs of a sampling design; a policy's only where that policy is at some point."""
    given, known = raw.get("uncertainties", ()), parameters(case, catalogue)
    if not given:
        return ()
    every = levers(catalogue)
    if isinstance(given, Mapping):
        return tuple(uncertainty((known | every)[name], about) for name, about in given.items())
    sampled = sampled_levers(given, catalogue)
    used = {name for each in raw["design"].get("points", ()) for name in each} | set(sampled)
    owner = catalogue.owners
    able = {n: p for n, p in known.items() if n not in owner or owner[n] in used}
    patterns = ("*",) if given == "all" else tuple(given)
    inputs = [uncertainty(able[name]) for name in matching(patterns, able)]
    inputs += [uncertainty(every[name]) for name in sampled]
    # a parameter whose range is a point is not uncertain
    return tuple(each for each in inputs if not each.problem())
