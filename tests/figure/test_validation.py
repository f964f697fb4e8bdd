"""Figures of calibration and validation: readable, complete, and drawn only where they can be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from desim.figure.draw import draw_all
from desim.figure.figure import Figure
from desim.figure.style import FORMATS, FULL, HALF, looks
from desim.figure.validation import VALIDATION, able
from tests.figure.test_readable import SMALLEST, Page, written
from tests.figure.validation import validation_tables

TABLES = validation_tables()


@pytest.fixture(scope="module", params=VALIDATION, ids=[figure.name for figure in VALIDATION])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    figure: Figure = request.param
    with looks():
        canvas = figure.draw(TABLES)
        canvas.draw_without_rendering()
        canvas.set_layout_engine("none")
        yield Page(canvas, written(canvas))
        plt.close(canvas)


def test_a_figure_is_as_wide_as_one_column_or_two(page: Page) -> None:
    assert page.canvas.get_size_inches()[0] in (HALF, FULL)


def test_no_text_lies_off_the_page(page: Page) -> None:
    width, height = page.canvas.bbox.size
    off = [
        text.get_text()
        for text, box in page.texts.items()
        if min(box.x0, box.y0, width - box.x1, height - box.y1) < -0.5
    ]
    assert off == []


def test_no_text_lies_on_other_text(page: Page) -> None:
    over = [
        (one.get_text(), other.get_text())
        for (one, a), (other, b) in combinations(page.texts.items(), 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1.0 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1.0
    ]
    assert over == []


def test_no_text_is_too_small_to_read(page: Page) -> None:
    small = [text.get_text() for text in page.texts if float(text.get_fontsize()) < SMALLEST]
    assert small == []


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
