"""A folder of chunks of finished runs, each a file that is never changed (see `container`).

A chunk holds the rows of all tables of some runs, so it is there whole or not at all. Folders are
sets of chunks: to merge them is a union, in any order and as often as one likes. When many small
files have piled up they are packed into one, which holds their rows unchanged beside the chunk
they came with, and only when that is safely on the disk are they removed. So a chunk may be in two
files, and a run in two chunks; readers take one file for each chunk and one chunk for each run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from desim.study import container
from desim.study.container import Damaged
from desim.study.durable import move, sweep, write_atomically
from desim.study.question import StudyError
from desim.study.schema import CHUNK, RUNS, schema_of

PACK_AT = 64
"""So many files of a level are packed into one of the next."""
LARGEST = 64_000_000
"""Bytes up to which files are packed together: what is read and written at once."""
ASIDE = "damaged"
_PATIENCE = 20
Found = TypeVar("Found")


@dataclass(frozen=True)
class ChunkFiles:
    """The chunks in a folder.

    Parameters
    ----------
    folder
        Where they are; made when the first is written.
    damaged
        Files that could not be read, with what is wrong with each; readers fill it.
    """

    folder: Path
    damaged: dict[Path, str] = field(default_factory=dict)

    def files(self) -> list[Path]:
        """All files that should hold chunks, those that were packed most often first."""
        try:
            names = [name for name in os.listdir(self.folder) if container.is_container(name)]
        except FileNotFoundError:
            return []
        return sorted(
            (self.folder / name for name in names), key=lambda p: (-container.level_of(p), p.name)
        )

    def size(self) -> int:
        """Bytes of all files."""
        return sum(map(_size, self.files()))

    # Writing: only by the holder of the folder's lock.

    def append(self, tables: Mapping[str, pa.Table]) -> None:
        """Write a chunk: rows of ``runs`` and of further tables; pack when many files are there."""
        name, content = container.container(0, {n: _compact(n, t) for n, t in tables.items()})
        write_atomically(self.folder / name, content)
        self.pack(PACK_AT)

    def pack(self, least: int = 2) -> None:
        """Pack small files of level 0 when so many are there, and higher levels when many are."""
        level = 0
        while due := self._due(level, least if level == 0 else PACK_AT):
            for some in _batches(due):
                self._pack(level + 1, some)
            level += 1

    def _due(self, level: int, least: int) -> list[tuple[Path, int]]:
        there = [path for path in self.files() if container.level_of(path) == level]
        if len(there) < min(least, 2):
            return []
        small = [(path, size) for path in there if (size := _size(path)) <= LARGEST // 2]
        total = sum(size for _, size in small)
        return small if len(small) > 1 and (len(small) >= least or total > LARGEST) else []

    def _pack(self, level: int, sources: list[Path]) -> None:
        names = sorted({name for path in sources for name in container.tables_in(path)})
        tables = {name: _compact(name, _concatenated(name, sources)) for name in names}
        name, content = container.container(level, tables)
        write_atomically(self.folder / name, content)
        for path in sources:
            path.unlink(missing_ok=True)

    def mend(self) -> dict[Path, str]:
        """Sweep, verify every file, set the damaged aside, remove files whose chunks are in others.

        Returns
        -------
        dict
            Where each damaged file is now, and what is wrong with it.
        """
        sweep(self.folder)
        aside: dict[Path, str] = {}
        known: set[str] = set()
        for path in self.files():
            try:
                chunks = container.verify(path)
            except Damaged as error:
                aside[move(path, self.folder / ASIDE)] = error.why
                continue
            if chunks <= known:
                path.unlink()  # as when a process was killed after packing
            known |= chunks
        return aside

    def take(self, other: ChunkFiles) -> None:
        """Take over all chunks of another folder that are not here yet."""
        known = {chunk for path in self.files() for chunk in container.verify(path)}

        def copy(files: list[Path]) -> None:
            for path in files:
                try:
                    chunks = container.verify(path)
                except Damaged as error:
                    other.damaged[error.path] = error.why
                    continue
                if not chunks <= known:
                    write_atomically(self.folder / path.name, path.read_bytes())
                    known.update(chunks)
                    self.pack(PACK_AT)

        other._undisturbed(copy)

    # Reading: at any time, also while another process writes.

    def runs(self, columns: Iterable[str]) -> pa.Table:
        """Rows of all runs, one each: of a run in several chunks one that finished, if any did.

        Parameters
        ----------
        columns
            Besides run, status and chunk.
        """
        wanted = list(dict.fromkeys((*columns, "run", "status", CHUNK)))
        schema = schema_of(RUNS, wanted)

        def every(files: list[Path]) -> pa.Table:
            parts = list(self._parts(RUNS, files, wanted, skip=True))
            return pa.concat_tables([p.select(wanted).cast(schema) for p in parts] or [_no(schema)])

        return _one_a_run(self._undisturbed(every))

    def rows(self, table: str, runs: pa.Table) -> pa.Table | None:
        """Rows of a further table, in the order of the runs; None when there are none.

        Parameters
        ----------
        table
            Its name.
        runs
            Runs wanted, with the chunk of each, as `runs` gives them.

        Raises
        ------
        StudyError
            When a file is damaged.
        """
        wanted = dict(zip(runs["run"].to_pylist(), runs[CHUNK].to_pylist(), strict=True))
        place = {run: number for number, run in enumerate(wanted)}

        def every(files: list[Path]) -> list[tuple[pa.Table, NDArray[np.int64]]]:
            parts = self._parts(table, files, None, skip=False)
            return [_chosen(rows, wanted, place) for rows in parts]

        parts = [each for each in self._undisturbed(every) if each[0].num_rows]
        if not parts:
            return None
        columns = [name for name in parts[0][0].column_names if name != CHUNK]
        schema = schema_of(table, columns)
        rows = pa.concat_tables([part.select(columns).cast(schema) for part, _ in parts])
        return rows.take(np.argsort(np.concatenate([at for _, at in parts]), kind="stable"))

    def _parts(
        self, table: str, files: list[Path], columns: Sequence[str] | None, *, skip: bool
    ) -> Iterator[pa.Table]:
        """Rows file by file, each chunk from the first file that has it."""
        known: set[str] = set()
        for path in files:
            try:
                rows = container.read(path, table, columns)
            except Damaged as error:
                self.damaged[path] = error.why
                if skip:
                    continue
                text = f"{error}; the same command again sets it aside and plays its runs"
                raise StudyError((text,)) from error
            if rows is not None:
                yield _without(rows, known)

    def _undisturbed(self, read: Callable[[list[Path]], Found]) -> Found:
        """Read; again when a writer packed files meanwhile, so that some are gone or overlooked."""
        for _ in range(_PATIENCE):
            files = self.files()
            try:
                found = read(files)
            except FileNotFoundError:
                continue
            if {path for path in self.files() if container.level_of(path) > 0} <= set(files):
                return found
        raise StudyError((f"{self.folder}: files there come and go; try again later",))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # packed meanwhile
        return 0


def _batches(files: list[tuple[Path, int]]) -> Iterator[list[Path]]:
    """Files in groups of at least two that are not too large together."""
    batch: list[Path] = []
    total = 0
    for path, size in files:
        if total + size > LARGEST and len(batch) > 1:
            yield batch
            batch, total = [], 0
        batch.append(path)
        total += size
    if len(batch) > 1:
        yield batch


def _concatenated(table: str, files: list[Path]) -> pa.Table:
    """Rows of some files with their chunk, each chunk once."""
    known: set[str] = set()
    parts = [container.read(path, table) for path in files]
    kept = [_plain(table, _without(rows, known)) for rows in parts if rows is not None]
    return pa.concat_tables(kept, promote_options="default")


def _plain(table: str, rows: pa.Table) -> pa.Table:
    columns = [name for name in rows.column_names if name != CHUNK]
    schema = schema_of(table, columns).append(pa.field(CHUNK, pa.string()))
    return rows.select([*columns, CHUNK]).cast(schema)


def _compact(table: str, rows: pa.Table) -> pa.Table:
    """Text that repeats as numbers of its distinct values; of runs only the chunk does."""
    for number, about in enumerate(rows.schema):
        repeats = table != RUNS or about.name in (CHUNK, "engine", "status", "error")
        if repeats and pa.types.is_string(about.type):
            column = rows.column(number).combine_chunks().dictionary_encode()
            rows = rows.set_column(number, about.name, column)
    return rows


def _without(rows: pa.Table, known: set[str]) -> pa.Table:
    """Rows but of chunks that are known, and these are known from now on."""
    here = rows[CHUNK].unique().to_pylist()
    fresh = [chunk for chunk in here if chunk not in known]
    known.update(fresh)
    if len(fresh) == len(here):
        return rows
    return rows.filter(
        pc.is_in(rows[CHUNK].cast(pa.string()), value_set=pa.array(fresh, pa.string()))
    )


def _no(schema: pa.Schema) -> pa.Table:
    return pa.Table.from_batches([], schema=schema)


def _one_a_run(rows: pa.Table) -> pa.Table:
    """One row a run: one that finished before one that failed, then by the chunk's digest."""
    if pc.count_distinct(rows["run"]).as_py() == rows.num_rows:
        return rows
    about = pa.table(
        {
            "run": rows["run"],
            "failed": pc.not_equal(rows["status"], "ok"),
            CHUNK: rows[CHUNK],
            "place": np.arange(rows.num_rows),
        }
    )
    ordered = about.sort_by([("failed", "ascending"), (CHUNK, "ascending")])
    first = ordered.group_by("run", use_threads=False).aggregate([("place", "first")])
    return rows.take(np.sort(first["place_first"].to_numpy()))


def _chosen(
    rows: pa.Table, wanted: Mapping[str, str], place: Mapping[str, int]
) -> tuple[pa.Table, NDArray[np.int64]]:
    """Rows of wanted runs that came with the wanted chunk, and the place of each one's run."""
    runs, chunks = (_encoded(rows, name) for name in ("run", CHUNK))
    of_run = runs.dictionary.to_pylist()
    number = {chunk: at for at, chunk in enumerate(chunks.dictionary.to_pylist())}
    right = np.array([number.get(wanted.get(run, ""), -1) for run in of_run], dtype=np.int64)
    places = np.array([place.get(run, -1) for run in of_run], dtype=np.int64)
    of_row = runs.indices.to_numpy()
    kept = right[of_row] == chunks.indices.to_numpy()
    return rows.filter(pa.array(kept)), places[of_row[kept]]


def _encoded(rows: pa.Table, name: str) -> pa.DictionaryArray:
    column = rows[name].combine_chunks()
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
