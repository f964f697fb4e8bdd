"""Memory for runs of one program, kept between them, and the calls of the kernel."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from desim.draw import run_key
from desim.engine.compiled import kernel
from desim.engine.compiled import words as at
from desim.engine.compiled.code import encode
from desim.engine.compiled.entry import play
from desim.program.program import Program
from desim.trace.record import ITEM, RECORD
from desim.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Room:
    """For how many there is room: items at once, groups, deadlines, records and items in all.

    It is enough for a Sichuan run at first, and the system gives memory only when it is touched.
    """

    items: int = 1 << 11
    groups: int = 1 << 8
    deadlines: int = 1 << 8
    records: int = 1 << 18
    born: int = 1 << 15

    def doubled(self, full: int) -> Room:
        """Twice the room for what was full."""
        if full == kernel.ITEMS_FULL:
            return replace(self, items=2 * self.items)
        if full == kernel.GROUPS_FULL:
            return replace(self, groups=2 * self.groups)
        if full == kernel.DEADLINES_FULL:
            return replace(self, deadlines=2 * self.deadlines)
        return replace(self, records=2 * self.records, born=2 * self.born)


class Machine:
    """Plays runs of a program; its memory grows to what the largest run needs and stays.

    A machine serves one thread at a time.

    Parameters
    ----------
    program
        A lowered mechanism.
    """

    def __init__(self, program: Program) -> None:
        self._room = Room()
        self._state = np.zeros(0, dtype=np.int64)
        self.take(program)

    def take(self, program: Program) -> None:
        """Play another program from now on; memory stays, so that it need not grow again."""
        self.program = program
        self._code = encode(program)
        self._allocate()

    def play(self, seed: int, replication: int, *, lent: bool = False) -> Trace:
        """Perform one run and return its trace.

        Parameters
        ----------
        seed, replication
            Which run.
        lent
            Whether the trace may lie in the machine's memory, where the next run overwrites it.
        """
        self.run(seed, replication)
        c, w = self._words, self._state
        hours, columns = int(c[at.HOURS]), int(c[at.COLUMNS])
        records = w[c[at.TRACE] : w[at.TRACE_TOP]]
        born = w[c[at.BORN] :][: w[at.NUMBER_LAST] * at.BORN_WORDS]
        history = w[c[at.HISTORY] :][: hours * columns].view(np.float64)
        if not lent:
            records, born, history = records.copy(), born.copy(), history.copy()
        return Trace(
            program=self.program,
            seed=seed,
            replication=replication,
            records=records.view(RECORD),
            items=born.view(ITEM),
            world=history.reshape(hours, columns),
        )

    def run(self, seed: int, replication: int, *, traced: bool = True) -> int:
        """Perform one run in this machine's memory; return how many calendar entries happened.

        A run that finds its memory too short is begun anew with more: the same run again.

        Parameters
        ----------
        seed, replication
            Which run.
        traced
            Whether records and items are written.
        """
        key = np.uint64(run_key(seed, replication)).view(np.int64)
        while True:
            self._reset(int(key), traced)
            play(self._words, self._state, self._code.world)
            full = int(self._state[at.FULL])
            if full == kernel.NOTHING_FULL:
                return int(self._state[at.EVENTS])
            self._room = self._room.doubled(full)
            self._allocate()

    def _allocate(self) -> None:
        """Lay out the parts of the state that can grow behind those that cannot."""
        room, code = self._room, self._code
        words = code.words.copy()
        streams = int(words[at.STREAMS_COUNT])
        # Beside items and deadlines each stream and each kind of change has one entry; an item
        # that found no room may be written once behind the last.
        entries = room.items + room.deadlines + streams + 3
        longest, end = code.longest, int(words[at.FIXED])
        parts = (
            (at.CALENDAR_TIMES, None, entries),
            (at.CALENDAR, None, entries),
            (at.ITEMS, at.ITEMS_END, room.items * at.ITEM_WORDS),
            (at.GROUPS, at.GROUPS_END, room.groups * at.GROUP_WORDS),
            (at.DEADLINES, at.DEADLINES_END, room.deadlines * at.DEADLINE_WORDS),
            (at.BORN, at.BORN_END, room.born * at.BORN_WORDS),
            (at.TRACE, at.TRACE_END, room.records * at.RECORD_WORDS),
        )
        for begins, ends, length in parts:
            words[begins] = end
            end += length
            if ends is not None:
                words[ends] = end
            end += longest
        self._words = words
        if len(self._state) < end:
            self._state = np.zeros(end, dtype=np.int64)

    def _reset(self, key: int, traced: bool) -> None:
        """Bring memory to the start of a run."""
        c, w = self._words, self._state
        w[: len(self._code.first)] = self._code.first
        w[at.ITEMS_TOP], w[at.GROUPS_TOP] = c[at.ITEMS], c[at.GROUPS]
        w[at.DEADLINES_TOP], w[at.TRACE_TOP] = c[at.DEADLINES], c[at.TRACE]
        w[at.RUN], w[at.TRACED] = key, traced
