"""The page of a calibration's tables: the reforms over the posterior and at their worst."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from desim.calibration.tables_page import OUTCOME, PARTS, SCENARIOS, STRUCTURES, page
from desim.case import load
from desim.study.question import read_study

CASE = load("sichuan_2022")
ALL = "data_sharing + clear_responsibilities"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Tables of a calibration and of its reforms, with numbers that are easily found again."""
    for name, table in _tables().items():
        path = tmp_path / f"{name}.parquet"
        path.parent.mkdir(exist_ok=True)
        table.to_parquet(path)
    budget = {"reference_points": 40, "particles": 20, "replications": 3}
    (tmp_path / "calibration" / "provenance.json").write_text(json.dumps({"budget": budget}))
    return tmp_path


def _tables() -> dict[str, pd.DataFrame]:
    labels = ["baseline", "data_sharing", ALL, "perfect_coordination"]
    bands = pd.DataFrame(
        {
            "outcome": OUTCOME, "label": labels, "unit": "GWh", "rows": 50, "low": -300.0,
            "kind": ["factorial"] * 3 + ["bound"], "median": [200.0, -0.04, -75.2, -90.0],
            "high": 20.0, "chance_better": 0.75, "gap_closed": 0.25, "gap_closed_low": 0.125,
            "gap_closed_high": 0.5,
        }
    )  # fmt: skip
    best = [
        {"outcome": OUTCOME, "group": group, "label": label, "chance_best": chance}
        for group, label, chance in (
            ("reforms", "data_sharing", 0.6), ("combinations", "baseline", 0.05),
            ("combinations", "data_sharing", 0.15), ("combinations", ALL, 0.8),
        )
    ]  # fmt: skip
    corners = [
        {
            "corner": corner, "outcome": OUTCOME, "label": label, "mean": 7.25,
            "difference_mean": effect, "difference_half_width": 3.0,
        }
        for corner, effect in (
            ("middle", -80.0), ("data_sharing:unseen", -40.0), ("data_sharing", 0.5),
            ("all_four:unseen", -20.0), ("all_four", -0.01),
        )
        for label in labels
    ]  # fmt: skip
    record = [
        {
            "of": of, "key": "lag", "label": "Lag", "use": "fit", "kind": "delay", "unit": "h",
            "record": 6.0, "low": 8.0, "high": high, "within": False, "accepted": 0.4,
        }
        for of, high in (("prior", 44.0), ("posterior", 33.0))
    ]  # fmt: skip
    return {
        "calibration/waves": pd.DataFrame(
            {"wave": [1], "points": [9], "replications": [2], "share": [0.5]}
        ),
        "calibration/generations": pd.DataFrame(
            {"generation": [1], "tolerance": [2.5], "effective": [20.0], "distinct": [18.0],
             "accepted": [0.3]}
        ),
        "calibration/marginals": pd.DataFrame(
            {"parameter": ["supply.store", "delay.phone"], "by_hand": [3200.0, 0.2],
             "unit": ["GWh", "h"], "low": [2660.4, 0.1], "median": [3300.0, 0.2],
             "high": [4280.0, 0.3], "width": [0.7, 1.0]}
        ),
        "calibration/coverage": pd.DataFrame(
            {"parameter": ["supply.store", "all"], "coverage": [0.9, 0.9], "narrowed": [0.78, 0.8]}
        ),
        "calibration/predictive": pd.DataFrame(record),
        "calibration/corners": pd.DataFrame(corners),
        "posterior_reforms/sample_summary": bands[bands["label"] == "baseline"],
        "posterior_reforms/sample_differences": bands[bands["label"] != "baseline"],
        "posterior_reforms/sample_best": pd.DataFrame(best),
    }  # fmt: skip


def test_identified_parameters_are_shown_without_exponents(results: Path) -> None:
    text = page(CASE, results)
    assert "| `supply.store` | 3200 GWh | 3300 (2660 to 4280) | 90% | 0.78 |" in text
    assert "delay.phone" not in text


def test_a_row_outside_its_band_is_called_so(results: Path) -> None:
    wanted = "| Lag | fitted | 6.00 h | 8.00 h to 33.0 h | 8.00 h to 44.0 h | 40% | outside |"
    assert wanted in page(CASE, results)


def test_reforms_over_the_posterior_have_bands_and_chances(results: Path) -> None:
    text = page(CASE, results)
    assert "| data sharing | 0.0 (-300 to 20) | 75% | 0.25 (0.12 to 0.50) | 15% | 60% |" in text
    assert (
        "clear responsibilities | -75 (-300 to 20) | 75% | 0.25 (0.12 to 0.50) | 80% |  |" in text
    )
    assert "| perfect coordination | -90 (-300 to 20) | 75% |  |  |  |" in text


def test_differences_are_told_apart_by_where_they_come_from(results: Path) -> None:
    """Of seven outcomes, the baseline's means and each setting's differences, in one line."""
    path = results / "posterior_reforms"
    for name, labels in (
        ("summary", ["baseline"]), ("differences", ["data_sharing", ALL, "perfect_coordination"])
    ):  # fmt: skip
        table = pd.read_parquet(path / f"sample_{name}.parquet")
        parts = [
            {"outcome": outcome, "label": label, "mean": 20.0 * i if outcome[0] == "c" else 0.25}
            for outcome in PARTS
            for i, label in enumerate(labels, start=1)
        ]
        pd.concat([table, pd.DataFrame(parts)]).to_parquet(path / f"sample_{name}.parquet")
    text = page(CASE, results)
    assert "| | curtailed | water left | curtailed, shed and drawn | residents: shortage |" in text
    assert "| baseline | 0.2 | 0.2 | 20 | 0.2 | 0.2 | 0.2 | 25 % |" in text
    assert "| perfect coordination | 0.2 | 0.2 | 60 | 0.2 | 0.2 | 0.2 | 25 % |" in text


def test_where_causes_were_not_measured_the_page_is_silent_about_them(results: Path) -> None:
    assert "Where the differences come from" not in page(CASE, results)


def test_other_structures_stand_beside_what_is_assumed(results: Path) -> None:
    rows = [
        {
            "scenario": scenario, "label": f"{scenario}: supply_first", "outcome": outcome,
            "difference": -20.0 * i, "half_width": 3.0,
        }
        for outcome in (OUTCOME, "curtailed_shed_and_drawn")
        for i, scenario in enumerate(SCENARIOS)
    ]  # fmt: skip
    folder = results / STRUCTURES
    folder.mkdir()
    pd.DataFrame(rows).to_parquet(folder / "comparison.parquet")
    cells = "0.0 ± 3.0 | -20 ± 3.0 | -40 ± 3.0 | -60 ± 3.0"
    assert f"| supply first | {cells} | {cells} |" in page(CASE, results)


def test_the_study_of_structures_has_these_scenarios() -> None:
    study = read_study(Path(__file__).parents[2] / "experiments" / f"{STRUCTURES}.toml")
    assert list(study.design["scenarios"]) == list(SCENARIOS)


def test_reforms_at_their_worst_stand_beside_the_medians(results: Path) -> None:
    text = page(CASE, results)
    assert "| data sharing | -80 ± 3.0 | -40 ± 3.0 | 0.5 ± 3.0 | 7.2 |" in text
    assert "| all four | -80 ± 3.0 | -20 ± 3.0 | 0.0 ± 3.0 | 7.2 |" in text
    assert not any(f"| {name}" in text for name in ("joint regional", "public engagement"))


def test_only_what_was_played_is_shown(results: Path) -> None:
    for path in (results / "posterior_reforms").iterdir():
        path.unlink()
    (results / "calibration" / "corners.parquet").unlink()
    text = page(CASE, results)
    assert "reforms" not in text
    assert text.endswith("| outside |\n")
