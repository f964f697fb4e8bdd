"""What is wrong with each step of a procedure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from desim.mechanism.complaint import Names, amount, chance, finite, law, one_of, stock, whole, word
from desim.mechanism.flow import Flow, exceeds
from desim.mechanism.steps import (
    END,
    PURPOSES,
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

_CERTAIN = 1.0 + 1e-9


def step_problems(step: Step, flow: Flow, names: Names) -> Iterator[str]:
    """What is wrong with one step, given its procedure's flow and every name there is."""
    if step.label == END or not step.label:
        yield f"the label {step.label!r} is reserved"
    yield from word("purpose", step.purpose, PURPOSES)
    yield from _CHECKS[type(step)](step, flow, names)


def _work(step: Work, flow: Flow, names: Names) -> Iterator[str]:
    yield from one_of("unit", step.unit, names.units)
    if step.urgency is not None:
        yield from whole("urgency", step.urgency)
    yield from law("duration", step.duration)


def _send(step: Send, flow: Flow, names: Names) -> Iterator[str]:
    yield from one_of("link", step.link, names.links)


def _fork(step: Fork, flow: Flow, names: Names) -> Iterator[str]:
    if not step.branches:
        yield "forks into nothing"
    if len(set(step.branches)) < len(step.branches):
        yield "names a branch twice"
    for branch in step.branches:
        yield from one_of("procedure", branch, names.procedures)


def _join(step: Join, flow: Flow, names: Names) -> Iterator[str]:
    asked = {s.label: len(s.branches) for s in flow.steps if isinstance(s, Fork)}
    yield from one_of("fork", step.fork, asked)
    if step.quorum is None:
        return
    wrong = tuple(whole("quorum", step.quorum))
    yield from wrong
    if not wrong and not 1 <= step.quorum <= asked.get(step.fork, step.quorum):
        yield f"quorum {step.quorum} of {asked.get(step.fork)} branches"


def _choose(step: Choose, flow: Flow, names: Names) -> Iterator[str]:
    chances = [b.chance for b in step.branches if b.chance is not None]
    if any((b.chance is None) == (b.when is None) for b in step.branches):
        yield "every branch needs either a chance or a condition"
    elif 0 < len(chances) < len(step.branches):
        yield "branches are all by chance or all by condition"
    for branch in step.branches:
        yield from one_of("label", branch.to, flow.positions)
        if branch.chance is not None:
            yield from chance(f"chance of {branch.to}", branch.chance)
        if branch.when is not None:
            yield from names.condition(branch.when)
    if sum(chances) > _CERTAIN and all(0.0 <= share <= 1.0 for share in chances):
        yield f"chances sum to {sum(chances):g}, more than 1"


def _stock(step: Take | Give, flow: Flow, names: Names) -> Iterator[str]:
    yield from one_of("pool", step.pool, names.pools)
    yield from stock("amount", step.amount)
    most = names.largest_stock.get(step.pool, math.inf)
    if isinstance(step, Take) and step.amount < math.inf and exceeds(step.amount, most):
        yield f"takes {step.amount:g} of pool {step.pool!r}, which never has more than {most:g}"


def _await(step: Await, flow: Flow, names: Names) -> Iterator[str]:
    yield from names.condition(step.when)
    if step.when.level.kind in ("age", "overdue", "carried"):
        yield f"cannot wait for {step.when.level}: nothing that happens changes it"
    if step.deadline is not None:
        yield from law("deadline", step.deadline)
    if step.otherwise:
        yield from one_of("label", step.otherwise, flow.positions)
        if step.deadline is None:
            yield "jumps when giving up, but never gives up (no deadline)"


def _observe(step: Observe, flow: Flow, names: Names) -> Iterator[str]:
    yield from names.level(step.level)
    yield from amount("error", step.error)
    yield from chance("shared part of the error", step.shared)
    if not 1.0 <= step.persistence < math.inf:
        yield f"an error persists for an hour at least, not for {step.persistence:g}"


def _tell(step: Tell, flow: Flow, names: Names) -> Iterator[str]:
    yield from one_of("unit", step.unit, names.units)
    yield from one_of("topic", step.topic, names.topics)


def _decide(step: Decide, flow: Flow, names: Names) -> Iterator[str]:
    yield from one_of("rule", step.rule, names.rules)


def _activate(step: Activate, flow: Flow, names: Names) -> Iterator[str]:
    yield from one_of("measure", step.measure, names.measures)
    if step.measure in names.measures:
        yield from one_of(f"place of {step.measure}", step.place, names.places[step.measure])
    if step.amount is not None:
        yield from finite("amount", step.amount)
    yield from chance("chance that the date is unchecked", step.unchecked)


_CHECKS: dict[type, Callable[[Any, Flow, Names], Iterator[str]]] = {
    Work: _work,
    Send: _send,
    Fork: _fork,
    Join: _join,
    Choose: _choose,
    Take: _stock,
    Give: _stock,
    Await: _await,
    Observe: _observe,
    Tell: _tell,
    Decide: _decide,
    Activate: _activate,
}
