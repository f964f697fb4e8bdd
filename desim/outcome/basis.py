"""What orders rest on: the decision behind each, and the reports behind each decision."""

from __future__ import annotations

import numpy as np

from desim.outcome.way import Floats, Ints, Ways
from desim.program.program import LevelOp, Op, Program
from desim.trace.record import Kind
from desim.trace.trace import Trace


def decisions_behind(ways: Ways, orders: Ints) -> Ints:
    """Places of the decisions whose plans orders carry; -1 where an order carries none."""
    program, records = ways.trace.program, ways.trace.records
    read = _readings(ways, orders)
    planned = np.where(read >= 0, _plans(program)[ways.step[read]], -1)
    decided = np.flatnonzero(records["kind"] == Kind.DECIDE)
    rule = program.steps.target[records["step"][decided]]
    found = np.full(len(orders), -1)
    for measure in np.unique(planned[planned >= 0]).tolist():
        lays = [r for r in np.unique(rule).tolist() if measure in _measures(ways.trace, r)]
        its = decided[np.isin(rule, lays)]
        mine = np.flatnonzero(planned == measure)
        last = np.searchsorted(its, ways.row[read[mine]]) - 1
        found[mine[last >= 0]] = ways.place[its[last[last >= 0]]]
    return found


def _plans(program: Program) -> Ints:
    """The measure whose plan each step reads; -1 where it reads none."""
    found = np.full(len(program.steps.op), -1)
    observes = np.flatnonzero(program.steps.op == Op.OBSERVE)
    level = program.steps.level[observes]
    is_plan = program.levels.op[level] == LevelOp.PLAN
    found[observes[is_plan]] = program.levels.of[level[is_plan]]
    return found


def _measures(trace: Trace, rule: int) -> list[int]:
    rules = trace.program.rules
    first = rules.measures_from[rule]
    return [int(row) for row in rules.measures[first : first + rules.measures_count[rule]]]


def _readings(ways: Ways, ends: Ints) -> Ints:
    """Places of the observations that items carry at some places; -1 where they made none."""
    rows = np.where(ways.kind == Kind.OBSERVE, np.arange(len(ways.kind)), -1)
    latest = np.maximum.accumulate(rows)
    found, open_ = np.full(len(ends), -1), np.arange(len(ends))
    while len(open_):
        item = ways.item[ends]
        here = latest[ends] >= ways.first[item]
        found[open_[here]] = latest[ends[here]]
        up = ~here & (ways.origin[item] >= 0)
        open_, ends = open_[up], ways.origin[item[up]]
    return found


def reports_behind(ways: Ways, decisions: Ints) -> tuple[Ints, Ints]:
    """What the boards showed at decisions, one row a decision and need.

    Returns
    -------
    tuple
        The number of the decision, and the place of the Tell; -1 where no report had come.
    """
    program, records = ways.trace.program, ways.trace.records
    tells = np.flatnonzero(records["kind"] == Kind.TELL)
    line = program.steps.target[records["step"][tells]]
    rules = program.rules
    rule = program.steps.target[ways.step[decisions]]
    owners, told = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for each in np.unique(rule).tolist():
        mine = np.flatnonzero(rule == each)
        first = rules.needs_from[each]
        for need in rules.lines[first : first + rules.needs_count[each]].tolist():
            fresh = _fresh(records["since"][tells[line == need]], tells[line == need])
            last = np.searchsorted(fresh, ways.row[decisions[mine]])
            owners.append(mine)
            told.append(np.append(-1, ways.place[fresh])[last])
    return np.concatenate(owners), np.concatenate(told)


def _fresh(since: Floats, rows: Ints) -> Ints:
    """Those reports on a line that were newer than what the board showed."""
    shown = np.maximum.accumulate(np.append(0.0, since))[:-1]
    return rows[since > shown]
