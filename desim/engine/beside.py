"""What a process beside a mechanism can see and do in a run on the SimPy engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from simpy import Event

from desim.draw import mix, name_key, uniform
from desim.engine.clock import Clock
from desim.engine.error import EngineError
from desim.engine.state import State
from desim.mechanism.complaint import unknown
from desim.mechanism.levels import LEVEL_KINDS
from desim.program.program import LevelOp, Program, Rank

_KINDS = {name: code for code, name in enumerate(LEVEL_KINDS) if name != "carried"}


class Access:
    """A run as one process sees it (`desim.mechanism.process.Run`).

    Its turn within an instant comes after profiles, shifts and the world, and before everything
    else; several go by their names.

    Parameters
    ----------
    name
        The process.
    key
        The run's key.
    program, state, clock
        What is played, and where it stands.
    """

    def __init__(self, name: str, key: int, program: Program, state: State, clock: Clock) -> None:
        self._state, self._clock = state, clock
        self._program = program
        self._key = int(name_key(name))
        self._stem = mix(key, self._key)
        self._asked: Counter[str] = Counter()
        self._rows = _rows(program)

    @property
    def now(self) -> float:
        """Hours since the start."""
        return float(self._clock.now)

    def wait(self, hours: float) -> Event:
        """What to ``yield`` to go on after some hours."""
        if not hours > 0.0:
            raise EngineError(f"a process waits for more than 0 hours, got {hours:g}")
        return self._clock.at(self._clock.now + hours, Rank.CHANGE, self._key)

    def level(self, kind: str, of: str = "", at: str = "") -> float:
        """The present value of a level."""
        if kind not in _KINDS:
            raise EngineError(unknown("kind of level", kind, _KINDS))
        return self._state.value(_KINDS[kind], self._row(kind, f"{of}@{at}" if at else of))

    def staff(self, unit: str, count: int) -> None:
        """Have so many people on duty at a unit until its next shift."""
        if count < 0 or count != int(count):
            raise EngineError(f"staff of {unit} cannot be {count}")
        row = self._row("queue", unit)
        self._state.desks[row].change(int(count))
        self._state.touch(LevelOp.QUEUE, row)
        self._state.touch(LevelOp.BUSY, row)

    def activate(self, measure: str, place: str, target: float) -> None:
        """Give a measure at a place its target."""
        self._state.activate(self._row("target", f"{measure}@{place}"), target, False)

    def chance(self, what: str) -> float:
        """A number in (0, 1)."""
        visit = self._asked[what]
        self._asked[what] += 1
        return float(uniform(self._stem, int(name_key(what)), visit, 0))

    def _row(self, kind: str, name: str) -> int:
        rows = self._rows[kind]
        if name not in rows:
            raise EngineError(unknown(kind, name, rows))
        return rows[name]


def _rows(program: Program) -> dict[str, Mapping[str, int]]:
    """Row of every owner of a level, by kind and by ``name`` or ``name@place``."""
    mechanism = program.mechanism

    def numbered(names: list[str]) -> Mapping[str, int]:
        return {name: row for row, name in enumerate(names)}

    units = numbered([unit.name for unit in mechanism.units])
    slots = numbered([f"{measure}@{place}" for measure, place in program.slots])
    lines = numbered([f"{unit}@{topic}" for unit, topic in program.lines])
    measures = numbered([measure.name for measure in mechanism.measures])
    return {
        "profile": numbered([profile.name for profile in mechanism.profiles]),
        "queue": units,
        "busy": units,
        "stock": numbered([pool.name for pool in mechanism.pools]),
        "target": slots,
        "measure": slots,
        "world": numbered(list(program.columns)),
        "board": lines,
        "age": lines,
        "plan": measures,
        "change": measures,
        "overdue": slots,
    }
