"""One writer at a time: who holds the lock is said, and a lock never outlives its holder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desim.study import lock
from desim.study.lock import LOCK, locked
from desim.study.question import StudyError

HOLD = """
import sys, time
from pathlib import Path
from desim.study.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holding(folder: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLD, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def write(folder: Path, host: str, pid: int = 99, age: float = 0.0) -> None:
    """A lock file as another process leaves it."""
    folder.mkdir(exist_ok=True)
    path = folder / LOCK
    path.write_text(json.dumps({"pid": pid, "host": host, "token": "other"}))
    os.utime(path, (time.time() - age,) * 2)


def test_a_second_writer_is_refused_by_pid_and_host_until_the_first_is_gone(tmp_path: Path) -> None:
    first = holding(tmp_path / "chunks")
    try:
        said = rf"is being written by process {first.pid} on {lock.socket.gethostname()}"
        with pytest.raises(StudyError, match=said), locked(tmp_path / "chunks"):
            pass
    finally:
        first.kill()
        first.wait()
    with locked(tmp_path / "chunks"):
        pass


def test_the_lock_can_be_taken_again_and_leaves_nobody_named(tmp_path: Path) -> None:
    for _ in range(2):
        with locked(tmp_path) as held:
            held.confirm()
    assert (tmp_path / LOCK).read_bytes() == b""


def test_a_writer_on_another_machine_is_refused_while_it_gives_signs_of_life(
    tmp_path: Path,
) -> None:
    """As on a file system that passes no locks on between machines."""
    write(tmp_path / "chunks", "another", age=12.0)
    said = r"process 99 on another, last sign of life 1\d s ago; if it was killed, wait 4\d s"
    with pytest.raises(StudyError, match=said), locked(tmp_path / "chunks"):
        pass
    write(tmp_path / "chunks", "another", age=lock.LEASE + 1.0)
    with locked(tmp_path / "chunks"):
        pass


def test_without_locks_of_the_system_a_dead_process_of_this_machine_is_no_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_flock", lambda handle: None)
    here = lock.socket.gethostname()
    write(tmp_path / "chunks", here, pid=os.getpid())
    with pytest.raises(StudyError, match="is being written"), locked(tmp_path / "chunks"):
        pass
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    write(tmp_path / "chunks", here, pid=ended.pid)
    with locked(tmp_path / "chunks"):
        pass


def test_a_holder_gives_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "BEAT", 0.01)
    with locked(tmp_path):
        os.utime(tmp_path / LOCK, (0.0, 0.0))
        deadline = time.monotonic() + 20.0
        while (tmp_path / LOCK).stat().st_mtime == 0.0:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_holder_notices_that_another_took_over(tmp_path: Path) -> None:
    """As when it was stopped for longer than the lease, on a machine without common locks."""
    with locked(tmp_path / "chunks") as held:
        write(tmp_path / "chunks", "another")
        with pytest.raises(StudyError, match="process 99 on another writes there now"):
            held.confirm()
    assert json.loads((tmp_path / "chunks" / LOCK).read_text())["host"] == "another"


def test_garbage_in_the_file_is_nobody(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_bytes(b"\xff[[[")
    with locked(tmp_path):
        pass
