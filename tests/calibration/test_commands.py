"""Commands of evidence, calibration, theory and the chronicle."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from desim.calibration.day_by_day import Account, events, page
from desim.case import load
from desim.case.load import BUILT_IN
from desim.cli import cli
from desim.study.observe import SERIES

FOLDER = BUILT_IN / "sichuan_2022"
CASE = load("sichuan_2022")
HOURS = 816
MEASURES = (
    "voluntary", "energy_intensive", "industrial", "commercial", "imports", "exports", "thermal",
)  # fmt: skip


def said(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_the_ledger_lists_parameters_and_counts_by_tag() -> None:
    found = said("evidence")
    assert found.exit_code == 0
    assert "delay.phone" in found.output
    assert "[0.1, 0.6] h uniform  reported  E18" in found.output
    assert "data_sharing.interval" in found.output
    head, *rows = found.output.splitlines()[-16:]
    assert head.split() == ["table", "reported", "derived", "assumed", "untagged", "in", "all"]
    numbers = np.array([row.replace("in all", "all").split()[1:] for row in rows], dtype=int)
    assert (numbers[:-1].sum(axis=0) == numbers[-1]).all()
    assert numbers[-1][3] == 0


def test_the_ledger_lists_what_is_asked_for() -> None:
    found = said("evidence", "--table", "daily", "--tag", "reported")
    assert "daily 2022-08-28 inflow" in found.output
    assert "assumed  C3" not in found.output


@pytest.mark.parametrize(
    ("option", "value", "nearest"), [("--tag", "asumed", "assumed"), ("--table", "dayly", "daily")]
)
def test_a_wrong_tag_or_table_is_named(option: str, value: str, nearest: str) -> None:
    found = said("evidence", option, value)
    assert found.exit_code == 2
    assert f"did you mean '{nearest}'" in found.output


def test_a_calibration_without_a_file_is_refused(tmp_path: Path) -> None:
    found = said("calibrate", str(tmp_path / "no.toml"), "--results", str(tmp_path / "results"))
    assert found.exit_code == 2
    assert "no such calibration file" in found.output
    assert not (tmp_path / "results").exists()


def test_a_quick_posterior_is_not_kept() -> None:
    found = said("calibrate", "experiments/calibration/sichuan_2022.toml", "--quick", "--store")
    assert found.exit_code == 2
    assert "quick" in found.output


def test_the_chronicle_needs_its_study(tmp_path: Path) -> None:
    found = said("chronicle", "--results", str(tmp_path), "--page", str(tmp_path / "page.md"))
    assert found.exit_code == 2
    assert "desim experiment experiments/posterior_reforms.toml" in found.output
    assert not (tmp_path / "page.md").exists()


def a_series(severity: float, shed: float) -> pd.DataFrame:
    constant = dict.fromkeys(SERIES, 1.0) | {
        "need": 60.0, "served": 50.0, "hydro": 18.0, "severity": severity,
        "shed_residential": shed, "served_residential": 15.0,
        **{f"active_{name}": 2.0 for name in MEASURES},
    }  # fmt: skip
    return pd.concat(
        pd.DataFrame(
            {"quantity": name, "hour": np.arange(HOURS), "mean": v, "low": 0.9 * v, "high": 1.1 * v}
        )
        for name, v in constant.items()
    )


def test_a_day_is_told_in_words() -> None:
    told = Account(a_series(4.0, 0.5), CASE.mechanism.start).told(20)
    assert "At most 60 GW would be needed and 50 GW are supplied (45 to 55)" in told
    assert "hydropower gives 432 GWh" in told
    assert "Level I is in force at noon" in told
    assert "the stop of all listed industry" in told
    assert "Households get 360 GWh and are cut off from 12.0 GWh." in told


def test_a_quiet_day_is_told_as_one() -> None:
    told = Account(a_series(0.0, 0.0), CASE.mechanism.start).told(6)
    assert "No response level is in force" in told
    assert "No household is cut off" in told


def test_the_page_sets_every_day_and_row_beside_the_record(tmp_path: Path) -> None:
    folder = tmp_path / "posterior_reforms"
    folder.mkdir()
    a_series(2.0, 0.2).to_parquet(folder / "series.parquet")
    rows = [
        {"label": row.label, "kind": row.kind, "unit": row.unit, "use": row.use,
         "record": row.value, "model_low": row.value - 1.0, "model_high": row.value + 1.0}
        for row in CASE.record
    ]  # fmt: skip
    rows[0]["model_low"] = float("nan")
    pd.DataFrame(rows).to_parquet(folder / "record.parquet")
    text = page(CASE, FOLDER, tmp_path)
    for event in events(FOLDER).values():
        assert event in text
    for row in CASE.record:
        assert row.label in text
    assert "never to" in text
    assert "Level III is in force" in text


def test_every_source_of_the_chronicle_has_a_citation() -> None:
    for text in events(FOLDER).values():
        for key in text.rpartition("[")[2][:-1].split(", "):
            assert key in CASE.sources


def test_results_of_an_older_study_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "posterior_reforms").mkdir()
    series = a_series(2.0, 0.2).query("quantity != 'hydro'").drop(columns="low")
    series.to_parquet(tmp_path / "posterior_reforms" / "series.parquet")
    pd.DataFrame({"label": ["a"]}).to_parquet(tmp_path / "posterior_reforms" / "record.parquet")
    (tmp_path / "faster_and_worse").mkdir()
    pd.DataFrame().to_parquet(tmp_path / "faster_and_worse" / "comparison.parquet")
    found = said("chronicle", "--results", str(tmp_path), "--page", str(tmp_path / "page.md"))
    assert found.exit_code == 2
    again = "play it again: desim experiment experiments/posterior_reforms.toml"
    assert f"table posterior_reforms/series has no quantity hydro; {again}" in found.output
    assert f"table posterior_reforms/series has no column 'low'; {again}" in found.output
    assert f"table posterior_reforms/record has no column 'use'; {again}" in found.output
    assert "table faster_and_worse/comparison has no column 'scenario'" in found.output
    assert "there is no table faster_and_worse/summary" in found.output
    assert not (tmp_path / "page.md").exists()


@pytest.mark.parametrize(
    ("held", "complaint"),
    [
        ("['decide.dyas']", "key held: unknown parameter 'decide.dyas'; did you mean"),
        ("3", "key held: must be a list of names or patterns, got 3"),
        ("[3]", "key held: must be a list of names or patterns, got [3]"),
    ],
)
def test_what_is_held_must_be_a_parameter(tmp_path: Path, held: str, complaint: str) -> None:
    text = Path("experiments/calibration/sichuan_2022.toml").read_text(encoding="utf-8")
    before, _, after = text.partition("held = [")
    path = tmp_path / "x.toml"
    path.write_text(f"{before}held = {held}\n{after.partition(']')[2]}", encoding="utf-8")
    found = said("calibrate", str(path), "--results", str(tmp_path / "results"))
    assert found.exit_code == 2
    assert f"x.toml: {complaint}" in found.output
    assert not (tmp_path / "results").exists()
