"""Results folders as they were left: the study inside, its state, one of its runs, its parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from desim.plugin.catalogue import Catalogue
from desim.study.current import changes, is_current
from desim.study.interrupts import hear_interrupts
from desim.study.luck import decided
from desim.study.outputs import Outputs
from desim.study.plan import Plan
from desim.study.question import Study, StudyError, study_from
from desim.study.run import Report, conclude
from desim.study.store import STUDY_FILE, Store, study_text

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
        Bytes of all rows of runs, those of earlier versions of the study included.
    current
        Whether the tables are there and are what the study would give now.
    engine
        What the finished runs were played with, as far as it is known.
    notes
        What is damaged, gone or changed, in words.
    """

    planned: int
    finished: int
    failed: int
    size: int
    current: bool
    engine: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging the parts of a study did.

    Parameters
    ----------
    said
        In words.
    failed
        Runs that failed.
    """

    said: str
    failed: int


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
    was_current = is_current(found, plan.digest)
    changed = changes(plan.study, results, found) if was_current else ()
    if was_current and not changed:
        runs = int(found["runs"])
        return Status(runs, runs, 0, store.size(), True, str(found["engine"]))
    replications = decided(plan, store).replications
    outputs = Outputs(plan, store, replications)
    planned = len(plan.design) * replications
    finished = planned - outputs.missing - outputs.failed
    engine = ", ".join(outputs.engines) if finished else ""
    notes = (*changed, *_damage(store))
    return Status(planned, finished, outputs.failed, store.size(), False, engine, notes)


def _damage(store: Store) -> list[str]:
    """Damaged files that were met, in words."""
    way = "desim experiment sets it aside and plays its runs again"
    return [f"{path}: {why}; {way}" for path, why in sorted(store.damaged.items())]


def merge(
    folders: tuple[Path, ...],
    results: Path,
    *,
    engine: str = "auto",
    catalogue: Catalogue | None = None,
) -> Iterator[Merged]:
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
    Merged
        What was done for each study.

    Raises
    ------
    StudyError
        When a folder holds no study, or parts are of different studies of one name or of
        different sizes, or another process writes the results.
    """
    parts = [part for folder in folders for part in _studies_in(folder)]
    texts = {part.name: study_text(part) for part in parts}
    for part in parts:
        if study_text(part) != texts[part.name]:
            text = f"{part}: holds another study of that name than the other parts"
            raise StudyError((text,))
    for name, text in texts.items():
        mine = [part for part in parts if part.name == name]
        yield _merge_one(study_from(text, f"{name}.toml", catalogue), mine, results, engine)


def _merge_one(study: Study, parts: list[Path], results: Path, engine: str) -> Merged:
    sources = [Store(part.parent, part.name, study.outcomes) for part in parts]
    sizes = [bool(source.provenance().get("quick", False)) for source in sources]
    if len(set(sizes)) > 1:
        odd = parts[sizes.index(not sizes[0])]
        raise StudyError((f"{odd}: is of another size (--quick) than the other parts",))
    plan = Plan(study, sizes[0], engine)
    store = Store(results, study.name, study.outcomes)
    with hear_interrupts(), store.writing() as aside:
        store.reopen(study, quick=plan.quick)
        others = [each for each in sources if each.folder.resolve() != store.folder.resolve()]
        counts = [store.take(other) for other in others]
        store.close()
        taken, known = (sum(each) for each in zip(*counts, strict=True)) if counts else (0, 0)
        wrong = [f"; {path}: {why}" for path, why in aside.items()]
        wrong += [f"; {path}: {why}" for other in others for path, why in other.damaged.items()]
        said = f"{study.name}: {taken} runs taken, {known} were there already{''.join(wrong)}"
        outputs = Outputs(plan, store, decided(plan, store).replications)
        failed = f", {outputs.failed} failed" if outputs.failed else ""
        if outputs.missing:
            missing = f"{outputs.missing} are missing{failed}: desim experiment plays them"
            return Merged(f"{said}; {missing}", outputs.failed)
        report: Report = conclude(outputs, 0)
        written = f"tables written of all {report.planned} runs{failed}"
        return Merged(f"{said}; {written}", report.failed)


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
        try:
            study = study_from(study_text(folder), f"{folder.name}.toml", catalogue)
            store = Store(results, folder.name, study.outcomes)
        except StudyError as error:
            unread += error.complaints
            continue
        rows = store.runs(("point", "replication", "digest", "error"))
        chosen = rows.filter(pc.starts_with(rows["run"], name))
        found += [_saved(study, row) for row in chosen.to_pylist()]
        unread += _damage(store)
    if len(found) != 1:
        count = "no run" if not found else f"{len(found)} runs"
        raise StudyError((f"{results}: {count} of the studies there begin with {name}", *unread))
    return found[0]


def _saved(study: Study, row: dict[str, object]) -> SavedRun:
    return SavedRun(
        study, str(row["run"]), int(str(row["point"])), int(str(row["replication"])),
        str(row["digest"]), str(row["error"]),
    )  # fmt: skip
