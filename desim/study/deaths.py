"""What becomes of a chunk whose worker died: it is cut until the run to blame is alone.

Every death makes progress. A chunk of several runs is cut at the run that was being played, or
in half when that is not known; a run that is alone is played once more, and then it is a failed
run. So a study ends however many of its runs end their workers.
"""

from __future__ import annotations

from collections import Counter

from desim.study.failures import WorkerDied
from desim.study.work import Chunk, Played, failed

CHANCES = 2
"""How often a run may be alone with a worker that dies."""


class Deaths:
    """Remembers which runs were alone with a worker that died."""

    def __init__(self) -> None:
        self._alone: Counter[str] = Counter()

    def cut(self, chunk: Chunk, death: WorkerDied) -> tuple[list[Chunk], Played | None]:
        """What is to be played again of a chunk, and the failed run among it if there is one."""
        parts = _around(chunk, death.suspect)
        again = []
        condemned = None
        for part in parts:
            if condemned is None and self._to_blame(part, chunk, death):
                condemned = failed(part, death.why)
            else:
                again.append(part)
        return again, condemned

    def _to_blame(self, part: Chunk, chunk: Chunk, death: WorkerDied) -> bool:
        if len(part.names) != 1:
            return False
        (name,) = part.names
        if death.certain:
            return death.suspect is not None and name == chunk.run(death.suspect)[0]
        if len(chunk.names) == 1:
            self._alone[name] += 1
        return self._alone[name] >= CHANCES


def _around(chunk: Chunk, suspect: int | None) -> list[Chunk]:
    """The runs before a suspect, the suspect and those after; two halves when there is none."""
    if suspect is None:
        return [part for part in chunk.cut(len(chunk.names) // 2) if part is not None]
    before, rest = chunk.cut(suspect)
    assert rest is not None
    alone, after = rest.cut(1)
    return [part for part in (before, alone, after) if part is not None]
