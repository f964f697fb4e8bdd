"""Lengths of time as people write them."""

from __future__ import annotations

import pytest

from desim.study.duration import duration, seconds


@pytest.mark.parametrize(
    ("text", "length"),
    [("90", 90.0), ("1.5", 1.5), ("90 s", 90.0), ("1.5min", 90.0), ("1 h 30 min", 5400.0),
     (" 2h5s ", 7205.0)],
)  # fmt: skip
def test_a_length_of_time_is_understood(text: str, length: float) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "x", "0", "0 s", "-1", "1 d", "1e5", "5 s 1 h", "nan", "inf"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no length of time; write 90 s, 10 min or 1 h 30 min"):
        seconds(text)


def test_a_length_of_time_is_written_with_a_unit_that_fits() -> None:
    lengths = (0.25, 30.0, 300.0, 7200.0)
    assert [duration(each) for each in lengths] == ["0.25 s", "30 s", "5 min", "2.0 h"]
