"""Tables that grow while a mechanism is lowered: laws, levels and board lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from desim.distribution import KINDS, Distribution
from desim.draw import prepared
from desim.mechanism.levels import COMPARATORS, LEVEL_KINDS, Condition, Level
from desim.program.program import Laws, Levels

_KIND = {name: code for code, name in enumerate(KINDS)}
_LEVEL = {name: code for code, name in enumerate(LEVEL_KINDS)}


@dataclass
class LawTable:
    """Distributions, each once; a row is where one begins in the table."""

    rows: dict[Distribution, int] = field(default_factory=dict)
    table: list[float] = field(default_factory=list)
    members: list[float] = field(default_factory=list)

    def row(self, law: Distribution) -> int:
        """The row of a distribution, added when it is new."""
        if law not in self.rows:
            self.rows[law] = self._add(law)
        return self.rows[law]

    def _add(self, law: Distribution) -> int:
        values: tuple[float, ...] = law.values
        if law.kind == "mixture":
            values = tuple(float(self.row(part)) for part in law.parts)
        row, first = len(self.table), len(self.members)
        if values:
            shares = np.cumsum(law.weights) / sum(law.weights)
            self.members.extend(x for pair in zip(shares, values, strict=True) for x in pair)
        a, b, c = (*law.parameters, 0.0, 0.0, 0.0)[:3]
        kind = _KIND[law.kind]
        figures = prepared(kind, a, b, c)
        self.table.extend((float(kind), *figures, float(first), float(len(values))))
        return row

    def lowered(self) -> Laws:
        """The finished arrays."""
        floats = [np.array(each, dtype=np.float64) for each in (self.table, self.members)]
        return Laws(*floats)


@dataclass
class LevelTable:
    """Levels, each once; `rows_of` says in which row each kind of owner stands."""

    rows_of: Mapping[str, Mapping[tuple[str, str] | str, int]]
    rows: dict[tuple[int, int], int] = field(default_factory=dict)
    op: list[int] = field(default_factory=list)
    of: list[int] = field(default_factory=list)

    def row(self, level: Level) -> int:
        """The row of a level, added when it is new."""
        what = (_LEVEL[level.kind], self._owner(level))
        if what not in self.rows:
            self.rows[what] = len(self.op)
            self.op.append(what[0])
            self.of.append(what[1])
        return self.rows[what]

    def _owner(self, level: Level) -> int:
        if level.kind == "carried":
            return 0
        rows = self.rows_of[level.kind]
        if level.kind in ("board", "age", "target", "measure", "overdue"):
            return rows[level.of, level.at]
        if level.kind == "world":
            return rows[f"{level.of}@{level.at}" if level.at else level.of]
        return rows[level.of]

    def condition(self, condition: Condition | None) -> tuple[int, int, float]:
        """Level row, comparator and threshold; level -1 when there is no condition."""
        if condition is None:
            return -1, 0, 0.0
        comparator = COMPARATORS.index(condition.comparator)
        return self.row(condition.level), comparator, condition.threshold

    def lowered(self) -> Levels:
        """The finished arrays."""
        return Levels(np.array(self.op, dtype=np.int64), np.array(self.of, dtype=np.int64))
