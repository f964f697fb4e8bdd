"""What is wrong with a mechanism, found before anything runs and reported all together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from desim.mechanism.check_parts import (
    arrival_problems,
    link_problems,
    measure_problems,
    pool_problems,
    profile_problems,
    rule_problems,
    topic_problems,
    unit_problems,
    world_problems,
)
from desim.mechanism.check_steps import step_problems
from desim.mechanism.complaint import Complaint, MechanismError, Names, word
from desim.mechanism.endless import Endless
from desim.mechanism.flow import Holdings, exceeds, flow_of, forks
from desim.mechanism.mechanism import COLLECTIONS, Mechanism, N
from desim.mechanism.minutes import start_problems
from desim.mechanism.parts import DRAWS, Procedure
from desim.mechanism.steps import Fork, Take

LONGEST = 1e7
"""Hours of a run, a thousand years: more is a slip of the pen."""
_MOST_CHANGES = 1e7


def complaints(mechanism: Mechanism) -> tuple[Complaint, ...]:
    """Everything that is wrong with a mechanism (semantics 10), in the order of its parts."""
    names = Names(mechanism)
    found: list[Complaint] = []
    for collection in COLLECTIONS:
        parts = getattr(mechanism, collection)
        for name, count in Counter(part.name for part in parts).items():
            if count > 1:
                found.append(Complaint(collection, name, "", f"the name is used {count} times"))
            if "/" in name or not name:
                found.append(Complaint(collection, name, "", "a name may not be empty or hold '/'"))
    found += _each("units", mechanism.units, lambda u: unit_problems(u, names))
    found += _each("links", mechanism.links, lambda k: link_problems(k, names))
    found += _each("pools", mechanism.pools, lambda p: pool_problems(p, names))
    found += _each("profiles", mechanism.profiles, profile_problems)
    found += _each("topics", mechanism.topics, lambda t: topic_problems(t, names))
    found += _each("measures", mechanism.measures, lambda m: measure_problems(m, mechanism))
    found += _each("rules", mechanism.rules, lambda r: rule_problems(r, names))
    without_end, loops = _forking_themselves(mechanism), Endless(mechanism)
    for procedure, held in zip(mechanism.procedures, names.holdings, strict=True):
        found += _procedure(procedure, names, held, loops)
        if procedure.name in without_end:
            text = "forks itself, directly or through others, without end"
            found.append(Complaint("procedures", procedure.name, "", text))
    found += _each("arrivals", mechanism.arrivals, lambda a: arrival_problems(a, names))
    found += [Complaint("world", mechanism.name, "", text) for text in world_problems(mechanism)]
    found += [Complaint("mechanism", mechanism.name, "", text) for text in _span(mechanism)]
    return tuple(found)


def _span(mechanism: Mechanism) -> Iterator[str]:
    """What is wrong with when a mechanism starts and how long it runs."""
    horizon = mechanism.horizon
    if not 0.0 < horizon < math.inf:
        yield "horizon must be positive"
        return
    if horizon > LONGEST:
        yield f"horizon must be at most {LONGEST:.0f} h, got {horizon:g}"
        return
    yield from (f"start {text}" for text in start_problems(mechanism.start, horizon))
    changes = sum(len(unit.staff) for unit in mechanism.units if len(unit.staff) > 1)
    if changes * horizon / 24.0 > _MOST_CHANGES:
        yield f"horizon {horizon:g} h: {changes} shifts a day are more changes than can be held"


def check(mechanism: Mechanism) -> Mechanism:
    """Return the mechanism when nothing is wrong with it.

    Raises
    ------
    MechanismError
        With every complaint.
    """
    found = complaints(mechanism)
    if found:
        raise MechanismError(found)
    return mechanism


def _each(
    collection: str, parts: Iterable[N], problems: Callable[[N], Iterator[str]]
) -> list[Complaint]:
    return [Complaint(collection, p.name, "", text) for p in parts for text in problems(p)]


def _procedure(
    procedure: Procedure, names: Names, held: Holdings, endless: Endless
) -> list[Complaint]:
    def say(label: str, text: str) -> Complaint:
        return Complaint("procedures", procedure.name, label, text)

    if not procedure.steps:
        return [say("", "has no steps")]
    flow = flow_of(procedure)
    found = [say("", text) for text in word("key of draws", procedure.draws, DRAWS)]
    for label, count in Counter(step.label for step in procedure.steps).items():
        if count > 1:
            found.append(say(label, f"the label is used {count} times"))
    found += [say(s.label, text) for s in procedure.steps for text in step_problems(s, flow, names)]
    for i in flow.unreached:
        found.append(say(procedure.steps[i].label, "no path leads to this step"))
    for i in flow.trapping:
        found.append(say(procedure.steps[i].label, "no path leads from this step to the end"))
    for loop in endless.loops(flow):
        if loop[0] in flow.can_end:
            labels = ", ".join(procedure.steps[i].label for i in loop)
            text = f"an item can go round for ever while no time passes ({labels})"
            found.append(say(procedure.steps[loop[0]].label, text))
    for join in flow.unforked:
        found.append(say(join.label, f"some path comes here without passing {join.fork!r}"))
    for branch, count in _started_twice(procedure):
        text = f"{count} forks start {branch!r}, so that children would share a name"
        found.append(say("", text))
    for pool in sorted(held.kept):
        found.append(say("", f"takes from pool {pool!r} and on some path never gives back"))
    found += [say(procedure.steps[i].label, text) for i, text in _beyond(procedure, names, held)]
    return found


def _beyond(procedure: Procedure, names: Names, held: Holdings) -> Iterator[tuple[int, str]]:
    """The first Take of each pool with which an item wants more than there ever is.

    What one Take alone asks for is a complaint about that step, and a loop that takes again and
    again is one about what is kept.
    """
    done = set(held.kept)
    for i, most in sorted(held.most.items()):
        step = procedure.steps[i]
        if not isinstance(step, Take) or step.pool in done:
            continue
        stock = names.largest_stock.get(step.pool, math.inf)
        if not exceeds(step.amount, stock) and exceeds(most, stock):
            done.add(step.pool)
            text = f"then holds {most:g} of pool {step.pool!r}, which never has more than {stock:g}"
            yield i, text


def _started_twice(procedure: Procedure) -> list[tuple[str, int]]:
    """Branches of several forks: a child is named by its parent and branch (semantics 9)."""
    starts = Counter(
        branch for s in procedure.steps if isinstance(s, Fork) for branch in set(s.branches)
    )
    return [(branch, count) for branch, count in starts.items() if count > 1]


def _forking_themselves(mechanism: Mechanism) -> frozenset[str]:
    """Procedures that a chain of forks leads back to."""
    index = {p.name: forks(p) for p in mechanism.procedures}
    found = set()
    for name, branches in index.items():
        seen: set[str] = set()
        todo = list(branches)
        while todo:
            started = todo.pop()
            if started not in seen:
                seen.add(started)
                todo.extend(index.get(started, ()))
        if name in seen:
            found.add(name)
    return frozenset(found)
