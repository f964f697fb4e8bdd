"""One writer at a time: a lock that says who holds it, on local and on network file systems.

The lock of the operating system (flock) ends with its process, however that ends, and holds between
machines where the file system passes it on. Where it does not, the file itself says who writes, and
the writer renews the file's time as long as it lives. Nothing depends on the lock but comfort:
chunks of two writers would only be added together.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desim.study.durable import make_folder
from desim.study.question import StudyError

if sys.platform != "win32":
    import fcntl

LOCK = ".lock"
LEASE, BEAT = 60.0, 10.0
"""Seconds without a sign of life after which a writer elsewhere is taken for gone, and between two
signs of life."""
_NO_FLOCK = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes.

    Parameters
    ----------
    pid, host
        The process.
    token
        Of this one time.
    """

    pid: int
    host: str
    token: str

    @classmethod
    def me(cls) -> Holder:
        """This process, this time."""
        return cls(os.getpid(), socket.gethostname(), secrets.token_hex(8))

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}"


class Held:
    """A lock that is held.

    Parameters
    ----------
    path
        The file.
    holder
        Who holds it.
    """

    def __init__(self, path: Path, holder: Holder) -> None:
        self._path, self._holder = path, holder

    def confirm(self) -> None:
        """Make sure that the lock was not taken over meanwhile.

        Raises
        ------
        StudyError
            When it was, after this process had been stopped for longer than the lease, or when
            the folder was removed.
        """
        now, place = _holder(self._path), self._path.parent.parent
        if now is None:
            raise StudyError((f"{place}: was removed while it was written",))
        if now.token != self._holder.token:
            text = f"{place}: this process gave no sign of life, and {now} writes there now"
            raise StudyError((f"{text}; call the command again",))


@contextmanager
def locked(folder: Path) -> Iterator[Held]:
    """Hold the lock of a folder.

    Parameters
    ----------
    folder
        Where the lock's file is; made when it is not there.

    Raises
    ------
    StudyError
        When another process holds it: which, and where.
    """
    make_folder(folder)
    path, me = folder / LOCK, Holder.me()
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
    try:
        _refuse_a_living_one(folder, path, me, _flock(handle))
        _write(handle, me)
        ended = threading.Event()
        beat = threading.Thread(target=_live, args=(path, ended), daemon=True)
        beat.start()
        try:
            yield Held(path, me)
        finally:
            ended.set()
            beat.join()
            found = _holder(path)
            if found is not None and found.token == me.token:
                os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _flock(handle: int) -> bool | None:
    """Take the lock of the operating system: whether it was free; None where there is none."""
    if sys.platform == "win32":
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        if error.errno in _NO_FLOCK:
            return None
        raise
    return True


def _refuse_a_living_one(folder: Path, path: Path, me: Holder, free: bool | None) -> None:
    """Refuse when the lock is held, or the file names a writer elsewhere that may be alive."""
    found = _holder(path)
    if free is False:
        raise _refusal(folder, found, "")
    if found is None or (found.host == me.host and (free or not _alive(found.pid))):
        return
    silence = max(_now(folder) - path.stat().st_mtime, 0.0)
    if silence < LEASE:
        wait = f"; if it was killed, wait {LEASE - silence:.0f} s"
        raise _refusal(folder, found, f", last sign of life {silence:.0f} s ago{wait}")


def _alive(pid: int) -> bool:
    """Whether a process of this machine may be alive."""
    if os.name == "nt":
        return True  # there, asking would end it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _refusal(folder: Path, holder: Holder | None, more: str) -> StudyError:
    who = "another process" if holder is None else str(holder)
    return StudyError((f"{folder.parent}: is being written by {who}{more}",))


def _now(folder: Path) -> float:
    """The time by the clock that stamps files in a folder, which may be a server's."""
    probe = folder / f".time.{secrets.token_hex(8)}.partial"
    handle = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        return os.fstat(handle).st_mtime
    finally:
        os.close(handle)
        probe.unlink()


def _holder(path: Path) -> Holder | None:
    """Who is named in the file; None when it is empty or no lock can be read."""
    try:
        found = json.loads(path.read_bytes())
        return Holder(int(found["pid"]), str(found["host"]), str(found["token"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _write(handle: int, holder: Holder) -> None:
    text = json.dumps({"pid": holder.pid, "host": holder.host, "token": holder.token})
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, text.encode())
    os.fsync(handle)


def _live(path: Path, ended: threading.Event) -> None:
    while not ended.wait(BEAT):
        try:
            os.utime(path)
        except OSError:
            return  # the folder is gone or cannot be reached; the next write says so
