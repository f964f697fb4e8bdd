"""When faster coordination does harm: told once the study is there, as its results say."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from desim.paper.build import build
from desim.paper.numbers.catalogue import all_entries
from desim.paper.numbers.faster import COMPARISON, RULES, who
from desim.paper.sources import FASTER, MAIN
from desim.paper.tables.catalogue import all_tables
from tests.paper.conftest import Place
from tests.paper.fabricated import study, write_faster, write_provenance

SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture
def with_study(place: Place) -> Place:
    write_faster(place.results)
    return place


def texts(place: Place) -> dict[str, str]:
    return {key: entry.text for key, entry in all_entries(place.sources).items()}


def change(place: Place, label: str, outcome: str, **values: float) -> None:
    path = place.results / f"{COMPARISON}.parquet"
    rows = pd.read_parquet(path)
    chosen = (rows["label"] == label) & (rows["outcome"] == outcome)
    assert chosen.sum() == 1
    for column, value in values.items():
        rows.loc[chosen, column] = value
    rows.to_parquet(path)


def test_nothing_is_said_without_the_study_or_when_it_is_stale(with_study: Place) -> None:
    write_provenance(with_study.results, FASTER, study_digest="of another case")
    sources = with_study.sources
    assert not sources.faster
    assert not any(key.startswith("faster.") for key in all_entries(sources))
    assert "faster" not in all_tables(sources)
    build(sources, with_study.paper, with_study.figures)


def test_the_paper_is_built_with_the_study(with_study: Place) -> None:
    sources = with_study.sources
    build(sources, with_study.paper, with_study.figures)
    found = json.loads((with_study.paper / "build" / "numbers.json").read_text(encoding="utf-8"))
    assert found["faster"]
    assert found["numbers"]["faster.scenarios"] == "four"
    assert FASTER in sources.used


def test_every_scenario_of_the_study_is_described() -> None:
    assert list(study(FASTER).design["scenarios"]) == list(RULES)


def test_perfect_communication_has_a_name_of_its_own() -> None:
    assert who("as_assumed: perfect_communication") == "perfect communication"


def test_where_nothing_raises_what_residents_lose_that_is_said(with_study: Place) -> None:
    assert texts(with_study)["faster.harm"] == (
        "Under none of the four rules does any setting clearly raise residential energy not served."
    )


def test_a_setting_that_harms_is_named_with_its_rule_and_its_interval(with_study: Place) -> None:
    harms = {"difference": 30.0, "low": 20.0, "high": 40.0}
    change(with_study, "biased_rule: data_sharing", MAIN, **harms)
    found = texts(with_study)
    assert found["faster.harm"] == (
        "Data sharing clearly raises residential energy not served where the command turns a "
        "day's water into power by a fixed number of hours; no other setting does under any rule."
    )
    assert (
        f", and rises with data sharing (+30.0{SPACE}GWh, 20.0 to 40.0)"
        in found["faster.biased_rule"]
    )
    assert "rises" not in found["faster.as_assumed"]


def test_a_setting_that_harms_under_every_rule_is_named_once(with_study: Place) -> None:
    for scenario in RULES:
        label = f"{scenario}: data_sharing + overloaded_desk"
        change(with_study, label, MAIN, difference=30.0, low=20.0, high=40.0)
    assert texts(with_study)["faster.harm"] == (
        "Data sharing read by an overloaded desk clearly raises residential energy not served "
        "under every rule; no other setting does under any rule."
    )


def test_what_is_not_clear_is_not_told_as_a_change(with_study: Place) -> None:
    labels = ["racing_orders: " + " + ".join(p) for p in study(FASTER).design["points"]]
    for label in labels:
        change(with_study, label, "energy_curtailed", p_holm=0.4)
    change(with_study, labels[0], MAIN, p_holm=0.4)
    said = texts(with_study)["faster.racing_orders"]
    assert said.endswith("; energy curtailed by order clearly changes with none of them.")
    assert "falls with clear responsibilities" in said


def test_the_table_has_every_setting_under_every_rule(with_study: Place) -> None:
    table = all_tables(with_study.sources)["faster"]
    asked = study(FASTER).design
    assert len(table.rows) == len(asked["scenarios"]) * (1 + len(asked["points"]))
    assert table.rows[0][0].startswith("The command plans energy")
    assert table.rows[1][1:3] == ("Data sharing", f"−7.0{SPACE}(−9.0{SPACE}to{SPACE}−5.0)*")
