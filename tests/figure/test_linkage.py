"""Linkage diagrams: every unit and link of the mechanism is there, and arrows run clear."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.text import Text

from desim.figure import FigureError, horizontal_linkage, vertical_linkage
from desim.figure.diagram import collapsed, kinds
from desim.figure.route import Box, routes
from desim.figure.style import looks
from tests.figure.synthetic import tables

TABLES = tables()
UNITS, LINKS = TABLES["baseline_against_record/units"], TABLES["baseline_against_record/links"]
MODULES = {"vertical": vertical_linkage, "horizontal": horizontal_linkage}


@pytest.fixture(scope="module", params=MODULES)
def drawing(request: pytest.FixtureRequest) -> Iterator[tuple[str, Canvas]]:
    with looks():
        canvas = MODULES[request.param].draw(TABLES)
        canvas.draw_without_rendering()
        yield request.param, canvas
        plt.close(canvas)


def boxes(canvas: Canvas) -> dict[str, FancyBboxPatch]:
    found = canvas.findobj(lambda a: isinstance(a, FancyBboxPatch) and a.get_gid() is not None)
    return {str(patch.get_gid()): patch for patch in found if isinstance(patch, FancyBboxPatch)}


def arrows(canvas: Canvas) -> list[tuple[str, str, np.ndarray]]:
    """Origin, destination, and twenty places along each arrow, in units of the drawing."""
    found = []
    for patch in canvas.findobj(FancyArrowPatch):
        assert isinstance(patch, FancyArrowPatch)
        origin, _, destination = str(patch.get_gid()).partition(" to ")
        begin, end = (np.array(point) for point in patch._posA_posB)  # type: ignore[attr-defined]
        along = np.linspace(0.0, 1.0, 20)[:, None]
        found.append((origin, destination, begin + along * (end - begin)))
    return found


def test_every_unit_with_a_link_is_drawn_in_its_figure(drawing: tuple[str, Canvas]) -> None:
    orientation, canvas = drawing
    rows = LINKS[LINKS["orientation"] == orientation]
    wanted = {kinds(UNITS)[unit] for unit in (*rows["origin"], *rows["destination"])}
    assert wanted <= set(boxes(canvas))


def test_every_unit_of_the_mechanism_has_a_place_in_a_figure() -> None:
    placed = set(vertical_linkage.BOXES) | set(horizontal_linkage.BOXES)
    assert placed == set(kinds(UNITS).values())


def test_every_place_is_drawn(drawing: tuple[str, Canvas]) -> None:
    orientation, canvas = drawing
    assert set(boxes(canvas)) == set(MODULES[orientation].BOXES)


def test_every_link_of_the_mechanism_is_drawn_in_its_figure(drawing: tuple[str, Canvas]) -> None:
    orientation, canvas = drawing
    kind = kinds(UNITS)
    rows = LINKS[LINKS["orientation"] == orientation]
    wanted = {(kind[a], kind[b]) for a, b in zip(rows["origin"], rows["destination"], strict=True)}
    assert {(origin, destination) for origin, destination, _ in arrows(canvas)} == wanted


@pytest.mark.parametrize("orientation", MODULES)
def test_a_unit_without_a_place_is_refused(orientation: str) -> None:
    newcomer = UNITS.iloc[[0]].assign(name="newcomer")
    first = LINKS[LINKS["orientation"] == orientation].iloc[[0]]
    changed = {
        "baseline_against_record/units": pd.concat([UNITS, newcomer]),
        "baseline_against_record/links": pd.concat([LINKS, first.assign(origin="newcomer")]),
    }
    with pytest.raises(FigureError, match=f"figure_._{orientation}_linkage: no place for newcomer"):
        MODULES[orientation].draw(changed)


def test_a_place_without_a_unit_is_refused() -> None:
    without = LINKS[(LINKS["origin"] != "hotline") & (LINKS["destination"] != "hotline")]
    changed = {**TABLES, "baseline_against_record/links": without}
    with pytest.raises(FigureError, match="a place, but no unit hotline"):
        horizontal_linkage.draw(changed)


def test_arrows_touch_the_boxes_they_join(drawing: tuple[str, Canvas]) -> None:
    orientation, canvas = drawing
    places = MODULES[orientation].BOXES
    for origin, destination, points in arrows(canvas):
        for name, (x, y) in ((origin, points[0]), (destination, points[-1])):
            box = places[name]
            depth = min(x - box.left, box.right - x, y - box.bottom, box.top - y)
            assert abs(depth) < 1e-9, f"{origin} to {destination} at {name}"


def test_no_arrow_runs_through_a_box(drawing: tuple[str, Canvas]) -> None:
    orientation, canvas = drawing
    for origin, destination, points in arrows(canvas):
        for name, box in MODULES[orientation].BOXES.items():
            x, y = points[1:-1].T
            hit = (box.left < x) & (x < box.right) & (box.bottom < y) & (y < box.top)
            assert not hit.any(), f"{origin} to {destination} through {name}"


def test_no_arrow_runs_through_a_title_or_another_arrows_number(
    drawing: tuple[str, Canvas],
) -> None:
    _, canvas = drawing
    axes = canvas.axes[0]
    for text in axes.texts:
        box = text.get_window_extent()
        through = [
            f"{origin} to {destination}"
            for origin, destination, points in arrows(canvas)
            if box.count_contains(axes.transData.transform(_fine(points)))
        ]
        assert len(through) <= (1 if _is_number(text) else 0), f"{text.get_text()}: {through}"


def _fine(points: np.ndarray) -> np.ndarray:
    along = np.linspace(0.0, 1.0, 400)[:, None]
    line: np.ndarray = points[0] + along * (points[-1] - points[0])
    return line


def _is_number(text: Text) -> bool:
    return text.get_text()[0].isdigit() and text.get_bbox_patch() is not None


def test_names_fit_their_boxes(drawing: tuple[str, Canvas]) -> None:
    _, canvas = drawing
    shapes = [patch.get_window_extent() for patch in boxes(canvas).values()]
    for text in canvas.axes[0].texts:
        line = text.get_window_extent()
        for shape in (s for s in shapes if s.contains(*line.get_points().mean(axis=0))):
            room = (line.x0 - shape.x0, shape.x1 - line.x1, line.y0 - shape.y0, shape.y1 - line.y1)
            assert min(room) > 0.0, text.get_text()


def test_delays_that_differ_between_prefectures_become_a_range() -> None:
    mine = LINKS["name"].str.startswith("county_to_bureau.")
    unequal = LINKS.assign(delay_mean=LINKS["delay_mean"].where(~mine, 2.0))
    unequal.loc[mine.idxmax(), "delay_mean"] = 0.5
    found = collapsed(unequal, UNITS)
    mine = (found["origin"] == "county") & (found["destination"] == "economy_bureau")
    assert found["text"][mine].tolist() == ["30 min to 2 h"]


def test_a_link_that_nothing_uses_has_no_number() -> None:
    unused = LINKS[LINKS["name"] == "department_to_grid"].assign(flows="")
    assert collapsed(unused, UNITS)["text"].tolist() == [""]


def test_a_link_with_two_flows_has_an_arrow_for_each() -> None:
    double = LINKS[LINKS["name"] == "office_to_grid"].assign(flows="information,order")
    assert collapsed(double, UNITS)["flow"].tolist() == ["information", "order"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_slanting_arrows_run_side_by_side(count: int) -> None:
    lines = routes(Box(0, 0), Box(40, 30), count)
    slopes = [(end[1] - begin[1]) / (end[0] - begin[0]) for begin, end in lines]
    assert slopes == pytest.approx([0.75] * count)
    assert len({begin for begin, _ in lines}) == count


@pytest.mark.parametrize("count", [1, 2, 3])
def test_arrows_between_boxes_that_face_are_upright(count: int) -> None:
    lines = routes(Box(0, 0), Box(3, 30), count)
    assert [begin[0] for begin, _ in lines] == [end[0] for _, end in lines]
