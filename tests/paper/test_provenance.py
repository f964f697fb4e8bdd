"""Provenance: every figure, table and number names its script, tables, seed, commit and runs."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from desim.figure.draw import FIGURES
from desim.paper import manifest, provenance
from desim.paper.build import build
from desim.paper.entry import PaperError
from desim.paper.numbers.posterior import OPTIONAL
from desim.paper.sources import FACTORIAL, MAIN
from desim.paper.typed import used_keys
from tests.paper.conftest import Place

RUNS_OF_ALL = 18 * 4


@pytest.fixture(scope="module")
def found(made: Place) -> dict[str, object]:
    build(made.sources, made.paper, made.figures)
    return manifest.read(made.paper / "build" / "manifest.json")


def told(found: dict[str, object], name: str, place: Place, *, all_runs: bool = False) -> str:
    thing = provenance.find(found, name)[0]
    return "\n".join(provenance.told(thing, found, place.sources, all_runs=all_runs))


def test_every_figure_and_every_printed_number_is_in_the_manifest(
    found: dict[str, object], made: Place
) -> None:
    things = found["things"]
    assert isinstance(things, list)
    names = {thing["name"] for thing in things}
    assert {figure.name for figure in FIGURES} <= names
    assert set(used_keys(made.paper)) - names <= {
        key for key in used_keys(made.paper) if key.startswith(OPTIONAL)
    }


def test_a_number_names_script_table_seed_commit_and_runs(
    found: dict[str, object], made: Place
) -> None:
    text = told(found, f"factorial.data_sharing.{MAIN}.difference", made)
    assert "script     desim.paper.numbers.factorial" in text
    assert f"table      {FACTORIAL}/comparison.parquet, digest " in text
    assert "seed             20220821" in text
    assert f"commit           {'d' * 40}" in text
    assert "runs behind it   8, of 0, 8;" in text  # four replications of two points
    assert f"{FACTORIAL}-0-0" in text


def test_all_runs_are_listed_when_asked_for(found: dict[str, object], made: Place) -> None:
    text = told(found, "figure 6", made, all_runs=True)
    assert sum(line.startswith(f"      {FACTORIAL}-") for line in text.splitlines()) == RUNS_OF_ALL


def test_a_figure_is_found_by_its_number(found: dict[str, object]) -> None:
    assert provenance.find(found, "3")[0]["name"] == "figure_3_timeline"


def test_a_number_is_found_by_what_is_printed(found: dict[str, object]) -> None:
    names = [thing["name"] for thing in provenance.find(found, "-5.00 GWh")]
    assert f"factorial.all.{MAIN}.difference" in names


def test_an_unknown_name_is_answered_with_the_nearest(found: dict[str, object]) -> None:
    with pytest.raises(PaperError, match="did you mean 'combinations'"):
        provenance.find(found, "combinatons")


def test_other_runs_than_those_of_the_build_are_refused(
    found: dict[str, object], place: Place
) -> None:
    path = place.results / FACTORIAL / "runs.parquet"
    pd.read_parquet(path).iloc[:-1].to_parquet(path)
    with pytest.raises(PaperError, match="not those of the last build"):
        told(found, "figure 6", place)


def test_what_changed_and_why_is_said(found: dict[str, object]) -> None:
    after = json.loads(json.dumps(found))
    thing = next(t for t in after["things"] if t["name"] == "gap.all")
    thing["text"] = "another"
    before = after["parameters"]["supply.store"]
    after["parameters"]["supply.store"] = before + 1.0
    after["studies"][FACTORIAL]["mechanism_digest"] = "another"
    said = manifest.difference(found, after)
    assert said[0] == "1 number changed: gap.all"
    assert f"because supply.store was {before} and is {before + 1.0}" in said
    assert f"because {FACTORIAL} was played again: other mechanism_digest" in said


def test_nothing_is_said_when_nothing_changed(found: dict[str, object]) -> None:
    assert manifest.difference(found, found) == []


def test_a_manifest_can_be_read_again(found: dict[str, object], tmp_path: Path) -> None:
    manifest.write(found, tmp_path / "manifest.json")
    assert manifest.read(tmp_path / "manifest.json") == found
