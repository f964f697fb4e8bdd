"""Accounts that every trace must balance: items, queues, staff, stock, forks and time.

`audit` replays the records of a trace against the numbered semantics and Little's law, without
looking into any engine. `played` plays a mechanism and audits what comes out; the suite makes
all its traces with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from desim.mechanism.mechanism import Mechanism
from desim.program import Program, lower
from desim.program.program import Op
from desim.trace import Kind, Trace
from tests.identity import assert_identical
from tests.stock_ledger import StockLedger
from tests.unit_ledger import UnitLedger

OPENS = {Kind.QUEUE: Kind.START, Kind.START: Kind.FINISH, Kind.ASK: Kind.GRANT}
STARTED_BY = {
    Kind.QUEUE: (Op.WORK,),
    Kind.SEND: (Op.SEND,),
    Kind.ASK: (Op.TAKE, Op.AWAIT),
    Kind.GIVE: (Op.GIVE,),
    Kind.FORK: (Op.FORK,),
    Kind.JOIN: (Op.JOIN,),
    Kind.OBSERVE: (Op.OBSERVE,),
    Kind.TELL: (Op.TELL,),
    Kind.DECIDE: (Op.DECIDE,),
    Kind.ACTIVATE: (Op.ACTIVATE,),
    Kind.FILE: (Op.ACTIVATE,),
    Kind.DONE: (Op.END,),
}


@dataclass(frozen=True)
class Record:
    """One record with plain Python numbers."""

    time: float
    kind: Kind
    item: int
    row: int
    value: float
    since: float


def played(mechanism: Mechanism | Program, *, seed: int = 1, replication: int = 0) -> Trace:
    """Play a mechanism (or a program) on both engines, compare the traces and audit them."""
    program = mechanism if isinstance(mechanism, Program) else lower(mechanism)
    trace = assert_identical(program, seed=seed, replication=replication)
    audit(trace)
    return trace


def records_of(trace: Trace) -> list[Record]:
    """The records of a trace as plain values."""
    columns = (trace.records[name].tolist() for name in trace.records.dtype.names)
    return [
        Record(t, Kind(k), i, s, v, since) for t, k, i, s, v, since in zip(*columns, strict=True)
    ]


def audit(trace: Trace) -> None:
    """Assert every account of a trace."""
    records = records_of(trace)
    _clock_never_turns_back(trace, records)
    _items_are_conserved(trace, records)
    _every_item_follows_its_procedure(trace, records)
    _families_are_complete(trace, records)
    units = UnitLedger(trace)
    stocks = StockLedger(trace)
    for number, record in enumerate(records):
        following = records[number + 1] if number + 1 < len(records) else None
        units.enter(record, following)
        stocks.enter(record, following)
    units.close()
    stocks.close()
    _targets_stay_in_bounds(trace, records)
    _orders_are_dated(trace, records)
    little(trace)


def _clock_never_turns_back(trace: Trace, records: list[Record]) -> None:
    times = trace.records["time"]
    assert np.all(np.diff(times) >= 0.0)
    assert not len(times) or (times[0] >= 0.0 and times[-1] < trace.final_time)
    for record in records:
        assert np.isnan(record.since) or record.since <= record.time


def _items_are_conserved(trace: Trace, records: list[Record]) -> None:
    arrivals = Counter(r.item for r in records if r.kind == Kind.ARRIVAL)
    done = Counter(r.item for r in records if r.kind == Kind.DONE)
    last = {r.item: r.kind for r in records}
    assert set(arrivals) == set(range(len(trace.items)))
    assert set(arrivals.values()) <= {1}
    assert set(done.values()) <= {1}
    unfinished = sum(kind != Kind.DONE for kind in last.values())
    assert len(arrivals) == len(done) + unfinished
    assert [r.item for r in records if r.kind == Kind.ARRIVAL] == sorted(arrivals)
    keys = trace.items["key"].tolist()
    assert len(set(keys)) == len(keys)


@dataclass
class _Life:
    """Where an item is: rows it may enter next, and what must follow what it began."""

    rows: frozenset[int]
    open_row: int = -1
    wanted: tuple[Kind, ...] = ()


def _every_item_follows_its_procedure(trace: Trace, records: list[Record]) -> None:
    follow = _following_rows(trace.program)
    lives: dict[int, _Life] = {}
    for r in records:
        if r.kind == Kind.ARRIVAL:
            assert r.item not in lives
            lives[r.item] = _Life(_past_choices(trace.program, [r.row]))
            continue
        life = lives[r.item]
        if life.wanted:
            assert r.row == life.open_row, r
            assert r.kind in life.wanted, r
        else:
            assert r.row in life.rows, r
            assert trace.program.steps.op[r.row] in STARTED_BY[r.kind], r
        if r.kind == Kind.SEND:
            life.wanted = (Kind.SEND, Kind.DELIVERY)
        else:
            life.wanted = (OPENS[r.kind],) if r.kind in OPENS else ()
        life.open_row = r.row
        gave_up = r.kind == Kind.GRANT and r.value == 0.0
        life.rows = follow(r.row, gave_up)


def _following_rows(program: Program) -> Callable[[int, bool], frozenset[int]]:
    steps = program.steps

    def follow(row: int, gave_up: bool) -> frozenset[int]:
        if steps.op[row] == Op.END:
            return frozenset()
        jump = int(steps.jump[row])
        return _past_choices(program, [jump if gave_up and jump >= 0 else row + 1])

    return follow


def _past_choices(program: Program, rows: list[int]) -> frozenset[int]:
    """The rows that leave a record, found by walking through the choices, which leave none."""
    steps, branches = program.steps, program.branches
    seen: set[int] = set()
    while rows:
        row = rows.pop()
        if row in seen:
            continue
        seen.add(row)
        if steps.op[row] in (Op.CHOOSE_CHANCE, Op.CHOOSE_WHEN):
            first, count = int(steps.first[row]), int(steps.count[row])
            rows += [int(branches.to[b]) for b in range(first, first + count)] + [row + 1]
    choices = (Op.CHOOSE_CHANCE, Op.CHOOSE_WHEN)
    return frozenset(row for row in seen if steps.op[row] not in choices)


@dataclass
class _Family:
    """The children of one visit of a fork."""

    size: int
    born: int = 0
    done: int = 0


def _families_are_complete(trace: Trace, records: list[Record]) -> None:
    steps, parents = trace.program.steps, trace.items["parent"].tolist()
    latest: dict[tuple[int, int], _Family] = {}
    family_of: dict[int, _Family] = {}
    last_fork: dict[int, tuple[float, _Family]] = {}
    for r in records:
        if r.kind == Kind.FORK:
            family = latest[r.item, r.row] = _Family(int(r.value))
            assert family.size == steps.count[r.row]
            last_fork[r.item] = (r.time, family)
        elif r.kind == Kind.ARRIVAL and parents[r.item] >= 0:
            time, family = last_fork[parents[r.item]]
            assert r.time == time
            family.born += 1
            family_of[r.item] = family
        elif r.kind == Kind.DONE and r.item in family_of:
            family_of[r.item].done += 1
        elif r.kind == Kind.JOIN:
            family = latest[r.item, int(steps.target[r.row])]
            quorum = int(steps.extra[r.row])
            assert family.done >= (family.size if quorum < 0 else quorum)
            assert r.value == family.done
    assert all(family.born == family.size for family in latest.values())


def _targets_stay_in_bounds(trace: Trace, records: list[Record]) -> None:
    for r in records:
        if r.kind == Kind.ACTIVATE:
            slot = int(trace.program.steps.target[r.row])
            assert 0.0 <= r.value <= trace.program.slot.most[slot]


def _orders_are_dated(trace: Trace, records: list[Record]) -> None:
    """What is filed is older than the order in force; what is older may go unchecked."""
    steps = trace.program.steps
    in_force: dict[int, float] = {}
    for r in records:
        if r.kind not in (Kind.ACTIVATE, Kind.FILE):
            continue
        slot, dated = int(steps.target[r.row]), in_force.get(int(steps.target[r.row]), -np.inf)
        is_order = np.isnan(steps.amount[r.row]) and not steps.extra[r.row]
        if r.kind == Kind.FILE:
            assert is_order, r
            assert r.since < dated, r
            assert steps.threshold[r.row] < 1.0, r
        elif is_order:
            assert r.since >= dated or steps.threshold[r.row] > 0.0, r
            in_force[slot] = r.since


@dataclass
class Occupation:
    """The number of items in one place over time, and the stays it is made of."""

    times: list[float] = field(default_factory=list)
    moves: list[int] = field(default_factory=list)
    entered: dict[int, float] = field(default_factory=dict)
    stays: list[float] = field(default_factory=list)

    def enter(self, item: int, time: float) -> None:
        self.times.append(time)
        self.moves.append(1)
        self.entered[item] = time

    def leave(self, item: int, time: float) -> None:
        self.times.append(time)
        self.moves.append(-1)
        self.stays.append(time - self.entered.pop(item))

    def area(self, end: float) -> float:
        """Integral of the number of items over [0, end]."""
        edges = np.append(self.times, end)
        return float(np.dot(np.cumsum(self.moves), np.diff(edges)))

    def total_stay(self, end: float) -> float:
        """Sum of the stays, those not finished cut at the end."""
        return sum(self.stays) + sum(end - began for began in self.entered.values())


def occupations(trace: Trace) -> tuple[dict[int, Occupation], dict[int, Occupation]]:
    """Who waited and who was in service, by unit."""
    steps = trace.program.steps
    waiting: dict[int, Occupation] = defaultdict(Occupation)
    serving: dict[int, Occupation] = defaultdict(Occupation)
    for r in records_of(trace):
        unit = int(steps.target[r.row])
        if r.kind == Kind.QUEUE:
            waiting[unit].enter(r.item, r.time)
        elif r.kind == Kind.START:
            waiting[unit].leave(r.item, r.time)
            serving[unit].enter(r.item, r.time)
        elif r.kind == Kind.FINISH:
            serving[unit].leave(r.item, r.time)
    return waiting, serving


def little(trace: Trace) -> None:
    """Little's law L = lambda W holds exactly over [0, T] in every queue and every service."""
    for places in occupations(trace):
        for place in places.values():
            number = place.area(trace.final_time) / trace.final_time
            count = len(place.stays) + len(place.entered)
            rate = count / trace.final_time
            mean_stay = place.total_stay(trace.final_time) / count
            assert number == np.float64(rate * mean_stay) or np.isclose(
                number, rate * mean_stay, rtol=1e-9, atol=1e-9
            )


def bulk_accounts(trace: Trace) -> None:
    """The accounts of time, items and Little's law for long traces, all records at once."""
    _clock_never_turns_back(trace, [])
    records, kinds = trace.records, trace.records["kind"]
    arrived, done = np.count_nonzero(kinds == Kind.ARRIVAL), np.count_nonzero(kinds == Kind.DONE)
    last = {int(i): int(k) for i, k in zip(records["item"], kinds, strict=True)}
    assert arrived == len(trace.items) == done + sum(k != Kind.DONE for k in last.values())
    for row in np.flatnonzero(trace.program.steps.op == Op.WORK):
        mine = records[records["step"] == row]
        mine = mine[mine["kind"] != Kind.ARRIVAL]
        mine = mine[np.argsort(mine["item"], kind="stable")]
        stage = mine["kind"] - Kind.QUEUE
        following, same = stage[1:], mine["item"][1:] == mine["item"][:-1]
        assert np.all(following[same] == (stage[:-1][same] + 1) % 3)
        assert np.all(following[~same] == 0)
        assert np.all(np.diff(mine["time"])[same] >= 0.0)
        _little_in_bulk(mine, stage, trace.final_time)


def _little_in_bulk(mine: np.ndarray, stage: np.ndarray, end: float) -> None:
    """Integral of the number at a desk is the sum of the stays there."""
    by_time = np.argsort(mine["time"], kind="stable")
    moves = np.where(stage == 0, 1, np.where(stage == 2, -1, 0))[by_time]
    area = np.dot(np.cumsum(moves), np.diff(np.append(mine["time"][by_time], end)))
    began, finished = mine["time"][stage == 0], mine["time"][stage == 2]
    present = end * (len(began) - len(finished))
    assert np.isclose(area, finished.sum() + present - began.sum(), rtol=1e-9)


def named(trace: Trace) -> Iterator[tuple[float, str, str, str, float, float]]:
    """The records by names only, so that traces of different programs can be compared."""
    names = [trace.name(item) for item in range(len(trace.items))]
    streams = [arrival.name for arrival in trace.program.mechanism.arrivals]
    for r in records_of(trace):
        label = trace.program.labels[r.row]
        what = r.kind.name
        value = r.value
        if r.kind == Kind.ARRIVAL:
            what += f" by {streams[int(r.value)] if r.value >= 0 else 'fork'}"
            value = 0.0
        yield (r.time, what, names[r.item], label, _plain(value), _plain(r.since))


def _plain(value: float) -> float:
    """Not-a-number compares unequal to itself; -inf does not."""
    return -np.inf if np.isnan(value) else value
