"""Give chunks to workers and take what they played, holding only a few chunks at a time."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager

from desim.study.deaths import Deaths
from desim.study.duration import duration
from desim.study.executors import Workers
from desim.study.failures import WorkerDied, WorkerRefused
from desim.study.interrupts import heed_interrupts
from desim.study.question import StudyError
from desim.study.work import Chunk, Frame, Played, PointRuns

AIM = 1.0
"""Seconds that a chunk should take: what is lost when something is killed."""
FIRST = 2
LARGEST = 2000
AHEAD = 2
"""Chunks that wait beside each that is played."""
TICK = 0.5
"""Seconds between two looks at those who play."""
SHOW_AFTER, SAY_AFTER = 5.0, 60.0
"""Seconds of one run after which it is shown beside progress, and said once."""


class Chunks:
    """Cuts runs into chunks of about `AIM` seconds, as measured so far.

    Parameters
    ----------
    frame
        What the runs have in common.
    runs
        Runs, one point after another.
    """

    def __init__(self, frame: Frame, runs: Iterator[PointRuns]) -> None:
        self._frame, self._runs = frame, runs
        self._left: PointRuns | None = None
        self._per_run = AIM / FIRST

    def measure(self, played: Played) -> None:
        """Learn from a chunk how long a run takes; the latest count most."""
        each = played.seconds / max(1, len(played.runs))
        self._per_run += 0.3 * (each - self._per_run)

    def next(self) -> Chunk | None:
        """The next chunk; None when all runs are given out."""
        wanted = max(1, min(LARGEST, round(AIM / max(self._per_run, 1e-6))))
        points: list[PointRuns] = []
        while wanted > 0:
            each = self._left if self._left is not None else next(self._runs, None)
            if each is None:
                break
            first, self._left = each.cut(wanted)
            points.append(first)
            wanted -= len(first.names)
        return Chunk(self._frame, tuple(points)) if points else None


def _ignore(text: str) -> None:
    return None


class Dispatch:
    """Has chunks played and takes what comes of them, in the thread that calls it.

    Parameters
    ----------
    workers
        Who plays.
    take
        Called with what came of each chunk.
    say
        Told in words what happens to those who play.
    show
        Told which run has been played for long, or nothing any more; to show beside progress.
    """

    def __init__(
        self, workers: Workers, take: Callable[[Played], None],
        say: Callable[[str], None] = _ignore, show: Callable[[str], None] = _ignore,
    ) -> None:  # fmt: skip
        self._workers, self._take, self._say, self._show = workers, take, say, show
        self._deaths = Deaths()
        self._under_way: dict[Future[Played], Chunk] = {}
        self._again: deque[Chunk] = deque()
        self._next_look = 0.0
        self._said: set[str] = set()

    def play(self, chunk: Chunk) -> list[Played]:
        """Have one chunk played now; gives what workers played of it, in parts if one died."""
        found: list[Played] = []
        self._again.append(chunk)
        self._until_empty(lambda: None, found.append)
        return found

    def play_all(self, chunks: Chunks) -> None:
        """Have all chunks played, a few at a time."""
        self._until_empty(chunks.next, chunks.measure)

    def _until_empty(
        self, more: Callable[[], Chunk | None], learn: Callable[[Played], None]
    ) -> None:
        while True:
            heed_interrupts()
            self._fill(more)
            if not self._under_way:
                return
            done, _ = wait(self._under_way, timeout=TICK, return_when=FIRST_COMPLETED)
            for future in done:
                self._end(future, learn)
            self._look()

    def _fill(self, more: Callable[[], Chunk | None]) -> None:
        count = max(1, self._workers.count)
        most = 1 if count == 1 else count * (1 + AHEAD)
        while len(self._under_way) < most:
            chunk = self._again.popleft() if self._again else more()
            if chunk is None:
                return
            self._under_way[self._workers.submit(chunk)] = chunk

    def _end(self, future: Future[Played], learn: Callable[[Played], None]) -> None:
        chunk = self._under_way.pop(future)
        try:
            played = future.result()
        except WorkerRefused as refused:
            text = f"a worker process would not play the same runs: {refused}"
            raise StudyError((text,)) from refused
        except WorkerDied as death:
            again, condemned = self._deaths.cut(chunk, death)
            self._again.extend(again)
            if condemned is None:
                return
            played = condemned
        else:
            learn(played)
        self._take(played)

    def _look(self) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + TICK
        for text in self._workers.attend():
            self._say(text)
        slow = self._workers.slowest()
        if slow is None or slow.seconds < SHOW_AFTER:
            self._show("")
            return
        self._show(f"run {slow.run[:12]} for {duration(round(slow.seconds))}")
        if slow.seconds > SAY_AFTER and slow.run not in self._said:
            self._said.add(slow.run)
            self._say(
                f"run {slow.run} (point {slow.point}, replication {slow.replication}) has been "
                f"played for a minute; --time-limit ends runs that take too long"
            )


@contextmanager
def ended(workers: Workers) -> Iterator[None]:
    """End workers when all is played; when it goes wrong or somebody interrupts, at once."""
    try:
        yield
    except BaseException:
        workers.stop(now=True)
        raise
    workers.stop(now=False)
