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
    "water_department": Box(15, 108),
    "energy_bureau": Box(15, 94),
    "meteorology": Box(15, 80),
    "emergency_department": Box(15, 66),
    "transport_department": Box(15, 52),
    "finance_department": Box(15, 38),
    "basin_operators": Box(46, 108),
    "fuel_suppliers": Box(46, 94),
    "economy_department": Box(46, 80),
    "leading_group_office": Box(46, 60),
    "publicity_department": Box(46, 38),
    "thermal_plants": Box(74, 94),
    "grid_dispatch": Box(74, 108),
    "grid_company": Box(74, 70),
    "state_grid": Box(103, 80),
    "receivers": Box(103, 108),
    "donors": Box(103, 94),
    "truck_donors": Box(103, 60),
    "residents": Box(15, 19),
    "hotline": Box(42, 19),
    "government": Box(72, 33),
    "economy_bureau": Box(101, 33),
    "power_company": Box(101, 19),
    "enterprises": Box(72, 19),
}


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw departments, grid and generation, regions, society and the inside of a prefecture."""
    units = tables["baseline_against_record/units"]
    links = collapsed(tables["baseline_against_record/links"], units)
    figure, axes = plt.subplots(figsize=(FULL, 7.0))
    axes.set(xlim=(0, 120), ylim=(-4, 120), aspect="equal")
    axes.axis("off")
    places = units["place"][units["place"] != ""].nunique()
    area(axes, 2, 32, 28, 118, "Departments")
    area(axes, 32, 73, 88, 118, "Energy and grid")
    area(axes, 91, 52, 118, 118, "Other regions")
    area(axes, 2, 12, 56, 28, "Society")
    area(axes, 59, 12, 118, 44, f"Inside each of {places} prefectures")
    draw_links(axes, BOXES, links[links["orientation"] == "horizontal"])
    draw_boxes(axes, BOXES, units)
    legend(axes, 1, -5, media=True)
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
