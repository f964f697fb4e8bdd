"""Lowering of links, streams, rules, calendars and slots."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from desim import decision
from desim.balance import slots
from desim.draw import name_key
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.minutes import DAY, HOUR, first_minute, minute
from desim.mechanism.parts import PLANS, RULE_KINDS, Energy, Profile, Unit
from desim.program.program import (
    Calendars,
    Floats,
    Ints,
    Links,
    Rules,
    Slots,
    Streams,
)
from desim.program.tables import LawTable, LevelTable

T = TypeVar("T")


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), dtype=np.int64)


def _floats(values: Iterable[float]) -> Floats:
    return np.array(list(values), dtype=np.float64)


def lower_links(mechanism: Mechanism, laws: LawTable) -> Links:
    """Links as rows."""
    links = mechanism.links
    return Links(
        delay=_ints(laws.row(link.delay) for link in links),
        resend=_ints(laws.row(link.resend) for link in links),
        loss=_floats(link.loss for link in links),
        error=_floats(link.error for link in links),
    )


def lower_streams(
    mechanism: Mechanism, laws: LawTable, levels: LevelTable, entries: dict[str, int]
) -> Streams:
    """Arrival streams as rows."""
    arrivals = mechanism.arrivals
    whens = [levels.condition(a.when) for a in arrivals]
    keeps = [a.keep for a in arrivals]
    starts, times = _ragged([a.times for a in arrivals])
    return Streams(
        entry=_ints(entries[a.procedure] for a in arrivals),
        law=_ints(-1 if a.interval is None else laws.row(a.interval) for a in arrivals),
        first=_floats(-1.0 if a.first is None else a.first for a in arrivals),
        times_from=_ints(starts),
        times_count=_ints(len(a.times) for a in arrivals),
        times=_floats(times),
        until=_floats(mechanism.horizon if a.until is None else a.until for a in arrivals),
        when_level=_ints(level for level, _, _ in whens),
        when_comparator=_ints(comparator for _, comparator, _ in whens),
        when_threshold=_floats(threshold for _, _, threshold in whens),
        keep_level=_ints(-1 if k is None else levels.row(k.level) for k in keeps),
        keep_base=_floats(0.0 if k is None else k.base for k in keeps),
        keep_slope=_floats(0.0 if k is None else k.slope for k in keeps),
        urgency=_ints(a.urgency for a in arrivals),
        key=np.array([name_key(a.name) for a in arrivals], dtype=np.uint64),
    )


def _ragged(lists: Sequence[Sequence[T]]) -> tuple[list[int], list[T]]:
    """Where each list starts when all are put behind one another, and that long list."""
    starts: list[int] = []
    flat: list[T] = []
    for members in lists:
        starts.append(len(flat))
        flat.extend(members)
    return starts, flat


def lower_rules(mechanism: Mechanism, lines: tuple[tuple[str, str], ...]) -> Rules:
    """Decision rules as rows."""
    rules = mechanism.rules
    line = {pair: row for row, pair in enumerate(lines)}
    plan = {measure.name: row for row, measure in enumerate(mechanism.measures)}
    place = _places(mechanism)
    topics = [topics for rule in rules for topics in (rule.needs, rule.supplies)]
    owners = [rule.unit for rule in rules for _ in range(2)]
    plans = [rule.energy for rule in rules]
    floor = mechanism.world.floor if mechanism.world else 0.0
    starts, flat = _ragged(
        [[line[unit, t] for t in names] for unit, names in zip(owners, topics, strict=True)]
    )
    measure_starts, measures = _ragged([[plan[m] for m in rule.measures] for rule in rules])
    figures = [rule.capacities or (1.0,) * len(rule.measures) for rule in rules]
    threshold_starts, thresholds = _ragged([rule.thresholds for rule in rules])
    return Rules(
        kind=_ints(RULE_KINDS.index(rule.kind) for rule in rules),
        needs_from=_ints(starts[0::2]),
        needs_count=_ints(len(rule.needs) for rule in rules),
        supplies_from=_ints(starts[1::2]),
        supplies_count=_ints(len(rule.supplies) for rule in rules),
        lines=_ints(flat),
        places=_ints(place[topic] for names in topics for topic in names),
        store=_ints(line[r.unit, r.energy.store] if r.energy else -1 for r in rules),
        inflow=_ints(line[r.unit, r.energy.inflow] if r.energy else -1 for r in rules),
        plan=_ints(1 + tuple(PLANS).index(e.plan) if e else decision.BOARD for e in plans),
        energy=_floats(figure for e in plans for figure in _figures(e, floor)).reshape(-1, 6),
        measures_from=_ints(measure_starts),
        measures_count=_ints(len(rule.measures) for rule in rules),
        measures=_ints(measures),
        figures=_floats(figure for row in figures for figure in row),
        margin=_floats(rule.margin for rule in rules),
        granularity=_floats(rule.granularity for rule in rules),
        slack=_floats(rule.slack for rule in rules),
        release=_floats(rule.release for rule in rules),
        hold=_floats(rule.hold for rule in rules),
        term=_floats(rule.term for rule in rules),
        thresholds_from=_ints(threshold_starts),
        thresholds_count=_ints(len(rule.thresholds) for rule in rules),
        thresholds=_floats(thresholds),
    )


def _places(mechanism: Mechanism) -> dict[str, int]:
    """The place that each topic's reports are about, -1 where it is none of the world's."""
    index = {p: i for i, p in enumerate(mechanism.world.places if mechanism.world else ())}
    return {t.name: index.get(t.level.at, -1) if t.level else -1 for t in mechanism.topics}


def _figures(energy: Energy | None, floor: float) -> tuple[float, ...]:
    """What an energy plan needs, in the order of `desim.decision`; the reserve is above a floor."""
    if energy is None:
        return (0.0,) * 6
    e = energy
    return (e.hydro_most, float(e.days), floor + e.reserve, e.growth, e.peak_hours, e.draw_days)


def lower_calendars(mechanism: Mechanism) -> Calendars:
    """Changes of staff and of profiles during the run, and what holds at its start.

    Hours of the day count from the mechanism's start, so a run that starts at noon has its
    first morning shift after half a day. The clock goes by whole minutes, so that instants which
    are the same on it are the same float (semantics 1).
    """
    begin, horizon = first_minute(mechanism.start), mechanism.horizon
    shifts = _merged([_shift_changes(unit, begin, horizon) for unit in mechanism.units])
    profiles = [_profile_changes(profile, horizon) for profile in mechanism.profiles]
    changes = _merged(profiles)
    # Ties go by name, never by the order of the parts (semantics 2).
    shifts = shifts[:, _by_time_and_name(shifts, [unit.name for unit in mechanism.units])]
    changes = changes[:, _by_time_and_name(changes, [p.name for p in mechanism.profiles])]
    return Calendars(
        staff=_ints(_staff_at(unit, begin) for unit in mechanism.units),
        shift_time=shifts[0].copy(),
        shift_unit=shifts[1].astype(np.int64),
        shift_staff=shifts[2].astype(np.int64),
        profile=_floats(
            [v for t, v in zip(p.times, p.values, strict=True) if t <= 0.0][-1]
            for p in mechanism.profiles
        ),
        change_time=changes[0].copy(),
        change_profile=changes[1].astype(np.int64),
        change_value=changes[2].copy(),
    )


def _merged(changes: Sequence[Floats]) -> Floats:
    """Times, whose change it is, and values, as float64 (3, changes)."""
    if not changes:
        return np.zeros((3, 0))
    owner = np.repeat(np.arange(len(changes), dtype=np.float64), [c.shape[1] for c in changes])
    times, values = np.concatenate(changes, axis=1)
    return np.stack([times, owner, values])


def _by_time_and_name(changes: Floats, names: Sequence[str]) -> Ints:
    """The order of changes by time, then by the name of whose they are."""
    place = {name: i for i, name in enumerate(sorted(names))}
    rank = _ints(place[name] for name in names)
    found: Ints = np.lexsort((rank[changes[1].astype(np.int64)], changes[0]))
    return found


def _staff_at(unit: Unit, begin: int) -> int:
    begun = [shift.staff for shift in unit.staff if minute(shift.hour) <= begin]
    return begun[-1] if begun else unit.staff[-1].staff


def _shift_changes(unit: Unit, begin: int, horizon: float) -> Floats:
    """When a unit's staff changes and to how many, as float64 (2, changes)."""
    if len(unit.staff) == 1:
        return np.zeros((2, 0))
    days = DAY * np.arange(math.ceil((HOUR * horizon + begin) / DAY), dtype=np.int64)
    minutes = _ints(minute(shift.hour) for shift in unit.staff)
    times = ((days[:, None] + minutes[None, :]) - begin).ravel() / HOUR
    staff = np.tile(_floats(shift.staff for shift in unit.staff), len(days))
    return _within(np.stack([times, staff]), horizon)


def _profile_changes(profile: Profile, horizon: float) -> Floats:
    """When a profile changes and to what, as float64 (2, changes)."""
    return _within(np.array([profile.times, profile.values], dtype=np.float64), horizon)


def _within(changes: Floats, horizon: float) -> Floats:
    """The changes after the start and before the horizon."""
    return changes[:, (changes[0] > 0.0) & (changes[0] < horizon)]


def lower_slots(mechanism: Mechanism) -> Slots:
    """(measure, place) pairs as rows; signals, and all where there is no world, act at once."""
    row = {measure.name: i for i, measure in enumerate(mechanism.measures)}
    pairs = slots(mechanism.measures)
    worldless = mechanism.world is None
    return Slots(
        measure=_ints(row[measure.name] for measure, _ in pairs),
        most=_floats(measure.most for measure, _ in pairs),
        at_once=_ints(worldless or measure.kind == "signal" for measure, _ in pairs),
    )
