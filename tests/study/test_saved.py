"""Results folders as they were left: status, merging, replaying and auditing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from desim.study import audit as auditing
from desim.study.audit import audit, common_luck
from desim.study.executors import local
from desim.study.outputs import Outputs
from desim.study.plan import Plan, Shard
from desim.study.question import StudyError, read_study
from desim.study.replay import replay
from desim.study.run import run
from desim.study.saved import find_run, merge, status
from desim.study.store import Store
from tests.study.conftest import write_study


def silent(done: int, total: int) -> None:
    return None


def play(path: Path, results: Path, shard: Shard | None = None) -> Plan:
    plan = Plan(read_study(path))
    run(plan, results, silent, start=partial(local, 1), shard=shard)
    return plan


def outputs(plan: Plan, results: Path) -> Outputs:
    store = Store(results, plan.study.name, plan.study.outcomes)
    return Outputs(plan, store, plan.at_least)


def test_status_counts_what_is_there(study_file: Path, tmp_path: Path) -> None:
    plan = play(study_file, tmp_path / "r", Shard(1, 2))
    found = status(plan, tmp_path / "r")
    assert (found.planned, found.failed, found.current) == (48, 0, False)
    assert 0 < found.finished < 48


def test_status_of_a_finished_study_is_current(study_file: Path, tmp_path: Path) -> None:
    found = status(play(study_file, tmp_path / "r"), tmp_path / "r")
    assert (found.finished, found.current, found.engine) == (48, True, "compiled")


def test_parts_are_disjoint_and_complete(study_file: Path, tmp_path: Path) -> None:
    parts = [play(study_file, tmp_path / f"r{n}", Shard(n, 4)) for n in (1, 2, 3, 4)]
    names = [set(outputs(plan, tmp_path / f"r{n}").table()["run"].to_pylist())
             for n, plan in enumerate(parts, start=1)]  # fmt: skip
    assert sum(map(len, names)) == len(set.union(*names)) == 36


def test_merging_some_parts_says_what_is_missing(study_file: Path, tmp_path: Path) -> None:
    play(study_file, tmp_path / "r1", Shard(1, 2))
    (said,) = merge((tmp_path / "r1",), tmp_path / "all")
    assert "are missing: desim experiment plays them" in said


def test_merging_twice_takes_nothing_twice(study_file: Path, tmp_path: Path) -> None:
    play(study_file, tmp_path / "r1")
    list(merge((tmp_path / "r1",), tmp_path / "all"))
    (said,) = merge((tmp_path / "r1",), tmp_path / "all")
    assert said.startswith("small_study: 0 runs taken, 36 were there already")


def test_parts_of_different_studies_are_refused(tmp_path: Path) -> None:
    play(write_study(tmp_path, replications=2), tmp_path / "r1")
    play(write_study(tmp_path, replications=3), tmp_path / "r2")
    with pytest.raises(StudyError, match="holds another study of that name"):
        list(merge((tmp_path / "r1", tmp_path / "r2"), tmp_path / "all"))


def test_a_folder_without_results_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="holds no results of a study"):
        list(merge((tmp_path,), tmp_path / "all"))


def test_a_run_is_replayed_by_the_first_digits_of_its_name(
    study_file: Path, tmp_path: Path
) -> None:
    plan = play(study_file, tmp_path / "r")
    row = pd.read_parquet(tmp_path / "r" / "small_study" / "runs.parquet").iloc[20]
    saved = find_run(row["run"][:12], tmp_path / "r")
    found = replay(plan, saved)
    assert (saved.point, saved.replication) == (row["point"], row["replication"])
    assert (found.same, found.known) == (True, True)
    assert found.trace.digest == row["digest"]


def test_a_run_of_an_older_study_is_known_as_such(study_file: Path, tmp_path: Path) -> None:
    plan = play(study_file, tmp_path / "r")
    row = pd.read_parquet(tmp_path / "r" / "small_study" / "runs.parquet").iloc[0]
    other = Plan(replace(plan.study, seed=6))
    assert not replay(other, find_run(row["run"], tmp_path / "r")).known


def test_an_unknown_run_is_named(study_file: Path, tmp_path: Path) -> None:
    play(study_file, tmp_path / "r")
    with pytest.raises(StudyError, match="no run of the studies there begin with zzzzzz"):
        find_run("zzzzzz", tmp_path / "r")


def test_a_study_that_needs_a_plug_in_does_not_hide_the_runs_of_others(
    study_file: Path, tmp_path: Path
) -> None:
    play(study_file, tmp_path / "r")
    row = pd.read_parquet(tmp_path / "r" / "small_study" / "runs.parquet").iloc[0]
    other = tmp_path / "r" / "another"
    other.mkdir()
    text = (tmp_path / "r" / "small_study" / "study.toml").read_text()
    (other / "study.toml").write_text(text.replace('"joint_regional"', '"of_a_plug_in"'))
    assert find_run(row["run"], tmp_path / "r").name == row["run"]
    with pytest.raises(StudyError, match=r"no run of(.|\n)*another.*unknown policy 'of_a_plug_in'"):
        find_run("zzzzzz", tmp_path / "r")


def test_an_audit_replays_a_share_on_the_other_engine(study_file: Path, tmp_path: Path) -> None:
    plan = play(study_file, tmp_path / "r")
    found = audit(outputs(plan, tmp_path / "r"), 0.2, silent)
    assert (found.planned, found.replayed, found.differing) == (48, 10, 0)
    assert found.engine == "simpy"


def test_an_audit_tells_the_first_difference_with_both_stories(
    study_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = play(study_file, tmp_path / "r")
    true_trace = auditing.trace_of

    def wrong(plan: Plan, frame: object, number: int, replication: int) -> object:
        simpy = getattr(frame, "engine", "") == "simpy"
        return true_trace(plan, frame, number, replication + int(simpy))  # type: ignore[arg-type]

    monkeypatch.setattr(auditing, "trace_of", wrong)
    # All runs: which ones a share picks depends on the source, and some points' runs are alike.
    found = audit(outputs(plan, tmp_path / "r"), 1.0, silent)
    assert found.differing > 0
    assert "record" in found.difference
    assert "compiled:\n" in found.difference
    assert "simpy:\n" in found.difference


def test_a_policy_that_adds_nothing_keeps_all_of_the_luck(study_file: Path, tmp_path: Path) -> None:
    found = common_luck(Plan(read_study(study_file))).set_index("label")
    assert found["draws_common"]["joint_regional"] == 1.0
    assert found["draws_common"]["no_coordination"] < 0.5
    assert (found["draws_kept"] >= found["draws_common"]).all()
