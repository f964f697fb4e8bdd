"""Replications of sampling designs follow from what luck contributes, judged on a pilot."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from desim.study import luck
from desim.study.executors import local
from desim.study.luck import decided, replications_for, spread
from desim.study.plan import Plan, Shard
from desim.study.question import StudyError, read_study
from desim.study.run import run
from desim.study.saved import merge, status
from desim.study.store import Store
from tests.study.test_design import HEAD, SMALL

DESIGN = """
kind = "sobol"
base = 16
points = [{ clear_responsibilities = 1.0 }]
"""


def silent(done: int, total: int) -> None:
    return None


def study(folder: Path, limit: float, most: int = 9) -> Path:
    rule = f"{{ at_least = 2, at_most = {most}, luck = {{ coordination_hours = {limit} }} }}"
    head = HEAD.format(case=SMALL, more='uncertainties = ["delay.up", "work.report", "returned"]')
    path = folder / "study.toml"
    path.write_text(head.replace("replications = 2", f"replications = {rule}") + DESIGN)
    return path


def play(path: Path, results: Path, shard: Shard | None = None) -> str:
    start = partial(local, 1)
    return run(Plan(read_study(path)), results, silent, start=start, shard=shard).reason


def replications(results: Path) -> pd.DataFrame:
    return pd.read_parquet(results / "study" / "replications.parquet")


@pytest.fixture(autouse=True)
def short_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(luck, "PILOT_ROWS", 20)


def test_spread_recovers_both_variances() -> None:
    random = np.random.default_rng(7)
    means = random.normal(5.0, 3.0, 20_000)
    between, within = spread(means[:, None] + random.normal(0.0, 2.0, (20_000, 3)))
    # the standard error of either variance is below one hundredth of it: 3.3 of them
    assert between == pytest.approx(9.0, rel=0.04)
    assert within == pytest.approx(4.0, rel=0.04)


def test_rows_with_a_missing_value_are_left_out() -> None:
    values = np.array([[1.0, 2.0], [np.nan, 9.0], [4.0, 5.0]])
    assert spread(values) == spread(values[[0, 2]])


@pytest.mark.parametrize("limit", [0.05, 0.1, 0.5, 0.8])
def test_the_replications_are_the_fewest_that_keep_luck_small(limit: float) -> None:
    between, within = 3.0, 7.0
    found = replications_for(between, within, limit)

    def share(count: float) -> float:
        return within / count / (between + within / count)

    assert share(found) <= limit
    assert found == 1.0 or share(found - 1.0) > limit


def test_nothing_but_luck_can_never_be_averaged_away() -> None:
    assert replications_for(0.0, 1.0, 0.1) == math.inf
    assert replications_for(0.0, 0.0, 0.1) == 1.0


def test_the_pilot_decides_and_all_rows_follow(tmp_path: Path) -> None:
    path = study(tmp_path, 0.05)
    reason = play(path, tmp_path / "one")
    table = replications(tmp_path / "one")
    count = int(table["replications"].iloc[0])
    wanted = table["enough"].fillna(9).max()
    assert 2 < count == wanted <= 9
    planned = 16 * 5 * 2 * count
    assert reason.startswith(f"{planned} runs played, 0 taken from earlier, 0 failed")


def test_a_study_that_has_enough_at_once_adds_nothing(tmp_path: Path) -> None:
    play(study(tmp_path, 0.9), tmp_path / "one")
    assert set(replications(tmp_path / "one")["replications"]) == {2}


def test_no_more_are_played_than_at_most(tmp_path: Path) -> None:
    play(study(tmp_path, 0.001, most=3), tmp_path / "one")
    table = replications(tmp_path / "one")
    assert set(table["replications"]) == {3}
    assert table["enough"].isna().any()


def test_shards_judge_alike_and_merge_to_the_same_tables(tmp_path: Path) -> None:
    path = study(tmp_path, 0.05)
    play(path, tmp_path / "whole")
    for part in (1, 2):
        play(path, tmp_path / f"part{part}", Shard(part, 2))
    said = list(merge((tmp_path / "part1", tmp_path / "part2"), tmp_path / "merged"))
    assert "tables written of all" in said[0].said
    for name in ("sobol", "replications", "runs"):
        whole, merged = (tmp_path / of / "study" / f"{name}.parquet" for of in ("whole", "merged"))
        assert whole.read_bytes() == merged.read_bytes(), name


def test_status_plans_with_what_is_known_of_the_rule(tmp_path: Path) -> None:
    path = study(tmp_path, 0.05)
    plan = Plan(read_study(path))
    before = status(plan, tmp_path / "results")
    assert before.planned == 16 * 5 * 2 * 2
    play(path, tmp_path / "results", Shard(1, 2))
    now = decided(plan, Store(tmp_path / "results", "study", plan.study.outcomes))
    assert now.final
    assert status(plan, tmp_path / "results").planned == 16 * 5 * 2 * now.replications


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("{ coordination_hour = 0.1 }", "coordination_hour: unknown outcome"),
        ("{ coordination_hours = 1.0 }", "must be a share between 0 and 1, got 1.0"),
        ("{ energy_curtailed = 0.1 }", "is not among the study's outcomes"),
        ("0.1", "must be a table of outcomes, got 0.1"),
    ],
)
def test_a_wrong_limit_is_named(tmp_path: Path, rule: str, complaint: str) -> None:
    path = study(tmp_path, 0.1)
    path.write_text(path.read_text().replace("{ coordination_hours = 0.1 }", rule))
    with pytest.raises(StudyError, match=r"key replications\.luck") as caught:
        read_study(path)
    assert complaint in str(caught.value)


def test_luck_is_for_designs_that_sample(tmp_path: Path) -> None:
    path = study(tmp_path, 0.1)
    path.write_text(path.read_text().replace('kind = "sobol"\nbase = 16', 'kind = "list"'))
    with pytest.raises(StudyError, match=r"key replications\.luck: only for the designs morris"):
        read_study(path)
