"""Results folders as they were left: the study inside, its state, one of its runs, its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from desim.plugin.catalogue import Catalogue
from desim.study.current import is_current
from desim.study.luck import decided
from desim.study.outputs import Outputs
from desim.study.plan import Plan
from desim.study.question import Study, StudyError, study_from
from desim.study.run import Report, conclude
from desim.study.store import STUDY_FILE, Store

SHORTEST = 6
"""Digits of a run's name that must be given."""


@dataclass(frozen=True, slots=True)
class Status:
    """How far a study is.

    Parameters
    ----------
    planned, finished, failed
        Runs; planned for the replications that are known so far while a rule has not ended.
    size
        Bytes of all shards, runs of earlier versions of the study included.
    current
        Whether the tables are there and are what the study would give now.
    engine
        What the finished runs were played with, as far as it is known.
    """

    planned: int
    finished: int
    failed: int
    size: int
    current: bool
    engine: str


@dataclass(frozen=True, slots=True)
class SavedRun:
    """One run in a results folder.

    Parameters
    ----------
    study
        The study as it was last played there.
    name, point, replication
        The run.
    digest
        Of its trace as it was played; empty when it failed.
    error
        Why it failed; empty when it did not.
    """

    study: Study
    name: str
    point: int
    replication: int
    digest: str
    error: str


def status(plan: Plan, results: Path) -> Status:
    """How far a study is in a folder of results.

    Parameters
    ----------
    plan
        The study's plan.
    results
        Folder of all results.
    """
    store = Store(results, plan.study.name, plan.study.outcomes)
    found = store.provenance()
    if is_current(found, plan.digest):
        runs = int(found["runs"])
        return Status(runs, runs, 0, store.size(), True, str(found["engine"]))
    replications = decided(plan, store).replications
    outputs = Outputs(plan, store, replications)
    planned = len(plan.design) * replications
    finished = planned - outputs.missing - outputs.failed
    engine = ", ".join(outputs.engines) if finished else ""
    return Status(planned, finished, outputs.failed, store.size(), False, engine)


def merge(
    folders: tuple[Path, ...],
    results: Path,
    *,
    engine: str = "auto",
    catalogue: Catalogue | None = None,
) -> Iterator[str]:
    """Merge parts of studies that were played apart; write tables of what is then complete.

    Parameters
    ----------
    folders
        Folders of results, or of one study within such.
    results
        Folder of results that takes all.
    engine
        As in `Plan`; nothing is played.
    catalogue
        As of `desim.study.question.read_study`.

    Yields
    ------
    str
        What was done for each study.

    Raises
    ------
    StudyError
        When a folder holds no study, or parts are of different studies of one name.
    """
    parts = [part for folder in folders for part in _studies_in(folder)]
    texts = {part.name: (part / STUDY_FILE).read_text(encoding="utf-8") for part in parts}
    for part in parts:
        if (part / STUDY_FILE).read_text(encoding="utf-8") != texts[part.name]:
            text = f"{part}: holds another study of that name than the other parts"
            raise StudyError((text,))
    for name, text in texts.items():
        mine = [part for part in parts if part.name == name]
        yield _merge_one(study_from(text, f"{name}.toml", catalogue), mine, results, engine)


def _merge_one(study: Study, parts: list[Path], results: Path, engine: str) -> str:
    quick = [bool(Store(part.parent, part.name).provenance().get("quick", False)) for part in parts]
    plan = Plan(study, quick[0], engine)
    store = Store(results, study.name, study.outcomes)
    store.reopen(study.text, quick=plan.quick)
    taken = known = 0
    for part in parts:
        if part.resolve() == store.folder.resolve():
            continue
        new, old = store.take(Store(part.parent, part.name, study.outcomes))
        taken, known = taken + new, known + old
    store.close()
    outputs = Outputs(plan, store, decided(plan, store).replications)
    said = f"{study.name}: {taken} runs taken, {known} were there already"
    if outputs.missing:
        return f"{said}; {outputs.missing} are missing: desim experiment plays them"
    report: Report = conclude(outputs, 0)
    return f"{said}; tables written of all {report.planned} runs"


def _studies_in(folder: Path) -> list[Path]:
    if (folder / STUDY_FILE).is_file():
        return [folder]
    found = sorted(path.parent for path in folder.glob(f"*/{STUDY_FILE}"))
    if not found:
        raise StudyError((f"{folder}: holds no results of a study",))
    return found


def find_run(name: str, results: Path, catalogue: Catalogue | None = None) -> SavedRun:
    """A run in a folder of results by its name, or by the first digits of it.

    Parameters
    ----------
    name
        As in the table ``runs``.
    results
        Folder of all results.
    catalogue
        As of `desim.study.question.read_study`.

    Raises
    ------
    StudyError
        When no run or more than one is called so; then also why a study there cannot be read, of
        which a plug-in is missing, say.
    """
    if len(name) < SHORTEST:
        raise StudyError((f"run {name!r}: give at least {SHORTEST} digits of its name",))
    found: list[SavedRun] = []
    unread: list[str] = []
    for folder in sorted(path.parent for path in results.glob(f"*/{STUDY_FILE}")):
        text = (folder / STUDY_FILE).read_text(encoding="utf-8")
        try:
            study = study_from(text, f"{folder.name}.toml", catalogue)
        except StudyError as error:
            unread += error.complaints
            continue
        store = Store(results, folder.name, study.outcomes)
        rows = store.runs(("point", "replication", "digest", "error"))
        if rows is not None:
            chosen = rows.filter(pc.starts_with(rows["run"], name))
            found += [_saved(study, row) for row in _first_of_each(chosen)]
    if len(found) != 1:
        count = "no run" if not found else f"{len(found)} runs"
        raise StudyError((f"{results}: {count} of the studies there begin with {name}", *unread))
    return found[0]


def _first_of_each(rows: pa.Table) -> list[dict[str, object]]:
    named = {row["run"]: row for row in reversed(rows.to_pylist())}
    return list(named.values())


def _saved(study: Study, row: dict[str, object]) -> SavedRun:
    return SavedRun(
        study, str(row["run"]), int(str(row["point"])), int(str(row["replication"])),
        str(row["digest"]), str(row["error"]),
    )  # fmt: skip
