"""How a command ends: the one way from an error to a sentence and an exit code."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import click

from desim.error import DesimError
from desim.study.failures import NobodyPlays

FAILED = 1
"""Runs failed, or the system said no while a command was at work."""
BAD_INPUT = 2
INTERRUPTED = 130
_LONGEST = 600
"""Letters of the text of an error that is not our own; whoever wants all of it asks for it."""


@dataclass
class Asked:
    """What was asked of the whole command line: whether tracebacks are shown."""

    debug: bool = False


def fail(message: str) -> NoReturn:
    """Say what is wrong and leave with the exit code of bad input."""
    click.echo(message, err=True)
    sys.exit(BAD_INPUT)


def guarded(command: Callable[..., Any]) -> None:
    """Call a command; whatever it ends with becomes a sentence and an exit code.

    0 is success, 1 are failed runs or a system that says no, 2 is bad input, 130 an interruption.
    """
    _any_letter()
    asked = Asked()
    try:
        code = _code(command, asked)
    except Exception as error:  # noqa: BLE001 - the one place in which every error ends
        code = _say(error, debug=asked.debug)
    except KeyboardInterrupt as error:
        code = _say(error, debug=asked.debug)
    if code:
        sys.exit(code)


def must_be_writable(folder: Path, option: str) -> None:
    """Fail, before anything else is done, when nothing can be written into a folder.

    Parameters
    ----------
    folder
        It need not exist yet; it is not made here.
    option
        Which option names it, for the complaint.
    """
    place = next(each for each in (folder, *folder.absolute().parents) if _is_there(each))
    try:
        with TemporaryDirectory(prefix=".desim", dir=place):
            pass
    except OSError as error:
        fail(f"{option} {folder}: nothing can be written there: {_why(error)}")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _code(command: Callable[..., Any], asked: Asked) -> int:
    """The exit code of a command that comes to an end."""
    code: object = 0
    try:
        command(standalone_mode=False, obj=asked)
    except click.exceptions.Exit as leave:
        code = leave.exit_code
    except SystemExit as leave:
        code = leave.code
    sys.stdout.flush()  # a disk that is full says so here, and not when Python is leaving
    if code is None or isinstance(code, int):
        return code or 0
    click.echo(str(code), err=True)
    return FAILED


def _say(error: BaseException, *, debug: bool) -> int:
    """Say what went wrong; return the exit code."""
    if debug:
        traceback.print_exception(error)
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    text, code = _told(error)
    if isinstance(error, OSError) and _output_is_lost():
        text = f"output: {text}"
    if not isinstance(error, BrokenPipeError):  # whoever read has seen enough
        click.echo(text, err=True)
    return code


def _output_is_lost() -> bool:
    """Whether nothing can be printed; then Python need not say so once more when it leaves."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _told(error: BaseException) -> tuple[str, int]:
    """A sentence and an exit code for an error."""
    match error:
        case click.Abort() | KeyboardInterrupt():
            text = "interrupted; finished runs are kept, the same command goes on"
            return text, INTERRUPTED
        case DesimError():
            return str(error), BAD_INPUT
        case NobodyPlays():
            return str(error), FAILED
        case OSError():
            return _why(error), FAILED
        case MemoryError():
            return "there is not enough memory for this", FAILED
        case RecursionError():
            return "something is nested too deeply to be worked on", FAILED
        case UnicodeError():
            return f"a text cannot be read or written as it is: {_short(error)}", FAILED
        case _:
            text = f"stopped by an error that nobody foresaw: {type(error).__name__}"
            return f"{text}: {_short(error)}\n--debug shows where", FAILED


def _why(error: OSError) -> str:
    """What the system says, in one line with the path."""
    files = [str(name) for name in (error.filename, error.filename2) if name is not None]
    return ": ".join(filter(None, (" -> ".join(files), error.strerror or _short(error))))


def _short(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


def _any_letter() -> None:
    """Let a terminal that has not every letter show the others as numbers."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
