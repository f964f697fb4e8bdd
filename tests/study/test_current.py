"""That nothing has to be done is looked at, not believed; a damaged provenance names the way on."""

from __future__ import annotations

from pathlib import Path

import pytest

from desim.study.current import CONTENTS, changed_tables, gone_chunks, read_provenance
from desim.study.question import StudyError
from tests.study import made_up


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Results of a finished study."""
    made_up.play(tmp_path, 6)
    return tmp_path / "made_up"


def changed(folder: Path) -> list[str]:
    place = made_up.store(folder.parent)._chunks.folder
    found = [*changed_tables(folder, read_provenance(folder)), *gone_chunks(place)]
    return [text.replace(place.name, "PLACE") for text in found]


def test_what_was_written_is_unchanged(folder: Path) -> None:
    assert changed(folder) == []


def test_a_table_that_is_gone_or_edited_is_named(folder: Path) -> None:
    (folder / "ages.parquet").unlink()
    content = bytearray((folder / "runs.parquet").read_bytes())
    content[200] ^= 1
    (folder / "runs.parquet").write_bytes(content)
    assert changed(folder) == ["table ages is gone", "table runs is not what was written"]


def test_rows_that_are_gone_or_cut_off_are_named(folder: Path) -> None:
    (path,) = (folder / "chunks").glob("*/*.zip")
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert changed(folder) == [f"rows in PLACE/{path.name} are not what was written"]
    path.unlink()
    assert changed(folder) == [f"rows in PLACE/{path.name} are gone"]
    path.with_name(CONTENTS).write_text("[[[")
    assert changed(folder) == [f"PLACE/{CONTENTS} is not readable"]
    path.with_name(CONTENTS).unlink()
    assert changed(folder) == [f"PLACE/{CONTENTS} is gone"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not readable: "),
        (b'{"complete": tr', "not readable: "),
        (b"\xff\xfe\x00", "not readable: "),
        (b"[" * 100_000, "not readable: "),
        (b"[]", "holds no provenance"),
        (b'{"runs": "many"}', "runs must be of type int, got 'many'"),
        (b'{"runs": true}', "runs must be of type int, got True"),
        (b'{"complete": 1}', "complete must be of type bool, got 1"),
        (b'{"complete": true}', "says that the study is complete, but not its study_digest"),
        (b'{"tables": []}', "tables must be of type dict"),
        (b'{"replications": 1e999}', "replications must be of type int"),
    ],
)
def test_a_useless_provenance_is_refused_with_the_way_on(
    folder: Path, content: bytes, said: str
) -> None:
    (folder / "provenance.json").write_bytes(content)
    with pytest.raises(StudyError) as refused:
        made_up.store(folder.parent)
    assert said in str(refused.value)
    assert str(refused.value).startswith("made_up/provenance.json: ")
    assert str(refused.value).endswith(
        "; remove the file, and desim experiment goes on from the runs that are there"
    )


def test_no_provenance_is_an_empty_one(tmp_path: Path) -> None:
    assert read_provenance(tmp_path / "absent") == {}
