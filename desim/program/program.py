"""The program: a checked mechanism as arrays; its steps stand procedure behind procedure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from desim.balance import World
from desim.mechanism.mechanism import Mechanism

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]


class Op(IntEnum):
    """What a row of the program does; one for each step, and the end."""

    WORK = 0
    SEND = 1
    FORK = 2
    JOIN = 3
    CHOOSE_CHANCE = 4
    CHOOSE_WHEN = 5
    TAKE = 6
    GIVE = 7
    AWAIT = 8
    OBSERVE = 9
    TELL = 10
    DECIDE = 11
    ACTIVATE = 12
    END = 13


class LevelOp(IntEnum):
    """Kinds of level, in the order of `desim.mechanism.levels.LEVEL_KINDS`."""

    PROFILE = 0
    QUEUE = 1
    BUSY = 2
    STOCK = 3
    TARGET = 4
    MEASURE = 5
    WORLD = 6
    BOARD = 7
    AGE = 8
    PLAN = 9
    CHANGE = 10
    OVERDUE = 11
    CARRIED = 12


class Compare(IntEnum):
    """Comparators, in the order of `desim.mechanism.levels.COMPARATORS`."""

    LT = 0
    LE = 1
    GT = 2
    GE = 3
    EQ = 4
    NE = 5


class Rank(IntEnum):
    """Order of calendar entries of one instant (semantics 3)."""

    CHANGE = 0
    FINISH = 1
    DELIVERY = 2
    DEADLINE = 3
    ARRIVAL = 4
    OBSERVATION = 5


@dataclass(frozen=True, slots=True)
class Steps:
    """One row a step; -1 where a column does not apply.

    `target` is the row of what the step is about: unit, link, pool, slot, rule, board line, or
    (Join) the row of the fork. `law` is a row of the laws. `first` and `count` are a range of
    branches. `jump` is the row an Await goes to when it gives up. `extra` holds a Join's quorum,
    a Work's own urgency (with `own` set), or whether an Activate adds. `amount` is also the error
    of an Observe, `threshold` its share in common with other places, `persistence` how long it
    persists (hours), `shared` the key of that part; `key` is then that of what is read.
    `threshold` of an Activate is its chance that nobody looks at the date. `daily` says that
    draws are keyed by the day.
    """

    op: Ints
    target: Ints
    law: Ints
    first: Ints
    count: Ints
    jump: Ints
    level: Ints
    comparator: Ints
    threshold: Floats
    amount: Floats
    extra: Ints
    own: Ints
    daily: Ints
    persistence: Floats
    key: Keys
    shared: Keys


@dataclass(frozen=True, slots=True)
class Branches:
    """Branches of Choose (`to`, cumulative `share` or a condition) and of Fork (`to`, `key`)."""

    to: Ints
    share: Floats
    level: Ints
    comparator: Ints
    threshold: Floats
    key: Keys


@dataclass(frozen=True, slots=True)
class Laws:
    """Distributions, and the members of those that are lists: see `desim.draw.sample`."""

    table: Floats
    members: Floats


@dataclass(frozen=True, slots=True)
class Levels:
    """Levels as rows: a `LevelOp` and the row of what it belongs to (for OVERDUE the slot)."""

    op: Ints
    of: Ints


@dataclass(frozen=True, slots=True)
class Links:
    """Links as rows: laws of delay and resend, chance of loss, error."""

    delay: Ints
    resend: Ints
    loss: Floats
    error: Floats


@dataclass(frozen=True, slots=True)
class Streams:
    """Arrival streams as rows; `first` is -1 when the first candidate comes after one interval."""

    entry: Ints
    law: Ints
    first: Floats
    times_from: Ints
    times_count: Ints
    times: Floats
    until: Floats
    when_level: Ints
    when_comparator: Ints
    when_threshold: Floats
    keep_level: Ints
    keep_base: Floats
    keep_slope: Floats
    urgency: Ints
    key: Keys


@dataclass(frozen=True, slots=True)
class Rules:
    """Decision rules as rows; topics are lines of boards, plans are measures.

    `places` names the place of each line, `energy` has a row of what `desim.decision.energy_gap`
    needs for each rule; `store` and `inflow` are lines, -1 where a rule plans no energy.
    """

    kind: Ints
    needs_from: Ints
    needs_count: Ints
    supplies_from: Ints
    supplies_count: Ints
    lines: Ints
    places: Ints
    store: Ints
    inflow: Ints
    plan: Ints
    energy: Floats
    measures_from: Ints
    measures_count: Ints
    measures: Ints
    figures: Floats
    margin: Floats
    granularity: Floats
    slack: Floats
    release: Floats
    hold: Floats
    term: Floats
    thresholds_from: Ints
    thresholds_count: Ints
    thresholds: Floats


@dataclass(frozen=True, slots=True)
class Calendars:
    """Given changes: staff of units and values of profiles, in order of time."""

    staff: Ints
    shift_time: Floats
    shift_unit: Ints
    shift_staff: Ints
    profile: Floats
    change_time: Floats
    change_profile: Ints
    change_value: Floats


@dataclass(frozen=True, slots=True)
class Slots:
    """(measure, place) pairs: the measure's row, the largest target, whether it acts at once."""

    measure: Ints
    most: Floats
    at_once: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A mechanism lowered into arrays; names are kept for people.

    Parameters
    ----------
    mechanism
        What was lowered.
    labels, procedures, purpose
        For each row of steps: ``procedure.label``, the procedure, and which of
        `desim.mechanism.steps.PURPOSES`.
    lines
        Board lines: (unit, topic) pairs in the order of their rows.
    slots
        (measure, place) pairs in the order of their rows.
    columns
        Names of the world's quantities.
    """

    mechanism: Mechanism
    labels: tuple[str, ...]
    procedures: tuple[str, ...]
    purpose: Ints
    lines: tuple[tuple[str, str], ...]
    slots: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    steps: Steps
    branches: Branches
    laws: Laws
    levels: Levels
    links: Links
    streams: Streams
    rules: Rules
    calendars: Calendars
    slot: Slots
    pool_stock: Floats
    pool_overtaking: Ints
    board_initial: Floats
    world: World | None
    entries: dict[str, int]
