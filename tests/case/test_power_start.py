"""The world follows the clock: hour and weekday come from the start, and dates are looked at."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from desim.case import CaseError, load
from desim.case.load import BUILT_IN
from desim.mechanism.mechanism import Mechanism

DAY = 24


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BUILT_IN / "sichuan_2022", tmp_path / "copy"))


def starting(folder: Path, start: str, hours: int = 816) -> None:
    """Give a case another start and horizon."""
    path = folder / "case.toml"
    text = re.sub("start = .*", f"start = {start}", path.read_text(encoding="utf-8"))
    path.write_text(text.replace("horizon = 816", f"horizon = {hours}"), encoding="utf-8")


def dated(folder: Path, first: date) -> None:
    """Give the daily table another first date."""
    path = folder / "daily.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    moved = [
        ",".join((str(first + timedelta(days=i)), row.partition(",")[2]))
        for i, row in enumerate(rows)
    ]
    path.write_text("\n".join((header, *moved)) + "\n", encoding="utf-8")


def wrong(folder: Path) -> tuple[str, ...]:
    with pytest.raises(CaseError) as caught:
        load(str(folder))
    return caught.value.complaints


def industry(mechanism: Mechanism) -> np.ndarray:
    assert mechanism.world is not None
    need: np.ndarray = mechanism.world.need[:, :, 2].sum(axis=1)
    return need


def test_the_weekend_falls_on_saturday_and_sunday(folder: Path) -> None:
    starting(folder, "2022-08-03T00:00:00")  # a Wednesday
    dated(folder, date(2022, 8, 3))
    wednesday = industry(load(str(folder)).mechanism)[::DAY]
    monday = industry(load("sichuan_2022").mechanism)[::DAY]
    assert np.flatnonzero(wednesday[:7] < wednesday[0]).tolist() == [3, 4]
    assert np.flatnonzero(monday[:7] < monday[0]).tolist() == [5, 6]


def test_a_run_that_starts_at_noon_begins_with_the_need_of_noon(folder: Path) -> None:
    starting(folder, "2022-08-01T12:00:00", 804)
    (folder / "record.csv").unlink()  # it counts hours from midnight
    noon, midnight = load(str(folder)).mechanism, load("sichuan_2022").mechanism
    assert noon.world is not None
    assert midnight.world is not None
    for name in ("need", "fixed", "inflow", "surplus"):
        assert np.array_equal(getattr(noon.world, name), getattr(midnight.world, name)[12:])
    assert np.array_equal(noon.world.line_limit, midnight.world.line_limit)
    thermal = next(profile for profile in noon.profiles if profile.name == "thermal")
    assert thermal.times[:2] == (-12.0, 12.0)


@pytest.mark.parametrize(
    ("start", "complaint"),
    [
        ("2021-01-01T00:00:00", "daily.csv row 2 column date: is 2022-08-01, wanted 2021-01-01: "
         "the run starts on it"),
        ("2022-08-01T12:00:00", "daily.csv: covers 804 h of 816"),
        ("2022-08-01T00:30:00", "case.toml key start: must be a full hour where there is a power "
         "balance, got 00:30"),
        ("2022-08-01T00:00:01", "case.toml key start: must be a whole minute, got "
         "2022-08-01T00:00:01"),
        ("2022-08-01T00:00:00+08:00", "case.toml key start: must be local time without an offset, "
         "got 2022-08-01T00:00:00+08:00"),
        ("2022-08-01", "case.toml key start: must be a date and time"),
    ],
)  # fmt: skip
def test_a_start_that_does_not_fit_is_named(folder: Path, start: str, complaint: str) -> None:
    starting(folder, start)
    assert complaint in wrong(folder)


def test_a_gap_between_dates_is_named(folder: Path) -> None:
    path = folder / "daily.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2022-08-03,", "2022-08-04,"))
    complaint = "is 2022-08-04, wanted 2022-08-03: days must follow each other"
    assert wrong(folder) == (f"daily.csv row 4 column date: {complaint}",)


def test_hours_out_of_order_are_named(folder: Path) -> None:
    path = folder / "hourly.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\n1,", "\n2,", 1))
    assert wrong(folder) == ("hourly.csv row 3 column hour: is '2', wanted 1",)
