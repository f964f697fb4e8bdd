"""Giving out chunks: what is said of runs that take long."""

from __future__ import annotations

from concurrent.futures import Future

import pandas as pd
import pytest

from desim.study import dispatch
from desim.study.dispatch import Dispatch
from desim.study.work import Chunk, Frame, Played, PointRuns
from desim.study.worker_process import Slow

FRAME = Frame("small", "version", (), ("outcome",), "simpy")
CHUNK = Chunk(FRAME, (PointRuns(0, {}, {}, 5, (), (0,), ("abcdef" * 4,)),))


class Lingering:
    """Workers that say for how long a run has been played, and finish when they were asked."""

    name = "processes"
    count = 1

    def __init__(self, *seconds: float) -> None:
        self._seconds = list(seconds)
        self._future: Future[Played] = Future()

    def submit(self, chunk: Chunk) -> Future[Played]:
        return self._future

    def attend(self) -> tuple[str, ...]:
        return ("looked",)

    def slowest(self) -> Slow | None:
        if len(self._seconds) > 1:
            return Slow(CHUNK.names[0], 2, 7, self._seconds.pop(0))
        if not self._future.done():
            self._future.set_result(Played(pd.DataFrame({"run": CHUNK.names})))
        return None

    def stop(self, *, now: bool) -> None:
        return None


def test_a_run_that_takes_long_is_shown_and_then_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dispatch, "TICK", 0.0)
    said: list[str] = []
    shown: list[str] = []
    workers = Lingering(1.0, 8.0, 70.0, 80.0, 0.0)
    Dispatch(workers, lambda played: None, said.append, shown.append).play(CHUNK)
    assert list(dict.fromkeys(shown)) == ["", *(f"run abcdefabcdef for {n} s" for n in (8, 70, 80))]
    assert shown[-1] == ""
    (only,) = [text for text in said if text != "looked"]
    assert only.startswith(f"run {CHUNK.names[0]} (point 2, replication 7) has been played for")
    assert "--time-limit" in only
