"""Figure 1: vertical linkage, who reports to whom and who orders whom."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure as Canvas

from desim.figure.diagram import (
    LINK_COLUMNS,
    UNIT_COLUMNS,
    alone,
    area,
    check_places,
    collapsed,
    draw_boxes,
    draw_links,
    kinds,
    sheet,
)
from desim.figure.figure import Figure
from desim.figure.legend import legend
from desim.figure.route import Box

BOXES = {
    "state_council": Box(12, 112.5),
    "energy_administration": Box(36, 112.5),
    "state_grid": Box(60, 112.5),
    "southwest_branch": Box(84, 112.5),
    "state_grid_dispatch": Box(108, 112.5),
    "party_government": Box(12, 94),
    "leading_group": Box(12, 76.5),
    "generator_crews": Box(107, 76.5),
    "leading_group_office": Box(12, 59),
    "economy_department": Box(42, 59),
    "grid_company": Box(66, 59),
    "grid_dispatch": Box(95, 59),
    "government": Box(12, 38.5),
    "economy_bureau": Box(42, 38.5),
    "power_company": Box(66, 38.5),
    "county": Box(27, 21, width=49),
    "enterprises": Box(72, 21),
}


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw the tiers from the State Council down to enterprises."""
    units = tables["baseline_against_record/units"]
    links = tables["baseline_against_record/links"]
    check_places(BOXES, units, links, "vertical", VERTICAL_LINKAGE.name)
    figure, axes = sheet(122)
    places = units["place"][units["place"] != ""].nunique()
    area(axes, 0.8, 105.5, 119.2, 121, "Central", "right")
    area(axes, 0.8, 51.5, 119.2, 102.5, "Province", "right")
    area(
        axes, 0.8, 14, 119.2, 46.5,
        f"Each of {places} prefectures,\nwith its counties and large users", "right",
    )  # fmt: skip
    arrows = collapsed(links[links["orientation"] == "vertical"], units)
    draw_links(axes, BOXES, arrows)
    draw_boxes(axes, BOXES, units, links)
    shown = units[units["name"].map(kinds(units)).isin(BOXES)]
    legend(axes, shown, arrows, bool(alone(units, links)))
    return figure


VERTICAL_LINKAGE = Figure(
    "figure_1_vertical_linkage",
    "Vertical linkage of the response: reports up, orders down, and their mean delays",
    {
        "baseline_against_record/units": UNIT_COLUMNS,
        "baseline_against_record/links": LINK_COLUMNS,
    },
    draw,
)
