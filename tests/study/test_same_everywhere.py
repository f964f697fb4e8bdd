"""The same bytes however a study is played, and nothing lost or double whatever is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from desim.study import chunk_files
from desim.study.cluster import Cluster
from desim.study.executors import Serial, Workers, local
from desim.study.plan import Plan, Shard
from desim.study.question import read_study
from desim.study.run import Report, run
from desim.study.saved import merge
from desim.study.store import Store
from tests.study.cluster import small_cluster
from tests.study.conftest import write_study

LONG = 120
PATIENCE = 120.0


def silent(done: int, total: int) -> None:
    return None


def tables(results: Path) -> dict[str, bytes]:
    """Bytes of every file of a study but its rows, without the commit at that moment."""
    found = {file.name: file.read_bytes() for file in sorted(results.glob("*/*.*"))}
    lines = found["provenance.json"].splitlines()
    return found | {"provenance.json": b"\n".join(line for line in lines if b"commit" not in line)}


def play(
    study_file: Path, results: Path, start: Callable[[], Workers], shard: Shard | None = None
) -> Report:
    return run(Plan(read_study(study_file)), results, silent, start=start, shard=shard)


def in_the_background(study_file: Path, results: Path, *options: str) -> subprocess.Popen[bytes]:
    """The command in a process group of its own, as in a terminal, once it has finished runs."""
    command = [
        sys.executable, "-m", "desim.cli", "experiment", str(study_file), "--results",
        str(results), *options,
    ]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
    deadline = time.monotonic() + PATIENCE
    while len(list(results.glob("*/chunks/*/*.zip"))) < 3:
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.01)
    return process


def finished(study_file: Path, results: Path) -> int:
    study = read_study(study_file)
    return len(set(Store(results, study.name, study.outcomes).finished().to_pylist()))


def test_every_way_of_playing_gives_the_same_bytes(tmp_path: Path) -> None:
    """Serial, two processes, a cluster, parts merged, and killed and resumed."""
    path = write_study(tmp_path, replications=LONG)
    play(path, tmp_path / "serial", Serial)
    wanted = tables(tmp_path / "serial")
    assert len(wanted) > 15
    play(path, tmp_path / "processes", partial(local, 2))
    assert tables(tmp_path / "processes") == wanted
    with small_cluster(tmp_path) as cluster:
        play(path, tmp_path / "cluster", partial(Cluster, cluster.address))
    assert tables(tmp_path / "cluster") == wanted
    for number in (1, 2, 3):
        play(path, tmp_path / f"part{number}", Serial, Shard(number, 3))
    list(merge(tuple(tmp_path / f"part{n}" for n in (1, 2, 3)), tmp_path / "merged"))
    assert tables(tmp_path / "merged") == wanted
    process = in_the_background(path, tmp_path / "killed", "--workers", "2")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    there = finished(path, tmp_path / "killed")
    report = play(path, tmp_path / "killed", Serial)
    assert 0 < there < 6 * LONG
    assert report.played == 6 * LONG - there
    assert tables(tmp_path / "killed") == wanted


def test_a_cluster_that_loses_a_worker_loses_no_run_and_doubles_none(tmp_path: Path) -> None:
    path = write_study(tmp_path, replications=LONG)
    results = tmp_path / "results"
    with small_cluster(tmp_path) as cluster:
        done = threading.Event()

        def kill_one(finished: int, total: int) -> None:
            if finished > total // 10 and not done.is_set():
                done.set()
                cluster.workers[0].kill()

        plan = Plan(read_study(path))
        report = run(plan, results, kill_one, start=partial(Cluster, cluster.address))
    assert done.is_set()
    assert (report.played, report.failed) == (6 * LONG, 0)
    study = plan.study
    rows = Store(results, study.name, study.outcomes).runs(())
    assert len(set(rows["run"].to_pylist())) == rows.num_rows == 6 * LONG


def test_a_local_worker_that_is_killed_is_replaced(tmp_path: Path) -> None:
    path = write_study(tmp_path, replications=LONG)
    killed: list[int] = []

    def kill_one(finished: int, total: int) -> None:
        if finished > total // 10 and not killed:
            words = ["pgrep", "-P", str(os.getpid()), "-f", "desim.study.worker"]
            found = subprocess.run(words, capture_output=True, text=True, check=True)
            killed.append(int(found.stdout.split()[0]))
            os.kill(killed[0], signal.SIGKILL)

    report = run(Plan(read_study(path)), tmp_path / "results", kill_one, start=partial(local, 2))
    assert killed
    assert (report.played, report.failed) == (6 * LONG, 0)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_stops_at_once_and_leaves_what_was_finished(tmp_path: Path, workers: str) -> None:
    path = write_study(tmp_path, replications=4 * LONG)
    process = in_the_background(path, tmp_path / "results", "--workers", workers)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert b"finished runs are kept, the same command goes on" in said
    assert 0 < finished(path, tmp_path / "results") < 24 * LONG


def test_no_worker_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    path = write_study(tmp_path, replications=4 * LONG)
    process = in_the_background(path, tmp_path / "results", "--workers", "2")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + 20.0
    while time.monotonic() < deadline:
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    pytest.fail("workers are still there")


def test_small_files_become_large_ones_and_nothing_counts_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunk_files, "PACK_AT", 3)
    monkeypatch.setattr("desim.study.dispatch.LARGEST", 4)
    path = write_study(tmp_path, replications=20)
    play(path, tmp_path / "results", Serial)
    assert len(list((tmp_path / "results").glob("*/chunks/*/*.zip"))) < 9
    study = read_study(path)
    rows = Store(tmp_path / "results", study.name, study.outcomes).runs(())
    assert rows.num_rows == 120
