"""What the paper is made from: tables of studies, the case and the policies; nothing is played."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

import desim
from desim.calibration.budget import read_budget
from desim.calibration.calibrate import digest_of
from desim.case import Case, load
from desim.figure import Figure
from desim.figure.validation import able
from desim.mechanism.mechanism import Mechanism
from desim.paper.batches import batches_of
from desim.paper.entry import PaperError
from desim.policy.catalogue import POLICIES
from desim.policy.policy import apply_policies
from desim.source import source_digest
from desim.study.current import finished, read_provenance
from desim.study.digests import DETERMINES_MECHANISMS, case_digest, hashed
from desim.study.question import Study, StudyError, read_study

CASE = "sichuan_2022"
SEMANTICS = Path(desim.__file__).parent.parent / "docs" / "semantics.md"
"""What a mechanism means when it is simulated, in numbered rules."""
BASELINE, FACTORIAL, DOSES = "baseline_against_record", "four_reforms", "dose_response"
ENOUGH, ROBUST = "how_much_is_enough", "robust"
FASTER = "faster_and_worse"
"""The study of other rules of the command; the paper can do without."""
SCREENING = "what_matters_screening"
VARIANCE = ("what_matters_settled", "what_matters_large", "what_matters")
"""Studies of variance, the more thorough first: the first that is current is told about."""
CALIBRATION = "calibration"
"""Folder of the calibration within the results."""
THEORY, THEORY_SEED = "theory", 20220821
"""Folder of what is compared with theory, and the seed that `desim theory` takes by itself."""
NEEDED = (BASELINE, FACTORIAL, DOSES, ENOUGH, ROBUST, SCREENING, VARIANCE[-1])
MAIN = "residential_energy_not_served"
"""The outcome that is told about first: what reaches residents."""


class Sources:
    """Tables of results, and the model.

    Parameters
    ----------
    results
        Folder of results.
    experiments
        Folder of study files.
    quick
        Whether the studies' small size is meant.
    """

    def __init__(self, results: Path, experiments: Path, *, quick: bool = False) -> None:
        self.results, self.experiments, self.quick = results, experiments, quick
        self._tables: dict[str, pd.DataFrame] = {}
        self._provenance: dict[str, dict[str, Any]] = {}
        self._studies: dict[str, Study] = {}

    @cached_property
    def case(self) -> Case:
        """The case with its best values."""
        return load(CASE)

    def mechanism(self, *policies: str) -> Mechanism:
        """The case's mechanism under some policies in full."""
        levers = dict.fromkeys(policies, 1.0)
        return apply_policies(self.case.mechanism, POLICIES, levers)

    def has(self, study: str) -> bool:
        """Whether a study was played to its end."""
        return bool(self._read_provenance(study).get("complete"))

    @cached_property
    def variance(self) -> str:
        """The study of variance that is told about."""
        return next((name for name in VARIANCE[:-1] if self.current(name)), VARIANCE[-1])

    @cached_property
    def used(self) -> tuple[str, ...]:
        """Studies that the paper is made from."""
        optional = (FASTER if self.faster else "", self.posterior)
        return tuple(dict.fromkeys((*NEEDED, self.variance, *filter(None, optional))))

    @cached_property
    def faster(self) -> bool:
        """Whether the study of other rules of the command was simulated and is current."""
        return self.current(FASTER)

    @cached_property
    def posterior(self) -> str:
        """The study of the factorial over a given sample; empty when none is current."""
        for file in sorted(self.experiments.rglob("*.toml")):
            design = tomllib.loads(file.read_text(encoding="utf-8")).get("design", {})
            whole = design.get("kind") == "sample" and self.current(file.stem)
            if whole and self.path(f"{file.stem}/sample_best").is_file():
                return file.stem
        return ""

    @cached_property
    def calibrated(self) -> bool:
        """Whether a calibration was played and is current."""
        found = self._read_provenance(CALIBRATION).get("calibration_digest")
        file = self.experiments / CALIBRATION / f"{CASE}.toml"
        if not found or not file.is_file():
            return False
        return bool(found == digest_of(read_budget(file, quick=self.quick)))

    @cached_property
    def supplement(self) -> tuple[Figure, ...]:
        """Further figures whose tables are all current: of calibration and validation."""
        return tuple(
            figure
            for figure in able(self.results)
            if all(self._is_current(table.partition("/")[0]) for table in figure.inputs)
        )

    def _is_current(self, folder: str) -> bool:
        if folder == CALIBRATION:
            return self.calibrated
        if folder != THEORY:
            return self.current(folder)
        mark = self.results / THEORY / "digest.txt"
        source = source_digest((*DETERMINES_MECHANISMS, "classroom", "calibration"))
        wanted = hashed(str(THEORY_SEED), case_digest(CASE), source)
        return mark.is_file() and mark.read_text(encoding="utf-8") == wanted

    def current(self, name: str) -> bool:
        """Whether a study that the paper can do without is there, whole, and not stale."""
        there = self.has(name) and self.file(name).is_file()
        return there and not self._stale(name)

    def study(self, name: str) -> Study:
        """What a study asks."""
        if name not in self._studies:
            self._studies[name] = read_study(self.file(name))
        return self._studies[name]

    def file(self, name: str) -> Path:
        """The file of a study, in the folder of experiments or in one within it."""
        plain = self.experiments / f"{name}.toml"
        return next(iter(sorted(self.experiments.rglob(plain.name))), plain)

    def provenance(self, study: str) -> dict[str, Any]:
        """What made a study's tables."""
        return self._read_provenance(study)

    def _read_provenance(self, study: str) -> dict[str, Any]:
        if study not in self._provenance:
            self._provenance[study] = dict(read_provenance(self.results / study))
        return self._provenance[study]

    def table(self, name: str) -> pd.DataFrame:
        """A table of results, called ``study/table``; without rows where the study has none."""
        if name not in self._tables:
            path = self.path(name)
            self._tables[name] = pd.read_parquet(path) if path.is_file() else pd.DataFrame()
        return self._tables[name]

    def behind(self, tables: Iterable[str]) -> tuple[str, ...]:
        """Studies whose runs are behind some tables; none where runs are not kept.

        Parameters
        ----------
        tables
            Each as ``study/table``.
        """
        found: list[str] = []
        for folder, _, table in (name.partition("/") for name in tables):
            if folder == CALIBRATION:
                found += batches_of(table, self.results)
            elif folder != THEORY:
                found.append(folder)
        return tuple(dict.fromkeys(found))

    def path(self, name: str) -> Path:
        """The file of a table."""
        return self.results / f"{name}.parquet"

    def one(self, name: str, **where: object) -> pd.Series:
        """The only row of a table in which columns have some values.

        Raises
        ------
        PaperError
            When there is no such row, or more than one.
        """
        rows = self.rows(name, **where)
        if len(rows) != 1:
            wanted = ", ".join(f"{column} = {value}" for column, value in where.items())
            raise PaperError((f"{name} has {len(rows)} rows with {wanted}, and must have one",))
        return rows.iloc[0]

    def rows(self, name: str, **where: object) -> pd.DataFrame:
        """The rows of a table in which columns have some values."""
        table = self.table(name)
        for column, value in where.items():
            if column not in table:
                return table.iloc[:0]
            table = table[table[column] == value]
        return table

    def check(self) -> None:
        """See that every study was played as its file, the case and the source say now.

        Raises
        ------
        PaperError
            With every study that is missing, of another size, or stale.
        """
        complaints = [text for name in self.used for text in self._stale(name)]
        if complaints:
            raise PaperError(tuple(complaints))

    def _stale(self, name: str) -> list[str]:
        file = self.file(name)
        remedy = f"run: desim experiment {file}{' --quick' if self.quick else ''}"
        if not self.has(name):
            return [f"{name}: not played to the end; {remedy}"]
        try:
            study = self.study(name)
        except StudyError as error:
            return list(error.complaints)
        if finished(study, self.results, quick=self.quick):
            return []
        if bool(self.provenance(name).get("quick")) != self.quick:
            return [f"{name}: was played in {_size(not self.quick)} size; {remedy}"]
        return [f"{name}: stale: study, case or source changed since it was played; {remedy}"]


def _size(quick: bool) -> str:
    return "quick" if quick else "full"
