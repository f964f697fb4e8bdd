"""A mechanism in words: what `desim explain` prints."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from desim.distribution import Distribution
from desim.mechanism.linkage import idle_kinds, idle_links, links_of
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.minutes import HOUR, minute
from desim.mechanism.parts import TIERS, Arrival, Link, Procedure, Rule, Unit
from desim.mechanism.steps import (
    Activate,
    Await,
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


def explain(mechanism: Mechanism, procedure: str = "") -> str:
    """Describe a mechanism, or one of its procedures when a name is given.

    Parameters
    ----------
    mechanism
        Any mechanism.
    procedure
        A procedure's name; empty for an overview of everything.
    """
    if procedure:
        chosen = next(p for p in mechanism.procedures if p.name == procedure)
        return "\n".join(_procedure(chosen, mechanism))
    return "\n".join(_overview(mechanism))


def _overview(mechanism: Mechanism) -> Iterator[str]:
    yield f"{mechanism.name}: {mechanism.horizon:g} h from {mechanism.start:%Y-%m-%d %H:%M}"
    yield ""
    yield f"Units ({len(mechanism.units)})"
    for tier in TIERS:
        members = [unit for unit in mechanism.units if unit.tier == tier]
        if members:
            yield f"  {tier}:"
            yield from (f"    {_unit(unit)}" for unit in members)
    yield ""
    yield f"Links ({len(mechanism.links)})"
    yield from (f"  {_link(link)}" for link in mechanism.links)
    yield from _use_of_links(mechanism)
    yield ""
    yield f"Arrivals ({len(mechanism.arrivals)})"
    yield from (f"  {_arrival(arrival)}" for arrival in mechanism.arrivals)
    yield ""
    yield f"Pools: {', '.join(f'{p.name} ({p.stock:g})' for p in mechanism.pools) or 'none'}"
    yield f"Measures: {', '.join(m.name for m in mechanism.measures) or 'none'}"
    yield from _support(mechanism)
    for rule in mechanism.rules:
        yield from _rule(rule)
    yield ""
    yield f"Procedures ({len(mechanism.procedures)})"
    for procedure in mechanism.procedures:
        kinds = Counter(type(step).__name__ for step in procedure.steps)
        shape = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        yield f"  {procedure.name}: {procedure.title or 'no title'} [{shape}]"


def _use_of_links(mechanism: Mechanism) -> Iterator[str]:
    idle = len(idle_links(mechanism))
    yield f"  {len(mechanism.links) - idle} of {len(mechanism.links)} used by a procedure"
    for orientation, kinds in idle_kinds(mechanism).items():
        if kinds:
            shown = ", ".join(f"{name} ({n})" if n > 1 else name for name, n in kinds.items())
            yield f"  idle, {orientation} ({sum(kinds.values())}): {shown}"


def _support(mechanism: Mechanism) -> Iterator[str]:
    names = ", ".join(m.name for m in mechanism.measures if m.kind == "support")
    if names and mechanism.world is not None:
        ties = mechanism.world.ties
        most = f", the ties carry {ties:g} GW" if math.isfinite(ties) else ""
        yield f"  support from neighbours as far as they have a surplus{most}: {names}"


def _rule(rule: Rule) -> Iterator[str]:
    yield f"Rule {rule.name} ({rule.kind}): {rule.unit} reads {len(rule.needs)} needs and "
    yield f"  {len(rule.supplies)} supplies and plans {', '.join(rule.measures)}"
    if rule.term:
        yield f"  orders run for terms of {rule.term:g} h"
    energy = rule.energy
    if energy is None:
        return
    more = ""
    if energy.plan == "peak":
        more = f", {energy.peak_hours:g} hours a day, store spread over {energy.draw_days:g} days"
    elif energy.plan == "budget":
        more = f", horizons of 1 to {energy.days} days"
    if energy.plan != "peak":
        more += f", reserve {energy.reserve:g} GWh, deviations grow by {energy.growth:g} a day"
    yield f"  plans energy ({energy.plan}): hydropower up to {energy.hydro_most:g} GW{more}"


def _unit(unit: Unit) -> str:
    shifts = ", ".join(f"{shift.staff} from {_clock(shift.hour)}" for shift in unit.staff)
    titles = " ".join(filter(None, (unit.title, unit.title_zh)))
    return f"{unit.name} {titles} ({shifts})"


def _clock(hour: float) -> str:
    return "{}:{:02}".format(*divmod(minute(hour), HOUR))


def _link(link: Link) -> str:
    loss = f", loss {link.loss:g}" if link.loss else ""
    return (
        f"{link.name}: {link.origin} to {link.destination}, "
        f"{link.orientation} {link.channel}, {link.delay}{loss}"
    )


def _arrival(arrival: Arrival) -> str:
    how = f"every {arrival.interval}" if arrival.interval else f"at {len(arrival.times)} times"
    when = f", when {arrival.when}" if arrival.when else ""
    keep = arrival.keep
    chance = f", kept by {keep.base:g} + {keep.slope:g} x {keep.level}" if keep else ""
    return f"{arrival.name}: {arrival.procedure} {how}{when}{chance}"


def _procedure(procedure: Procedure, mechanism: Mechanism) -> Iterator[str]:
    yield f"{procedure.name}: {procedure.title or 'no title'}"
    for arrival in mechanism.arrivals:
        if arrival.procedure == procedure.name:
            yield f"  started by {_arrival(arrival)}"
    links = len(links_of(procedure))
    yield f"  uses {links} link{'' if links == 1 else 's'}"
    if procedure.draws == "day":
        yield "  items of one day draw the same"
    for step in procedure.steps:
        purpose = f"  [{step.purpose}]" if step.purpose else ""
        yield f"  {step.label:<24} {_words(step, mechanism)}{purpose}"


def _words(step: Step, mechanism: Mechanism) -> str:
    match step:
        case Work():
            return f"work at {step.unit} for {step.duration}"
        case Send():
            link = next((k for k in mechanism.links if k.name == step.link), None)
            return f"send by {_link(link)}" if link else f"send by {step.link}"
        case Fork():
            return f"start {len(step.branches)} branches: {', '.join(step.branches)}"
        case Join():
            return f"wait for {step.quorum or 'all'} answers to {step.fork}"
        case Choose():
            return _choice(step)
        case Take() | Give():
            verb = "take" if isinstance(step, Take) else "give back"
            return f"{verb} {step.amount:g} of {step.pool}"
        case Await():
            return f"wait until {step.when}{_deadline(step.deadline, step.otherwise)}"
        case Observe():
            return f"observe {step.level}{_error(step)}"
        case Tell():
            return f"tell {step.unit}'s board about {step.topic}"
        case Decide():
            return f"decide by rule {step.rule}"
        case Activate():
            amount = "what is carried" if step.amount is None else f"{step.amount:g}"
            dated = step.amount is None and not step.add
            late = f", even when it is late with chance {step.unchecked:g}"
            what = amount + (late if dated and step.unchecked else "")
            return f"{'add' if step.add else 'set'} {step.measure} at {step.place}: {what}"


def _error(step: Observe) -> str:
    if not step.error:
        return ""
    shared = f", {step.shared:g} of it common to all places" if step.shared else ""
    return f" with error {step.error:g} that persists {step.persistence:g} h{shared}"


def _choice(step: Choose) -> str:
    if not step.branches:
        return "(a place to jump to)"
    ways = (
        f"to {b.to} " + (f"with chance {b.chance:g}" if b.chance is not None else f"when {b.when}")
        for b in step.branches
    )
    return "go " + ", ".join(ways)


def _deadline(deadline: Distribution | None, otherwise: str) -> str:
    if deadline is None:
        return ""
    return f", at most {deadline}" + (f", then go to {otherwise}" if otherwise else "")
