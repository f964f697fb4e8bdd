"""Figure 1: vertical linkage, who reports to whom and who orders whom."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure as Canvas

from desim.figure.diagram import Box, area, collapsed, draw_boxes, draw_links, legend
from desim.figure.figure import Figure
from desim.figure.style import FULL

BOXES = {
    "state_council": Box(16, 112),
    "energy_administration": Box(44, 112),
    "state_grid": Box(72, 112),
    "state_grid_dispatch": Box(100, 112),
    "party_government": Box(16, 92),
    "southwest_branch": Box(100, 92),
    "leading_group": Box(16, 76),
    "leading_group_office": Box(16, 60),
    "economy_department": Box(44, 60),
    "grid_company": Box(72, 60),
    "grid_dispatch": Box(100, 60),
    "government": Box(16, 37),
    "economy_bureau": Box(44, 37),
    "power_company": Box(86, 37),
    "county": Box(30, 19),
    "enterprises": Box(58, 19),
}
UNIT_COLUMNS = ("name", "title", "title_zh", "tier", "place")
LINK_COLUMNS = (
    "origin", "destination", "orientation", "channel", "delay_mean", "purposes", "flows",
)  # fmt: skip


def draw(tables: Mapping[str, pd.DataFrame]) -> Canvas:
    """Draw the tiers from the State Council down to enterprises."""
    units = tables["baseline_against_record/units"]
    links = collapsed(tables["baseline_against_record/links"], units)
    figure, axes = plt.subplots(figsize=(FULL, 6.9))
    axes.set(xlim=(0, 120), ylim=(0, 122), aspect="equal")
    axes.axis("off")
    places = units["place"][units["place"] != ""].nunique()
    area(axes, 3, 103, 117, 121, "Central")
    area(axes, 3, 50, 117, 100.5, "Province")
    area(axes, 3, 11, 117, 47, f"Each of {places} prefectures, with its counties and large users")
    draw_links(axes, BOXES, links[links["orientation"] == "vertical"])
    draw_boxes(axes, BOXES, units)
    legend(axes, 2, 10)
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
