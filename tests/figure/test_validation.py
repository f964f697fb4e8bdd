"""Figures of calibration and validation: readable, complete, and drawn only where they can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from desim.figure.draw import draw_all
from desim.figure.figure import Figure
from desim.figure.style import FORMATS
from desim.figure.validation import VALIDATION, able
from tests.figure.validation import validation_tables

TABLES = validation_tables()


@pytest.mark.parametrize("figure", VALIDATION, ids=[figure.name for figure in VALIDATION])
def test_the_tables_hold_the_columns_that_a_figure_names(figure: Figure) -> None:
    for table, columns in figure.inputs.items():
        assert set(columns) <= set(TABLES[table].columns)


def test_only_figures_whose_results_are_there_are_drawn(results: Path, tmp_path: Path) -> None:
    for name, table in TABLES.items():
        if name.startswith("theory/"):
            path = tmp_path / "results" / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            table.to_parquet(path)
    assert [figure.name[:9] for figure in able(tmp_path / "results")] == [
        "figure_s6", "figure_s7", "figure_s8",
    ]  # fmt: skip
    for study in results.iterdir():
        (tmp_path / "results" / study.name).symlink_to(study)
    draw_all(tmp_path / "results", tmp_path / "figures")
    drawn = {file.name for file in (tmp_path / "figures").glob("figure_s*")}
    assert len(drawn) == 3 * len(FORMATS)
