"""What is wrong with each part of a mechanism beside its procedures."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from desim.mechanism.complaint import (
    Names,
    amount,
    chance,
    finite,
    law,
    one_of,
    stock,
    takes_time,
    whole,
    word,
)
from desim.mechanism.levels import Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.minutes import DAY, minute
from desim.mechanism.parts import (
    CHANNELS,
    MEASURE_KINDS,
    ORIENTATIONS,
    PLANS,
    RULE_KINDS,
    TIERS,
    Arrival,
    Energy,
    Link,
    Measure,
    Pool,
    Profile,
    Rule,
    Topic,
    Unit,
)
from desim.mechanism.world import SECTORS

_MOST_DAYS = 366
"""Days that a plan may look ahead; more would be a slip of the pen."""


def unit_problems(unit: Unit, names: Names) -> Iterator[str]:
    """What is wrong with a unit."""
    yield from word("tier", unit.tier, TIERS)
    yield from _shift_problems(unit)
    wrong = [text for shift in unit.staff for text in whole("staff", shift.staff)]
    yield from wrong
    if wrong:
        return
    if any(shift.staff < 0 for shift in unit.staff):
        yield "a shift has negative staff"
    elif sum(shift.staff for shift in unit.staff) == 0:
        yield "has no staff in any shift"
    if unit.name not in names.touched:
        yield "nobody can reach it: no link touches it and no step works at it"


def _shift_problems(unit: Unit) -> Iterator[str]:
    hours = [shift.hour for shift in unit.staff]
    if hours != sorted(set(hours)) or any(not 0.0 <= hour < 24.0 for hour in hours):
        yield f"shifts must start at ascending hours in [0, 24), got {hours}"
        return
    minutes = [minute(hour) for hour in hours]
    if len(set(minutes)) < len(minutes) or minutes[-1] == DAY:
        yield f"shifts must start a minute apart and before midnight, got {hours}"


def link_problems(link: Link, names: Names) -> Iterator[str]:
    """What is wrong with a link."""
    yield from one_of("unit", link.origin, names.units)
    yield from one_of("unit", link.destination, names.units)
    yield from word("orientation", link.orientation, ORIENTATIONS)
    yield from word("channel", link.channel, CHANNELS)
    yield from chance("loss", link.loss)
    if link.loss == 1.0:
        yield "loss 1 means that nothing ever arrives"
    yield from amount("error", link.error)
    yield from law("delay", link.delay)
    yield from law("resend", link.resend)


def pool_problems(pool: Pool, names: Names) -> Iterator[str]:
    """What is wrong with a pool."""
    yield from stock("stock", pool.stock)
    if pool.unit:
        yield from one_of("unit", pool.unit, names.units)


def profile_problems(profile: Profile) -> Iterator[str]:
    """What is wrong with a profile."""
    if not profile.times:
        yield "is empty"
        return
    if len(profile.times) != len(profile.values):
        yield f"has {len(profile.times)} times and {len(profile.values)} values"
    if list(profile.times) != sorted(set(profile.times)) or profile.times[0] > 0.0:
        yield "times must ascend and begin at or before 0"
    if not all(map(math.isfinite, (*profile.times, *profile.values))):
        yield "holds a number that is not finite"


def measure_problems(measure: Measure, mechanism: Mechanism) -> Iterator[str]:
    """What is wrong with a measure."""
    yield from word("kind of measure", measure.kind, MEASURE_KINDS)
    if not measure.effects:
        yield "can be activated nowhere (no effects)"
    for place, effect in measure.effects.items():
        yield from amount(f"effect at {place}", effect)
    for name in ("ramp_up", "ramp_down", "most"):
        yield from amount(name, getattr(measure, name))
    if measure.kind == "curtail":
        yield from word("sector", measure.sector, SECTORS)
        for place, effect in measure.effects.items():
            yield from chance(f"share of need at {place}", effect)
    elif measure.sector:
        yield f"acts on no sector: only a measure of kind 'curtail' has one, got {measure.sector!r}"
    if measure.kind in ("curtail", "fault", "quota") and mechanism.world is not None:
        for place in measure.effects:
            yield from one_of("place", place, mechanism.world.places)


def rule_problems(rule: Rule, names: Names) -> Iterator[str]:
    """What is wrong with a rule."""
    yield from word("kind of rule", rule.kind, RULE_KINDS)
    yield from one_of("unit", rule.unit, names.units)
    for topic in (*rule.needs, *rule.supplies):
        yield from one_of("topic", topic, names.topics)
    for measure in rule.measures:
        yield from one_of("measure", measure, names.measures)
    if rule.kind == "size" and len(rule.capacities) != len(rule.measures):
        yield f"names {len(rule.measures)} measures and {len(rule.capacities)} capacities"
    if rule.kind == "grade" and len(rule.measures) != 1:
        yield "a grade rule names exactly one measure"
    if rule.kind == "grade" and rule.term > 0.0:
        yield "a grade rule has no term: a level falls after `hold` hours"
    for measure, capacity in zip(rule.measures, rule.capacities, strict=False):
        yield from amount(f"capacity of {measure}", capacity)
    yield from _out_of_reach(rule, names.mechanism)
    if not all(map(math.isfinite, rule.thresholds)):
        yield f"thresholds must be finite, got {rule.thresholds}"
    elif rule.kind == "grade" and (
        not rule.thresholds or list(rule.thresholds) != sorted(set(rule.thresholds))
    ):
        yield "thresholds must ascend"
    if not rule.needs:
        yield "reads no need"
    for name in ("granularity", "slack", "release", "hold", "term"):
        yield from amount(name, getattr(rule, name))
    yield from finite("margin", rule.margin)
    if rule.energy is not None:
        yield from _energy_problems(rule, rule.energy, names)


def _out_of_reach(rule: Rule, mechanism: Mechanism) -> Iterator[str]:
    """Measures that a rule can plan farther than orders can set: they would be overdue for ever."""
    planned = 1.0 if rule.kind == "size" else float(len(rule.thresholds))
    most = {measure.name: measure.most for measure in mechanism.measures}
    for name in rule.measures:
        if most.get(name, planned) < planned:
            yield f"plans {name!r} up to {planned:g}, but it can be set to {most[name]:g} at most"


def _energy_problems(rule: Rule, energy: Energy, names: Names) -> Iterator[str]:
    """What is wrong with an energy plan."""
    yield from word("plan", energy.plan, PLANS)
    for topic in (energy.store, energy.inflow):
        yield from one_of("topic", topic, names.topics)
    if names.mechanism.world is None:
        yield "plans energy, but the mechanism has no world"
        return
    wanted = [(topic, "need_ahead", True) for topic in rule.needs]
    wanted += [(topic, "fixed_ahead", False) for topic in rule.supplies]
    wanted += [(energy.store, "store", False), (energy.inflow, "inflow_ahead", False)]
    level = {topic.name: topic.level for topic in names.mechanism.topics}
    for topic, quantity, placed in wanted:
        found = level.get(topic)
        known = topic in level and not (found and any(names.level(found)))
        if known:  # what it is about is complained of there
            at = found.at if found and placed else ""
            if found != Level("world", quantity, at) or (placed and not at):
                where = " of a place" if placed else ""
                is_about = f"it is about {found or 'nothing'}"
                yield f"topic {topic!r} must be about world:{quantity}{where}, {is_about}"
    if not (isinstance(energy.days, int) and 1 <= energy.days <= _MOST_DAYS):
        yield f"days must be 1 to {_MOST_DAYS}, got {energy.days}"
    for name in ("hydro_most", "reserve", "growth"):
        yield from amount(name, getattr(energy, name))
    for name in ("peak_hours", "draw_days"):
        if not 0.0 < getattr(energy, name) < math.inf:
            yield f"{name} must be positive and finite"


def topic_problems(topic: Topic, names: Names) -> Iterator[str]:
    """What is wrong with a topic."""
    yield from finite("initial", topic.initial)
    if topic.level is not None:
        yield from names.level(topic.level)


def arrival_problems(arrival: Arrival, names: Names) -> Iterator[str]:
    """What is wrong with an arrival stream."""
    yield from one_of("procedure", arrival.procedure, names.procedures)
    if (arrival.interval is None) == (not arrival.times):
        yield "needs either an interval or times"
    if arrival.interval is not None:
        yield from law("interval", arrival.interval)
        if not takes_time(arrival.interval, names.mechanism.horizon):
            mean = arrival.interval.mean
            yield f"interval must have a positive mean{f', not {mean:g} h' if mean > 0.0 else ''}"
    if arrival.times and arrival.first is not None:
        yield "first means nothing where the times are given"
    yield from whole("urgency", arrival.urgency)
    if list(arrival.times) != sorted(set(arrival.times)) or any(
        not (math.isfinite(t) and t >= 0.0) for t in arrival.times
    ):
        yield "times must be finite, not negative, and ascend"
    for name in ("first", "until"):
        if getattr(arrival, name) is not None:
            yield from amount(name, getattr(arrival, name))
    if arrival.when is not None:
        yield from names.condition(arrival.when)
    if arrival.keep is not None:
        yield from names.level(arrival.keep.level)
        yield from finite("base", arrival.keep.base)
        yield from finite("slope", arrival.keep.slope)
    for level in (
        *((arrival.when.level,) if arrival.when else ()),
        *((arrival.keep.level,) if arrival.keep else ()),
    ):
        if level.kind == "carried":
            yield "an arrival carries nothing yet, so nothing can depend on it"


def world_problems(mechanism: Mechanism) -> Iterator[str]:
    """What is wrong with the world."""
    world = mechanism.world
    if world is None or not 0.0 < mechanism.horizon < math.inf:
        return  # only a horizon can say how long the arrays should be
    hours, places = math.ceil(mechanism.horizon), len(world.places)
    shapes = {
        "need": (hours, places, len(SECTORS)),
        "fixed": (hours,),
        "inflow": (hours,),
        "surplus": (hours,),
        "exposure": (len(SECTORS),),
        "weights": (places,),
        "line_limit": (places,),
        "customers": (places,),
    }
    for name, shape in shapes.items():
        array = getattr(world, name)
        if array.shape != shape:
            yield f"{name} has shape {array.shape}, wanted {shape}"
        elif not np.isfinite(array).all():
            yield f"{name} holds a number that is not finite"
        elif name != "fixed" and (array < 0.0).any():
            yield f"{name} holds a negative number"
    if (world.surplus > 1.0).any():
        yield "surplus holds a share above 1"
    for name in ("store", "store_full", "hydro_most", "floor"):
        yield from amount(name, getattr(world, name))
    if not world.ties >= 0.0:
        yield f"ties must not be negative, got {world.ties:g}"
    if not (isinstance(world.outlook, int) and 1 <= world.outlook <= _MOST_DAYS):
        yield f"outlook must be 1 to {_MOST_DAYS} days, got {world.outlook}"
    for name in ("reach", "response", "announced"):
        yield from chance(f"public {name}", getattr(world.public, name))
    for name in ("habituation", "trust_loss", "trust_recovery"):
        yield from amount(f"public {name}", getattr(world.public, name))
    if not world.public.half_life > 0.0:
        yield "public half_life must be positive"
