"""Whatever a command ends with becomes a sentence and an exit code, and never a traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from desim.case.case import CaseError
from desim.cli.failure import Asked, guarded, must_be_writable

SMALL = Path(__file__).parent / "cases" / "small"
STOPPED = "interrupted; finished runs are kept, the same command goes on\n"
COMMAND = [sys.executable, "-m", "desim.cli", "explain", "--case", str(SMALL)]


def command(does: Callable[[], Any], *, debug: bool = False) -> Callable[..., Any]:
    def call(*, standalone_mode: bool, obj: Asked) -> None:
        assert not standalone_mode
        obj.debug = debug
        does()

    return call


def raising(error: BaseException) -> Callable[[], Any]:
    def does() -> None:
        raise error

    return does


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (CaseError(("a.csv row 2: bad", "b.csv: worse")), 2, "a.csv row 2: bad\nb.csv: worse\n"),
        (OSError(28, "No space left on device", "out/x"), 1, "out/x: No space left on device\n"),
        (MemoryError(), 1, "there is not enough memory for this\n"),
        (RecursionError("maximum"), 1, "something is nested too deeply to be worked on\n"),
        (KeyboardInterrupt(), 130, STOPPED),
        (click.Abort(), 130, STOPPED),
        (ZeroDivisionError("by\nzero"), 1, "stopped by an error that nobody foresaw: "
         "ZeroDivisionError: by zero\n--debug shows where\n"),
        (BrokenPipeError(32, "Broken pipe"), 1, ""),
        (SystemExit(1), 1, ""),
        (SystemExit("left"), 1, "left\n"),
    ],
)  # fmt: skip
def test_an_error_is_a_sentence_and_a_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        guarded(command(raising(error)))
    assert (left.value.code, capsys.readouterr().err) == (code, said)


def test_a_text_that_cannot_be_written_is_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        guarded(command("\udcff".encode))
    assert left.value.code == 1
    assert "a text cannot be read or written as it is" in capsys.readouterr().err


def test_success_ends_without_leaving() -> None:
    guarded(command(lambda: None))


def test_debug_shows_where(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        guarded(command(raising(CaseError("bad")), debug=True))
    assert "Traceback" in capsys.readouterr().err


def test_a_folder_below_a_file_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(SystemExit) as left:
        must_be_writable(tmp_path / "file" / "results", "--results")
    assert left.value.code == 2
    assert "--results" in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_that_can_be_made_is_not_made(tmp_path: Path) -> None:
    must_be_writable(tmp_path / "a" / "b", "--results")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_output_on_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(COMMAND, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "No space left on device" in ended.stderr


def test_a_reader_that_goes_away_is_nobodys_failure() -> None:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
