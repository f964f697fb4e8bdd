"""A case's procedures without randomness, queues and failures, beside their critical paths.

Every law becomes its mean, nothing is lost, wrong, refused or sent back, every unit has staff for
everything at once, and conditions do not hold anybody up. Then a procedure must take as long as
the longest way through its steps, which is worked out here from the steps alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from desim.distribution import constant
from desim.engine.play import Player
from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import Arrival, Procedure, Shift
from desim.mechanism.steps import Await, Branch, Choose, Fork, Join, Observe, Send, Step, Work
from desim.program import lower
from desim.trace import Kind

PLENTY = 100_000
"""Staff of a unit that never keeps anybody waiting."""


def certain(mechanism: Mechanism) -> Mechanism:
    """A mechanism without randomness, failures, queues and conditions.

    Parameters
    ----------
    mechanism
        Any mechanism; its arrivals are left out.
    """
    return replace(
        mechanism.mapped(
            units=lambda unit: replace(unit, staff=(Shift(0.0, PLENTY),)),
            links=lambda link: replace(link, delay=constant(link.delay.mean), loss=0.0, error=0.0),
        ).mapped_steps(lambda _, step: _certain(step)),
        arrivals=(),
    )


def _certain(step: Step) -> Step:
    changes: dict[str, Any] = {}
    if isinstance(step, Work):
        changes = {"duration": constant(step.duration.mean)}
    elif isinstance(step, Observe):
        changes = {"error": 0.0}
    elif isinstance(step, Await):
        given_up = (Branch(step.otherwise, chance=0.0),) if step.otherwise else ()
        return Choose(step.label, given_up, purpose=step.purpose)
    elif isinstance(step, Choose):
        # what is only possible becomes impossible, but stays a way, so that every step has one
        changes = {
            "branches": tuple(
                replace(b, chance=1.0 if b.chance == 1.0 else 0.0, when=None) for b in step.branches
            )
        }
    return replace(step, **changes)


def critical_path(mechanism: Mechanism, name: str) -> float:
    """Hours of the longest way through a procedure of a mechanism without randomness.

    Parameters
    ----------
    mechanism
        From `certain`.
    name
        Of the procedure.
    """
    procedures = by_name(mechanism.procedures)
    delays = {link.name: link.delay.mean for link in mechanism.links}
    return _length(procedures[name], dict(procedures), delays)


def _length(
    procedure: Procedure, procedures: dict[str, Procedure], delays: dict[str, float]
) -> float:
    at, place = 0.0, 0
    answers: dict[str, list[float]] = {}
    labels = {step.label: number for number, step in enumerate(procedure.steps)}
    while place < len(procedure.steps):
        step = procedure.steps[place]
        place += 1
        if isinstance(step, Work):
            at += step.duration.mean
        elif isinstance(step, Send):
            at += delays[step.link]
        elif isinstance(step, Fork):
            lengths = (_length(procedures[n], procedures, delays) for n in step.branches)
            answers[step.label] = sorted(at + length for length in lengths)
        elif isinstance(step, Join):
            there = answers[step.fork]
            at = max(at, there[(step.quorum or len(there)) - 1])
        elif isinstance(step, Choose):
            for branch in step.branches:
                if branch.chance == 1.0:
                    place = _jump(branch, labels, len(procedure.steps))
    return at


def _jump(branch: Branch, labels: dict[str, int], end: int) -> int:
    return labels.get(branch.to, end)


def paths(mechanism: Mechanism, seed: int) -> pd.DataFrame:
    """Every procedure that arrivals or forks start, played once, beside its critical path.

    Parameters
    ----------
    mechanism
        Of a case.
    seed
        Of the run; it must not matter.

    Returns
    -------
    pandas.DataFrame
        Columns procedure, title, played, path (hours); one row a procedure that takes time, of
        those that differ only in their place the first.
    """
    plain = certain(mechanism)
    places = plain.world.places if plain.world else ()
    names = [p.name for p in plain.procedures if not _at(p.name, places[1:])]
    begun = tuple(Arrival(f"start.{name}", name, times=(0.0,)) for name in names)
    trace = Player(lower(replace(plain, arrivals=begun))).play(seed, 0)
    took = np.full(len(trace.items), np.nan)
    done = trace.select(Kind.DONE)
    took[done["item"]] = done["time"]
    titles = {procedure.name: procedure.title for procedure in plain.procedures}
    rows = []
    for item in range(len(trace.items)):
        if trace.items[item]["parent"] >= 0:
            continue
        name = trace.name(item).removeprefix("start.").rpartition("/")[0]
        path = critical_path(plain, name)
        if path > 0.0:
            rows.append(
                {"procedure": name, "title": titles[name], "played": took[item], "path": path}
            )
    table = pd.DataFrame(rows, columns=["procedure", "title", "played", "path"])
    return table.sort_values(["path", "procedure"], ignore_index=True)


def _at(name: str, places: tuple[str, ...]) -> bool:
    return any(name.endswith(f".{place}") for place in places)
