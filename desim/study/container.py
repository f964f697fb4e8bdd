"""One file that holds several tables, and whose name is a digest of what is in it.

    LEVEL-DIGEST.zip       a ZIP archive, nothing in it compressed twice
        index.json         {"format": 1, "tables": {TABLE: digest of TABLE.arrow}}
        TABLE.arrow        an Arrow stream, compressed with zstd

The name says what the index must be, and the index what each table must be. So a single table can
be read and verified alone, equal content has one name, and a name never stands for other content.
"""

from __future__ import annotations

import errno
import hashlib
import io
import json
import re
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from desim.study.schema import CHUNK, RUNS

FORMAT = 1
_NAME = re.compile(r"(\d{1,3})-([0-9a-f]{32})\.zip")
_INDEX = "index.json"
_WRITTEN = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)  # buffers are small
_UNREADABLE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, struct.error, KeyError, ValueError, TypeError,
    AttributeError, NotImplementedError, RuntimeError, EOFError, OverflowError, pa.ArrowException,
)  # fmt: skip
"""What reading bytes that are no such archive can raise, besides OSError."""


class Damaged(Exception):
    """A file is not what its name says.

    Parameters
    ----------
    path
        The file.
    why
        What is wrong with it, in words.
    """

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why)  # so that pickle and copy can make it again
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


def digest(content: bytes) -> str:
    """A digest of bytes, 32 hexadecimal digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def is_container(name: str) -> bool:
    """Whether a file of this name should be one; hidden files never are."""
    return name.endswith(".zip") and not name.startswith(".")


def level_of(path: Path) -> int:
    """How often what is in a file was packed; -1 when its name is not one of a container."""
    found = _NAME.fullmatch(path.name)
    return int(found[1]) if found else -1


def chunk_of(path: Path) -> str:
    """The chunk that a file of level 0 is."""
    return path.stem.partition("-")[2]


def container(level: int, tables: Mapping[str, pa.Table]) -> tuple[str, bytes]:
    """The name and the bytes of a file that holds tables.

    Parameters
    ----------
    level
        How often they were packed.
    tables
        Rows by name; of level 0 without a column for the chunk, as the file is the chunk.
    """
    streams = {name: _stream(rows) for name, rows in sorted(tables.items())}
    digests = {name: digest(stream) for name, stream in streams.items()}
    index = json.dumps({"format": FORMAT, "tables": digests}, sort_keys=True).encode()
    members = {_INDEX: index} | {f"{name}.arrow": each for name, each in streams.items()}
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in members.items():
            about = zipfile.ZipInfo(name)  # of 1 January 1980: no clock, same bytes
            about.create_system, about.external_attr = 3, 0o644 << 16
            archive.writestr(about, content)
    return f"{level}-{digest(index)}.zip", whole.getvalue()


def _stream(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    rows = rows.replace_schema_metadata().combine_chunks()
    with pa.ipc.new_stream(sink, rows.schema, options=_WRITTEN) as stream:
        stream.write_table(rows)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def tables_in(path: Path) -> tuple[str, ...]:
    """Names of the tables in a file.

    Raises
    ------
    Damaged
        When the file is not what its name says.
    FileNotFoundError
        When it is gone.
    """
    with _Opened(path) as opened:
        return tuple(opened.digests)


def read(path: Path, table: str, columns: Sequence[str] | None = None) -> pa.Table | None:
    """Rows of one table of a file with their chunk, verified; None when the file has no such table.

    Parameters
    ----------
    path
        The file.
    table
        Which table.
    columns
        Only these, besides the run and its chunk; all when not given.

    Raises
    ------
    Damaged, FileNotFoundError
        As `tables_in`.
    """
    with _Opened(path) as opened:
        return opened.rows(table, columns)


def verify(path: Path) -> frozenset[str]:
    """Make sure that all of a file is what its name says, and give the chunks in it.

    Raises
    ------
    Damaged, FileNotFoundError
        As `tables_in`.
    """
    with _Opened(path) as opened:
        for name in opened.digests:
            opened.content(name)
        rows = opened.rows(RUNS, ())
    if rows is None or not rows.num_rows:
        raise Damaged(path, "it holds no runs")
    return frozenset(rows[CHUNK].unique().to_pylist())


class _Opened:
    """A file whose index was verified; everything that is wrong becomes `Damaged`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> _Opened:
        if level_of(self._path) < 0:
            raise Damaged(self._path, "its name is not one of a chunk")
        try:
            self._file = self._path.open("rb")
        except IsADirectoryError as error:
            raise Damaged(self._path, "it is a folder") from error
        try:
            self._archive = zipfile.ZipFile(self._file)
            index = self._member(_INDEX)
            if digest(index) != chunk_of(self._path):
                raise Damaged(self._path, "its index is not what its name says")
            found = json.loads(index)
            if found["format"] != FORMAT:
                raise Damaged(self._path, f"it is of the unknown format {found['format']}")
            self.digests: dict[str, str] = dict(found["tables"])
        except Damaged:
            self._file.close()
            raise
        except _UNREADABLE as error:
            self._file.close()
            raise self._broken(error) from error
        except OSError as error:
            self._file.close()
            raise self._of_system(error) from error
        return self

    def __exit__(self, *raised: object) -> None:
        self._file.close()

    def _member(self, name: str) -> bytes:
        about = self._archive.getinfo(name)
        if about.compress_type != zipfile.ZIP_STORED or about.file_size != about.compress_size:
            raise Damaged(self._path, f"its part {name} is compressed, which none is")
        return self._archive.read(about)

    def _of_system(self, error: OSError) -> Exception:
        """A place outside the file, or a disk that cannot read it; the rest is not the file's."""
        return self._broken(error) if error.errno in (errno.EINVAL, errno.EIO) else error

    def _broken(self, error: Exception) -> Damaged:
        size = self._path.stat().st_size
        return Damaged(self._path, f"it is not readable ({error}; {size} bytes)")

    def content(self, table: str) -> bytes:
        """The bytes of a table, as the index says they must be."""
        try:
            content = self._member(f"{table}.arrow")
        except _UNREADABLE as error:
            raise self._broken(error) from error
        except OSError as error:
            raise self._of_system(error) from error
        if digest(content) != self.digests[table]:
            raise Damaged(self._path, f"its table {table} is not what its index says")
        return content

    def rows(self, table: str, columns: Sequence[str] | None) -> pa.Table | None:
        """Rows of a table, with their chunk."""
        if table not in self.digests:
            return None
        content = self.content(table)
        try:
            schema = pa.ipc.open_stream(content).schema
            options = pa.ipc.IpcReadOptions()
            if columns is not None:
                wanted = {*columns, "run", CHUNK}
                options.included_fields = [
                    place for place, field in enumerate(schema) if field.name in wanted
                ]
            rows = pa.ipc.open_stream(content, options=options).read_all()
        except pa.ArrowException as error:
            raise self._broken(error) from error
        return rows if CHUNK in rows.column_names else self._marked(rows)

    def _marked(self, rows: pa.Table) -> pa.Table:
        same = pa.array([chunk_of(self._path)], pa.string())
        places = np.zeros(rows.num_rows, dtype=np.int32)
        return rows.append_column(CHUNK, pa.DictionaryArray.from_arrays(places, same))
