"""Where the hours go: what is averaged over, what counts together, and that no part is missed."""

from __future__ import annotations

import pandas as pd
import pytest

from desim.figure.where_the_hours_go import PARTS, by_part, by_place
from desim.outcome import delays


def test_the_figure_knows_every_part_by_its_title() -> None:
    told = {name: title for name, (title, _) in delays.PARTS.items()}
    assert {name: title for name, (title, _) in PARTS.items()} == told


def test_parts_are_means_over_orders_and_then_over_runs() -> None:
    """One run has a slow order and three quick ones, the other a single slow one."""
    rows = [(0, "industrial", 1, 8.0), (0, "appeal", 3, 4.0), (1, "industrial", 1, 9.0)]
    table = pd.DataFrame(rows, columns=["replication", "measure", "orders", "hours"])
    found = by_part(table.assign(policy_point="baseline", part="ramp"))
    assert found.loc["baseline", "ramp"] == pytest.approx((5.0 + 9.0) / 2.0)


def test_offices_of_all_places_count_together_and_runs_without_them_as_nothing() -> None:
    rows = [
        (0, "unit", "county.east", 6.0, 2.0), (0, "unit", "county.west", 2.0, 0.0),
        (0, "link", "a_to_b", 2.0, 0.0), (1, "link", "a_to_b", 4.0, 0.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["replication", "kind", "name", "hours", "waiting"])
    found = by_place(table.assign(policy_point="baseline", orders=2)).set_index("name")
    assert list(found.index) == ["county", "a_to_b"]
    assert found["hours"].tolist() == pytest.approx([4.0 / 2.0, 3.0 / 2.0])
    assert found["waiting"].tolist() == pytest.approx([0.5, 0.0])


def test_only_the_baselines_ten_largest_are_shown() -> None:
    rows = [("baseline", f"u{n}", float(n)) for n in range(12)] + [("data_sharing", "u99", 99.0)]
    table = pd.DataFrame(rows, columns=["policy_point", "name", "hours"])
    found = by_place(table.assign(kind="unit", waiting=0.0, replication=0, orders=1))
    assert found["name"].tolist() == [f"u{n}" for n in range(11, 1, -1)]
