"""The results folder of a study: rows of finished runs, and the tables made from them.

    results/STUDY/study.toml                  the study as it was last played
    results/STUDY/chunks/OUTCOMES/...         rows of finished runs (see `chunk_files`)
    results/STUDY/TABLE.parquet               tables made from them
    results/STUDY/provenance.json             what made them, with a digest of each
    results/STUDY/earlier/NUMBER/...          what --again has set aside

A run is named by a hash of all that determines it. Same name, same rows: a finished run is never
played again, and a study that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from desim import __version__
from desim.study.chunk_files import ChunkFiles
from desim.study.current import (
    CHUNKS,
    CONTENTS,
    PROVENANCE,
    chunk_folder,
    digest_of,
    read_provenance,
)
from desim.study.durable import move, sweep, write_atomically, write_parquet
from desim.study.interrupts import held_back
from desim.study.lock import Held, locked
from desim.study.question import Study, StudyError
from desim.study.schema import CHUNK, RUNS, as_arrow
from desim.study.table_names import TABLE_NAMES
from desim.study.work import Played

__all__ = ["CHUNK", "RUNS", "STUDY_FILE", "Store", "study_text"]
STUDY_FILE = "study.toml"
EARLIER = "earlier"
_ORIGIN = "origin.json"
"""In the folder of chunks: which study file results are of."""
_OLD = "shards"
"""Where versions before chunks kept rows, each table in files of its own."""


class Store:
    """The results of one study.

    Parameters
    ----------
    root
        Folder of all results.
    study
        The study's name.
    outcomes
        What is measured of a run; runs that other outcomes were measured of lie apart.

    Raises
    ------
    StudyError
        When the folder was written by another version, or its provenance cannot be read.
    """

    def __init__(self, root: Path, study: str, outcomes: tuple[str, ...] = ()) -> None:
        self.folder = root / study
        self._refuse_what_cannot_be_used()
        self._chunks = ChunkFiles(chunk_folder(self.folder, outcomes))
        self._lock: Held | None = None

    def _refuse_what_cannot_be_used(self) -> None:
        if self.folder.exists() and not self.folder.is_dir():
            raise StudyError((f"{self.folder}: is no folder, and results would go there",))
        written_by = self.provenance().get("desim")
        if written_by not in (None, __version__):
            text = (
                f"{self.folder.name}/{PROVENANCE}: written by desim {written_by}, this is desim "
                f"{__version__}; move the folder away or name another with --results"
            )
            raise StudyError((text,))
        if (self.folder / _OLD).exists():
            text = (
                f"{self.folder}/{_OLD}: written by an earlier desim, which could lose and double "
                f"rows; remove that folder, and the runs are played again"
            )
            raise StudyError((text,))

    # What made the tables, and whose they are.

    def provenance(self) -> Mapping[str, Any]:
        """What made the tables; empty before the study was first played."""
        return read_provenance(self.folder)

    def write_provenance(self, provenance: Mapping[str, Any]) -> None:
        """Write what made the tables; this comes last and says that all is complete."""
        text = json.dumps(provenance, indent=2, sort_keys=True, ensure_ascii=False)
        write_atomically(self.folder / PROVENANCE, (text + "\n").encode())

    def refuse_another(self, study: Study) -> None:
        """Refuse to have the folder taken by another study file of the same name.

        Raises
        ------
        StudyError
            When the file that was played into the folder is still there, and is another one.
        """
        text = _origin(self.folder)
        if not text or not study.file or text == study.file:
            return
        earlier = Path(text)
        if not earlier.is_file() or (Path(study.file).is_file() and earlier.samefile(study.file)):
            return  # it was moved or renamed, and this is it
        if earlier.read_bytes() == study.text.encode():
            return  # a copy asks the same
        said = (
            f"{self.folder}: holds results of {earlier}, and {study.file} has the same name; "
            "rename it, or name another folder with --results"
        )
        raise StudyError((said,))

    @contextmanager
    def writing(self, *, again: bool = False) -> Iterator[dict[Path, str]]:
        """Be the only one who writes here, after what is broken was set aside.

        Parameters
        ----------
        again
            Set all earlier results aside first.

        Yields
        ------
        dict
            Where each damaged file of rows is now, and what is wrong with it.

        Raises
        ------
        StudyError
            When another process writes here.
        """
        with locked(self.folder / CHUNKS) as lock:
            self._lock = lock
            try:
                sweep(self.folder)
                if again:
                    self._set_aside()
                yield self._chunks.mend()
            finally:
                self._lock = None

    def _set_aside(self) -> None:
        target = self.folder / EARLIER / str(1 + _highest(self.folder / EARLIER))
        # provenance goes first: what is left would not be complete
        names = (PROVENANCE, STUDY_FILE, *sorted(p.name for p in self.folder.glob("*.parquet")))
        for path in (self.folder / name for name in names):
            if path.is_file() and (path.suffix != ".parquet" or path.stem in TABLE_NAMES):
                move(path, target)
        for path in sorted((self.folder / CHUNKS).iterdir()):
            if path.is_dir():
                move(path, target / CHUNKS)

    def reopen(self, study: Study, *, quick: bool) -> None:
        """Take back the mark of completeness before anything changes, and keep the study's file.

        The version is kept, so that an interrupted study still says who wrote its rows.
        """
        self.write_provenance({"desim": __version__, "complete": False, "quick": quick})
        write_atomically(self.folder / STUDY_FILE, study.text.encode())
        if study.file:
            origin = json.dumps({"study": study.file}).encode()
            write_atomically(self.folder / CHUNKS / _ORIGIN, origin)

    # Rows of runs.

    def append(self, played: Played) -> None:
        """Write the rows of finished runs, all or none; no signal comes between."""
        if self._lock is None:
            raise RuntimeError("rows are written within Store.writing() only")
        tables = {RUNS: played.runs, **played.tables}
        with held_back():
            self._lock.confirm()
            self._chunks.append({name: as_arrow(name, rows) for name, rows in tables.items()})

    def close(self) -> None:
        """Pack the small files that are there."""
        self._chunks.pack()

    def finished(self) -> pa.Array:
        """Names of the runs that finished without error."""
        runs = self._chunks.runs(())
        return runs.filter(pc.equal(runs["status"], "ok"))["run"].combine_chunks()

    def runs(self, columns: Iterable[str]) -> pa.Table:
        """Rows of all runs, one each.

        Parameters
        ----------
        columns
            Besides run, status and chunk.
        """
        return self._chunks.runs(columns)

    def read(self, table: str, runs: pa.Table) -> pd.DataFrame:
        """Rows of a further table.

        Parameters
        ----------
        table
            ``series``, ``record``, ``ages``, ``delays`` or ``bottlenecks``.
        runs
            The runs wanted, with columns run and chunk.

        Returns
        -------
        pandas.DataFrame
            Its rows with their run, in the order of the runs.
        """
        rows = self._chunks.rows(table, runs)
        return pd.DataFrame() if rows is None else rows.to_pandas()

    def take(self, other: Store) -> tuple[int, int]:
        """Take over the chunks of another folder that are not here yet.

        Returns
        -------
        tuple
            Runs that were not here or only as failed, and runs that were here already.
        """
        mine, its = self.runs(()), other.runs(())
        here = pc.is_in(its["run"], value_set=mine["run"].combine_chunks())
        done = pc.is_in(its["run"], value_set=self.finished())
        new = pc.or_(pc.invert(here), pc.and_(pc.equal(its["status"], "ok"), pc.invert(done)))
        taken = pc.sum(new).as_py() or 0
        self._chunks.take(other._chunks)
        return taken, its.num_rows - taken

    def size(self) -> int:
        """Bytes of the rows of runs."""
        return self._chunks.size()

    @property
    def damaged(self) -> Mapping[Path, str]:
        """Files of rows that could not be read so far, and what is wrong with each."""
        return self._chunks.damaged

    # Tables.

    def write(self, name: str, table: pd.DataFrame) -> dict[str, Any]:
        """Write one of the study's tables, and give what is kept of it to know it again."""
        if name not in TABLE_NAMES:
            raise KeyError(f"{name}: a table that could never be removed; see TABLE_NAMES")
        path = self.folder / f"{name}.parquet"
        return digest_of(write_parquet(path, pa.Table.from_pandas(table, preserve_index=False)))

    def remove(self, name: str) -> None:
        """Take away a table that the study no longer has."""
        (self.folder / f"{name}.parquet").unlink(missing_ok=True)

    def write_contents(self) -> None:
        """Note which files of rows there are, so that it is seen when one is gone."""
        there = {path.name: path.stat().st_size for path in self._chunks.files()}
        text = json.dumps(there, indent=0, sort_keys=True)
        write_atomically(self._chunks.folder / CONTENTS, text.encode())


def study_text(folder: Path) -> str:
    """The study that was last played into a folder.

    Raises
    ------
    StudyError
        When that is no text.
    """
    try:
        return (folder / STUDY_FILE).read_bytes().decode()
    except UnicodeDecodeError as error:
        text = f"{folder}/{STUDY_FILE}: is not UTF-8 text; desim experiment writes it again"
        raise StudyError((text,)) from error


def _origin(folder: Path) -> str:
    """The study file that was played into a folder; empty when that is not known."""
    try:
        found = json.loads((folder / CHUNKS / _ORIGIN).read_bytes())
        return str(found["study"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return ""


def _highest(folder: Path) -> int:
    """The largest number that a folder within is called by; 0 when there is none."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return max((int(name) for name in names if name.isdecimal()), default=0)
