"""A trace as a table: every record with names, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from desim.distribution import constant
from desim.mechanism.levels import Condition, Level
from desim.mechanism.parts import Arrival, Procedure, Profile
from desim.mechanism.steps import Fork, Join, Work
from desim.trace import Trace
from desim.trace.table import stream_counts, to_frame, write_csv
from tests.accounting import played
from tests.small import mechanism, once, one, unit


@pytest.fixture(scope="module")
def trace() -> Trace:
    child = Procedure("child", (Work("w", "desk", constant(1.0)),))
    return played(
        one(
            Fork("f", ("child",)),
            Join("j", "f"),
            times=(0.0, 2.0),
            units=(unit("desk"),),
            procedures=(child,),
            arrivals=(once("d", "child", 9.0),),
        )
    )


def test_there_is_a_row_for_each_record(trace: Trace) -> None:
    frame = to_frame(trace)
    assert list(frame.columns) == ["time", "item", "event", "step", "value", "since"]
    assert frame["time"].tolist() == trace.records["time"].tolist()


def test_items_events_and_steps_have_names(trace: Trace) -> None:
    row = to_frame(trace).iloc[1]
    assert (row["item"], row["event"], row["step"]) == ("c/1", "fork", "p.f")


def test_only_items_of_streams_are_counted(trace: Trace) -> None:
    assert stream_counts(trace) == [("c/1", 2), ("d/1", 1)]


def test_what_is_written_can_be_read(trace: Trace, tmp_path: Path) -> None:
    path = tmp_path / "new" / "log.csv"
    write_csv(trace, path)
    pd.testing.assert_frame_equal(pd.read_csv(path), to_frame(trace), check_dtype=False)


def test_nothing_else_is_left_in_the_folder(trace: Trace, tmp_path: Path) -> None:
    write_csv(trace, tmp_path / "log.csv")
    assert [file.name for file in tmp_path.iterdir()] == ["log.csv"]


def test_a_failure_leaves_what_was_there(
    trace: Trace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.csv"
    path.write_text("of before")

    def half(self: pd.DataFrame, target: Path, **_: object) -> None:
        target.write_text("half a ta")
        raise OSError("no space left")

    monkeypatch.setattr(pd.DataFrame, "to_csv", half)
    with pytest.raises(OSError, match="no space left"):
        write_csv(trace, path)
    assert path.read_text() == "of before"
    assert [file.name for file in tmp_path.iterdir()] == ["log.csv"]


def test_the_ending_says_whether_it_is_compressed(trace: Trace, tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    write_csv(trace, path)
    assert path.read_bytes()[:2] == b"\x1f\x8b"
    assert len(pd.read_csv(path)) == len(trace.records)


def test_the_first_item_of_a_thinned_stream_is_one_that_came() -> None:
    """Candidates that are not kept leave their ordinals behind (rule 9)."""
    late = Condition(Level("profile", "x"), ">=", 1.0)
    found = played(
        mechanism(
            profiles=(Profile("x", (0.0, 3.5), (0.0, 1.0)),),
            procedures=(Procedure("p", (Work("w", "desk", constant(0.1)),)),),
            arrivals=(Arrival("s", "p", constant(1.0), until=6.0, when=late),),
            units=(unit("desk"),),
        )
    )
    assert stream_counts(found) == [("s/4", 2)]
