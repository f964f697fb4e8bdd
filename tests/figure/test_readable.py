"""Print: every figure as wide as the page, nothing off it, no text too small or on other text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import matplotlib.pyplot as plt
import pytest
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from desim.figure.draw import FIGURES
from desim.figure.figure import Figure
from desim.figure.style import FULL, HALF, looks
from desim.figure.validation import VALIDATION
from tests.figure.synthetic import tables
from tests.figure.validation import validation_tables

TABLES = tables()
SMALLEST = 5.5
"""Points: below this, print is hard to read."""


@dataclass(frozen=True)
class Page:
    """A drawn figure, and every text that is really drawn on it: ticks beyond an axis are not."""

    canvas: Canvas
    texts: dict[Text, Bbox]
    widths: tuple[float, ...]


DRAWN = [
    *((figure, TABLES, (FULL,)) for figure in FIGURES),
    *((figure, validation_tables(), (HALF, FULL)) for figure in VALIDATION),
]
"""Every figure with its tables, and how wide it may be, inches."""


@pytest.fixture(scope="module", params=DRAWN, ids=[figure.name for figure, _, _ in DRAWN])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    figure: Figure
    figure, given, widths = request.param
    with looks():
        canvas = figure.draw(given)
        canvas.draw_without_rendering()  # lays out
        canvas.set_layout_engine("none")
        yield Page(canvas, written(canvas), widths)
        plt.close(canvas)


def written(canvas: Canvas) -> dict[Text, Bbox]:
    found: dict[Text, Bbox] = {}
    true_draw = Text.draw

    def noted(self: Text, renderer: RendererBase) -> None:
        if self.get_text().strip() and self.get_visible():
            found[self] = self.get_window_extent(renderer)
        true_draw(self, renderer)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Text, "draw", noted)
        canvas.draw_without_rendering()
    return found


def test_a_figure_is_as_wide_as_its_columns(page: Page) -> None:
    assert page.canvas.get_size_inches()[0] in page.widths


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
