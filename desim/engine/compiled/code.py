"""From a program to code: the words that the kernel walks through, and a run's first state.

`desim.engine.compiled.words` says what stands in each word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desim.balance import World, lower_world
from desim.draw import EMPIRICAL, LAW_WORDS, MIXTURE
from desim.engine.compiled import words as at
from desim.mechanism.world import SECTORS, PowerBalance
from desim.program.program import Floats, Ints, LevelOp, Op, Program, Rank

FORK, JOIN = int(Op.FORK), int(Op.JOIN)
CHOICES = frozenset(map(int, (Op.CHOOSE_CHANCE, Op.CHOOSE_WHEN)))
DRAWS = frozenset(map(int, (Op.WORK, Op.SEND, Op.FORK, Op.CHOOSE_CHANCE, Op.AWAIT, Op.ACTIVATE)))
"""Steps whose visits count: their draws, or their children's names, depend on them."""


@dataclass(frozen=True, eq=False)
class Code:
    """A program as words.

    Parameters
    ----------
    words
        int64: the code; its header still lacks the parts of the state that can grow.
    first
        int64: the state at the start of a run, up to those parts.
    world
        The lowered world, of the same types whether the mechanism has one or not.
    longest
        The most words an item takes.
    """

    words: Ints
    first: Ints
    world: World
    longest: int


def encode(program: Program) -> Code:
    """Turn a program into code.

    Parameters
    ----------
    program
        Any program.
    """
    return _Encoder(program).code()


class _Encoder:
    """Knows where everything stands while the code is put together."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.header = np.zeros(at.HEADER, dtype=np.int64)
        self.parts: list[Ints] = [self.header]
        self.length = at.HEADER
        self.urgencies = _urgencies(program)
        self.sorts = list(program.entries.values())
        self.unit_words = at.QUEUES + 2 * len(self.urgencies)
        self._lay_out_state()

    def code(self) -> Code:
        """Put all parts behind one another."""
        program = self.program
        rows = len(program.steps.op)
        steps_from = self.length
        branches_from = steps_from + rows * at.STEP_WORDS
        self.steps_from, self.branches_from = steps_from, branches_from
        steps = np.zeros((rows, at.STEP_WORDS), dtype=np.int64)
        branches = np.zeros((len(program.branches.to), at.BRANCH_WORDS), dtype=np.int64)
        self._add(steps)
        self._add(branches)
        self._add_laws()
        self._add_links()
        self._add_slots()
        self._add_overdue()
        self._add_rules()
        self._add_streams()
        self._add_calendars()
        self._add_lists()
        longest = self._fill_steps(steps)
        self._fill_branches(branches)
        words = np.concatenate([part.ravel() for part in self.parts])
        world = program.world or _no_world(program)
        return Code(words, self._first_state(), world, longest)

    # The state: where each part of it stands.

    def _lay_out_state(self) -> None:
        program, header = self.program, self.header
        mechanism = program.mechanism
        measures, slots = len(mechanism.measures), len(program.slots)
        units, streams = len(mechanism.units), len(mechanism.arrivals)
        columns = len(program.columns)
        self.state_length = at.COUNTERS

        def room(words: int) -> int:
            begin = self.state_length
            self.state_length += words
            return begin

        header[at.VALUES] = self.state_length
        self.profiles = room(len(mechanism.profiles))
        self.units = room(units * self.unit_words)
        self.pools = room(len(mechanism.pools) * at.POOL_WORDS)
        header[at.TARGETS] = room(slots)
        header[at.ACTIVE] = room(slots)
        header[at.WORLD] = room(columns)
        header[at.BOARD] = room(len(program.lines))
        header[at.PLAN] = room(measures)
        header[at.CHANGE] = room(measures)
        header[at.WATCH] = room(2 * (self.state_length - header[at.VALUES]))
        header[at.RAISED] = room(measures)
        header[at.PLAN_MOVED] = room(measures)
        header[at.ORDERED] = room(slots)
        self.board_since = room(len(program.lines))
        header[at.PHYSICAL] = room(3)
        header[at.STEMS] = room(len(program.steps.op))
        header[at.STREAMS] = room(streams * at.STREAM_WORDS)
        header[at.STREAMS_COUNT] = streams
        for entry in (at.PROFILE_ENTRY, at.SHIFT_ENTRY, at.HOUR_ENTRY):
            header[entry] = room(at.COMING_WORDS)
        self.sorts_from = room(len(self.sorts) * at.SORT_WORDS)
        hours = int(np.ceil(mechanism.horizon)) if program.world else 0
        header[at.HOURS], header[at.COLUMNS] = hours, columns
        header[at.HISTORY] = room(hours * columns)
        header[at.FIXED] = self.state_length
        header.view(np.float64)[at.HORIZON] = mechanism.horizon

    def _first_state(self) -> Ints:
        program, header = self.program, self.header
        words = np.zeros(self.state_length, dtype=np.int64)
        reals = words.view(np.float64)
        calendars = program.calendars
        reals[self.profiles :][: len(calendars.profile)] = calendars.profile
        reals[self.units + at.STAFF : self.pools : self.unit_words] = calendars.staff
        pools = slice(self.pools, int(header[at.TARGETS]), at.POOL_WORDS)
        reals[pools] = program.pool_stock
        words[self.pools + at.OVERTAKES : int(header[at.TARGETS]) : at.POOL_WORDS] = (
            program.pool_overtaking
        )
        reals[header[at.BOARD] : header[at.PLAN]] = program.board_initial
        reals[header[at.RAISED] : header[at.PLAN_MOVED]] = -np.inf
        reals[header[at.ORDERED] : self.board_since] = -np.inf
        world = program.mechanism.world
        reals[header[at.PHYSICAL] :][:3] = (world.store if world else 0.0, 0.0, 1.0)
        streams = words[header[at.STREAMS] :][: header[at.STREAMS_COUNT] * at.STREAM_WORDS]
        streams = streams.reshape(-1, at.STREAM_WORDS)
        streams[:, at.RANK] = Rank.ARRIVAL
        streams[:, at.STREAM_CODE] = self.streams_from + at.STREAM_CODE_WORDS * np.arange(
            len(streams)
        )
        # Of simultaneous changes profiles come first, then staff, then the world.
        for key, entry in enumerate((at.PROFILE_ENTRY, at.SHIFT_ENTRY, at.HOUR_ENTRY)):
            words[header[entry] + at.RANK], words[header[entry] + at.KEY] = Rank.CHANGE, key
        sorts = words[self.sorts_from :][: len(self.sorts) * at.SORT_WORDS]
        sorts.reshape(-1, at.SORT_WORDS)[:, at.LENGTH] = self.lengths
        return words

    # The code, part by part.

    def _add(self, part: NDArray[Any]) -> int:
        """Put a part behind the others, floats with their bits; return where it begins."""
        begin = self.length
        self.parts.append(part.view(np.int64))
        self.length += part.size
        return begin

    def _add_laws(self) -> None:
        laws = self.program.laws
        table = laws.table.reshape(-1, LAW_WORDS).copy()
        members = laws.members.reshape(-1, 2).copy()
        self.laws_from = self.length
        for row in table:
            first, count = int(row[4]) // 2, int(row[5])
            if row[0] == MIXTURE:
                members[first : first + count, 1] += self.laws_from
            if row[0] >= EMPIRICAL:
                row[4] += self.laws_from + table.size
        self._add(table.ravel())
        self._add(members.ravel())

    def _law(self, rows: Ints) -> Ints:
        """Addresses of laws; none where the row is below 0."""
        return np.where(rows >= 0, rows + self.laws_from, at.NOBODY)

    def _add_links(self) -> None:
        links = self.program.links
        rows = _rows(
            (self._law(links.delay), self._law(links.resend), links.loss, links.error),
        )
        self.links_from = self._add(rows)

    def _add_slots(self) -> None:
        slot = self.program.slot
        self.slots_from = self._add(_rows((slot.most, slot.at_once)))

    def _add_overdue(self) -> None:
        """A row for each slot that some level asks whether an order is overdue at."""
        program, header = self.program, self.header
        asked = program.levels.of[program.levels.op == LevelOp.OVERDUE]
        slots, measures = np.unique(asked), program.slot.measure
        plans = measures[slots]
        rows = _rows(
            (header[at.TARGETS] + slots, header[at.PLAN] + plans, header[at.PLAN_MOVED] + plans)
        )
        begin = self._add(rows)
        self.overdue = {int(slot): begin + i * at.OVERDUE_WORDS for i, slot in enumerate(slots)}

    def _add_rules(self) -> None:
        rules, header = self.program.rules, self.header
        lines = self._add(rules.lines + int(header[at.BOARD]))
        sinces = self._add(rules.lines + self.board_since)
        measures, figures = self._add(rules.measures), self._add(rules.figures)
        thresholds = self._add(rules.thresholds)
        places, energy = self._add(rules.places), self._add(rules.energy.ravel())
        board, since = int(header[at.BOARD]), self.board_since
        rows = _rows(
            (
                rules.kind, lines + rules.needs_from, sinces + rules.needs_from,
                rules.needs_count, lines + rules.supplies_from, rules.supplies_count,
                measures + rules.measures_from, figures + rules.measures_from,
                rules.measures_count, thresholds + rules.thresholds_from,
                rules.thresholds_count, rules.margin, rules.granularity, rules.slack,
                rules.release, rules.hold, rules.term, rules.plan,
                energy + rules.energy.shape[1] * np.arange(len(rules.kind)),
                sinces + rules.supplies_from, places + rules.needs_from, board + rules.store,
                board + rules.inflow, since + rules.inflow,
            )
        )  # fmt: skip
        self.rules_from = self._add(rows)

    def _add_streams(self) -> None:
        s = self.program.streams
        times = self._add(s.times)
        rows = _rows(
            (
                self._row(s.entry), self._law(s.law), times + s.times_from, s.times_count,
                (s.when_level >= 0).astype(np.int64), self._levels(s.when_level),
                s.when_comparator, (s.keep_level >= 0).astype(np.int64),
                self._levels(s.keep_level), self._queue(s.urgency), s.key, s.first, s.until,
                s.when_threshold, s.keep_base, s.keep_slope,
            )
        )  # fmt: skip
        self.streams_from = self._add(rows)

    def _add_calendars(self) -> None:
        calendars, header = self.program.calendars, self.header
        changes = _rows(
            (
                calendars.change_time, self.profiles + calendars.change_profile,
                calendars.change_value,
            )
        )  # fmt: skip
        units = self.units + self.unit_words * calendars.shift_unit
        shifts = _rows((calendars.shift_time, units, calendars.shift_staff.astype(np.float64)))
        header[at.PROFILES], header[at.PROFILES_COUNT] = self._add(changes), len(changes)
        header[at.SHIFTS], header[at.SHIFTS_COUNT] = self._add(shifts), len(shifts)

    def _add_lists(self) -> None:
        program, header = self.program, self.header
        op = program.levels.op
        moved = np.flatnonzero((op == LevelOp.WORLD) | (op == LevelOp.MEASURE))
        header[at.KEYS] = self._add(program.steps.key)
        header[at.STEPS_COUNT] = len(program.steps.key)
        header[at.MOVED], header[at.MOVED_COUNT] = self._add(self._levels(moved)), len(moved)
        header[at.URGENCIES] = self._add(self.urgencies)
        self.shares_from = self._add(program.branches.share)

    # Addresses.

    def _row(self, rows: Ints) -> Ints:
        """Addresses of steps; none where the row is below 0."""
        return np.where(rows >= 0, self.steps_from + rows * at.STEP_WORDS, at.NOBODY)

    def _queue(self, urgency: Ints) -> Ints:
        """Where in a unit the queue of an urgency stands."""
        found: Ints = np.searchsorted(-self.urgencies, -urgency.astype(np.float64))
        return at.QUEUES + 2 * found

    def _levels(self, rows: Ints) -> Ints:
        """Addresses of levels: 0 for what is carried, below 0 for the age of a line and overdue."""
        levels = self.program.levels
        return np.array(
            [
                self._level(int(levels.op[row]), int(levels.of[row])) if row >= 0 else 0
                for row in rows
            ],
            dtype=np.int64,
        )

    def _level(self, op: int, of: int) -> int:
        header = self.header
        if op == LevelOp.CARRIED:
            return 0
        if op == LevelOp.AGE:
            return -(self.board_since + of)
        if op == LevelOp.OVERDUE:
            return -(at.OVERDUE + self.overdue[of])
        if op in (LevelOp.QUEUE, LevelOp.BUSY):
            within = at.QUEUE if op == LevelOp.QUEUE else at.BUSY
            return self.units + of * self.unit_words + within
        if op == LevelOp.STOCK:
            return self.pools + of * at.POOL_WORDS + at.STOCK
        if op == LevelOp.PROFILE:
            return self.profiles + of
        part = {
            LevelOp.TARGET: at.TARGETS,
            LevelOp.MEASURE: at.ACTIVE,
            LevelOp.WORLD: at.WORLD,
            LevelOp.BOARD: at.BOARD,
            LevelOp.PLAN: at.PLAN,
            LevelOp.CHANGE: at.CHANGE,
        }
        return int(header[part[LevelOp(op)]]) + of

    # Steps and branches, which refer to everything else.

    def _fill_steps(self, words: Ints) -> int:
        """Fill in the steps; return the most words an item takes."""
        steps, reals = self.program.steps, words.view(np.float64)
        words[:, at.OP] = steps.op
        words[:, at.LAW] = self._law(steps.law)
        words[:, at.FIRST] = self.branches_from + steps.first * at.BRANCH_WORDS
        words[:, at.COUNT] = steps.count
        words[:, at.JUMP] = self._row(steps.jump)
        words[:, at.LEVEL] = self._levels(steps.level)
        words[:, at.COMPARATOR] = steps.comparator
        words[:, at.DAILY] = steps.daily
        reals[:, at.PERSISTENCE] = steps.persistence
        words[:, at.SHARED_KEY] = steps.shared.view(np.int64)
        words[:, at.STEM] = self.header[at.STEMS] + np.arange(len(words))
        words[:, at.INDEX] = np.arange(len(words))
        reals[:, at.THRESHOLD] = steps.threshold
        reals[:, at.AMOUNT] = steps.amount
        self._fill_subjects(words)
        self.lengths = self._fill_notes(words)
        return max(self.lengths, default=at.ITEM_WORDS)

    def _fill_subjects(self, words: Ints) -> None:
        """What each step is about, and what `EXTRA` means to it."""
        steps, header, program = self.program.steps, self.header, self.program
        subject, extra = words[:, at.SUBJECT], words[:, at.EXTRA]

        def each(*ops: Op) -> tuple[NDArray[np.bool_], Ints]:
            chosen = np.isin(steps.op, ops)
            return chosen, steps.target[chosen]

        work, unit = each(Op.WORK)
        subject[work] = self.units + unit * self.unit_words
        extra[work] = np.where(steps.own[work] == 1, self._queue(steps.extra[work]), 0)
        sent, link = each(Op.SEND)
        subject[sent] = self.links_from + link * at.LINK_WORDS
        joined, forked = each(Op.JOIN)
        subject[joined] = self._row(forked)
        extra[joined] = np.where(steps.extra[joined] < 0, steps.count[forked], steps.extra[joined])
        stocked, pool = each(Op.TAKE, Op.GIVE)
        subject[stocked] = self.pools + pool * at.POOL_WORDS
        told, line = each(Op.TELL)
        subject[told], extra[told] = header[at.BOARD] + line, self.board_since + line
        decided, rule = each(Op.DECIDE)
        subject[decided] = self.rules_from + rule * at.RULE_WORDS
        active, slot = each(Op.ACTIVATE)
        subject[active] = header[at.TARGETS] + slot
        words[active, at.LEVEL] = header[at.ACTIVE] + slot
        words[active, at.FIRST] = self.slots_from + slot * at.SLOT_WORDS
        extra[active] = steps.extra[active]
        chosen, _ = each(Op.CHOOSE_CHANCE)
        words[chosen, at.SHARES] = self.shares_from + steps.first[chosen]
        for row in np.flatnonzero(chosen):
            share = program.branches.share[steps.first[row] :][: steps.count[row]]
            extra[row] = int(((share > 0.0) & (share < 1.0)).any())

    def _fill_notes(self, words: Ints) -> list[int]:
        """Where items note groups and visits; return the words an item takes, by procedure."""
        steps = self.program.steps
        op, forked = steps.op.tolist(), steps.target.tolist()
        back = self._ways_back()
        lengths = []
        for number, entry in enumerate(self.sorts):
            end = self.sorts[number + 1] if number + 1 < len(self.sorts) else len(op)
            words[entry:end, at.SORT] = self.sorts_from + number * at.SORT_WORDS
            rows = range(entry, end)
            groups = {row: at.ITEM_WORDS + i for i, row in enumerate(_where(op, rows, FORK))}
            for row, place in groups.items():
                words[row, at.GROUP_AT] = place
            for row in _where(op, rows, JOIN):
                words[row, at.GROUP_AT] = groups[forked[row]]
            words[end - 1, at.COUNT] = len(groups)
            length = at.ITEM_WORDS + len(groups)
            again = {
                step for row in rows for to in back.get(row, ()) for step in range(to, row + 1)
            }
            for row in sorted(again):
                if op[row] in DRAWS:
                    words[row, at.VISITS] = length
                    length += 1
            lengths.append(length)
        return lengths

    def _ways_back(self) -> dict[int, tuple[int, ...]]:
        """Steps that can jump to themselves or back, and where to: an item that comes again to a
        step passes one of these ways, and the step lies between its ends."""
        steps, to = self.program.steps, self.program.branches.to.tolist()
        columns = (steps.op, steps.first, steps.count, steps.jump)
        found = {}
        for row, (op, first, count, jump) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        ):
            targets = to[first : first + count] if op in CHOICES else [jump]
            back = tuple(target for target in targets if 0 <= target <= row)
            if back:
                found[row] = back
        return found

    def _fill_branches(self, words: Ints) -> None:
        branches, reals = self.program.branches, words.view(np.float64)
        words[:, at.TO] = self._row(branches.to)
        words[:, at.BRANCH_LEVEL] = self._levels(branches.level)
        words[:, at.BRANCH_COMPARATOR] = branches.comparator
        reals[:, at.BRANCH_THRESHOLD] = branches.threshold
        words[:, at.BRANCH_KEY] = branches.key.view(np.int64)
        words[:, at.BRANCH_INDEX] = np.arange(len(words))


def _where(op: Sequence[int], rows: range, wanted: int) -> list[int]:
    """Rows of one kind of step."""
    return [row for row in rows if op[row] == wanted]


def _rows(columns: Sequence[NDArray[Any]]) -> Ints:
    """Columns side by side as words; floats keep their bits."""
    return np.column_stack([np.ascontiguousarray(column).view(np.int64) for column in columns])


def _urgencies(program: Program) -> Floats:
    """Every urgency there is, the highest first: each unit has a queue for each."""
    own = program.steps.extra[program.steps.own == 1]
    found = np.unique(np.concatenate([own, program.streams.urgency, [0]]))
    return np.ascontiguousarray(found[::-1].astype(np.float64))


def _no_world(program: Program) -> World:
    """Arrays of the right types for a mechanism without a world: one empty place, one hour."""
    nothing = PowerBalance(
        places=("",),
        need=np.zeros((1, 1, len(SECTORS))),
        fixed=np.zeros(1),
        inflow=np.zeros(1),
        store=0.0,
        store_full=0.0,
        hydro_most=0.0,
        exposure=np.zeros(len(SECTORS)),
        weights=np.zeros(1),
        line_limit=np.zeros(1),
        customers=np.zeros(1),
    )
    return lower_world(nothing, program.mechanism.measures)
