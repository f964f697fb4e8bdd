"""The commands of the paper: what they print, and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from desim.cli import cli
from desim.paper.build import build
from tests.paper.conftest import Place


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_provenance_prints_script_table_and_runs_of_a_figure(made: Place) -> None:
    build(made.sources, made.paper, made.figures)
    folders = ("--paper", made.paper, "--results", made.results)
    said = call("provenance", "figure 6", *folders).output
    assert said.startswith("figure figure_6_combinations\n  script     desim.figure.combinations\n")
    assert "four_reforms/summary.parquet, digest " in said
    assert "more with --runs" in said
    assert "more with --runs" not in call("provenance", "figure 6", "--runs", *folders).output


def test_provenance_before_the_paper_was_built_says_what_to_do(tmp_path: Path) -> None:
    found = call("provenance", "figure 6", "--paper", tmp_path)
    assert found.exit_code == 2
    assert "make paper writes it" in found.output


def test_stress_prints_every_section(tmp_path: Path) -> None:
    said = call("stress", "--results", tmp_path).output
    for title in ("1. Objectives", "4.3 Estimation approach", "6.1 Computer model sharing"):
        assert title in said


def test_a_paper_without_results_names_every_experiment_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    found = call("paper", "--results", tmp_path, "--figures", tmp_path / "figures")
    said = str(found.exception)
    assert "four_reforms: not played to the end; run: desim experiment" in said
    assert "what_matters: not played to the end" in said
    assert not (tmp_path / "figures").exists()
