"""Figure 2: horizontal linkage, who works with whom across departments, regions and society."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure as Canvas

from desim.figure.diagram import (
    LINK_COLUMNS,
    UNIT_COLUMNS,
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

_NARROW = 17.0
BOXES = {
    "water_department": Box(10, 108.8, 16, 14.4),
    "energy_bureau": Box(10, 95.7, 16, 8.8),
    "emergency_department": Box(10, 85.2, 16, 8.8),
    "meteorology": Box(10, 74.7, 16, 8.8),
    "transport_department": Box(10, 64.2, 16, 8.8),
    "finance_department": Box(10, 53.7, 16, 8.8),
    "leading_group_office": Box(32.3, 79.35, 11.6, 60.1),
    "basin_operators": Box(55.5, 111, _NARROW),
    "grid_dispatch": Box(81.5, 111, _NARROW),
    "thermal_plants": Box(107.5, 111, _NARROW),
    "grid_company": Box(55.5, 93.5, _NARROW),
    "economy_department": Box(81.5, 93.5, _NARROW),
    "fuel_suppliers": Box(107.5, 93.5, _NARROW),
    "truck_donors": Box(55.5, 74, _NARROW),
    "state_grid": Box(81.5, 64.25, _NARROW, 29),
    "receivers": Box(107.5, 74, _NARROW),
    "donors": Box(107.5, 54.5, _NARROW),
    "publicity_department": Box(36, 37, _NARROW),
    "residents": Box(10.5, 28.5, _NARROW, 26.5),
    "hotline": Box(36, 20, _NARROW),
    "government": Box(76, 19, _NARROW, 8.6),
    "economy_bureau": Box(76, 38, _NARROW, 8),
    "power_company": Box(102, 37, _NARROW),
    "enterprises": Box(102, 20, _NARROW),
}


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw departments, grid and generation, regions, society and the inside of a prefecture."""
    units = tables["baseline_against_record/units"]
    links = tables["baseline_against_record/links"]
    check_places(BOXES, units, links, "horizontal", HORIZONTAL_LINKAGE.name)
    figure, axes = sheet(121)
    places = units["place"][units["place"] != ""].nunique()
    area(axes, 0.8, 47.7, 19.2, 120, "Departments")
    area(axes, 45, 86.7, 119.2, 120, "Energy")
    area(axes, 45, 47.7, 119.2, 82.7, "Grid and other regions", "right")
    area(axes, 0.8, 13, 46.5, 45.7, "Society")
    area(axes, 52, 13, 119.2, 45.7, f"Inside each of {places} prefectures")
    arrows = collapsed(links[links["orientation"] == "horizontal"], units)
    draw_links(axes, BOXES, arrows)
    draw_boxes(axes, BOXES, units, links)
    shown = units[units["name"].map(kinds(units)).isin(BOXES)]
    legend(axes, shown, arrows, False)
    return figure


HORIZONTAL_LINKAGE = Figure(
    "figure_2_horizontal_linkage",
    "Horizontal linkage of the response: departments, energy, regions, society",
    {
        "baseline_against_record/units": UNIT_COLUMNS,
        "baseline_against_record/links": LINK_COLUMNS,
    },
    draw,
)
