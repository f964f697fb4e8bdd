"""From a mechanism to a program."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from desim.balance import lower_world, slots
from desim.mechanism.checks import check
from desim.mechanism.levels import Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Rule
from desim.mechanism.steps import PURPOSES, Await, Choose, Observe, Step, Tell
from desim.mechanism.world import columns
from desim.program.lower_parts import (
    lower_calendars,
    lower_links,
    lower_rules,
    lower_slots,
    lower_streams,
)
from desim.program.lower_steps import lower_steps
from desim.program.program import Program
from desim.program.tables import LawTable, LevelTable


def lower(mechanism: Mechanism) -> Program:
    """Check a mechanism and turn it into arrays.

    Parameters
    ----------
    mechanism
        Any mechanism.

    Raises
    ------
    desim.mechanism.complaint.MechanismError
        When something is wrong with it, with every complaint.
    """
    check(mechanism)
    lines = _lines(mechanism)
    pairs = tuple((measure.name, place) for measure, place in slots(mechanism.measures))
    world_columns = columns(mechanism.world.places) if mechanism.world else ()
    laws = LawTable()
    levels = LevelTable(_rows(mechanism, lines, pairs, world_columns))
    entries = _entries(mechanism)
    steps, branches = lower_steps(mechanism, laws, levels, entries)
    topics = {topic.name: topic.initial for topic in mechanism.topics}
    purposes = {name: code for code, name in enumerate(PURPOSES)}
    everywhere = [(p, s) for p in mechanism.procedures for s in (*p.steps, None)]
    return Program(
        mechanism=mechanism,
        labels=tuple(f"{p.name}.{s.label if s else 'end'}" for p, s in everywhere),
        procedures=tuple(p.name for p, _ in everywhere),
        purpose=np.array([purposes[s.purpose if s else ""] for _, s in everywhere]),
        lines=lines,
        slots=pairs,
        columns=world_columns,
        steps=steps,
        branches=branches,
        links=lower_links(mechanism, laws),
        streams=lower_streams(mechanism, laws, levels, entries),
        rules=lower_rules(mechanism, lines),
        calendars=lower_calendars(mechanism),
        slot=lower_slots(mechanism),
        pool_stock=np.array([pool.stock for pool in mechanism.pools], dtype=np.float64),
        pool_overtaking=np.array([pool.overtaking for pool in mechanism.pools], dtype=np.int64),
        board_initial=np.array([topics[topic] for _, topic in lines], dtype=np.float64),
        world=lower_world(mechanism.world, mechanism.measures) if mechanism.world else None,
        laws=laws.lowered(),
        levels=levels.lowered(),
        entries=entries,
    )


def _entries(mechanism: Mechanism) -> dict[str, int]:
    entries, row = {}, 0
    for procedure in mechanism.procedures:
        entries[procedure.name] = row
        row += len(procedure.steps) + 1
    return entries


def _lines(mechanism: Mechanism) -> tuple[tuple[str, str], ...]:
    """Every (unit, topic) that is told, read by a rule, or looked at; each once, in that order."""
    told = [
        (step.unit, step.topic)
        for procedure in mechanism.procedures
        for step in procedure.steps
        if isinstance(step, Tell)
    ]
    read = [(rule.unit, t) for rule in mechanism.rules for t in topics_read(rule)]
    units, topics = mechanism.units, mechanism.topics
    looked = [(unit.name, topic.name) for unit in units for topic in topics]
    wanted = _looked_at(mechanism)
    return tuple(dict.fromkeys([*told, *read, *(pair for pair in looked if pair in wanted)]))


def topics_read(rule: Rule) -> tuple[str, ...]:
    """Every topic that a rule reads."""
    own = (rule.energy.store, rule.energy.inflow) if rule.energy else ()
    return (*rule.needs, *rule.supplies, *own)


def _looked_at(mechanism: Mechanism) -> set[tuple[str, str]]:
    levels = [_levels(step) for procedure in mechanism.procedures for step in procedure.steps]
    for arrival in mechanism.arrivals:
        holders = (arrival.when, arrival.keep)
        levels.append(tuple(holder.level for holder in holders if holder is not None))
    return {(level.of, level.at) for some in levels for level in some}


def _levels(step: Step) -> tuple[Level, ...]:
    """Levels that a step looks at."""
    match step:
        case Choose():
            return tuple(branch.when.level for branch in step.branches if branch.when is not None)
        case Await():
            return (step.when.level,)
        case Observe():
            return (step.level,)
        case _:
            return ()


def _rows(
    mechanism: Mechanism,
    lines: tuple[tuple[str, str], ...],
    pairs: tuple[tuple[str, str], ...],
    world_columns: tuple[str, ...],
) -> dict[str, dict[tuple[str, str] | str, int]]:
    def numbered(names: Iterable[tuple[str, str] | str]) -> dict[tuple[str, str] | str, int]:
        return {name: row for row, name in enumerate(names)}

    units = numbered(unit.name for unit in mechanism.units)
    measures = numbered(measure.name for measure in mechanism.measures)
    return {
        "profile": numbered(profile.name for profile in mechanism.profiles),
        "queue": units,
        "busy": units,
        "stock": numbered(pool.name for pool in mechanism.pools),
        "target": numbered(pairs),
        "measure": numbered(pairs),
        "world": numbered(world_columns),
        "board": numbered(lines),
        "age": numbered(lines),
        "plan": measures,
        "change": measures,
        "overdue": numbered(pairs),
        "link": numbered(link.name for link in mechanism.links),
        "rule": numbered(rule.name for rule in mechanism.rules),
    }
