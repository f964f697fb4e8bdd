"""Files that are there whole or not at all, also after a crash or a loss of power."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_PARTIAL = re.compile(r"\..+\.[0-9a-f]{16}\.partial")
_NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EBADF)
"""How some network file systems say that a folder needs no fsync there."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it is either there whole or not at all, and stays after a power loss.

    Parameters
    ----------
    path
        The file; its folder is made when it is not there.
    content
        All of it.
    """
    make_folder(path.parent)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}.partial")
    try:
        _write(partial, content)
        os.replace(partial, path)
    except BaseException:
        # what went wrong is told; a partial file that cannot be removed is swept later
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise
    sync_folder(path.parent)


def _write(path: Path, content: bytes) -> None:
    # O_EXCL: neither another process's file nor a link that somebody put there is written through
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o666)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, so that they stay after a power loss."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):  # another process was quicker
        os.mkdir(folder)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Have what was made, renamed or removed in a folder written to the disk."""
    if os.name == "nt":
        return  # folders cannot be opened there, and renaming is journalled
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def as_parquet(table: pa.Table) -> bytes:
    """A table as a Parquet file with a checksum on each page; same rows, same bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def write_parquet(path: Path, table: pa.Table) -> bytes:
    """Write a table as `write_atomically` does, and give what was written."""
    content = as_parquet(table)
    write_atomically(path, content)
    return content


def move(path: Path, folder: Path) -> Path:
    """Move a file or folder into a folder, under another name where its own is taken.

    Returns
    -------
    pathlib.Path
        Where it is now.
    """
    make_folder(folder)
    target, number = folder / path.name, 1
    while os.path.lexists(target):
        number += 1
        target = folder / f"{path.name}.{number}"
    os.replace(path, target)
    sync_folder(folder)
    sync_folder(path.parent)
    return target


def sweep(folder: Path) -> None:
    """Remove what writers that were killed left half-written; only the holder of the lock may."""
    for name in os.listdir(folder) if folder.is_dir() else ():
        if _PARTIAL.fullmatch(name):
            (folder / name).unlink(missing_ok=True)
