"""How a command ends when its input is bad, or when it is interrupted."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

BAD_INPUT = 2
WENT_WRONG = 1
INTERRUPTED = 130


def fail(message: str) -> NoReturn:
    """Say what is wrong and leave with the exit code of bad input."""
    click.echo(message, err=True)
    sys.exit(BAD_INPUT)


def guarded(command: Callable[..., Any]) -> None:
    """Call a command and turn complaints about its input into one message and exit code 2."""
    try:
        command(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; finished runs are kept, the same command goes on", err=True)
        sys.exit(INTERRUPTED)
    except RuntimeError as error:
        if type(error).__module__.startswith("desim."):
            click.echo(str(error), err=True)
            sys.exit(WENT_WRONG)
        raise
    except ValueError as error:
        if type(error).__module__.startswith("desim."):
            fail(str(error))
        raise
