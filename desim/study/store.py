"""The results folder: append-only shards of finished runs, and tables made from them.

    results/STUDY/shards/TABLE/NAME.parquet   rows of finished runs, written once, atomically
    results/STUDY/TABLE.parquet               tables made from the shards
    results/STUDY/provenance.json             what made them

A run is named by a hash of all that determines it. Same name, same rows: a finished run is never
played again, and a study that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from desim import __version__
from desim.study.question import StudyError

PROVENANCE = "provenance.json"
RUNS = "runs"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is either there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    os.replace(partial, path)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as Parquet, atomically and with the same bytes for the same rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    table.to_parquet(partial, index=False, compression="zstd")
    os.replace(partial, path)


class Store:
    """The results of one study."""

    def __init__(self, root: Path, study: str) -> None:
        self.folder = root / study
        self._refuse_other_version()

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
        except json.JSONDecodeError as error:
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

    def reopen(self) -> None:
        """Take back the mark of completeness before anything changes.

        The version is kept, so that an interrupted study still says who wrote its shards.
        """
        self.write_provenance({"desim": __version__, "complete": False})

    def append(self, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write the rows of finished runs; the runs themselves come last.

        Whatever is killed in between leaves rows without a run, which nobody reads.
        """
        names = "".join(tables[RUNS]["run"])
        name = hashlib.blake2b(names.encode(), digest_size=12).hexdigest()
        for table in sorted(tables, key=lambda key: key == RUNS):
            write_table(self.folder / "shards" / table / f"{name}.parquet", tables[table])

    def finished(self) -> frozenset[str]:
        """Names of the runs that finished without error."""
        runs = self.read(RUNS)
        if runs.empty:
            return frozenset()
        return frozenset(runs["run"][runs["status"] == "ok"])

    def read(self, table: str, runs: Iterable[str] | None = None) -> pd.DataFrame:
        """All rows of a table, of some runs only when they are named; in order of their runs.

        When a failed run was tried again, its latest rows count.
        """
        shards = sorted((self.folder / "shards" / table).glob("*.parquet"))
        if not shards:
            return pd.DataFrame()
        rows = pd.concat([pd.read_parquet(shard) for shard in shards], ignore_index=True)
        if table == RUNS:
            rows = rows.sort_values(["run", "status"]).drop_duplicates("run", keep="last")
        if runs is None:
            return rows.reset_index(drop=True)
        wanted = {run: number for number, run in enumerate(runs)}
        rows = rows[rows["run"].isin(wanted)]
        order = rows["run"].map(wanted).to_numpy().argsort(kind="stable")
        return rows.iloc[order].reset_index(drop=True)

    def write(self, name: str, table: pd.DataFrame) -> None:
        """Write one of the study's tables."""
        write_table(self.folder / f"{name}.parquet", table)
