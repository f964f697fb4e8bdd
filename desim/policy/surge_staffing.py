"""A surge team for every office: called when its backlog passes a threshold, let go when it falls.

A policy that depends on the state and is data all the same, so both engines play it: conditions on
levels, and steps that there were before. For each office a watch waits for the backlog, lets the
team get ready, and raises a signal; while it is up, whoever comes to the office and finds others
waiting goes to the team. The team is called for that office only and finishes what it has begun.
What the team does has labels of its own, so it has luck of its own; all else keeps its luck. Each
watch is an item that is not done at the horizon.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from desim.distribution import constant, lognormal
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Measure, Procedure, Shift, Unit
from desim.mechanism.steps import END, Activate, Await, Branch, Choose, Step, Work
from desim.parameter import Parameter
from desim.policy.policy import Policy

PARAMETERS = (
    Parameter(
        "surge_staffing.threshold", 3.0, 1.0, 20.0, "loguniform", "items for each on duty",
        "backlog at which the team is called, for each of the office's largest shift",
        note="no figure found; a duty officer who sees a day's work waiting calls for help",
    ),
    Parameter(
        "surge_staffing.team", 1.0, 0.25, 3.0, "loguniform", "ratio",
        "size of the team relative to the office's largest shift, at full lever",
        note="no figure found; activation of an operations centre roughly doubles a duty desk",
    ),
    Parameter(
        "surge_staffing.call", 2.0, 0.25, 12.0, "loguniform", "h",
        "from the call until the team works",
        note="no figure found; from staff in the house to staff called from home",
    ),
)  # fmt: skip

TIERS = ("central", "province", "prefecture", "county")
"""Tiers of government: they can call on staff of other departments."""
EMPTY = 1.0
"""The team is let go when fewer wait than this."""


def change(mechanism: Mechanism, lever: float, values: Mapping[str, float]) -> Mechanism:
    """Give each office of government at which work queues a team, a watch and a way to the team."""
    working = {
        step.unit for p in mechanism.procedures for step in p.steps if isinstance(step, Work)
    }
    helped = {
        unit.name: size
        for unit in mechanism.units
        if unit.tier in TIERS and unit.name in working
        and (size := round(lever * values["surge_staffing.team"] * _most(unit))) > 0
    }  # fmt: skip
    if not helped:
        return mechanism
    offices = [unit for unit in mechanism.units if unit.name in helped]
    return replace(
        mechanism,
        units=(*mechanism.units, *(_team(unit, helped[unit.name]) for unit in offices)),
        measures=(*mechanism.measures, _signal(offices)),
        procedures=(
            *(_diverted(procedure, helped) for procedure in mechanism.procedures),
            *(_watch(unit, values, mechanism.horizon) for unit in offices),
        ),
        arrivals=(*mechanism.arrivals, *map(_begun, offices)),
    )


def _most(unit: Unit) -> int:
    return max(shift.staff for shift in unit.staff)


def _team(unit: Unit, size: int) -> Unit:
    title = f"Surge team of {unit.title or unit.name}"
    source = "policy surge_staffing"
    return Unit(_called(unit.name), unit.tier, (Shift(0.0, size),), unit.place, title, "", source)


def _called(name: str) -> str:
    return f"surge.{name}"


def _signal(offices: list[Unit]) -> Measure:
    places = {unit.name: 1.0 for unit in offices}
    return Measure("surge_team", "signal", places, title="Surge team at work")


def _working(name: str) -> Level:
    return Level("target", "surge_team", name)


def _diverted(procedure: Procedure, helped: Mapping[str, int]) -> Procedure:
    """The procedure with a way round each work at an office that has a team."""
    ways = {
        step.label: f"{step.label}.who"
        for step in procedure.steps
        if isinstance(step, Work) and step.unit in helped
    }
    if not ways:
        return procedure
    led = (_led(step, ways) for step in procedure.steps)
    return replace(procedure, steps=tuple(_with_ways(led, helped)))


def _led(step: Step, ways: Mapping[str, str]) -> Step:
    """A step whose jumps to such work lead to the choice before it."""
    if isinstance(step, Choose):
        branches = tuple(replace(b, to=ways[b.to]) if b.to in ways else b for b in step.branches)
        return step if branches == step.branches else replace(step, branches=branches)
    if isinstance(step, Await) and step.otherwise in ways:
        return replace(step, otherwise=ways[step.otherwise])
    return step


def _with_ways(steps: Iterable[Step], helped: Mapping[str, int]) -> Iterator[Step]:
    """Each such work, then the team's copy of it, with jumps to one or the other."""
    for step in steps:
        if not (isinstance(step, Work) and step.unit in helped):
            yield step
            continue
        label, team = step.label, f"{step.label}.surge"
        nobody = Branch(label, when=Condition(_working(step.unit), "<", 1.0))
        waiting = Branch(team, when=Condition(Level("queue", step.unit), ">=", EMPTY))
        yield Choose(f"{label}.who", (nobody, waiting))
        yield step
        yield Choose(f"{label}.past", (Branch(f"{label}.done", chance=1.0),))
        yield replace(step, label=team, unit=_called(step.unit))
        yield Choose(f"{label}.done")


def _watch(unit: Unit, values: Mapping[str, float], horizon: float) -> Procedure:
    name, backlog = unit.name, Level("queue", unit.name)
    enough = float(max(1, round(values["surge_staffing.threshold"] * _most(unit))))
    steps: tuple[Step, ...] = (
        # a whole run without a backlog: the watch has an end, if only on paper
        Await("backlog", Condition(backlog, ">=", enough), constant(horizon), END),
        Work("ready", _called(name), lognormal(values["surge_staffing.call"], 0.5)),
        Activate("begin", "surge_team", name, 1.0),
        Await("over", Condition(backlog, "<", EMPTY)),
        Activate("stop", "surge_team", name, 0.0),
        Choose("again", (Branch("backlog", chance=1.0),)),
    )
    return Procedure(f"surge.{name}", steps, f"Surge team of {unit.title or name}")


def _begun(unit: Unit) -> Arrival:
    return Arrival(f"surge.{unit.name}", f"surge.{unit.name}", times=(0.0,), purpose="assessment")


SURGE_STAFFING = Policy(
    "surge_staffing",
    "Surge staffing",
    "A team joins each office whose backlog passes a threshold, until nobody waits there.",
    change,
    PARAMETERS,
    lever="share of the team's size",
    order_matters_with=("data_sharing",),
)
