"""Real studies, killed and starved; a few tries in a test run, many in `make torture`."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from desim.study import chunk_files
from desim.study.executors import local
from desim.study.plan import Plan, Shard
from desim.study.question import StudyError, read_study
from desim.study.run import run
from desim.study.saved import merge, status
from tests.study.conftest import write_study
from tests.study.file_faults import Killed, disk

MANY = bool(os.environ.get("TORTURE"))
TRIES = 30 if MANY else 2


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that even a small study has many chunks and packs some of them."""
    monkeypatch.setattr(chunk_files, "PACK_AT", 3)
    monkeypatch.setattr("desim.study.dispatch.LARGEST", 4)


def silent(done: int, total: int) -> None:
    return None


def play(file: Path, results: Path, shard: Shard | None = None) -> None:
    run(Plan(read_study(file)), results, silent, start=partial(local, 1), shard=shard)


def tables(results: Path) -> dict[str, bytes]:
    """Bytes of every file of a study but its rows, without the commit at that moment."""
    found = {path.name: path.read_bytes() for path in sorted(results.glob("*/*.*"))}
    lines = found["provenance.json"].splitlines()
    return found | {"provenance.json": b"\n".join(line for line in lines if b"commit" not in line)}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of 24 runs that keeps every table."""
    return write_study(tmp_path_factory.mktemp("study"), replications=4)


@pytest.fixture(scope="module")
def wanted(file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Its tables when nothing disturbs it."""
    root = tmp_path_factory.mktemp("undisturbed")
    play(file, root)
    return tables(root)


@pytest.mark.parametrize("fault", [Killed, KeyboardInterrupt, OSError])
def test_a_study_that_fails_at_a_file_operation_ends_the_same(
    tmp_path: Path, file: Path, wanted: dict[str, bytes], fault: type[BaseException]
) -> None:
    with disk(tmp_path / "counted") as counting:
        play(file, tmp_path / "counted")
    places = range(counting.count)
    for at in random.Random(fault.__name__).sample(places, TRIES):
        root = tmp_path / str(at)
        with disk(root, at, fault) as broken:
            with pytest.raises((Killed, KeyboardInterrupt, OSError)):
                play(file, root)
            assert broken.count > at
        play(file, root)
        assert tables(root) == wanted, at


def test_a_merge_that_is_killed_and_repeated_ends_the_same(
    tmp_path: Path, file: Path, wanted: dict[str, bytes]
) -> None:
    parts = tuple(tmp_path / f"part{number}" for number in (1, 2, 3))
    for number, part in enumerate(parts, start=1):
        play(file, part, Shard(number, 3))
    with disk(tmp_path / "counted") as counting:
        list(merge(parts, tmp_path / "counted"))
    places = range(counting.count)
    for at in random.Random(5).sample(places, TRIES):
        root = tmp_path / str(at)
        with disk(root, at), pytest.raises(Killed):
            list(merge(parts, root))
        list(merge(parts[::-1], root))
        assert tables(root) == wanted, at


def command(file: Path, results: Path) -> subprocess.Popen[bytes]:
    called = [sys.executable, "-m", "desim.cli", "experiment", str(file), "--workers", "1"]
    return subprocess.Popen(
        [*called, "--results", str(results)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_command_that_is_ended_at_any_moment_goes_on(tmp_path: Path, number: int) -> None:
    """The moment is chosen by what is on the disk, so that a busy machine does not matter."""
    file = write_study(tmp_path, replications=40)
    play(file, tmp_path / "undisturbed")
    wanted = tables(tmp_path / "undisturbed")
    chance = random.Random(number)
    for attempt in range(TRIES // 2):
        root = tmp_path / str(attempt)
        process = command(file, root)
        while process.poll() is None and not list(root.glob("*/chunks/*/*.zip")):
            time.sleep(0.005)
        time.sleep(chance.random() * 0.3)
        process.send_signal(number)
        _, said = process.communicate()
        assert process.returncode in (0, 130, -signal.SIGKILL)
        assert b"Traceback" not in said
        play(file, root)
        found = tables(root)
        assert found == wanted, attempt


@pytest.mark.parametrize("stopped", [False, True])
def test_two_commands_at_once_give_the_same_and_one_is_refused(
    tmp_path: Path, stopped: bool
) -> None:
    """Also when the first is stopped for a while, as by a machine that swaps."""
    file = write_study(tmp_path, replications=40)
    play(file, tmp_path / "undisturbed")
    results = tmp_path / "results"
    first = command(file, results)
    while not list(results.glob("*/chunks/*/*.zip")):
        assert first.poll() is None
        time.sleep(0.005)
    if stopped:
        first.send_signal(signal.SIGSTOP)
    said = ""
    try:
        play(file, results)
    except StudyError as error:
        said = str(error)
    if stopped:
        assert f"is being written by process {first.pid} on" in said
        first.send_signal(signal.SIGCONT)
    assert first.wait() == 0
    assert tables(results) == tables(tmp_path / "undisturbed")


def test_readers_never_stumble_over_a_writer(tmp_path: Path) -> None:
    file = write_study(tmp_path, replications=40 if MANY else 10)
    results = tmp_path / "results"
    raised: list[BaseException] = []
    ended = threading.Event()

    def ask() -> None:
        plan = Plan(read_study(file))
        while not ended.is_set():
            try:
                status(plan, results)
                list(merge((results,), tmp_path / "copy")) if results.is_dir() else None
            except StudyError as error:
                if "holds no results of a study" not in str(error):
                    raised.append(error)
            except Exception as error:  # noqa: BLE001 - any is what is looked for
                raised.append(error)

    reader = threading.Thread(target=ask)
    reader.start()
    try:
        play(file, results)
    finally:
        ended.set()
        reader.join()
    assert raised == []
