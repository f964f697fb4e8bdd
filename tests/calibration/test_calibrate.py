"""A whole calibration of a small case: resumed, repeated, and wrong budgets refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from desim.calibration.batch import CalibrationError
from desim.calibration.budget import Budget, read_budget
from desim.calibration.calibrate import calibrate
from desim.calibration.tables_page import page
from desim.case import load
from desim.study.executors import Serial
from desim.study.given_sample import read_sample
from desim.study.question import StudyError

SMALL = Path(__file__).parent.parent / "cases" / "small"
TEXT = """
case = "{case}"
seed = 4
waves = 2
wave_points = 12
wave_replications = 3
cut = 3.0
reference_points = 40
replications = 2
particles = 20
moves = 1
generations = 3
tolerance = 1.0
draws = 8
predictive_replications = 2
records = 10
end_replications = 2
corner_replications = 2

[quick]
wave_points = 10
"""


class Stopped(Exception):
    """Somebody pulled the plug."""


def budget(folder: Path, text: str = TEXT, *, quick: bool = False) -> Budget:
    path = folder / "budget.toml"
    path.write_text(text.format(case=SMALL), encoding="utf-8")
    return read_budget(path, quick=quick)


def calibrated(folder: Path, results: Path, stop_at: str = "") -> str:
    def say(text: str) -> None:
        if stop_at and text.startswith(stop_at):
            raise Stopped

    found = calibrate(budget(folder), results, Serial, lambda done, total: None, say)
    return found.reason


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    assert "posterior of 8 draws" in calibrated(folder, folder / "results")
    return folder


def test_a_second_call_does_nothing(whole: Path) -> None:
    assert calibrated(whole, whole / "results").startswith("nothing to do")


def test_a_calibration_that_was_stopped_comes_out_the_same(whole: Path, tmp_path: Path) -> None:
    for stop_at in ("wave 2", "generation 1"):
        with pytest.raises(Stopped):
            calibrated(tmp_path, tmp_path / "results", stop_at)
        assert not (tmp_path / "results" / "calibration" / "posterior.csv").exists()
    calibrated(tmp_path, tmp_path / "results")
    for name in ("posterior.csv", "marginals.parquet", "generations.parquet"):
        one, other = (each / "results" / "calibration" / name for each in (whole, tmp_path))
        assert one.read_bytes() == other.read_bytes(), name


def test_draws_have_the_parameters_of_the_case_and_of_the_reforms(whole: Path) -> None:
    names, rows = read_sample(whole / "results" / "calibration" / "posterior.csv")
    assert len(rows) == 8
    assert {p.name for p in load(str(SMALL)).parameters} < set(names)
    assert "data_sharing.interval" in names


def test_every_row_of_the_record_has_its_bands(whole: Path) -> None:
    table = pd.read_parquet(whole / "results" / "calibration" / "predictive.parquet")
    assert set(table["of"]) == {"prior", "posterior"}
    assert set(table["key"]) == {row.key for row in load(str(SMALL)).record}


def test_the_page_of_tables_shows_every_wave_and_row_without_the_reforms(whole: Path) -> None:
    case = load(str(SMALL))
    text = page(case, whole / "results")
    shown = [line for line in text.splitlines() if any(r.label in line for r in case.record)]
    assert len(shown) == len(case.record)
    assert "| 2 | 12 | 3 |" in text
    assert "over the posterior" not in text


def test_a_point_that_cannot_be_played_stops_the_calibration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(trace: object, row: object) -> float:
        raise ZeroDivisionError("cannot be read")

    monkeypatch.setattr("desim.study.observe.evaluate", broken)
    with pytest.raises(CalibrationError, match="runs failed: ZeroDivisionError"):
        calibrated(tmp_path, tmp_path / "results")


def test_the_quick_table_replaces_what_it_names(tmp_path: Path) -> None:
    assert budget(tmp_path, quick=True).wave_points == 10
    assert budget(tmp_path).wave_points == 12


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("moves = 1", "moovs = 1", "key moovs: unknown key 'moovs'; did you mean 'moves'"),
        ("moves = 1", "", "key moves: is missing"),
        ("seed = 4", "seed = -4", "key seed: must be a whole number of at least 0, got -4"),
        ("cut = 3.0", "cut = 0.0", "key cut: must be a positive number, got 0.0"),
        ("draws = 8", "draws = 1.5", "key draws: must be a whole number of at least 5, got 1.5"),
        ("wave_points = 10", "wavepoints = 10", "key quick.wavepoints"),
    ],
)
def test_a_wrong_budget_is_complained_about(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(StudyError) as caught:
        budget(tmp_path, TEXT.replace(old, new))
    assert complaint in str(caught.value)


def test_all_complaints_about_a_budget_come_at_once(tmp_path: Path) -> None:
    text = TEXT.replace("seed = 4", "seed = -4").replace('case = "{case}"', 'case = "sichuan"')
    with pytest.raises(StudyError) as caught:
        budget(tmp_path, text)
    assert len(caught.value.complaints) == 2
    assert "sichuan_2022" in str(caught.value)
