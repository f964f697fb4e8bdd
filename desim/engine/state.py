"""The state of one run: desks, stocks, boards, plans, measures, the world, and what is written."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from simpy import Event

from desim import balance, decision
from desim.engine.clock import Clock
from desim.engine.desk import Desk, Stock
from desim.program.program import LevelOp, Program

COMPARE: tuple[Callable[[float, float], bool], ...] = (
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    operator.eq,
    operator.ne,
)


CARRIED = int(LevelOp.CARRIED)


class State:
    """What a mechanism's levels are read from, and who waits for them to change."""

    def __init__(self, program: Program, clock: Clock) -> None:
        self.program, self.clock = program, clock
        self.desks = [Desk(clock, int(staff)) for staff in program.calendars.staff]
        pools = zip(program.pool_stock, program.pool_overtaking, strict=True)
        self.stocks = [Stock(clock, float(stock), bool(free)) for stock, free in pools]
        self.profile = program.calendars.profile.tolist()
        self.board = program.board_initial.copy()
        self.board_since = np.zeros_like(self.board)
        plans = len(program.mechanism.measures)
        self.plan, self.change = np.zeros(plans), np.zeros(plans)
        self.raised = np.full(plans, -math.inf)
        self.moved = np.zeros(plans)
        self.ordered = [-math.inf] * len(program.slots)
        self.target, self.active = np.zeros(len(program.slots)), np.zeros(len(program.slots))
        mechanism = program.mechanism
        hours = math.ceil(mechanism.horizon) if mechanism.world else 0
        self.world = np.zeros((hours, len(program.columns)))
        self.row: NDArray[np.float64] = np.zeros(len(program.columns))
        store = mechanism.world.store if mechanism.world else 0.0
        self.physical = np.array([store, 0.0, 1.0])
        self.level_op = program.levels.op.tolist()
        self.level_of = program.levels.of.tolist()
        self.watchers: dict[int, list[tuple[int, int, float, Event]]] = {}
        self.asked = 0
        self.level_row = {
            pair: row for row, pair in enumerate(zip(self.level_op, self.level_of, strict=True))
        }
        self._read: tuple[Callable[[int], Any], ...] = (
            self.profile.__getitem__,
            lambda i: len(self.desks[i].queue),
            lambda i: self.desks[i].busy,
            lambda i: self.stocks[i].left,
            self.target.__getitem__,
            self.active.__getitem__,
            lambda i: self.row[i],
            self.board.__getitem__,
            lambda i: clock.now - self.board_since[i],
            self.plan.__getitem__,
            self.change.__getitem__,
            self.overdue,
        )

    def look(self, level: int, carried: float = 0.0) -> float:
        """The present value of a level (row); `carried` is what the item asking carries."""
        op = self.level_op[level]
        return carried if op == CARRIED else float(self._read[op](self.level_of[level]))

    def value(self, op: int, of: int) -> float:
        """The present value of a level by its kind and the row of its owner."""
        return float(self._read[op](of))

    def holds(self, level: int, comparator: int, threshold: float, carried: float = 0.0) -> bool:
        """Whether a condition holds now."""
        return COMPARE[comparator](self.look(level, carried), threshold)

    def watch(self, level: int, comparator: int, threshold: float) -> Event:
        """An event that happens when a condition comes to hold (semantics 4: admitted)."""
        event = Event(self.clock)
        self.asked += 1
        self.watchers.setdefault(level, []).append((self.asked, comparator, threshold, event))
        return event

    def touch(self, op: LevelOp, of: int) -> None:
        """A level may have changed: admit those whose condition now holds, in order."""
        level = self.level_row.get((op, of), -1)
        if level in self.watchers:
            self._admit([level])

    def _admit(self, levels: list[int]) -> None:
        """Admit whoever waits for one of these levels and need wait no longer, first come first."""
        admitted: list[tuple[int, Event]] = []
        for level in levels:
            still = []
            for watcher in self.watchers.pop(level):
                asked, comparator, threshold, event = watcher
                if event.triggered:  # a deadline came first
                    continue
                if self.holds(level, comparator, threshold):
                    admitted.append((asked, event))
                else:
                    still.append(watcher)
            if still:
                self.watchers[level] = still
        for _, event in sorted(admitted, key=operator.itemgetter(0)):
            event.succeed()

    def tell(self, line: int, value: float, since: float) -> bool:
        """Put a value on a board if it is newer than what is there; say whether it was."""
        if since <= self.board_since[line]:
            return False
        self.board[line], self.board_since[line] = value, since
        self.touch(LevelOp.BOARD, line)
        self.touch(LevelOp.AGE, line)
        return True

    def overdue(self, slot: int) -> float:
        """Hours since a plan moved that is not yet the target at a place; otherwise 0."""
        measure = int(self.program.slot.measure[slot])
        since = self.clock.now - self.moved[measure]
        return float(decision.overdue(self.plan[measure], self.target[slot], since))

    def activate(self, slot: int, amount: float, add: bool) -> float:
        """Give a slot its target, cut to what is possible; return the target."""
        slots = self.program.slot
        target = decision.target(self.target[slot], amount, add, slots.most[slot])
        self.target[slot] = target
        self.touch(LevelOp.TARGET, slot)
        if slots.at_once[slot]:
            self.active[slot] = target
            self.touch(LevelOp.MEASURE, slot)
        return float(target)

    def decide(self, rule: int) -> tuple[float, float]:
        """Apply a rule to its unit's board; return the gap or share and the mean time of it."""
        r = self.program.rules
        needs = (r.lines, int(r.needs_from[rule]), int(r.needs_count[rule]))
        supplies = (r.lines, int(r.supplies_from[rule]), int(r.supplies_count[rule]))
        need = decision.reading(self.board, *needs)
        if r.plan[rule] == decision.BOARD:
            gap = decision.gap(need, decision.reading(self.board, *supplies), r.margin[rule])
        else:
            gap = self._energy_gap(rule)
        since = decision.mean_time(self.board_since, *needs)
        state = (self.clock.now, self.plan, self.change, self.raised)
        first, count = int(r.measures_from[rule]), int(r.measures_count[rule])
        if r.kind[rule] == decision.SIZE:
            ease = (r.granularity[rule], r.slack[rule], r.hold[rule], r.term[rule])
            decision.size(gap, r.measures, first, r.figures, first, count, *ease, *state)
            found = gap
        else:
            found = decision.share(gap, need)
            steps = (r.thresholds, int(r.thresholds_from[rule]), int(r.thresholds_count[rule]))
            limits = (r.release[rule], r.hold[rule], int(r.measures[first]))
            decision.grade(found, *steps, *limits, *state)
        for measure in r.measures[first : first + count].tolist():
            if self.change[measure] != 0.0:
                self.moved[measure] = self.clock.now
            self.touch(LevelOp.PLAN, measure)
            self.touch(LevelOp.CHANGE, measure)
        return float(found), float(since)

    def _energy_gap(self, rule: int) -> float:
        """The gap of an energy plan (semantics 14)."""
        r = self.program.rules
        needs, supplies = int(r.needs_from[rule]), int(r.supplies_from[rule])
        store, inflow = int(r.store[rule]), int(r.inflow[rule])
        return float(
            decision.energy_gap(
                self.program.world, int(r.plan[rule]), r.margin[rule], r.energy[rule], 0,
                self.board, r.lines, needs, supplies, self.board_since, r.lines, needs, supplies,
                r.places, needs, int(r.needs_count[rule]), int(r.supplies_count[rule]),
                self.board[store], self.board[inflow], self.board_since[inflow],
            )
        )  # fmt: skip

    def advance_world(self, hour: int) -> None:
        """The hourly world step; afterwards everything that it moved has changed."""
        world = self.program.world
        self.row = self.world[hour]
        balance.step(world, hour, self.target, self.active, self.physical, self.row)
        moved = (LevelOp.WORLD, LevelOp.MEASURE)
        self._admit([level for level in self.watchers if self.level_op[level] in moved])
