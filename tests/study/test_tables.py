"""What studies say: equal points, missing values, rules, doses, scenarios and sensitivity."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from desim.outcome import OUTCOMES, find_outcome
from desim.study import compare_tables, work
from desim.study.design import Point
from desim.study.executors import Serial, local
from desim.study.panel import Panel
from desim.study.plan import Plan
from desim.study.question import read_study
from desim.study.run import Report, run
from tests.study.test_design import HEAD, SMALL

NAN = float("nan")


def silent(done: int, total: int) -> None:
    return None


def played(folder: Path, design: str, more: str = "", replications: int | str = 4) -> Report:
    """Play a study of the small case into ``results``."""
    path = folder / "study.toml"
    head = HEAD.format(case=SMALL, more=more)
    head = head.replace("replications = 2", f"replications = {replications}")
    path.write_text(head + design, encoding="utf-8")
    return run(Plan(read_study(path)), folder / "results", silent, start=partial(local, 1))


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_parquet(folder / "results" / "study" / f"{name}.parquet")


def panel(*columns: list[float], outcome: str = "referrals") -> Panel:
    labels = ("baseline", "one", "other")
    points = tuple(Point(n, 0, n, labels[n], "list", {}, {}, 5) for n in range(len(columns)))
    return Panel("", find_outcome(outcome), points, np.array(columns).T)


EQUAL = 'kind = "list"\npoints = [{ no_coordination = 1.0 }, { local_response = 1.0 }]'
"""In the small case no place can help itself, so that both are the same mechanism."""


def test_equal_mechanisms_are_played_once_and_all_points_have_results(tmp_path: Path) -> None:
    report = played(tmp_path, EQUAL)
    assert (report.planned, report.played, report.failed) == (12, 8, 0)
    assert report.reason.endswith("; 4 more are the same as one of these")
    summary = table(tmp_path, "summary")
    assert sorted(set(summary["point"])) == [0, 1, 2]
    assert set(summary["replications"]) == {4}


def test_a_point_that_changes_nothing_is_told(tmp_path: Path) -> None:
    design = 'kind = "list"\npoints = [{ overloaded_desk = 1.0 }, { data_sharing = 1.0 }]'
    assert played(tmp_path, design).silent == ("overloaded_desk",)


def test_a_finished_study_of_equal_mechanisms_is_left_alone(tmp_path: Path) -> None:
    played(tmp_path, EQUAL)
    assert not played(tmp_path, EQUAL).written


def test_a_value_that_is_not_there_is_dropped_and_counted() -> None:
    found = compare_tables.summary(panel([1.0, NAN, 3.0], [1.0, 2.0, 3.0]))
    assert found["mean"].tolist() == [2.0, 2.0]
    assert found["dropped"].tolist() == [1, 0]
    assert found["replications"].tolist() == [2, 3]


def test_differences_drop_pairs_of_which_one_is_not_there() -> None:
    found = compare_tables.comparison(panel([1.0, NAN, 3.0], [2.0, 9.0, 4.0]))
    assert found["difference"].tolist() == [1.0]
    assert (found["replications"].tolist(), found["dropped"].tolist()) == ([2], [1])


def test_points_without_a_value_do_not_spoil_the_tests_of_others() -> None:
    found = compare_tables.comparison(panel([1.0, 2.0, 3.0], [NAN] * 3, [2.0, 3.1, 4.2]))
    assert np.isnan(found["p_holm"][0])
    assert found["p_holm"][1] == pytest.approx(found["p"][1])


def test_points_without_a_value_do_not_empty_the_pairs_of_others() -> None:
    measured = panel([1.0, 2.0, 3.0], [NAN] * 3, [2.0, 3.1, 4.2])
    assert len(compare_tables.pairs(measured)) == 1
    assert len(compare_tables.best(measured)) == 2


def test_sentences_say_how_many_replications_were_dropped() -> None:
    found = compare_tables.sentences(panel([9.0, 9.1, NAN], [1.0, 1.2, 3.0]), {})
    assert "1 replications without a value were dropped" in found["sentence"][0]


def test_regret_is_how_much_worse_than_the_best_of_each_scenario() -> None:
    one = panel([5.0, 5.0], [3.0, 3.0], [4.0, 4.0])
    other = panel([1.0, 1.0], [8.0, 8.0], [2.0, 2.0])
    found = compare_tables.regret([one, other])
    assert found["largest_regret"].tolist() == [2.0, 7.0, 1.0]


def test_a_rule_plays_until_all_is_precise_enough(tmp_path: Path) -> None:
    rule = (
        "{ at_least = 4, at_most = 60, precision = { coordination_hours = { relative = 0.05 } } }"
    )
    report = played(tmp_path, 'kind = "list"\npoints = [{ data_sharing = 1.0 }]', "", rule)
    advice = table(tmp_path, "replications")
    assert 8 < report.planned < 120
    assert advice["enough"].notna().all()
    assert (advice["half_width"] <= advice["limit"]).all()


def test_a_rule_ends_at_its_cap(tmp_path: Path) -> None:
    rule = "{ at_least = 3, at_most = 7, precision = { referrals = { absolute = 1e-6 } } }"
    assert played(tmp_path, 'kind = "single"', "", rule).planned == 7


def test_half_widths_are_a_table(tmp_path: Path) -> None:
    played(tmp_path, 'kind = "single"')
    found = table(tmp_path, "half_widths").query("outcome == 'coordination_hours'")
    assert found["replications"].tolist() == [2, 3, 4]


def test_a_dose_says_which_share_of_the_whole_effect_it_has(tmp_path: Path) -> None:
    doses = 'kind = "dose_response"\ndoses = { clear_responsibilities = [0.5, 1.0] }'
    played(tmp_path, doses, replications=20)
    found = table(tmp_path, "doses").query("outcome == 'coordination_hours'")
    assert found["amount"].tolist() == [0.5, 1.0]
    assert (
        found["of_full"].tolist()[1] in (1.0, pytest.approx(1.0)) or found["of_full"].isna().all()
    )


def test_scenarios_are_compared_each_with_its_own_baseline(tmp_path: Path) -> None:
    played(
        tmp_path,
        'kind = "scenarios"\npoints = [{ clear_responsibilities = 1.0 }]\n'
        'scenarios = { slow = { "delay.up" = 4.0 }, fast = { "delay.up" = 0.5 } }',
    )
    found = table(tmp_path, "comparison").query("outcome == 'coordination_hours'")
    assert found["scenario"].tolist() == ["slow", "fast"]
    assert set(table(tmp_path, "regret")["outcome"]) == {"coordination_hours", "referrals"}


def test_sobol_tables_are_of_values_and_of_effects(tmp_path: Path) -> None:
    played(
        tmp_path, 'kind = "sobol"\nbase = 32\npoints = [{ clear_responsibilities = 1.0 }]',
        'uncertainties = ["delay.up", "work.report", "returned"]', 2,
    )  # fmt: skip
    found = table(tmp_path, "sobol").query("largest and outcome == 'coordination_hours'")
    assert set(found["quantity"]) == {"value", "difference"}
    value = found[(found["label"] == "baseline") & (found["index"] == "ST")]
    assert value.set_index("factor")["estimate"].idxmax() == "work.report"
    assert found["luck_share"].between(0.0, 1.0).all()


def test_morris_tables_rank_the_inputs(tmp_path: Path) -> None:
    played(tmp_path, 'kind = "morris"\ntrajectories = 6', 'uncertainties = "all"', 2)
    found = table(tmp_path, "morris").query("outcome == 'coordination_hours'")
    assert found.set_index("factor")["rank"]["work.report"] == 1


def test_a_latin_hypercube_has_a_table_of_pawn(tmp_path: Path) -> None:
    played(tmp_path, 'kind = "latin_hypercube"\nsamples = 120', 'uncertainties = "all"', 1)
    found = table(tmp_path, "pawn").query("outcome == 'coordination_hours'")
    assert found.set_index("factor")["matters"]["work.report"]


def test_what_cannot_be_analysed_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outcome that is always the same has no variance to share out."""
    monkeypatch.setattr(
        "desim.study.observe.outcomes", lambda trace, names, known: dict.fromkeys(names, 1.0)
    )
    played(tmp_path, 'kind = "morris"\ntrajectories = 2', 'uncertainties = "all"', 2)
    assert "no variance to share out" in table(tmp_path, "notes")["note"][0]


def test_a_case_that_changes_under_a_running_study_fails_its_runs(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(HEAD.format(case=SMALL, more="") + 'kind = "single"', encoding="utf-8")
    plan = Plan(read_study(path))
    frame = work.Frame(plan.frame.case, "another", (), plan.study.outcomes, "compiled")
    runs = work.PointRuns(0, {}, {}, 5, (), (0,), ("a",))
    found = work.perform(work.Chunk(frame, (runs,))).runs
    assert found["status"].tolist() == ["failed"]
    assert "has changed since the study was started" in found["error"][0]


def test_a_study_says_what_to_expect_before_it_starts(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    head = HEAD.replace("replications = 2", "replications = 40")
    path.write_text(head.format(case=SMALL, more="") + 'kind = "single"', encoding="utf-8")
    said: list[str] = []
    run(Plan(read_study(path)), tmp_path / "results", silent, start=Serial, say=said.append)
    assert any("38 runs to play on the compiled engine, about" in text for text in said)


def test_a_fraction_names_the_terms_that_it_cannot_tell_apart() -> None:
    signs = np.array([(0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 1.0)])
    corners = [dict(zip("abc", row, strict=True)) for row in signs.tolist()]
    levers = [dict.fromkeys("abc", 0.0), *corners]
    points = tuple(Point(n, 0, n, "", "fractional", own, {}, 5) for n, own in enumerate(levers))
    values = np.array([[0.0, *(5.0 * row[0] for row in signs)]] * 3)
    made = Panel("", find_outcome("referrals"), points, values)
    found = compare_tables.aliased_effects(made, ("a", "b", "c"))
    assert found["term"].tolist() == ["a", "b", "c"]
    assert found["aliases"].tolist() == ["b × c", "a × c", "a × b"]
    assert found["effect"].tolist() == [5.0, 0.0, 0.0]


def test_every_outcome_has_a_sentence() -> None:
    for outcome in OUTCOMES:
        found = compare_tables.sentences(panel([9.0, 9.5], [1.0, 1.2], outcome=outcome.name), {})
        assert found["sentence"][0].endswith(".")
