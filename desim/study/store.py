"""The results folder: append-only shards of finished runs, and tables made from them.

    results/STUDY/study.toml                     the study as it was last played
    results/STUDY/shards/OUTCOMES/TABLE/...      rows of finished runs (see `shards`)
    results/STUDY/TABLE.parquet                  tables made from the shards
    results/STUDY/provenance.json                what made them

A run is named by a hash of all that determines it. Same name, same rows: a finished run is never
played again, and a study that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from desim import __version__
from desim.study.current import PROVENANCE
from desim.study.digests import hashed
from desim.study.question import StudyError
from desim.study.shards import Series, write_atomically, write_parquet
from desim.study.work import RUNS, Played

STUDY_FILE = "study.toml"
CHUNK = "chunk"
"""Column of all shards: the chunk that a row came with. Rows of a table count only beside a run
of the same chunk, so that what was half-written when a process was killed is never read."""


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
        self._refuse_other_version()
        self._shards = self.folder / "shards" / hashed(*outcomes)[:12]
        self._series: dict[str, Series] = {}

    def _refuse_other_version(self) -> None:
        written_by = self.provenance().get("desim")
        if written_by not in (None, __version__):
            text = (
                f"{self.folder.name}/{PROVENANCE}: written by desim {written_by}, this is desim "
                f"{__version__}; move the folder away or name another with --results"
            )
            raise StudyError((text,))

    def provenance(self) -> Mapping[str, Any]:
        """What made the tables; empty before the first study has finished."""
        path = self.folder / PROVENANCE
        if not path.is_file():
            return {}
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise StudyError(
                (f"{self.folder.name}/{PROVENANCE}: not readable: {error}",)
            ) from error
        if not isinstance(found, dict):
            raise StudyError((f"{self.folder.name}/{PROVENANCE}: holds no provenance",))
        return found

    def write_provenance(self, provenance: Mapping[str, Any]) -> None:
        """Write what made the tables; this comes last and says that all is complete."""
        text = json.dumps(provenance, indent=2, sort_keys=True, ensure_ascii=False)
        write_atomically(self.folder / PROVENANCE, (text + "\n").encode())

    def reopen(self, text: str, *, quick: bool) -> None:
        """Take back the mark of completeness before anything changes, and keep the study's file.

        The version is kept, so that an interrupted study still says who wrote its shards.
        """
        self.write_provenance({"desim": __version__, "complete": False, "quick": quick})
        write_atomically(self.folder / STUDY_FILE, text.encode())

    def append(self, played: Played) -> None:
        """Write the rows of finished runs; the runs themselves come last."""
        names = "".join(played.runs["run"])
        chunk = hashlib.blake2b(names.encode(), digest_size=12).hexdigest()
        for table, rows in (*played.tables.items(), (RUNS, played.runs)):
            marked = pa.Table.from_pandas(rows.assign(**{CHUNK: chunk}), preserve_index=False)
            self._table(table).append(chunk, marked)

    def _table(self, name: str) -> Series:
        if name not in self._series:
            self._series[name] = Series(self._shards / name)
        return self._series[name]

    def close(self) -> None:
        """Merge the small shards that were written here."""
        for series in self._series.values():
            series.close()

    def finished(self) -> pa.Array:
        """Names of the runs that finished without error."""
        runs = self._table(RUNS).read(("run", "status"))
        if runs is None:
            return pa.array([], pa.string())
        ok = runs.filter(pc.equal(runs["status"], "ok"))
        return ok["run"].combine_chunks()

    def runs(self, columns: Iterable[str] | None = None) -> pa.Table | None:
        """Rows of all runs, those that finished first; None when there are none.

        Parameters
        ----------
        columns
            Only these, besides status and run.
        """
        wanted = None if columns is None else dict.fromkeys((*columns, "run", "status"))
        rows = self._table(RUNS).read(wanted)
        return None if rows is None else rows.sort_by([("status", "descending")])

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
        rows = self._table(table).read()
        if rows is None or not runs.num_rows:
            return pd.DataFrame()
        wanted = runs.select(["run", CHUNK]).to_pandas().drop_duplicates("run")
        found = rows.filter(pc.is_in(rows["run"], value_set=runs["run"].combine_chunks()))
        merged = wanted.merge(found.to_pandas(), on=["run", CHUNK], how="inner")
        return pd.DataFrame(merged.drop(columns=CHUNK))

    def take(self, other: Store) -> tuple[int, int]:
        """Take over the runs of another folder that are not here yet.

        Returns
        -------
        tuple
            Runs taken, and finished runs that were here already.
        """
        taken = known = 0
        for name, rows in other._table(RUNS).parts():
            ok = pc.equal(rows["status"], "ok")
            here = pc.is_in(rows["run"], value_set=self.finished())
            known += pc.sum(pc.and_(ok, here)).as_py() or 0
            fresh = rows.filter(pc.invert(here))
            if not fresh.num_rows:
                continue
            for table in other.tables():
                part = other._table(table).read()
                if part is not None and table != RUNS:
                    chunks = fresh[CHUNK].combine_chunks()
                    mine = part.filter(pc.is_in(part[CHUNK], value_set=chunks))
                    self._table(table).append(name, mine)
            self._table(RUNS).append(name, fresh)
            taken += fresh.num_rows
        return taken, known

    def tables(self) -> list[str]:
        """Tables that there are shards of."""
        return sorted(path.name for path in self._shards.glob("*") if path.is_dir())

    def size(self) -> int:
        """Bytes of all shards."""
        return sum(path.stat().st_size for path in self._shards.rglob("*.parquet"))

    def write(self, name: str, table: pd.DataFrame) -> None:
        """Write one of the study's tables."""
        write_parquet(
            self.folder / f"{name}.parquet", pa.Table.from_pandas(table, preserve_index=False)
        )

    def read_table(self, name: str) -> pd.DataFrame:
        """One of the study's tables."""
        return pd.read_parquet(self.folder / f"{name}.parquet")

    def remove(self, name: str) -> None:
        """Take away a table that the study no longer has."""
        (self.folder / f"{name}.parquet").unlink(missing_ok=True)
