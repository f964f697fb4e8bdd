"""Append-only Parquet shards: rows of finished runs, written once, atomically, and merged.

    FOLDER/TABLE/LEVEL-NAME.parquet

A new shard has level 0. When `MERGE_AT` shards of a level are there, they become one of the next
level, so that a million runs lie in some hundred files. A merged shard names those it replaces,
and is in place before they go; whatever is killed in between, nothing is lost and nothing counts
twice.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MERGE_AT = 64
_REPLACES = b"replaces"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is either there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(content)
    os.replace(partial, path)


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table, atomically and with the same bytes for the same rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    pq.write_table(table, partial, compression="zstd")
    os.replace(partial, path)


class Series:
    """The shards of one table.

    Parameters
    ----------
    folder
        Where they are; made when the first is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._own: dict[int, list[Path]] = {}

    def append(self, name: str, rows: pa.Table) -> None:
        """Write rows as a shard; when this process has written enough of them, merge these.

        Only shards written here are merged, so that processes may share a folder.
        """
        self._add(0, self._write(0, name, rows))

    def _write(self, level: int, name: str, rows: pa.Table) -> Path:
        path = self.folder / f"{level}-{name}.parquet"
        write_parquet(path, rows)
        return path

    def _add(self, level: int, path: Path) -> None:
        shards = self._own.setdefault(level, [])
        shards.append(path)
        if len(shards) >= MERGE_AT:
            self._own[level] = []
            self._add(level + 1, self._merge(level + 1, shards))

    def _merge(self, level: int, shards: list[Path]) -> Path:
        rows = pa.concat_tables([_read(path, None) for path in shards])
        replaced = json.dumps([path.name for path in shards]).encode()
        rows = rows.replace_schema_metadata({_REPLACES: replaced})
        name = hashlib.blake2b(replaced, digest_size=12).hexdigest()
        merged = self._write(level, name, rows)
        for path in shards:
            path.unlink(missing_ok=True)
        return merged

    def close(self) -> None:
        """Merge what this process has written of each level into one shard of the next."""
        written, self._own = self._own, {}
        for level, shards in sorted(written.items()):
            if len(shards) > 1:
                self._merge(level + 1, shards)

    def files(self) -> list[Path]:
        """Shards that count: not those that a merged one replaces."""
        there = sorted(self.folder.glob("*.parquet"))
        replaced = {name for path in there for name in _replaced_by(path)}
        return [path for path in there if path.name not in replaced]

    def read(self, columns: Iterable[str] | None = None) -> pa.Table | None:
        """All rows, or None when there are none.

        Parameters
        ----------
        columns
            Only these; all when not given.
        """
        wanted = None if columns is None else list(columns)
        parts = [_read(path, wanted) for path in self.files()]
        return pa.concat_tables(parts, promote_options="default") if parts else None

    def parts(self) -> Iterator[tuple[str, pa.Table]]:
        """Each shard's name, and its rows."""
        for path in self.files():
            yield path.stem, _read(path, None)


def _read(path: Path, columns: list[str] | None) -> pa.Table:
    # one file, not a data set: a folder's name is no column
    with pq.ParquetFile(path) as file:
        return file.read(columns=columns).replace_schema_metadata()


def _replaced_by(path: Path) -> list[str]:
    if path.name.startswith("0-"):
        return []
    found = pq.read_metadata(path).metadata or {}
    names: list[str] = json.loads(found.get(_REPLACES, b"[]"))
    return names
