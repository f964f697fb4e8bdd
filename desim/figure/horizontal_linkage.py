"""Figure 2: horizontal linkage, who works with whom across departments, regions and society."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure as Canvas

from desim.figure.diagram import Box, area, collapsed, draw_boxes, draw_links, legend
from desim.figure.figure import Figure
from desim.figure.style import FULL
from desim.figure.vertical_linkage import LINK_COLUMNS, UNIT_COLUMNS

BOXES = {
    "water_department": Box(13, 94),
    "energy_bureau": Box(13, 80),
    "meteorology": Box(13, 52),
    "emergency_department": Box(13, 66),
    "transport_department": Box(13, 108),
    "finance_department": Box(13, 38),
    "basin_operators": Box(46, 109),
    "fuel_suppliers": Box(46, 97),
    "grid_dispatch": Box(76, 109),
    "thermal_plants": Box(76, 97),
    "economy_department": Box(60, 83),
    "grid_company": Box(79, 66),
    "leading_group_office": Box(51, 66),
    "publicity_department": Box(46, 42),
    "donors": Box(104, 106),
    "state_grid": Box(104, 91),
    "receivers": Box(104, 76),
    "truck_donors": Box(104, 61),
    "residents": Box(14, 18),
    "hotline": Box(42, 18),
    "government": Box(75, 35),
    "economy_bureau": Box(104, 35),
    "enterprises": Box(75, 18),
    "power_company": Box(104, 18),
}
CURVES = {("state_grid", "truck_donors"): -0.28}


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw departments, grid and generation, regions, society and the inside of a prefecture."""
    units = tables["baseline_against_record/units"]
    links = collapsed(tables["baseline_against_record/links"], units)
    figure, axes = plt.subplots(figsize=(FULL, 7.0))
    axes.set(xlim=(0, 120), ylim=(0, 120), aspect="equal")
    axes.axis("off")
    places = units["place"][units["place"] != ""].nunique()
    area(axes, 1, 31, 25, 118, "Departments")
    area(axes, 34, 76, 88, 118, "Energy")
    area(axes, 92, 54, 119, 118, "Grid and other regions")
    area(axes, 1, 10, 54, 27, "Society")
    area(axes, 62, 10, 119, 45, f"Inside each of {places} prefectures")
    draw_links(axes, BOXES, links[links["orientation"] == "horizontal"], CURVES)
    draw_boxes(axes, BOXES, units)
    legend(axes, 2, 9, media=True)
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
