"""Give chunks to workers and take what they played, holding only a few chunks at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait

from desim.study.executors import Workers
from desim.study.interrupts import heed_interrupts
from desim.study.question import StudyError
from desim.study.work import Chunk, Frame, Played, PointRuns

AIM = 1.0
"""Seconds that a chunk should take: what is lost when something is killed."""
FIRST = 2
LARGEST = 2000
AHEAD = 2
"""Chunks that wait beside each that is played."""
RESTARTS = 3


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


def play_all(chunks: Chunks, workers: Workers, take: Callable[[Played], None]) -> None:
    """Have all chunks played.

    Parameters
    ----------
    chunks
        Where they come from.
    workers
        Who plays them; they are stopped at the end, and at once when anything goes wrong or
        somebody interrupts.
    take
        Called with what came of each chunk, in this thread.

    Raises
    ------
    StudyError
        When local workers die again and again.
    """
    under_way: dict[Future[Played], Chunk] = {}
    restarts = 0
    try:
        while True:
            heed_interrupts()
            _fill(chunks, workers, under_way)
            if not under_way:
                break
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            broken = _take_all(done, under_way, chunks, take)
            if broken:
                restarts += 1
                if restarts > RESTARTS:
                    text = f"worker processes died {restarts} times; is there enough memory?"
                    raise StudyError((text,))
                again = [*broken, *under_way.values()]
                workers.restart()
                under_way.clear()
                under_way.update({workers.submit(chunk): chunk for chunk in again})
    except BaseException:
        workers.stop(now=True)
        raise
    workers.stop(now=False)


def _fill(chunks: Chunks, workers: Workers, under_way: dict[Future[Played], Chunk]) -> None:
    most = 1 if workers.count == 1 else workers.count * (1 + AHEAD)
    while len(under_way) < most:
        chunk = chunks.next()
        if chunk is None:
            return
        under_way[workers.submit(chunk)] = chunk


def _take_all(
    done: set[Future[Played]],
    under_way: dict[Future[Played], Chunk],
    chunks: Chunks,
    take: Callable[[Played], None],
) -> list[Chunk]:
    """Take what is done; the chunks whose worker died are given back."""
    broken = []
    for future in done:
        chunk = under_way.pop(future)
        try:
            played = future.result()
        except BrokenExecutor:
            broken.append(chunk)
            continue
        chunks.measure(played)
        take(played)
    return broken
