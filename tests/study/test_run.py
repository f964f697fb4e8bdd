"""Running studies: identical however they are run, resumable, and honest about failures."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from desim.policy.catalogue import BOUNDS
from desim.study import run as running
from desim.study import work
from desim.study.executors import local
from desim.study.question import StudyError, read_study
from desim.study.run import plan, run
from desim.study.store import Store
from desim.trace.trace import Trace
from tests.study.conftest import SMALL, write_study


def silent(done: int, total: int) -> None:
    return None


def tables(results: Path) -> dict[str, bytes]:
    """Bytes of every table of a study, without shards."""
    return {file.name: file.read_bytes() for file in sorted(results.glob("*/*.*"))}


def play(study_file: Path, results: Path, workers: int = 1) -> running.Report:
    return run(plan(read_study(study_file)), results, silent, start=partial(local, workers))


def finished(results: Path, study_file: Path) -> list[str]:
    """Names of the runs that are there."""
    study = read_study(study_file)
    return Store(results, study.name, study.outcomes).finished().to_pylist()


def test_a_study_leaves_its_tables(study_file: Path, tmp_path: Path) -> None:
    """In a case without a world, local response is no coordination, and is not played again."""
    report = play(study_file, tmp_path / "results")
    assert (report.planned, report.played, report.failed) == (48, 36, 0)
    assert set(tables(tmp_path / "results")) == {
        "ages.parquet", "best.parquet", "bottlenecks.parquet", "comparison.parquet",
        "delays.parquet", "effects.parquet", "half_widths.parquet", "links.parquet",
        "milestones.parquet", "outcomes.parquet", "pairs.parquet", "points.parquet",
        "provenance.json", "record.parquet", "replications.parquet", "runs.parquet",
        "sentences.parquet", "shapley.parquet", "study.toml", "summary.parquet", "units.parquet",
    }  # fmt: skip


def test_delays_are_kept_of_the_bounds_too(study_file: Path, tmp_path: Path) -> None:
    play(study_file, tmp_path / "results")
    found = {}
    for name in ("ages", "delays", "bottlenecks"):
        rows = pd.read_parquet(tmp_path / "results" / "small_study" / f"{name}.parquet")
        found[name] = set(rows["policy_point"])
    bounds = {bound.name for bound in BOUNDS}
    assert not found["ages"] & bounds
    assert "perfect_coordination" in found["delays"]
    assert found["bottlenecks"] <= found["delays"] <= found["ages"] | bounds


def test_a_second_call_does_nothing_and_says_why(study_file: Path, tmp_path: Path) -> None:
    play(study_file, tmp_path / "results")
    before = {f: f.stat().st_mtime_ns for f in (tmp_path / "results").rglob("*") if f.is_file()}
    report = play(study_file, tmp_path / "results")
    after = {f: f.stat().st_mtime_ns for f in (tmp_path / "results").rglob("*") if f.is_file()}
    assert report.played == 0
    assert not report.written
    assert report.reason == "nothing to do: all 48 runs and their tables are there and unchanged"
    assert before == after


def test_two_processes_give_the_same_bytes_as_one(study_file: Path, tmp_path: Path) -> None:
    play(study_file, tmp_path / "one", workers=1)
    play(study_file, tmp_path / "two", workers=2)
    assert tables(tmp_path / "one") == tables(tmp_path / "two")


def test_more_replications_reuse_those_that_are_there(tmp_path: Path) -> None:
    results = tmp_path / "results"
    play(write_study(tmp_path, replications=4), results)
    report = play(write_study(tmp_path, replications=6), results)
    assert (report.planned, report.played) == (48, 12)
    fresh = tmp_path / "fresh"
    play(write_study(tmp_path, replications=6), fresh)
    assert tables(results) == tables(fresh)


def test_one_changed_number_reruns_only_what_depends_on_it(tmp_path: Path) -> None:
    """A parameter of one policy touches only the points in which that policy is."""
    path = write_study(tmp_path)
    play(path, tmp_path / "results")
    text = path.read_text(encoding="utf-8")
    changed = '[parameters]\n"joint_regional.trucks" = 1.0\n\n[design]'
    path.write_text(text.replace("[design]", changed), encoding="utf-8")
    report = play(path, tmp_path / "results")
    assert (report.planned, report.played) == (48, 12)


def test_a_changed_loss_spares_the_bound_that_knows_no_loss(tmp_path: Path) -> None:
    case = Path(shutil.copytree(SMALL, tmp_path / "case"))
    path = write_study(tmp_path, case=case)
    play(path, tmp_path / "results")
    table = case / "links.csv"
    table.write_text(table.read_text().replace("0.05", "0.06"))
    assert play(path, tmp_path / "results").played == 30


def test_a_study_killed_in_the_middle_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    """kill -9 at an unknown moment loses the chunk in hand, and nothing else."""
    path = write_study(tmp_path, replications=60)
    results = tmp_path / "results"
    command = [
        sys.executable, "-m", "desim.cli", "experiment", str(path), "--results", str(results),
        "--workers", "1",
    ]  # fmt: skip
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    shards = results / "small_study" / "shards"
    deadline = time.monotonic() + 120.0
    while len(list(shards.glob("*/runs/*.parquet"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    found = len(finished(results, path))
    assert 0 < found < 360
    report = play(path, results)
    assert report.played == 360 - found
    play(path, tmp_path / "undisturbed")
    assert tables(results) == tables(tmp_path / "undisturbed")


def test_a_failing_run_is_a_row_and_the_others_go_on(
    study_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true_play = work.Plays.play

    def unlucky(plays: work.Plays, runs: work.PointRuns, replication: int) -> Trace:
        if replication == 2:
            raise RuntimeError("the third replication is unlucky")
        return true_play(plays, runs, replication)

    monkeypatch.setattr(work.Plays, "play", unlucky)
    report = play(study_file, tmp_path / "results")
    assert (report.planned, report.failed) == (48, 8)
    assert report.errors == ("RuntimeError: the third replication is unlucky",)
    runs = pd.read_parquet(tmp_path / "results" / "small_study" / "runs.parquet")
    assert set(runs["replication"][runs["status"] == "failed"]) == {2}
    summary = pd.read_parquet(tmp_path / "results" / "small_study" / "summary.parquet")
    assert set(summary["replications"] + summary["dropped"]) == {5}


def test_failed_runs_are_tried_again(
    study_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(plays: work.Plays, runs: work.PointRuns, replication: int) -> Trace:
        raise RuntimeError("nothing works")

    with monkeypatch.context() as patched:
        patched.setattr(work.Plays, "play", broken)
        assert play(study_file, tmp_path / "results").failed == 48
    report = play(study_file, tmp_path / "results")
    assert (report.played, report.failed) == (36, 0)
    play(study_file, tmp_path / "fresh")
    assert tables(tmp_path / "results") == tables(tmp_path / "fresh")


def test_results_of_another_version_are_refused(study_file: Path, tmp_path: Path) -> None:
    play(study_file, tmp_path / "results")
    path = tmp_path / "results" / "small_study" / "provenance.json"
    path.write_text(path.read_text().replace('"desim": "', '"desim": "9.'))
    with pytest.raises(StudyError, match=r"provenance.json: written by desim 9\..*--results"):
        play(study_file, tmp_path / "results")


def test_a_policy_that_does_nothing_is_reported(tmp_path: Path) -> None:
    """Nobody in the small case reports by platform at a lever of 0.01."""
    path = write_study(tmp_path, replications=2)
    text = path.read_text(encoding="utf-8")
    begin = text.index("[design]")
    path.write_text(text[:begin] + '[design]\nkind = "list"\npoints = [{ data_sharing = 0.01 }]\n')
    assert play(path, tmp_path / "results").silent == ("data_sharing 0.01",)


def test_provenance_names_what_made_the_results(study_file: Path, tmp_path: Path) -> None:
    play(study_file, tmp_path / "results")
    found = Store(tmp_path / "results", "small_study").provenance()
    assert found["seed"] == 5
    assert found["runs"] == 48
    assert {"simpy", "numpy", "numba"} <= set(found["libraries"])
    assert found["mechanism_digest"]
    assert found["source_digest"]
