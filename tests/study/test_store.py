"""The store: chunks are there whole or not at all, and count once, whatever happens."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desim.study import chunk_files
from desim.study.question import StudyError
from desim.study.store import Store
from tests.study import made_up
from tests.study.file_faults import Killed, disk
from tests.study.made_up import name, play, played, rows, store, tables

RUNS = 8
EVERY = 1 if os.environ.get("TORTURE") else 4
"""Each so many file operations fails once; all of them in `make torture`."""


@pytest.fixture(autouse=True)
def small_packs(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few chunks are packed, and packs of packs."""
    monkeypatch.setattr(chunk_files, "PACK_AT", 2)


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Tables of an undisturbed study."""
    root = tmp_path_factory.mktemp("undisturbed")
    play(root, RUNS)
    return tables(root)


def operations(root: Path, first: int) -> range:
    """Numbers of the file operations that fail, of all that a study does."""
    with disk(root) as counting:
        play(root, RUNS)
    return range(first % EVERY, counting.count, EVERY)


@pytest.mark.parametrize("fault", [Killed, KeyboardInterrupt, OSError])
def test_a_fault_at_any_file_operation_loses_and_doubles_nothing(
    tmp_path: Path, wanted: dict[str, bytes], fault: type[BaseException]
) -> None:
    """Chunks are cut otherwise when it goes on, so that names of chunks do not help."""
    first = [Killed, KeyboardInterrupt, OSError].index(fault)
    for at in operations(tmp_path / "counted", first):
        root = tmp_path / str(at)
        with disk(root, at, fault), pytest.raises((Killed, KeyboardInterrupt, OSError)):
            play(root, RUNS)
        play(root, RUNS, chunk=2 + at % 3)
        assert tables(root) == wanted, at
        left = [p.name for p in root.rglob(".*") if p.name != ".lock"]
        assert not left, at


def test_a_loss_of_power_at_any_file_operation_is_mended(
    tmp_path: Path, wanted: dict[str, bytes]
) -> None:
    """What was not synchronised is gone or empty then."""
    for at in operations(tmp_path / "counted", 3):
        root = tmp_path / str(at)
        with disk(root, at) as lost, pytest.raises(Killed):
            play(root, RUNS)
        lost.lose_power()
        (root / "made_up" / "provenance.json").unlink(missing_ok=True)
        play(root, RUNS, chunk=3)
        assert tables(root) == wanted, at


def test_a_fault_while_parts_are_merged_loses_and_doubles_nothing(
    tmp_path: Path, wanted: dict[str, bytes]
) -> None:
    parts = [tmp_path / "part1", tmp_path / "part2"]
    for part, numbers in zip(parts, (range(0, RUNS, 2), range(1, RUNS, 2)), strict=True):
        fill(part, numbers)
    with disk(tmp_path / "counted") as counting:
        merge(tmp_path / "counted", parts)
    for at in range(0, counting.count, EVERY):
        root = tmp_path / str(at)
        with disk(root, at), pytest.raises(Killed):
            merge(root, parts)
        merge(root, parts)
        play(root, RUNS)
        assert tables(root) == wanted, at


def fill(root: Path, numbers: range) -> None:
    results = store(root)
    with results.writing():
        for number in numbers:
            results.append(played([number]))
        results.close()


def merge(root: Path, parts: list[Path]) -> None:
    results = store(root)
    with results.writing():
        for part in parts:
            results.take(store(part))
        results.close()


CHUNK = st.tuples(
    st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True),
    st.sets(st.integers(0, 5)),
    st.sampled_from(["away", "gone"]),
)
PARTS = st.lists(st.lists(CHUNK, min_size=1, max_size=3), min_size=1, max_size=3)


ORDERS = st.lists(st.lists(st.integers(0, 2), max_size=6), min_size=2, max_size=2)


@settings(max_examples=400 if EVERY == 1 else 15, deadline=None)
@given(parts=PARTS, orders=ORDERS)
def test_parts_give_the_same_in_any_order_and_however_often_they_are_merged(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[list[tuple[list[int], set[int], str]]],
    orders: list[list[int]],
) -> None:
    """With runs that failed here and succeeded there, were retried, or are in several parts."""
    root = tmp_path_factory.mktemp("parts")
    folders = [root / f"part{number}" for number in range(len(parts))]
    best: dict[str, str] = {}
    for folder, chunks in zip(folders, parts, strict=True):
        results = store(folder)
        with results.writing():
            for numbers, failing, error in chunks:
                results.append(played(numbers, failing=failing, error=error))
                for number in numbers:
                    status = "failed" if number in failing else "ok"
                    best[name(number)] = max(status, best.get(name(number), status))
    found = []
    for place, order in enumerate(orders):
        target = root / f"merged{place}"
        every = [folders[number % len(folders)] for number in order] + folders[:: 1 - 2 * place]
        merge(target, every)
        status, ages = rows(target)
        assert status == best
        assert ages == 2 * list(best.values()).count("ok")
        found.append(store(target).runs(("error", "first")).sort_by("run"))
    columns = ["run", "status", "error", "first", "chunk"]
    one, other = (str(each.select(columns).to_pydict()) for each in found)
    assert one == other


def test_a_failed_run_that_succeeds_when_tried_again_counts(tmp_path: Path) -> None:
    """The same chunk with the same names: what the digest of names alone could not tell."""
    results = store(tmp_path)
    with results.writing():
        results.append(played([1, 2], failing=[2]))
        results.close()
        results.append(played([1, 2]))
        results.close()
    assert rows(tmp_path) == ({name(1): "ok", name(2): "ok"}, 4)


def test_merging_again_takes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    part = store(tmp_path / "part")
    with part.writing():
        part.append(played([1, 2, 3], failing=[3]))
    results = store(tmp_path / "all")
    with results.writing():
        assert [results.take(part) for _ in range(3)] == [(3, 0), (0, 3), (0, 3)]
    assert rows(tmp_path / "all")[0] == rows(tmp_path / "part")[0]


def test_a_single_flipped_bit_changes_no_value_unseen(tmp_path: Path) -> None:
    """It is found, or it is in a part of the file that says nothing."""
    play(tmp_path, RUNS)
    truth = everything(tmp_path)
    (path,) = (tmp_path / "made_up" / "chunks").glob("*/*.zip")
    content, chance = path.read_bytes(), random.Random(5)
    found = 0
    for _ in range(400):
        bit = chance.randrange(8 * len(content))
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        results = store(tmp_path)
        kept = results.runs(("first", "second", "digest", "replication"))
        if results.damaged:
            found += 1
            assert not kept.num_rows
            continue
        try:
            assert everything(tmp_path) == truth, bit
        except StudyError:
            found += 1
    assert found > 200


def everything(root: Path) -> tuple[str, str]:
    results = store(root)
    found = results.runs(("first", "second", "digest", "replication")).sort_by("run")
    return str(found.to_pydict()), results.read("ages", found).to_csv()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", bytes(500), None])
def test_a_broken_file_is_named_and_set_aside_and_its_runs_are_missing(
    tmp_path: Path, content: bytes | None
) -> None:
    play(tmp_path, RUNS)
    wanted = tables(tmp_path)
    (path,) = (tmp_path / "made_up" / "chunks").glob("*/*.zip")
    path.write_bytes(path.read_bytes()[:-30] if content is None else content)
    with store(tmp_path).writing() as aside:
        ((moved, why),) = aside.items()
    assert moved == path.parent / "damaged" / path.name
    assert moved.is_file()
    assert "not readable" in why
    assert not len(store(tmp_path).finished())
    play(tmp_path, RUNS)
    assert tables(tmp_path) == wanted


def test_files_that_are_no_chunks_are_left_or_set_aside(tmp_path: Path) -> None:
    """What macOS leaves beside files, a folder, a copy under another name, somebody's notes."""
    play(tmp_path, RUNS)
    (path,) = (tmp_path / "made_up" / "chunks").glob("*/*.zip")
    path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7")
    path.with_name("notes.txt").write_text("mine")
    path.with_name("copy of a chunk.zip").write_bytes(path.read_bytes())
    path.with_name(f"0-{32 * 'a'}.zip").mkdir()
    assert len(store(tmp_path).finished()) == RUNS
    with store(tmp_path).writing() as aside:
        pass
    assert sorted(file.name for file in aside) == [f"0-{32 * 'a'}.zip", "copy of a chunk.zip"]
    assert path.with_name("notes.txt").is_file()
    assert path.with_name(f"._{path.name}").is_file()


def test_rows_are_written_by_the_holder_of_the_lock_only(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="within"):
        store(tmp_path).append(played([1]))


def test_a_reader_sees_every_run_while_files_are_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer packs between the reader's look at the folder and its reading."""
    results, reader = store(tmp_path), store(tmp_path)
    with results.writing():
        monkeypatch.setattr(chunk_files, "PACK_AT", 99)
        for number in range(6):
            results.append(played([number]))
        true_list, packed = os.listdir, []

        def late(folder: Path) -> list[str]:
            names = true_list(folder)
            if not packed:
                packed.append(True)
                results.close()
            return names

        monkeypatch.setattr(os, "listdir", late)
        assert len(reader.finished()) == 6
        assert packed


def test_rows_have_one_schema_whatever_they_came_as(tmp_path: Path) -> None:
    """pandas 2 has objects where pandas 3 has texts, and a column without values has no type."""
    results = store(tmp_path)
    one, two = played([1]), played([2])
    one.tables["ages"]["age"] = None
    one.runs["first"] = one.runs["first"].astype(int)
    two.runs["error"] = two.runs["error"].astype(object)
    with results.writing():
        results.append(one)
        results.append(two)
    found = results.runs(("first", "error"))
    assert found.schema.field("first").type == pa.float64()
    assert found.schema.field("error").type == pa.string()
    assert len(results.read("ages", found)) == 4


def test_results_of_the_format_before_chunks_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "made_up" / "shards").mkdir(parents=True)
    with pytest.raises(StudyError, match=r"shards: written by an earlier desim.*remove that"):
        store(tmp_path)


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "made_up").write_text("")
    with pytest.raises(StudyError, match="is no folder"):
        Store(tmp_path, "made_up", made_up.OUTCOMES)
