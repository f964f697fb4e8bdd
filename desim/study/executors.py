"""Where chunks are played: in this process or in others here (on a cluster: see `cluster`).

All have the shape of `concurrent.futures`: chunks go in, futures come out.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from desim.study.processors import usable
from desim.study.work import Chunk, Played, perform
from desim.study.worker_process import Slow, WorkerProcesses

EXECUTORS = ("serial", "processes", "dask")


class Workers(Protocol):
    """What plays chunks.

    Parameters
    ----------
    name
        One of `EXECUTORS`.
    """

    name: str

    @property
    def count(self) -> int:
        """How many chunks are played at the same time now."""

    def submit(self, chunk: Chunk) -> Future[Played]:
        """Have a chunk played; the future raises what `desim.study.failures` says."""

    def attend(self) -> tuple[str, ...]:
        """Look after those who play, every second or so; gives what is to be said."""

    def slowest(self) -> Slow | None:
        """The run that has been played for the longest, as far as that is known."""

    def stop(self, *, now: bool) -> None:
        """Let nothing go on; with `now`, not even chunks that are being played."""


class Serial:
    """This process plays.

    Nothing stands between a run and this process: one that ends its process ends the study, and
    one that never ends is not ended. Local processes can do both.
    """

    name = "serial"
    count = 1

    def submit(self, chunk: Chunk) -> Future[Played]:
        """Play a chunk at once."""
        future: Future[Played] = Future()
        future.set_result(perform(chunk))
        return future

    def attend(self) -> tuple[str, ...]:
        """There is nobody to look after."""
        return ()

    def slowest(self) -> Slow | None:
        """Nothing is being played while this process asks."""
        return None

    def stop(self, *, now: bool) -> None:
        """There is nothing to stop."""


class Processes:
    """Local processes, each with a thread here that waits for it.

    Parameters
    ----------
    count
        How many.
    limit
        Seconds that a run may take; None for as long as it likes.
    """

    name = "processes"

    def __init__(self, count: int, limit: float | None = None) -> None:
        self.count, self._limit = count, limit
        self._threads: ThreadPoolExecutor | None = None
        self._processes = WorkerProcesses(limit)

    def submit(self, chunk: Chunk) -> Future[Played]:
        """Have a process play a chunk; processes start with the first chunks."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.count)
            self._processes = WorkerProcesses(self._limit)
        return self._threads.submit(self._processes.play, chunk)

    def attend(self) -> tuple[str, ...]:
        """Processes that end are replaced with the next chunk, so there is nothing to do."""
        return ()

    def slowest(self) -> Slow | None:
        """The run that has been played for the longest."""
        return self._processes.slowest()

    def stop(self, *, now: bool) -> None:
        """End the processes; with `now` in the middle of what they play."""
        if self._threads is None:
            return
        self._threads.shutdown(wait=not now, cancel_futures=True)
        self._processes.stop(now=now)
        self._threads = None


class Lasting:
    """Workers that stay between studies: batch after batch need not start them again.

    Parameters
    ----------
    workers
        Who plays.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self.name = workers.name

    @property
    def count(self) -> int:
        """How many chunks are played at the same time now."""
        return self._workers.count

    def submit(self, chunk: Chunk) -> Future[Played]:
        """Have a chunk played."""
        return self._workers.submit(chunk)

    def attend(self) -> tuple[str, ...]:
        """Look after those who play."""
        return self._workers.attend()

    def slowest(self) -> Slow | None:
        """The run that has been played for the longest."""
        return self._workers.slowest()

    def stop(self, *, now: bool) -> None:
        """End only what goes wrong; `end` ends what is finished."""
        if now:
            self._workers.stop(now=True)

    def end(self) -> None:
        """Let the workers go."""
        self._workers.stop(now=False)


def local(count: int | None = None, limit: float | None = None) -> Workers:
    """Local workers: as many processes as this one may use processors, or as are wanted.

    Parameters
    ----------
    count
        How many; one is this process itself, where a run has no time limit.
    limit
        Seconds that a run may take; None for as long as it likes.
    """
    processes = count or usable()
    return Serial() if processes == 1 and limit is None else Processes(processes, limit)
