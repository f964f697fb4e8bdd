"""Drawing: the same bytes each time, only when something changed, clear about what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from desim.figure import FigureError
from desim.figure.draw import FIGURES, draw_all
from desim.figure.style import FORMATS


@dataclass(frozen=True)
class Twice:
    """Figures drawn here and, at the same time, by the command; and what the command said."""

    here: Path
    by_command: Path
    said: str
    complained: str


@pytest.fixture(scope="module")
def twice(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """Two processes, so that sets have another order in each."""
    here, there = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")
    process = subprocess.Popen(
        [
            sys.executable, "-m", "desim.cli", "figures", "--results", str(results),
            "--figures", str(there),
        ],
        env={**os.environ, "PYTHONHASHSEED": "1"}, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    draw_all(results, here)
    said, complained = process.communicate()
    return Twice(here, there, said, complained)


def test_every_figure_is_drawn_in_every_format(twice: Twice) -> None:
    wanted = {f"{figure.name}.{kind}" for figure in FIGURES for kind in FORMATS}
    assert {file.name for file in twice.here.iterdir()} == wanted | {"manifest.json"}


@pytest.mark.parametrize("kind", FORMATS)
def test_drawing_twice_gives_the_same_bytes(twice: Twice, kind: str) -> None:
    differ = [
        file.name
        for file in twice.here.glob(f"*.{kind}")
        if file.read_bytes() != (twice.by_command / file.name).read_bytes()
    ]
    assert differ == []


def test_drawing_says_what_it_did_and_no_font_is_missed(twice: Twice) -> None:
    assert twice.said == f"{len(FIGURES)} of {len(FIGURES)} figures drawn in {twice.by_command}\n"
    assert twice.complained == ""


def test_current_figures_are_left_alone(twice: Twice, results: Path) -> None:
    before = {file: file.stat().st_mtime_ns for file in twice.here.iterdir()}
    assert draw_all(results, twice.here).startswith("nothing to draw")
    assert {file: file.stat().st_mtime_ns for file in twice.here.iterdir()} == before


def test_a_changed_table_redraws_only_its_figures(
    twice: Twice, results: Path, tmp_path: Path
) -> None:
    copy, figures = tmp_path / "results", tmp_path / "figures"
    shutil.copytree(results, copy)
    shutil.copytree(twice.here, figures)
    path = copy / "four_reforms" / "effects.parquet"
    pd.read_parquet(path).assign(effect=1.0).to_parquet(path)
    assert draw_all(copy, figures).startswith(f"1 of {len(FIGURES)} figures drawn")


def test_missing_results_name_the_study_to_run(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results / "four_reforms", tmp_path / "four_reforms")
    with pytest.raises(FigureError) as caught:
        draw_all(tmp_path, tmp_path / "figures")
    assert (
        "figure_3_timeline: there is no table baseline_against_record/series; run its experiment "
        "first: desim experiment experiments/baseline_against_record.toml"
    ) in str(caught.value).splitlines()


def test_with_missing_results_nothing_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(FigureError):
        draw_all(tmp_path, tmp_path / "figures")
    assert not (tmp_path / "figures").exists()


def test_a_missing_column_is_named_with_its_table(results: Path, tmp_path: Path) -> None:
    shutil.copytree(results, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "four_reforms" / "effects.parquet"
    pd.read_parquet(path).drop(columns=["p_holm", "unit"]).to_parquet(path)
    with pytest.raises(FigureError, match="table four_reforms/effects lacks p_holm, unit; run"):
        draw_all(tmp_path, tmp_path / "figures")
