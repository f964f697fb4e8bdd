"""A progress bar for commands that play many runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial


def progress(
    verb: str,
) -> tuple[
    AbstractContextManager[Callable[[int, int], None]], Callable[[str], None], Callable[[str], None]
]:
    """A progress bar with rate and remaining time, and how to say something outside and in it."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.0f} a second" if task.speed else "")

    console = Console(stderr=True)
    bar = Progress(
        "{task.description}", BarColumn(), MofNCompleteColumn(), "runs", Rate(),
        TimeRemainingColumn(), console=console, transient=True,
        disable=not console.is_terminal,
    )  # fmt: skip

    task = bar.add_task(f"  {verb}", total=None)

    @contextmanager
    def shown() -> Iterator[Callable[[int, int], None]]:
        with bar:
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def note(text: str) -> None:
        bar.update(task, description=f"  {verb}, {text}" if text else f"  {verb}")

    return shown(), partial(console.print, highlight=False, soft_wrap=True), note
