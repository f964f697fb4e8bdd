"""Parts of a mechanism that nothing uses: it can run with them, but they are likely mistakes."""

from __future__ import annotations

from collections.abc import Iterator

from desim.mechanism.flow import forks
from desim.mechanism.levels import Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.steps import (
    Activate,
    Await,
    Choose,
    Decide,
    Give,
    Observe,
    Send,
    Take,
    Tell,
)

_OF_MEASURES = ("target", "measure", "plan", "change", "overdue")


def unused(mechanism: Mechanism) -> tuple[str, ...]:
    """Parts that nothing uses, one line for each collection that has some.

    Units are not among them: one that nobody can reach is a complaint (semantics 10).

    Parameters
    ----------
    mechanism
        A checked mechanism.
    """
    steps = [step for procedure in mechanism.procedures for step in procedure.steps]
    levels = tuple(_levels(mechanism))
    read = {t for rule in mechanism.rules for t in (*rule.needs, *rule.supplies)}
    read |= {t for r in mechanism.rules if r.energy for t in (r.energy.store, r.energy.inflow)}
    used: dict[str, set[str]] = {
        "links": {s.link for s in steps if isinstance(s, Send)},
        "pools": {s.pool for s in steps if isinstance(s, Take | Give)}
        | {level.of for level in levels if level.kind == "stock"},
        "profiles": {level.of for level in levels if level.kind == "profile"},
        "topics": {s.topic for s in steps if isinstance(s, Tell)}
        | read
        | {level.at for level in levels if level.kind in ("board", "age")},
        "measures": {s.measure for s in steps if isinstance(s, Activate)}
        | {name for rule in mechanism.rules for name in rule.measures}
        | {level.of for level in levels if level.kind in _OF_MEASURES},
        "rules": {s.rule for s in steps if isinstance(s, Decide)},
        "procedures": {a.procedure for a in mechanism.arrivals}
        | {name for procedure in mechanism.procedures for name in forks(procedure)},
    }
    if mechanism.world is not None:
        used["profiles"] |= {p.name for p in mechanism.profiles if p.source == "daily.csv"}
    found = []
    for collection, names in used.items():
        idle = [p.name for p in getattr(mechanism, collection) if p.name not in names]
        if idle:
            found.append(f"{collection} that nothing uses: {', '.join(idle)}")
    return tuple(found)


def _levels(mechanism: Mechanism) -> Iterator[Level]:
    """Every level that a step or a stream looks at."""
    for procedure in mechanism.procedures:
        for step in procedure.steps:
            if isinstance(step, Choose):
                yield from (b.when.level for b in step.branches if b.when is not None)
            elif isinstance(step, Await):
                yield step.when.level
            elif isinstance(step, Observe):
                yield step.level
    for arrival in mechanism.arrivals:
        if arrival.when is not None:
            yield arrival.when.level
        if arrival.keep is not None:
            yield arrival.keep.level
