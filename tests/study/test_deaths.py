"""Every death cuts a chunk or fails a run, so a study ends."""

from __future__ import annotations

from desim.study.deaths import Deaths
from desim.study.failures import WorkerDied
from desim.study.work import Chunk, Frame, Played, PointRuns

FRAME = Frame("small", "version", (), ("outcome",), "simpy")


def chunk(*sizes: int) -> Chunk:
    """Runs of as many points as there are sizes, named by point and replication."""
    points = (
        PointRuns(
            point, {}, {}, 5, (), tuple(range(size)), tuple(f"{point}.{r}" for r in range(size))
        )
        for point, size in enumerate(sizes)
    )
    return Chunk(FRAME, tuple(points))


def names(chunks: list[Chunk]) -> list[tuple[str, ...]]:
    return [each.names for each in chunks]


def failed(played: Played | None) -> list[tuple[str, str]]:
    if played is None:
        return []
    return list(zip(played.runs["run"], played.runs["error"], strict=True))


def test_a_chunk_is_cut_around_the_run_that_was_being_played() -> None:
    again, condemned = Deaths().cut(chunk(2, 3), WorkerDied("gone", 3))
    assert names(again) == [("0.0", "0.1", "1.0"), ("1.1",), ("1.2",)]
    assert condemned is None


def test_a_chunk_is_halved_when_nobody_knows_which_run_it_was() -> None:
    again, condemned = Deaths().cut(chunk(2, 3), WorkerDied("gone"))
    assert names(again) == [("0.0", "0.1"), ("1.0", "1.1", "1.2")]
    assert condemned is None


def test_a_run_fails_when_it_was_alone_twice() -> None:
    deaths = Deaths()
    again, condemned = deaths.cut(chunk(1), WorkerDied("gone", 0))
    assert (names(again), condemned) == ([("0.0",)], None)
    again, condemned = deaths.cut(chunk(1), WorkerDied("gone for good", 0))
    assert (names(again), failed(condemned)) == ([], [("0.0", "gone for good")])


def test_a_run_that_took_too_long_fails_at_once_and_alone() -> None:
    again, condemned = Deaths().cut(chunk(4), WorkerDied("too long", 1, True))
    assert names(again) == [("0.0",), ("0.2", "0.3")]
    assert failed(condemned) == [("0.1", "too long")]


def test_however_workers_die_every_run_fails_in_the_end() -> None:
    """Of 20 runs that all end their worker, none is lost and the deaths are few."""
    for suspect in (None, 0):
        deaths, waiting, found, count = Deaths(), [chunk(12, 8)], [], 0
        while waiting:
            again, condemned = deaths.cut(waiting.pop(), WorkerDied("gone", suspect))
            waiting += again
            found += failed(condemned)
            count += 1
        assert sorted(name for name, _ in found) == sorted(chunk(12, 8).names)
        assert count <= 20 + 2 * 20
