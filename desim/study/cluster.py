"""Chunks played on a Dask cluster; Dask is an optional extra, so only `cli` imports this.

Workers are not believed: only those whose installation is the same as here are given chunks.
Workers come and go, and so does the scheduler; chunks that they had are given out again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any
from uuid import uuid4

import distributed

from desim.study.cluster_call import Call, Tls, connecting
from desim.study.cluster_worker import Order, describe, let_go, play_here
from desim.study.duration import duration
from desim.study.error_text import first_line, text_of
from desim.study.failures import NobodyPlays, WorkerDied, WorkerRefused
from desim.study.installation import differences, installation
from desim.study.question import StudyError
from desim.study.work import Chunk, Played
from desim.study.worker_process import Slow

PATIENCE = 30.0
"""Seconds: how long a cluster may take to answer and to show its first worker."""
RETURN = 300.0
"""Seconds: how long a scheduler or the last worker may be gone, when nothing else is said."""
SETTLE = 5.0
"""Seconds: how long others may take to come when all workers that are there are refused."""
LOOK, LEAVE = 1.0, 5.0
"""Seconds between two looks, and for leaving."""
TOGETHER = 8
"""Workers that are asked together what they are."""
TRIES = 10
"""How often a chunk is given out again because a connection broke."""


@dataclass(eq=False)
class _Task:
    """A chunk that was given out: the future here and the one of the cluster."""

    chunk: Chunk
    outer: Future[Played]
    inner: Future[Played] | None = None
    workers: frozenset[str] = frozenset()
    tries: int = 0


class Cluster:
    """A Dask cluster that somebody has started.

    Parameters
    ----------
    scheduler
        Its address, such as ``tcp://10.0.0.1:8786``.
    limit
        Seconds that a run may take; None for as long as it likes.
    patience
        Seconds that the scheduler or the last worker may be gone before it is given up.
    tls
        Files for an address that begins with ``tls://``.

    Raises
    ------
    StudyError
        When nobody answers at the address, no worker is there, or all differ from this process.
    """

    name = "dask"

    def __init__(
        self, scheduler: str, limit: float | None = None, patience: float = RETURN,
        tls: Tls | None = None,
    ) -> None:  # fmt: skip
        self._address, self._limit, self._patience, self._tls = scheduler, limit, patience, tls
        self._owner, self._wanted = uuid4().hex, dict(installation())
        self._open: dict[Future[Played], _Task] = {}
        self._same: set[str] = set()
        self._refused: dict[str, str] = {}
        self._asked: list[tuple[frozenset[str], Call]] = []
        self._call: Call | None = None
        self._threads: dict[str, int] = {}
        self._executor: Executor | None = None
        self._notes: list[str] = []
        self._heard: SimpleQueue[WorkerRefused] = SimpleQueue()
        self._gone: float | None = None
        self._next_look = 0.0
        self._client: Any = None
        try:
            self._client = self._connecting().wait()
            self._wait_for_workers()
        except (OSError, StudyError) as error:
            self._drop()
            if isinstance(error, StudyError):
                raise
            text = f"--scheduler {scheduler}: no cluster with a worker there: {_said(error)}"
            raise StudyError((text,)) from error

    def _connecting(self) -> Call:
        return connecting(self._address, self._tls, PATIENCE)

    def _wait_for_workers(self) -> None:
        began = time.monotonic()
        while True:
            self._see_workers()
            waited = time.monotonic() - began
            if self._threads:
                return
            if self._refused and not self._asked and waited > SETTLE:
                raise StudyError(tuple(self._refusals(self._refused)))
            if waited > PATIENCE:
                raise TimeoutError(f"no worker within {PATIENCE:g} s")
            time.sleep(LOOK / 5)

    @property
    def count(self) -> int:
        """How many chunks the workers that are there now play at the same time."""
        return sum(self._threads.values())

    def submit(self, chunk: Chunk) -> Future[Played]:
        """Have the cluster play a chunk; when a worker is lost, another one plays it."""
        outer: Future[Played] = Future()
        self._open[outer] = _Task(chunk, outer)
        self._hand_out()
        return outer

    def slowest(self) -> Slow | None:
        """Workers do not say what they are at."""
        return None

    def attend(self) -> tuple[str, ...]:
        """See who is there, and give out again what was lost with those who are not.

        Raises
        ------
        NobodyPlays
            When the scheduler or all workers have been gone for too long.
        StudyError
            When all workers that are there differ from this process.
        """
        while not self._heard.empty():
            self._refuse(self._heard.get())
        if time.monotonic() >= self._next_look:
            try:
                if self._client is None:
                    self._client = self._answer(self._connecting)
                else:
                    self._see_workers()
            except OSError as error:
                self._lose(error)
            self._next_look = time.monotonic() + LOOK
            self._give_up()
        self._hand_out()
        notes, self._notes = self._notes, []
        return tuple(notes)

    # who is there

    def _answer(self, ask: Callable[[], Call]) -> Any:
        """What a call gives that is made when none is under way; None while it gives nothing."""
        if self._call is None:
            self._call = ask()
        if not self._call.ended:
            return None
        call, self._call = self._call, None
        return call.result()

    def _see_workers(self) -> None:
        client = self._client
        if client.status != "running":
            raise ConnectionError("the connection is closed")
        there = self._answer(lambda: Call(PATIENCE, client.nthreads))
        if there is None:
            return
        self._ask(there)
        threads = {address: count for address, count in there.items() if address in self._same}
        if threads != self._threads:
            self._threads = threads
            self._executor = client.get_executor(pure=False, retries=0, workers=sorted(threads))
        self._refused = {each: why for each, why in self._refused.items() if each in there}

    def _ask(self, there: Iterable[str]) -> None:
        """Ask those who are new what they are; take what those asked earlier have answered."""
        under_way = {address for addresses, _ in self._asked for address in addresses}
        new = sorted(set(there) - self._same - set(self._refused) - under_way)
        for first in range(0, len(new), TOGETHER):
            some = new[first : first + TOGETHER]
            call = Call(PATIENCE, self._client.run, describe, workers=some, on_error="return")
            self._asked.append((frozenset(some), call))
        ended = [call for _, call in self._asked if call.ended]
        self._asked = [(some, call) for some, call in self._asked if call not in ended]
        for call in ended:
            with suppress(OSError):  # those who are still there are asked again
                for address, its in call.result().items():
                    self._judge(address, its)

    def _judge(self, address: str, its: Any) -> None:
        if isinstance(its, Mapping):
            why = "; ".join(differences(its, self._wanted))
        else:
            why = first_line(text_of(its)) if isinstance(its, BaseException) else repr(its)
        if why:
            self._refuse(WorkerRefused(why, address))
        else:
            self._same.add(address)

    def _refuse(self, refused: WorkerRefused) -> None:
        if refused.who not in self._refused:
            self._refused[refused.who] = refused.why
            self._notes.append(str(refused))
        self._same.discard(refused.who)
        self._next_look = 0.0

    def _refusals(self, refused: Mapping[str, str]) -> Iterable[str]:
        return (str(WorkerRefused(why, address)) for address, why in sorted(refused.items()))

    # who is gone

    def _lose(self, error: OSError) -> None:
        if self._client is not None:
            self._notes.append(
                f"the scheduler at {self._address} is gone ({_said(error)}); waiting for it, "
                f"at most {duration(self._patience)}"
            )
        self._drop()

    def _drop(self) -> None:
        """Forget the connection and all that came with it."""
        client, self._client, self._executor = self._client, None, None
        self._threads, self._same, self._refused, self._asked = {}, set(), {}, []
        self._call = None
        for task in list(self._open.values()):
            task.inner = None
        if client is not None:
            Call(LEAVE, client.close, LEAVE)

    def _give_up(self) -> None:
        now = time.monotonic()
        if self._threads:
            if self._gone is not None:
                self._notes.append(f"runs are played again, {self.count} chunks at a time")
            self._gone = None
            return
        if self._gone is None:
            self._gone = now
            if self._client is not None:
                text = f"no worker is there; waiting for one, at most {duration(self._patience)}"
                self._notes.append(text)
        if self._refused and not self._asked and now - self._gone > SETTLE:
            raise StudyError(tuple(self._refusals(self._refused)))
        if now - self._gone > self._patience:
            what = "no worker came" if self._client is not None else "it did not come back"
            raise NobodyPlays(
                f"the scheduler at {self._address}: {what} within {duration(self._patience)}; "
                "finished runs are kept, the same command goes on"
            )

    # what they play

    def _hand_out(self) -> None:
        """Give out chunks that nobody has, or that only workers have who are gone."""
        there = frozenset(self._threads)
        if self._executor is None or not there:
            return
        for task in list(self._open.values()):
            if task.inner is None or not task.workers & there:
                self._give(task, there)

    def _give(self, task: _Task, workers: frozenset[str]) -> None:
        assert self._executor is not None
        if task.inner is not None:
            task.inner.cancel()
        order = Order(task.chunk, self._owner, self._wanted, self._limit)
        try:
            inner = self._executor.submit(play_here, order)
        except RuntimeError:
            return  # the connection was closed just now, which the next look sees
        task.inner, task.workers = inner, workers
        inner.add_done_callback(lambda done: self._end(task, done))

    def _end(self, task: _Task, done: Future[Played]) -> None:
        """Take what came of a chunk, in a thread of Dask."""
        if task.inner is not done:
            return  # it was given out again meanwhile
        if done.cancelled():
            task.inner = None
            self._next_look = 0.0
            return
        error = done.exception()
        if isinstance(error, WorkerRefused):
            self._heard.put(error)
            task.inner = None
            return
        if isinstance(error, OSError) and task.tries < TRIES:
            task.tries += 1
            task.inner = None
            return
        self._open.pop(task.outer, None)
        if error is None:
            task.outer.set_result(done.result())
        elif isinstance(error, WorkerDied):
            task.outer.set_exception(error)
        elif isinstance(error, distributed.KilledWorker):
            task.outer.set_exception(WorkerDied("the workers of the cluster that played it died"))
        else:
            text = f"the cluster could not play a chunk: {first_line(text_of(error))}"
            task.outer.set_exception(NobodyPlays(text))

    def stop(self, *, now: bool) -> None:
        """Take back what is not finished and leave the cluster; it goes on for others."""
        client, workers = self._client, list(self._threads)
        if client is None:
            return
        for task in list(self._open.values()):
            inner, task.inner = task.inner, None
            if inner is not None:
                inner.cancel()
        self._open.clear()
        if workers:
            with suppress(OSError):  # the study is over, and the cluster is not ours
                Call(
                    LEAVE, client.run, let_go, self._owner, workers=workers, on_error="return"
                ).wait()
        with suppress(OSError):
            Call(LEAVE, client.close, LEAVE).wait()
        self._client = None


def _said(error: OSError) -> str:
    return first_line(str(error))
