"""What a worker process does: it plays the chunks that come in and says which run it is at.

Started by `desim.study.worker_process`, which talks to it through its standard input and output.
"""

from __future__ import annotations

import mmap
import os
import pickle
import signal
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from desim.study.error_text import text_of
from desim.study.installation import installation
from desim.study.work import Chunk, load, perform, why_not

PLACE = struct.Struct("q")
"""The place of a run in its chunk, as the process that started this one reads it."""
NOT_BEGUN = -1
IDLE = 600.0
"""Seconds without a chunk after which a worker ends: those who started it may be gone."""
LEAVE = 5.0
"""Seconds that a run may still take when nobody is there any more to take it."""
PREFERRED_VICTIM = "500"
"""When memory runs out Linux should end a worker and not the process that writes."""


def main() -> None:
    """Play until nobody sends chunks; the only argument names the file for places of runs."""
    inbox, outbox = _own_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the affair of who started this
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text(PREFERRED_VICTIM, encoding="ascii")
    chunks: SimpleQueue[Chunk | None] = SimpleQueue()
    Thread(target=_receive, args=(inbox, chunks), daemon=True).start()
    places = Path(sys.argv[1])
    with places.open("r+b") as file, mmap.mmap(file.fileno(), PLACE.size) as memory:
        with suppress(OSError):  # who started this may be gone, and would leave it behind
            places.unlink()
        _send(outbox, dict(installation()))
        while (chunk := _next(chunks)) is not None:
            _send(outbox, _answer(chunk, memory))


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to who started this, out of reach of plug-ins that read or print."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return inbox, outbox


def _receive(inbox: BinaryIO, chunks: SimpleQueue[Chunk | None]) -> None:
    """Take chunks; when who sends them has ended, however that was, end as well."""
    with suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            chunks.put(pickle.load(inbox))
    chunks.put(None)
    time.sleep(LEAVE)
    os._exit(1)


def _next(chunks: SimpleQueue[Chunk | None]) -> Chunk | None:
    try:
        return chunks.get(timeout=IDLE)
    except Empty:
        return None


def _send(outbox: BinaryIO, answer: Any) -> None:
    pickle.dump(answer, outbox, protocol=pickle.HIGHEST_PROTOCOL)
    outbox.flush()


def _answer(chunk: Chunk, memory: mmap.mmap) -> tuple[str, Any]:
    """``played`` with rows, ``refused`` with what differs, or ``lost`` with what went wrong."""

    def tell(place: int) -> None:
        memory[:] = PLACE.pack(place)

    try:
        different = why_not(chunk.frame)
        if different:
            return "refused", different
        load(chunk.frame)
        return "played", perform(chunk, tell, deaf=True)
    except BaseException as error:  # noqa: BLE001 - memory ran out between two runs, say
        return "lost", text_of(error)
