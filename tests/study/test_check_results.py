"""Checking results says what is broken, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from desim.study.check_results import check
from desim.study.question import StudyError
from tests.study import made_up


def wrong(root: Path) -> tuple[str, ...]:
    (found,) = check(root)
    return found.wrong


def test_whole_results_are_said_to_be_whole(tmp_path: Path) -> None:
    made_up.play(tmp_path, 6)
    (found,) = check(tmp_path)
    assert found.wrong == ()
    assert found.said == "3 chunks of rows and 2 tables are what was written"


def test_every_damage_is_said(tmp_path: Path) -> None:
    made_up.play(tmp_path, 6)
    folder = tmp_path / "made_up"
    (path,) = (folder / "chunks").glob("*/*.zip")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    (folder / "ages.parquet").unlink()
    path.with_name("notes.txt").write_text("mine")
    first, second, third = wrong(tmp_path)
    assert first == "table ages is gone"
    assert second.startswith(f"{path}: ")
    assert third == f"{path.parent / 'notes.txt'} is no file of rows"


def test_a_useless_provenance_is_said(tmp_path: Path) -> None:
    made_up.play(tmp_path, 6)
    (tmp_path / "made_up" / "provenance.json").write_text("")
    (said,) = wrong(tmp_path)
    assert "made_up/provenance.json: not readable" in said


def test_a_study_that_is_not_there_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    made_up.play(tmp_path, 6)
    with pytest.raises(StudyError, match=r"made_upp.*made_up"):
        check(tmp_path, ("made_upp",))
    with pytest.raises(StudyError, match="holds no results"):
        check(tmp_path / "absent")
