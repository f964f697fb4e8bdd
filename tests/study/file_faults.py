"""Faults at a chosen file operation: an exception, a killed process, a loss of power."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

OPERATIONS = ("open", "write", "fsync", "replace", "unlink", "mkdir", "ftruncate")


class Killed(BaseException):
    """The process is dead: nothing that it would do afterwards reaches a file."""


class Disk:
    """What the file operations below a folder did, up to the one that fails.

    Parameters
    ----------
    folder
        Operations elsewhere are let through.
    at
        Number of the operation that fails, from 0; none when negative.
    fault
        What it raises; `Killed` ends all later operations too, and a write is half done.
    """

    def __init__(self, folder: Path, at: int, fault: type[BaseException] = Killed) -> None:
        self._folder, self._at, self._fault = str(folder), at, fault
        self.count = 0
        self._dead = False
        self._names: dict[int, str] = {}
        self._unsynced: dict[str, list[Callable[[], object]]] = {}
        self._true = {name: getattr(os, name) for name in OPERATIONS}

    def _here(self, path: object) -> bool:
        return (
            self._names.get(path, "") != ""
            if isinstance(path, int)
            else (
                os.fspath(path).startswith(self._folder)  # type: ignore[call-overload]
            )
        )

    def call(self, name: str, *given: Any, **more: Any) -> Any:
        """An operation, or its fault."""
        true = self._true[name]
        if not self._here(given[0]) or (name == "open" and not given[1] & os.O_CREAT):
            found = true(*given, **more)
            if name == "open" and self._here(given[0]):
                self._names[found] = os.fspath(given[0])
            return found
        if self._dead:
            raise Killed
        number, self.count = self.count, self.count + 1
        if number == self._at:
            self._dead = self._fault is Killed
            if name == "write":
                true(given[0], bytes(given[1])[: len(given[1]) // 2])
            raise (
                OSError(errno.ENOSPC, "No space left on device")
                if (self._fault is OSError)
                else self._fault()
            )
        self._note(name, given)
        found = true(*given, **more)
        if name == "open":
            self._names[found] = os.fspath(given[0])
        return found

    def _note(self, name: str, given: tuple[Any, ...]) -> None:
        """Keep how to undo what a loss of power would undo."""
        if name == "fsync":
            self._unsynced.pop(self._names[given[0]], None)
        elif name == "write":
            path = self._names[given[0]]
            empty = lambda: Path(path).exists() and os.truncate(path, 0)  # noqa: E731
            self._unsynced.setdefault(path, []).append(empty)
        elif name in ("replace", "unlink"):
            path = os.fspath(given[-1])
            old = Path(path).read_bytes() if Path(path).is_file() else None

            def undo() -> None:
                if old is None:
                    Path(path).unlink(missing_ok=True)
                else:
                    Path(path).write_bytes(old)

            self._unsynced.setdefault(os.path.dirname(path), []).append(undo)

    def lose_power(self) -> None:
        """Undo what was not yet synchronised: the worst that the disk may do."""
        for undone in self._unsynced.values():
            for undo in reversed(undone):
                undo()


@contextmanager
def disk(folder: Path, at: int = -1, fault: type[BaseException] = Killed) -> Iterator[Disk]:
    """Have a file operation below a folder fail."""
    found = Disk(folder, at, fault)

    def patched(name: str) -> Any:
        return patch.object(os, name, lambda *given, **more: found.call(name, *given, **more))

    patches = [patched(name) for name in OPERATIONS]
    try:
        for each in patches:
            each.start()
        yield found
    finally:
        for each in patches:
            each.stop()
