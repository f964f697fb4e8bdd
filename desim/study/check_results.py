"""Verify what lies in a folder of results: every file of rows and every table, by its digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desim.mechanism.complaint import unknown
from desim.study import container
from desim.study.chunk_files import ASIDE
from desim.study.current import (
    CHUNKS,
    CONTENTS,
    PROVENANCE,
    changed_tables,
    gone_chunks,
    read_provenance,
)
from desim.study.question import StudyError
from desim.study.store import STUDY_FILE


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in the results of one study.

    Parameters
    ----------
    name
        Of the study.
    chunks, tables
        Chunks and tables that are what they should be.
    wrong
        What is not, one sentence each.
    """

    name: str
    chunks: int
    tables: int
    wrong: tuple[str, ...]

    @property
    def said(self) -> str:
        """In words, when nothing is wrong."""
        return f"{self.chunks} chunks of rows and {self.tables} tables are what was written"


def check(results: Path, names: tuple[str, ...] = ()) -> Iterator[Checked]:
    """Verify the results of studies; nothing is changed.

    Parameters
    ----------
    results
        Folder of all results.
    names
        Of the studies; all that are there when not given.

    Raises
    ------
    StudyError
        When there are no results of a study that is named, or of any.
    """
    there = sorted(
        path.name
        for path in (results.iterdir() if results.is_dir() else ())
        if any((path / name).exists() for name in (PROVENANCE, STUDY_FILE, CHUNKS))
        and (path / CHUNKS).is_dir()
    )
    if not there:
        raise StudyError((f"{results}: holds no results of a study",))
    if absent := [name for name in names if name not in there]:
        raise StudyError(tuple(unknown("study", name, there) for name in absent))
    return (_checked(results / name) for name in (names or there))


def _checked(folder: Path) -> Checked:
    wrong: list[str] = []
    found: Mapping[str, Any] = {}
    try:
        found = read_provenance(folder)
    except StudyError as error:
        wrong += error.complaints
    if found.get("complete"):
        wrong += changed_tables(folder, found)
    chunks: set[str] = set()
    for place in sorted(path for path in (folder / CHUNKS).iterdir() if path.is_dir()):
        wrong += _wrong_in(place, chunks)
    return Checked(folder.name, len(chunks), len(found.get("tables", {})), tuple(wrong))


def _wrong_in(place: Path, chunks: set[str]) -> Iterator[str]:
    """What is wrong in one folder of chunks; the chunks that are not are added."""
    for path in sorted(place.iterdir()):
        if path.name.startswith(".") or path.name in (CONTENTS, ASIDE):
            continue
        if not container.is_container(path.name):
            yield f"{path} is no file of rows"
            continue
        try:
            chunks |= container.verify(path)
        except container.Damaged as error:
            yield f"{path}: {error.why}"
        except FileNotFoundError:
            continue  # a writer has packed it meanwhile
    if (place / CONTENTS).exists():
        yield from gone_chunks(place)
