"""Studies over a given sample: checked, with luck of their own, and told with their spread."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from desim.study.executors import Serial
from desim.study.plan import Plan
from desim.study.question import Study, StudyError, study_from
from desim.study.run import run
from tests.study.conftest import SMALL

TEXT = """
question = "Does it work over a sample?"
case = "{case}"
seed = 5
replications = 2
outcomes = ["coordination_hours", "referrals"]
tables = ["record"]

[design]
kind = "sample"
{sample}
policies = ["clear_responsibilities", "joint_regional"]
bounds = true
"""
ROWS = 'names = ["work.report", "returned"]\nrows = [[0.4, 0.1], [0.6, 0.3], [1.0, 0.0]]'


def study(sample: str = ROWS, case: Path = SMALL, **replaced: str) -> Study:
    text = TEXT.format(case=case, sample=sample)
    for old, new in replaced.items():
        text = text.replace(old, new)
    return study_from(text, "sampled.toml")


def complaints(sample: str, case: Path = SMALL) -> str:
    with pytest.raises(StudyError) as caught:
        study(sample, case)
    return str(caught.value)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    run(Plan(study()), folder, lambda done, total: None, start=Serial)
    return folder / "sampled"


def table(results: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(results / f"{name}.parquet")


def test_every_row_is_played_at_every_setting_with_luck_of_its_own() -> None:
    design = Plan(study()).design
    assert len(design) == 3 * 8
    assert len(set(design.seeds.tolist())) == 3
    assert design.point(8).values == {"work.report": 0.6, "returned": 0.3}
    assert design.point(8).seed == design.point(9).seed


def test_a_row_has_the_same_runs_whatever_rows_stand_beside_it() -> None:
    """A longer sample plays only what is new: rows keep their luck."""
    alone = Plan(study(ROWS.replace(", [1.0, 0.0]", "")))
    assert Plan(study()).keys[: len(alone.design)].tolist() == alone.keys.tolist()


def test_differences_are_those_of_row_means(results: Path) -> None:
    """Worked out again from the runs themselves."""
    plan = Plan(study())
    from desim.study.outputs import Outputs
    from desim.study.store import Store

    outputs = Outputs(plan, Store(results.parent, "sampled", plan.study.outcomes), 2)
    values = outputs.values("referrals").mean(axis=2)
    rows = table(results, "sample_differences").query("outcome == 'referrals'")
    row = rows[rows["label"] == "clear_responsibilities"].iloc[0]
    column = [s.label for s in plan.design.settings].index("clear_responsibilities")
    change = values[:, column] - values[:, 0]
    assert row["mean"] == pytest.approx(change.mean())
    assert row["high"] == pytest.approx(np.quantile(change, 0.95))
    assert row["chance_better"] == pytest.approx((change < 0.0).mean())


def test_chances_to_be_the_best_sum_to_one_and_leave_bounds_out(results: Path) -> None:
    rows = table(results, "sample_best")
    sums = rows.groupby(["outcome", "group"])["chance_best"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)))
    assert "bound" not in set(rows["kind"])
    assert set(rows[rows["group"] == "reforms"]["label"]) == {
        "clear_responsibilities", "joint_regional",
    }  # fmt: skip


def test_effects_of_the_factorial_are_told_with_their_spread(results: Path) -> None:
    rows = table(results, "sample_effects").query("outcome == 'referrals'")
    assert list(rows["order"]) == [1, 1, 2]
    assert (rows["low"] <= rows["median"]).all()
    assert (rows["median"] <= rows["high"]).all()


def test_the_record_is_that_of_the_baseline_at_all_rows(results: Path) -> None:
    assert table(results, "record")["replications"].iloc[0] <= 3 * 2


def test_a_sample_stored_with_the_case_is_taken_by_name(tmp_path: Path) -> None:
    case = Path(shutil.copytree(SMALL, tmp_path / "case"))
    (case / "samples").mkdir()
    (case / "samples" / "posterior.csv").write_text("work.report,returned\n0.4,0.1\n0.6,0.3\n")
    stored = study('stored = "posterior"', case)
    assert stored.design["rows"] == [[0.4, 0.1], [0.6, 0.3]]
    assert len(Plan(study('stored = "posterior"\ntake = 1', case)).design.rows) == 1
    quick = Plan(study('stored = "posterior"\nquick_take = 1', case), quick=True)
    assert len(quick.design.rows) == 1
    assert "did you mean 'posterior'" in complaints('stored = "posteriors"', case)


def test_a_stored_sample_does_not_change_the_case(tmp_path: Path) -> None:
    from desim.study.digests import case_digest

    case = Path(shutil.copytree(SMALL, tmp_path / "case"))
    before = case_digest(str(case))
    (case / "samples").mkdir()
    (case / "samples" / "posterior.csv").write_text("work.report\n0.4\n")
    assert case_digest(str(case)) == before


@pytest.mark.parametrize(
    ("sample", "complaint"),
    [
        ("", "a sample is either stored with the case or given by names and rows"),
        ('stored = "posterior"', "unknown sample 'posterior'"),
        ("rows = [[0.4]]", "needs names, a list of parameters"),
        ('names = ["work.reprt"]\nrows = [[0.4]]', "did you mean 'work.report'"),
        ('names = ["returned"]\nrows = []', "has no rows"),
        ('names = ["returned"]\nrows = [[0.1, 0.2]]', "rows 1: must be a list of 1 numbers"),
        ('names = ["returned"]\nrows = [[0.1], [0.9]]', "rows 2: returned = 0.9 is outside"),
        ('names = ["returned", "returned"]\nrows = [[0.1, 0.1]]', "is named twice"),
        (f"{ROWS}\ntake = 0", "key design.take: must be a whole number of at least 1"),
    ],
)
def test_a_wrong_sample_is_complained_about(sample: str, complaint: str) -> None:
    assert complaint in complaints(sample)


def test_a_stored_table_that_is_no_table_of_numbers_is_named(tmp_path: Path) -> None:
    case = Path(shutil.copytree(SMALL, tmp_path / "case"))
    (case / "samples").mkdir()
    (case / "samples" / "posterior.csv").write_text("work.report,returned\n0.4,much\n")
    assert "samples/posterior.csv: row 2" in complaints('stored = "posterior"', case)
    (case / "samples" / "posterior.csv").write_text("work.report,returned\n0.4\n")
    assert "row 2 has 1 cells under 2 columns" in complaints('stored = "posterior"', case)
