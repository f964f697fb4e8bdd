"""Where chunks are played: in this process or on all cores (on a cluster: see `cluster`).

All have the shape of `concurrent.futures`: chunks go in, futures come out.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from threading import Thread
from typing import Any, Protocol

from desim.study.work import Chunk, Played, perform

EXECUTORS = ("serial", "processes", "dask")


class Workers(Protocol):
    """What plays chunks.

    Parameters
    ----------
    name
        One of `EXECUTORS`.
    count
        How many chunks are played at the same time.
    """

    name: str
    count: int

    def submit(self, chunk: Chunk) -> Future[Played]:
        """Have a chunk played."""

    def restart(self) -> None:
        """Start anew after a worker has died; what was under way must be submitted again."""

    def stop(self, *, now: bool) -> None:
        """Let nothing go on; with `now`, not even chunks that are being played."""


class Serial:
    """This process plays."""

    name = "serial"
    count = 1

    def submit(self, chunk: Chunk) -> Future[Played]:
        """Play a chunk at once."""
        future: Future[Played] = Future()
        future.set_result(perform(chunk))
        return future

    def restart(self) -> None:
        """There is nothing that can die."""

    def stop(self, *, now: bool) -> None:
        """There is nothing to stop."""


class Processes:
    """Local processes, started afresh (spawn): the same on every system, and no fork of threads.

    Parameters
    ----------
    count
        How many.
    """

    name = "processes"

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, chunk: Chunk) -> Future[Played]:
        """Have a worker play a chunk; the first starts the processes."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.count, context, initializer=_begin)
        try:
            with _deaf_children():
                return self._pool.submit(perform, chunk)
        except BrokenExecutor as error:
            # as if it had been submitted a moment earlier
            failed: Future[Played] = Future()
            failed.set_exception(error)
            return failed

    def restart(self) -> None:
        """End all processes; the next chunk starts new ones."""
        self.stop(now=True)

    def stop(self, *, now: bool) -> None:
        """End the processes; with `now` in the middle of what they play."""
        if self._pool is None:
            return
        if now:
            for process in multiprocessing.active_children():
                process.terminate()
        self._pool.shutdown(wait=not now, cancel_futures=True)
        self._pool = None


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


def _begin() -> None:
    """Prepare a worker: Ctrl-C is the parent's affair, and nobody outlives the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


class Lasting:
    """Workers that stay between studies: batch after batch need not start processes again.

    Parameters
    ----------
    workers
        Who plays.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self.name, self.count = workers.name, workers.count

    def submit(self, chunk: Chunk) -> Future[Played]:
        """Have a chunk played."""
        return self._workers.submit(chunk)

    def restart(self) -> None:
        """Start anew after a worker has died."""
        self._workers.restart()

    def stop(self, *, now: bool) -> None:
        """End only what goes wrong; `end` ends what is finished."""
        if now:
            self._workers.stop(now=True)

    def end(self) -> None:
        """Let the workers go."""
        self._workers.stop(now=False)


def local(count: int | None = None) -> Workers:
    """Local workers: processes on all cores, or as many as are wanted; one is this process."""
    processes = count or os.cpu_count() or 1
    return Serial() if processes == 1 else Processes(processes)
