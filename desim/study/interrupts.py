"""Signals that end a study: heard for certain, and held back while a file is written."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

ENDING = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""Ctrl-C, what batch systems send before they kill, and a terminal that is closed."""

_HEARD: list[int] = []
"""Signals since `hear_interrupts`: a handler can only be told by something that all can see."""


@contextmanager
def hear_interrupts() -> Iterator[None]:
    """Let every signal that ends a study raise KeyboardInterrupt, and let none be lost.

    Some libraries swallow the exception, so `heed_interrupts` raises it again. SIGHUP and SIGTERM
    stay ignored where they were, as under nohup; SIGINT is heard, although shells have commands in
    the background ignore it, because whoever sends it there means it.
    """
    _HEARD.clear()

    def hear(number: int, frame: FrameType | None) -> NoReturn:
        _HEARD.append(number)
        raise KeyboardInterrupt

    with _handled(hear):
        yield


def heed_interrupts() -> None:
    """Raise KeyboardInterrupt when a signal was heard."""
    if _HEARD:
        raise KeyboardInterrupt


@contextmanager
def held_back() -> Iterator[None]:
    """Hold back signals that end a study; what came meanwhile is delivered afterwards."""
    came: list[int] = []
    try:
        with _handled(lambda number, frame: came.append(number)):
            yield
    finally:
        for number in dict.fromkeys(came):
            signal.raise_signal(number)


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Have signals handled that are to be heard; outside the main thread none arrive."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: dict[int, Any] = {}
    try:
        for number in ENDING:
            earlier = signal.getsignal(number)
            ignored = earlier is signal.SIG_IGN and number != signal.SIGINT
            # None: a handler that was not set from Python and could not be put back
            if earlier is not None and not ignored:
                before[number] = signal.signal(number, handler)
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
