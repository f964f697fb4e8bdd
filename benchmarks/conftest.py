"""What benchmarks say in words is printed below the table of times."""

from __future__ import annotations

from collections.abc import Callable

import pytest

LINES = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing to say."""
    config.stash[LINES] = []


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Say one line below the table."""
    return request.config.stash[LINES].append


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what the benchmarks said."""
    for line in config.stash[LINES]:
        terminalreporter.write_line(line)
