"""Lowering of procedures: one row a step and one for each procedure's end."""

from __future__ import annotations

from typing import Any

import numpy as np

from desim.draw import name_key
from desim.mechanism.flow import positions
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Procedure
from desim.mechanism.steps import (
    Activate,
    Await,
    Branch,
    Choose,
    Decide,
    Fork,
    Give,
    Join,
    Observe,
    Send,
    Step,
    Take,
    Tell,
    Work,
)
from desim.program.program import Branches, Op, Steps
from desim.program.tables import LawTable, LevelTable

Row = dict[str, Any]

EMPTY: Row = {
    "target": -1,
    "law": -1,
    "first": 0,
    "count": 0,
    "jump": -1,
    "level": -1,
    "comparator": 0,
    "threshold": 0.0,
    "amount": 0.0,
    "extra": 0,
    "own": 0,
    "daily": 0,
    "persistence": 0.0,
    "shared": 0,
}
_DTYPES = {
    **dict.fromkeys(("threshold", "amount", "share", "persistence"), np.float64),
    **dict.fromkeys(("key", "shared"), np.uint64),
}


class _Lowering:
    """Collects rows while it walks through the procedures."""

    def __init__(self, laws: LawTable, levels: LevelTable, entries: dict[str, int]) -> None:
        self.laws, self.levels, self.entries = laws, levels, entries
        self.rows: list[Row] = []
        self.branches: list[Row] = []

    def procedure(self, procedure: Procedure) -> None:
        entry = self.entries[procedure.name]
        at = {label: entry + i for label, i in positions(procedure).items()}
        for step in procedure.steps:
            key = name_key(f"{procedure.name}.{step.label}")
            daily = int(procedure.draws == "day")
            self.rows.append({**EMPTY, "key": key, "daily": daily, **self.step(step, at)})
        self.rows.append({**EMPTY, "op": Op.END, "key": name_key(f"{procedure.name}.end")})

    def step(self, step: Step, at: dict[str, int]) -> Row:
        of = self.levels.rows_of
        match step:
            case Work():
                return self._work(step)
            case Send():
                return {"op": Op.SEND, "target": of["link"][step.link]}
            case Fork():
                return {"op": Op.FORK, **self._fork(step)}
            case Join():
                quorum = -1 if step.quorum is None else step.quorum
                return {"op": Op.JOIN, "target": at[step.fork], "extra": quorum}
            case Choose():
                return self._choose(step, at)
            case Take() | Give():
                op = Op.TAKE if isinstance(step, Take) else Op.GIVE
                return {"op": op, "target": of["stock"][step.pool], "amount": step.amount}
            case Await():
                return self._await(step, at)
            case Observe():
                return self._observe(step)
            case Tell():
                return {"op": Op.TELL, "target": of["board"][step.unit, step.topic]}
            case Decide():
                return {"op": Op.DECIDE, "target": of["rule"][step.rule]}
            case Activate():
                amount = np.nan if step.amount is None else step.amount
                slot = of["target"][step.measure, step.place]
                chance = {"extra": step.add, "threshold": step.unchecked}
                return {"op": Op.ACTIVATE, "target": slot, "amount": amount, **chance}

    def _observe(self, step: Observe) -> Row:
        """The error belongs to what is read, so its keys are names of levels (semantics 8)."""
        level = step.level
        return {
            "op": Op.OBSERVE,
            "level": self.levels.row(level),
            "amount": step.error,
            "threshold": step.shared,
            "persistence": step.persistence,
            "key": name_key(f"error of {level}"),
            "shared": name_key(f"shared error of {level.kind}:{level.of}"),
        }

    def _work(self, step: Work) -> Row:
        own = step.urgency is not None
        return {
            "op": Op.WORK,
            "target": self.levels.rows_of["queue"][step.unit],
            "law": self.laws.row(step.duration),
            "extra": step.urgency or 0,
            "own": int(own),
        }

    def _fork(self, step: Fork) -> Row:
        first = len(self.branches)
        for name in step.branches:
            self._branch(to=self.entries[name], key=name_key(name))
        return {"first": first, "count": len(step.branches)}

    def _choose(self, step: Choose, at: dict[str, int]) -> Row:
        first, share = len(self.branches), 0.0
        for branch in step.branches:
            share += branch.chance or 0.0
            self._branch(to=at[branch.to], share=share, when=branch)
        by_chance = all(branch.chance is not None for branch in step.branches)
        op = Op.CHOOSE_CHANCE if by_chance else Op.CHOOSE_WHEN
        return {"op": op, "first": first, "count": len(step.branches)}

    def _branch(
        self, *, to: int, key: int = 0, share: float = 0.0, when: Branch | None = None
    ) -> None:
        condition = self.levels.condition(when.when if when else None)
        level, comparator, threshold = condition
        self.branches.append(
            {
                "to": to,
                "share": share,
                "level": level,
                "comparator": comparator,
                "threshold": threshold,
                "key": key,
            }
        )

    def _await(self, step: Await, at: dict[str, int]) -> Row:
        level, comparator, threshold = self.levels.condition(step.when)
        return {
            "op": Op.AWAIT,
            "level": level,
            "comparator": comparator,
            "threshold": threshold,
            "law": -1 if step.deadline is None else self.laws.row(step.deadline),
            "jump": at[step.otherwise] if step.otherwise else -1,
        }


def lower_steps(
    mechanism: Mechanism, laws: LawTable, levels: LevelTable, entries: dict[str, int]
) -> tuple[Steps, Branches]:
    """Rows of all steps and of all branches.

    Parameters
    ----------
    mechanism
        A checked mechanism.
    laws, levels
        Tables that receive what the steps use.
    entries
        The first row of each procedure.
    """
    lowering = _Lowering(laws, levels, entries)
    for procedure in mechanism.procedures:
        lowering.procedure(procedure)
    steps = Steps(**_columns(lowering.rows, Steps.__slots__))
    return steps, Branches(**_columns(lowering.branches, Branches.__slots__))


def _columns(rows: list[Row], names: Any) -> dict[str, Any]:
    return {
        name: np.array([row[name] for row in rows], dtype=_DTYPES.get(name, np.int64))
        for name in names
    }
