"""The SimPy engine: one process an item. It is the readable specification of the semantics."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import numpy as np
from simpy import Event

from desim.draw import (
    EMPIRICAL,
    LAW_WORDS,
    child_key,
    day_key,
    distortion,
    draw,
    misreading,
    mix,
    run_key,
    sample,
    uniform,
)
from desim.engine.beside import Access
from desim.engine.clock import Clock
from desim.engine.state import State
from desim.mechanism.process import Beside
from desim.program.program import LevelOp, Op, Program, Rank
from desim.trace.record import ITEM, RECORD, Kind
from desim.trace.trace import Trace

Life = Generator[Event, None, None]
NAN = math.nan
END, WORK, SEND = int(Op.END), int(Op.WORK), int(Op.SEND)
"""As plain numbers: comparing with a member of an enumeration costs more than what it guards."""


@dataclass(eq=False, slots=True)
class Group:
    """The children of one fork: how many have answered, and who waits for how many."""

    size: int
    done: int = 0
    wanted: int = 0
    waiting: Event | None = None

    def answer(self) -> None:
        """One more child is done."""
        self.done += 1
        if self.waiting is not None and self.done >= self.wanted:
            self.waiting.succeed()
            self.waiting = None


@dataclass(eq=False, slots=True)
class Item:
    """What travels through a procedure: a report, an order, a request, a truck."""

    number: int
    key: int
    row: int
    urgency: int
    carried: float
    since: float
    draws: int
    group: Group | None = None
    visits: dict[int, int] = field(default_factory=dict)
    groups: dict[int, Group] | None = None


class Performance:
    """One run of a program."""

    def __init__(
        self, program: Program, seed: int, replication: int, processes: tuple[Beside, ...] = ()
    ) -> None:
        self.program, self.processes = program, processes
        self.run = run_key(seed, replication)
        self.clock = Clock()
        self.state = State(program, self.clock)
        self.records: list[tuple[float, int, int, int, float, float]] = []
        self.items: list[tuple[int, int, int, int]] = []
        steps, links = program.steps, program.links
        self.op, self.target = steps.op.tolist(), steps.target.tolist()
        self.law, self.jump = steps.law.tolist(), steps.jump.tolist()
        self.first, self.count = steps.first.tolist(), steps.count.tolist()
        self.amount, self.extra = steps.amount.tolist(), steps.extra.tolist()
        self.own = steps.own.tolist()
        self.stem = [mix(self.run, key) for key in steps.key.tolist()]
        self.shared_key, self.daily = steps.shared.tolist(), steps.daily.tolist()
        self.persistence = steps.persistence.tolist()
        self.level = steps.level.tolist()
        self.comparator, self.threshold = steps.comparator.tolist(), steps.threshold.tolist()
        self.share, self.to = program.branches.share.tolist(), program.branches.to.tolist()
        branches = program.branches
        columns = (branches.level, branches.comparator, branches.threshold)
        self.conditions = list(zip(*(column.tolist() for column in columns), strict=True))
        self.open = [
            any(0.0 < share < 1.0 for share in self.share[first : first + size])
            for first, size in zip(self.first, self.count, strict=True)
        ]
        self.delay, self.resend = links.delay.tolist(), links.resend.tolist()
        self.loss, self.error = links.loss.tolist(), links.error.tolist()
        rows = program.laws.table.reshape(-1, LAW_WORDS).tolist()
        self.laws = {i * LAW_WORDS: (int(row[0]), *row[1:4]) for i, row in enumerate(rows)}

    def play(self) -> None:
        """Let everything happen that is scheduled before the horizon (semantics 11)."""
        mechanism, calendars = self.program.mechanism, self.program.calendars
        if self.program.world is not None:
            self.clock.process(self.world())
        if len(calendars.change_time):
            self.clock.process(self.profiles())
        if len(calendars.shift_time):
            self.clock.process(self.shifts())
        for stream in range(len(mechanism.arrivals)):
            self.clock.process(self.stream(stream))
        for beside in self.processes:
            access = Access(beside.name, self.run, self.program, self.state, self.clock)
            self.clock.process(beside.process(access, beside.lever, beside.values))
        self.clock.run(until=mechanism.horizon)

    # What happens by itself: the world, profiles, shifts, arrivals.

    def world(self) -> Life:
        """Step the world at every full hour, after profiles and shifts have changed."""
        for hour in range(len(self.state.world)):
            yield self.clock.at(float(hour), Rank.CHANGE, 2)
            self.state.advance_world(hour)

    def profiles(self) -> Life:
        """Change profiles at their times."""
        calendars = self.program.calendars
        changes = (calendars.change_time, calendars.change_profile, calendars.change_value)
        for time, profile, value in zip(*(c.tolist() for c in changes), strict=True):
            yield self.clock.at(time, Rank.CHANGE, 0)
            self.state.profile[profile] = value
            self.state.touch(LevelOp.PROFILE, profile)

    def shifts(self) -> Life:
        """Change staff at shift times; work in hand goes on (semantics 7)."""
        calendars = self.program.calendars
        changes = (calendars.shift_time, calendars.shift_unit, calendars.shift_staff)
        for time, unit, staff in zip(*(c.tolist() for c in changes), strict=True):
            yield self.clock.at(time, Rank.CHANGE, 1)
            self.state.desks[unit].change(staff)
            self.desk_changed(unit)

    def stream(self, row: int) -> Life:
        """Let the candidates of a stream come, and keep those that are to be kept."""
        s = self.program.streams
        base, until, first = int(s.key[row]), float(s.until[row]), float(s.first[row])
        entry, urgency, law = int(s.entry[row]), int(s.urgency[row]), int(s.law[row])
        stem = mix(self.run, base)
        times = s.times[s.times_from[row] :][: s.times_count[row]].tolist()
        kept = self.gate(row, base)
        time = 0.0
        for ordinal in count(1):
            key = mix(base, ordinal)
            if ordinal == 1 and first >= 0.0:
                time = first
            elif law >= 0:
                time += self.sample(law, stem, key, 0, 0)
            elif ordinal <= len(times):
                time = times[ordinal - 1]
            else:
                return
            if time >= until:
                return
            yield self.clock.at(time, Rank.ARRIVAL, key)
            if kept(key):
                item = self.new_item(key, -1, row, ordinal, entry, urgency)
                self.record(Kind.ARRIVAL, item, entry, float(row), NAN)
                self.clock.process(self.life(item))

    def gate(self, row: int, base: int) -> Callable[[int], bool]:
        """Whether a candidate (by its key) is kept: by condition, then by chance (thinning)."""
        s, state, stem = self.program.streams, self.state, mix(self.run, base)
        when = (int(s.when_level[row]), int(s.when_comparator[row]), float(s.when_threshold[row]))
        keep = int(s.keep_level[row])
        offset, slope = float(s.keep_base[row]), float(s.keep_slope[row])

        def kept(key: int) -> bool:
            if when[0] >= 0 and not state.holds(*when):
                return False
            if keep < 0:
                return True
            chance = offset + slope * state.look(keep)
            return chance > 0.0 and bool(uniform(stem, key, 0, 1) < chance)

        return kept

    # The life of an item.

    def new_item(
        self, key: int, parent: int, origin: int, ordinal: int, entry: int, urgency: int
    ) -> Item:
        """Enter an item into the trace's table."""
        self.items.append((key, parent, origin, ordinal))
        now = self.clock.now
        draws = day_key(now) if self.daily[entry] else key
        return Item(len(self.items) - 1, key, entry, urgency, 0.0, now, draws)

    def life(self, item: Item) -> Life:
        """Perform step after step until the end of the procedure."""
        ops, visits = self.op, item.visits
        while (op := ops[item.row]) != END:
            row = item.row
            visit = visits.get(row, 0)
            visits[row] = visit + 1
            item.row = row + 1
            if op == WORK:
                yield from self.work(item, row, visit)
            elif op == SEND:
                yield from self.send(item, row, visit)
            elif op == Op.CHOOSE_CHANCE:
                self.choose_by_chance(item, row, visit)
            elif op == Op.CHOOSE_WHEN:
                self.choose_by_condition(item, row)
            elif op == Op.FORK:
                self.fork(item, row, visit)
            elif op == Op.JOIN:
                yield from self.join(item, row)
            elif op == Op.TAKE:
                yield from self.take(item, row)
            elif op == Op.GIVE:
                self.give(item, row)
            elif op == Op.AWAIT:
                yield from self.wait_until(item, row, visit)
            elif op == Op.OBSERVE:
                yield from self.observe(item, row)
            elif op == Op.TELL:
                self.tell(item, row)
            elif op == Op.DECIDE:
                self.decide(item, row)
            else:
                self.activate(item, row, visit)
        self.record(Kind.DONE, item, item.row, NAN, NAN)
        if item.group is not None:
            item.group.answer()

    def work(self, item: Item, row: int, visit: int) -> Life:
        """Queue at the unit, hold one of its staff, free the place before going on."""
        unit = self.target[row]
        desk = self.state.desks[unit]
        urgency = self.extra[row] if self.own[row] else item.urgency
        watchers = self.state.watchers
        self.record(Kind.QUEUE, item, row, float(urgency), NAN)
        if not desk.admit():
            admitted = desk.wait(urgency)
            if watchers:
                self.desk_changed(unit)
            yield admitted
        self.record(Kind.START, item, row, NAN, NAN)
        if watchers:
            self.desk_changed(unit)
        hours = self.sample(self.law[row], self.stem[row], item.draws, visit, 0)
        yield self.clock.at(self.clock.now + hours, Rank.FINISH, item.key)
        self.record(Kind.FINISH, item, row, NAN, NAN)
        desk.release()
        if watchers:
            self.desk_changed(unit)

    def send(self, item: Item, row: int, visit: int) -> Life:
        """Travel a link; what is lost is noticed and sent again."""
        link = self.target[row]
        stem, clock = self.stem[row], self.clock
        attempt = 0
        while True:
            self.record(Kind.SEND, item, row, float(attempt + 1), item.since)
            index = 4 * attempt
            lost = self.loss[link] > 0.0 and (
                uniform(stem, item.draws, visit, index + 1) < self.loss[link]
            )
            law, index = (self.resend[link], index + 2) if lost else (self.delay[link], index)
            hours = self.sample(law, stem, item.draws, visit, index)
            yield clock.at(clock.now + hours, Rank.DELIVERY, item.key)
            if not lost:
                break
            attempt += 1
        if self.error[link] > 0.0:
            item.carried *= distortion(self.error[link], stem, item.draws, visit)
        self.record(Kind.DELIVERY, item, row, item.carried, item.since)

    def choose_by_chance(self, item: Item, row: int, visit: int) -> None:
        """One uniform decides between the branches; certain and impossible ones ask for none."""
        first = self.first[row]
        branches = range(first, first + self.count[row])
        u = 0.5
        if self.open[row]:
            u = uniform(self.stem[row], item.draws, visit, 0)
        for b in branches:
            if u < self.share[b]:
                item.row = self.to[b]
                return

    def choose_by_condition(self, item: Item, row: int) -> None:
        """Go to the first branch whose condition holds."""
        for b in range(self.first[row], self.first[row] + self.count[row]):
            level, comparator, threshold = self.conditions[b]
            if self.state.holds(level, comparator, threshold, item.carried):
                item.row = self.to[b]
                return

    def fork(self, item: Item, row: int, visit: int) -> None:
        """Start the children; they go on when this item must wait (semantics 4)."""
        if item.groups is None:
            item.groups = {}
        group = item.groups[row] = Group(self.count[row])
        self.record(Kind.FORK, item, row, float(group.size), item.since)
        for b in range(self.first[row], self.first[row] + self.count[row]):
            key = int(child_key(item.key, int(self.program.branches.key[b]), visit))
            child = self.new_item(key, item.number, b, visit, self.to[b], item.urgency)
            child.carried, child.since, child.group = item.carried, item.since, group
            if self.daily[self.to[b]]:
                child.draws = day_key(item.since)
            self.record(Kind.ARRIVAL, child, self.to[b], -1.0, NAN)
            self.clock.process(self.life(child))

    def join(self, item: Item, row: int) -> Life:
        """Wait until enough children have answered."""
        group = (item.groups or {})[self.target[row]]
        group.wanted = group.size if self.extra[row] < 0 else self.extra[row]
        if group.done < group.wanted:
            group.waiting = Event(self.clock)
            yield group.waiting
        self.record(Kind.JOIN, item, row, float(group.done), NAN)

    def take(self, item: Item, row: int) -> Life:
        """Wait in line for stock."""
        pool, amount = self.target[row], self.amount[row]
        stock = self.state.stocks[pool]
        self.record(Kind.ASK, item, row, amount, NAN)
        if not stock.take(amount):
            yield stock.wait(amount)
        self.record(Kind.GRANT, item, row, 1.0, NAN)
        self.state.touch(LevelOp.STOCK, pool)

    def give(self, item: Item, row: int) -> None:
        """Bring stock back."""
        pool = self.target[row]
        self.record(Kind.GIVE, item, row, self.amount[row], NAN)
        self.state.stocks[pool].give(self.amount[row])
        self.state.touch(LevelOp.STOCK, pool)

    def wait_until(self, item: Item, row: int, visit: int) -> Life:
        """Wait for a condition, or give up at the deadline."""
        condition = (self.level[row], self.comparator[row], self.threshold[row])
        self.record(Kind.ASK, item, row, self.threshold[row], NAN)
        granted = self.state.holds(*condition)
        if not granted:
            event = self.state.watch(*condition)
            if self.law[row] >= 0:
                hours = self.sample(self.law[row], self.stem[row], item.draws, visit, 0)
                deadline = self.clock.at(self.clock.now + hours, Rank.DEADLINE, item.key)
                deadline.callbacks.append(partial(_give_up, event))
            granted = (yield event) is not False
        self.record(Kind.GRANT, item, row, float(granted), NAN)
        if not granted and self.jump[row] >= 0:
            item.row = self.jump[row]

    def observe(self, item: Item, row: int) -> Life:
        """Read a level last in its instant."""
        now = self.clock.now
        yield self.clock.at(now, Rank.OBSERVATION, item.key)
        item.carried = self.state.look(self.level[row], item.carried)
        if self.amount[row] > 0.0:
            common = mix(self.run, self.shared_key[row])
            error = (self.amount[row], self.threshold[row], self.persistence[row])
            item.carried *= misreading(*error, self.stem[row], common, now)
        item.since = now
        self.record(Kind.OBSERVE, item, row, item.carried, now)

    def tell(self, item: Item, row: int) -> None:
        """Put what is carried on a board, if it is newer."""
        self.record(Kind.TELL, item, row, item.carried, item.since)
        self.state.tell(self.target[row], item.carried, item.since)

    def decide(self, item: Item, row: int) -> None:
        """Apply a rule to a board."""
        found, since = self.state.decide(self.target[row])
        self.record(Kind.DECIDE, item, row, found, since)

    def activate(self, item: Item, row: int, visit: int) -> None:
        """Give a measure at a place its target, unless that is an order with an older date."""
        slot, amount, add = self.target[row], self.amount[row], bool(self.extra[row])
        if math.isnan(amount):
            amount = item.carried
            if not add:
                if self.is_filed(item, row, visit):
                    self.record(Kind.FILE, item, row, amount, item.since)
                    return
                self.state.ordered[slot] = item.since
        target = self.state.activate(slot, amount, add)
        self.record(Kind.ACTIVATE, item, row, target, item.since)

    def is_filed(self, item: Item, row: int, visit: int) -> bool:
        """Whether an order is older than the one in force, and somebody looks (semantics 13)."""
        if item.since >= self.state.ordered[self.target[row]]:
            return False
        chance = self.threshold[row]
        return chance <= 0.0 or bool(uniform(self.stem[row], item.draws, visit, 0) >= chance)

    # Arithmetic and notes.

    def sample(self, law: int, stem: int, item: int, visit: int, index: int) -> float:
        """One keyed draw from a row of the laws."""
        kind, a, b, c = self.laws[law]
        if kind < EMPIRICAL:  # the short way
            return draw(kind, a, b, c, stem, item, visit, index)  # type: ignore[no-any-return]
        laws, key = self.program.laws, map(np.uint64, (stem, item, visit, index))
        return float(sample(laws.table, laws.members, law, *key))

    def record(self, kind: Kind, item: Item, row: int, value: float, since: float) -> None:
        """Write one record."""
        self.records.append((self.clock._now, kind, item.number, row, value, since))

    def desk_changed(self, unit: int) -> None:
        """Tell whoever waits for a unit's queue or staff."""
        self.state.touch(LevelOp.QUEUE, unit)
        self.state.touch(LevelOp.BUSY, unit)


def _give_up(waiting: Event, _: Event) -> None:
    """A deadline: whoever still waits goes on empty-handed."""
    if not waiting.triggered:
        waiting.succeed(False)


def perform(
    program: Program, *, seed: int, replication: int, processes: tuple[Beside, ...] = ()
) -> Trace:
    """Perform one run of a program on SimPy, with processes beside it; return its trace."""
    run = Performance(program, seed, replication, processes)
    run.play()
    return Trace(
        program=program,
        seed=seed,
        replication=replication,
        records=np.array(run.records, dtype=RECORD),
        items=np.array(run.items, dtype=ITEM),
        world=run.state.world,
    )
