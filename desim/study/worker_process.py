"""Processes of this machine that play chunks, so that no run can harm who runs the study.

Each plays one chunk at a time, so it is known what a process was doing when it ended, and which
run it is at. A run that takes too long is ended with its process.
"""

from __future__ import annotations

import mmap
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.spawn import get_executable
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from desim.study.failures import NobodyPlays, WorkerDied, WorkerRefused
from desim.study.installation import Installation, differences, installation
from desim.study.work import Chunk, Played
from desim.study.worker import LEAVE, NOT_BEGUN, PLACE

TICK = 0.2
"""Seconds between two looks at what a process is doing."""
STARTING = 300.0
"""Seconds that a process may take to start on a machine that is busy."""


@dataclass(frozen=True, slots=True)
class Slow:
    """A run that is being played.

    Parameters
    ----------
    run, point, replication
        Its name, its point and which replication it is.
    seconds
        For how long it has been played.
    """

    run: str
    point: int
    replication: int
    seconds: float


class _Process:
    """One process, from its start to its end."""

    def __init__(self, limit: float | None) -> None:
        self._limit = limit
        self._chunk: Chunk | None = None
        self._place, self._since = NOT_BEGUN, 0.0
        file, path = tempfile.mkstemp(prefix="desim-")
        with os.fdopen(file, "w+b") as places:
            places.write(PLACE.pack(NOT_BEGUN))
            places.flush()
            self._memory = mmap.mmap(places.fileno(), PLACE.size)
        # not `multiprocessing`: that runs the main program of who uses desim once more, and Dask
        # starts its workers in a way that forbids it
        code = f"import sys; sys.path[:] = {sys.path!r}; import desim.study.worker as w; w.main()"
        command = [os.fsdecode(get_executable()), "-c", code, path]
        try:
            with _deaf_children():
                self._process = subprocess.Popen(
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            self._answers: SimpleQueue[Any] = SimpleQueue()
            Thread(target=self._listen, daemon=True).start()
            self.installation: Installation = self._hello()
        finally:
            Path(path).unlink(missing_ok=True)

    def _listen(self) -> None:
        """Take answers; None comes last, when the process has ended."""
        assert self._process.stdout is not None
        try:
            with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
                while True:
                    self._answers.put(pickle.load(self._process.stdout))
        finally:
            self._answers.put(None)

    def _hello(self) -> Installation:
        try:
            found = self._answers.get(timeout=STARTING)
        except Empty:
            found = None
        if found is None:
            self.end(now=True)
            raise NobodyPlays(f"a worker process cannot start: {self._how_it_ended()}")
        return dict(found)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def play(self, chunk: Chunk) -> Played:
        """Have a chunk played.

        Raises
        ------
        WorkerDied
            When the process ends, or has to be ended, before the chunk is played.
        WorkerRefused
            When the case or a plug-in is another one there.
        """
        self._memory[:] = PLACE.pack(NOT_BEGUN)
        self._place, self._since, self._chunk = NOT_BEGUN, time.monotonic(), chunk
        assert self._process.stdin is not None
        try:
            with suppress(OSError):  # it has ended: None comes as the answer
                pickle.dump(chunk, self._process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
                self._process.stdin.flush()
            kind, content = self._answer()
        finally:
            self._chunk = None
        if kind == "refused":
            raise WorkerRefused(content)
        if kind == "lost":
            raise WorkerDied(content)
        played: Played = content
        return played

    def _answer(self) -> tuple[str, Any]:
        while True:
            try:
                answer = self._answers.get(timeout=TICK)
            except Empty:
                self._look()
                if self.alive:
                    continue
                answer = self._last_answer()
            if answer is None:
                self._look()
                raise WorkerDied(f"its worker process ended: {self._how_it_ended()}", self._suspect)
            kind, content = answer
            return kind, content

    def _last_answer(self) -> Any:
        """What came before the end; a child of the process can keep the pipe open after it."""
        try:
            return self._answers.get(timeout=1.0)
        except Empty:
            return None

    def _look(self) -> None:
        """See which run is being played, and end the process when it takes too long."""
        (place,) = PLACE.unpack(self._memory[:])
        if place != self._place:
            self._place, self._since = place, time.monotonic()
        suspect = self._suspect
        if self._limit is None or suspect is None:
            return
        if time.monotonic() - self._since > self._limit:
            self.end(now=True)
            text = f"not finished after {self._limit:g} s, the time limit of a run"
            raise WorkerDied(text, suspect, True)

    @property
    def _suspect(self) -> int | None:
        chunk = self._chunk
        return self._place if chunk and 0 <= self._place < len(chunk.names) else None

    @property
    def slow(self) -> Slow | None:
        """What is being played; None between two chunks."""
        chunk, suspect = self._chunk, self._suspect
        if chunk is None or suspect is None:
            return None
        run, point, replication = chunk.run(suspect)
        return Slow(run, point, replication, time.monotonic() - self._since)

    def _how_it_ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(TICK)
        code = self._process.returncode
        if code is None or code >= 0:
            return f"exit code {code}"
        with suppress(ValueError):
            name = signal.Signals(-code).name
            return f"{name} (is there enough memory?)" if name == "SIGKILL" else name
        return f"signal {-code}"

    def leave(self, *, now: bool) -> None:
        """Ask the process to end; with `now` make it."""
        if now:
            self._process.kill()
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def end(self, *, now: bool) -> None:
        """See to it that the process ends; with `now` in the middle of what it plays."""
        self.leave(now=now)
        try:
            self._process.wait(LEAVE + 1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class WorkerProcesses:
    """Starts processes as they are needed, and keeps those that are idle for the next chunk.

    Parameters
    ----------
    wanted
        What they must be; this process's own when not given.
    limit
        Seconds that a run may take; None for as long as it likes.
    """

    def __init__(self, limit: float | None = None, wanted: Installation | None = None) -> None:
        self._limit, self._wanted = limit, wanted
        self._lock = Lock()
        self._idle: list[_Process] = []
        self._busy: list[_Process] = []
        self._stopped = False

    def play(self, chunk: Chunk) -> Played:
        """Have a chunk played, in the calling thread.

        Raises
        ------
        WorkerDied, WorkerRefused
            As of a single process; the next chunk goes to a new one.
        NobodyPlays
            When no process can be started, or all have been stopped.
        """
        process = self._take()
        try:
            played = process.play(chunk)
        except BaseException:
            with self._lock:
                self._busy.remove(process)
            process.end(now=True)
            raise
        with self._lock:
            self._busy.remove(process)
            self._idle.append(process)
        return played

    def _take(self) -> _Process:
        with self._lock:
            while self._idle and not self._stopped:
                process = self._idle.pop()
                if process.alive:
                    self._busy.append(process)
                    return process
        process = self._started()
        with self._lock:
            if not self._stopped:
                self._busy.append(process)
                return process
        process.end(now=True)
        raise NobodyPlays("the workers were stopped")

    def _started(self) -> _Process:
        try:
            process = _Process(self._limit)
        except OSError as error:
            raise NobodyPlays(f"a worker process cannot start: {error}") from error
        different = differences(process.installation, self._wanted or installation())
        if different:
            process.end(now=True)
            raise WorkerRefused("; ".join(different))
        return process

    def slowest(self) -> Slow | None:
        """The run that has been played for the longest; None when nothing is being played."""
        with self._lock:
            runs = [slow for process in self._busy if (slow := process.slow) is not None]
        return max(runs, key=lambda run: run.seconds, default=None)

    def stop(self, *, now: bool) -> None:
        """End all processes; with `now` in the middle of what they play."""
        with self._lock:
            self._stopped = True
            processes = [*self._idle, *self._busy]
            self._idle.clear()
        for process in processes:
            process.leave(now=now)
        for process in processes:
            process.end(now=now)


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Processes started here never hear Ctrl-C, from their first moment on.

    They inherit the mask; what comes meanwhile reaches the parent when it is lifted.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
