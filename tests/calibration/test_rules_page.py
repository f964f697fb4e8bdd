"""The page on faster coordination says what its study found, and nothing that it did not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from desim.calibration.rules_page import AGE, RESIDENTS, SCENARIOS, SETTINGS, STUDY, page
from desim.case import load

SICHUAN = load("sichuan_2022").mechanism
OUTCOMES = (RESIDENTS, "energy_curtailed", "curtailed_shed_and_drawn", AGE, "stale_orders")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Tables of the study: in every scenario the first setting helps, the last harms."""
    comparison, summary = [], []
    for scenario in SCENARIOS:
        for place, label in enumerate(SETTINGS):
            last = place == len(SETTINGS) - 1
            found = {"difference": 321.0 if last else -12.5, "half_width": 3.0}
            p = 0.001 if place == 0 or last else 0.5
            comparison += [
                {"scenario": scenario, "label": f"{scenario}: {label}", "outcome": o, "p_holm": p}
                | found
                for o in OUTCOMES
            ]
        summary += [
            {
                "scenario": scenario, "label": f"{scenario}: baseline", "outcome": o,
                "mean": 4321.0, "replications": 7,
            }
            for o in OUTCOMES
        ]  # fmt: skip
    (tmp_path / STUDY).mkdir()
    for name, rows in (("comparison", comparison), ("summary", summary)):
        pd.DataFrame(rows).to_parquet(tmp_path / STUDY / f"{name}.parquet")
    return tmp_path


def test_every_scenario_has_a_part_with_its_baseline(results: Path) -> None:
    text = page(SICHUAN, results)
    assert all(f"## {title}\n" in text for title, _ in SCENARIOS.values())
    assert text.count("4,321 GWh of residential energy") == len(SCENARIOS)
    assert "7 paired replications" in text


def test_a_difference_stands_with_its_interval_and_is_marked_when_it_is_clear(
    results: Path,
) -> None:
    lines = page(SICHUAN, results).splitlines()
    rows = [line for line in lines if line.startswith("| data sharing |")]
    assert rows[0].split(" | ")[1] == "-12 ± 3 \\*"
    other = [line for line in lines if line.startswith("| both |")]
    assert other[0].split(" | ")[1] == "-12 ± 3"


def test_what_helps_harms_and_is_open_is_said_apart(results: Path) -> None:
    text = page(SICHUAN, results)
    assert "Residents clearly lose less with data sharing." in text
    assert (
        "They clearly lose more with perfect communication: the same command, without delay or "
        "error." in text
    )
    assert "It is open for clear responsibilities; both; all four;" in text


def test_the_work_of_reading_stands_beside_the_staff(results: Path) -> None:
    """25 bodies send a message an hour: 12 minutes of each are the work of five people."""
    text = page(SICHUAN, results)
    assert "At 12 minutes a message it takes 5.0 people at every hour to read them" in text
    assert "and 3 are there on average, day and night" in text
    assert "from 7.2 minutes a message on." in text
