"""Local response: an imaginary mechanism without coordination, in which each place helps itself.

Nobody reports, decides or orders across levels, and a place sees only its own outages. While its
residents are shed, it orders a step more of its own measures every hour, in the merit order of the
sizing rule. After a day without shedding it orders a step less, in the reverse order. An order
takes the work, links and delays that orders of the case meet within the place, and nothing else
does. So this is what places can do alone: a fairer lower anchor than to do nothing.

A place does not look ahead, does not know the others, and cannot tell a fault of its own network
from a shortage of the whole province. Orders of several hours can be under way at once; it does
not wait to see what the last one has done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from desim.distribution import constant
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import Arrival, Keep, Link, Measure, Procedure
from desim.mechanism.steps import END, Activate, Await, Branch, Choose, Send, Step, Work
from desim.policy.bounds import without_coordination
from desim.policy.policy import Policy

HOUR, DAY = 1.0, 24.0
"""Hours between looks at the outages, and hours without any before a measure is eased."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A place that can help itself.

    Parameters
    ----------
    name
        The place.
    measures
        Its curtail measures in merit order.
    step
        By how much a target is moved at a time: the granularity of the sizing rule.
    way
        Work and links within the place, from its own office to the field.
    """

    name: str
    measures: tuple[Measure, ...]
    step: float
    way: tuple[Step, ...]

    @property
    def shedding(self) -> Condition:
        """Residents of the place are being shed."""
        return Condition(Level("world", "shed_residential", self.name), ">", 0.0)


def change(mechanism: Mechanism, lever: float, values: Mapping[str, float]) -> Mechanism:
    """Take away all coordination, then let each place react to its own outages."""
    if lever == 0.0:
        return mechanism
    places = tuple(_places(mechanism))
    alone = without_coordination(mechanism, lever, values)
    return replace(
        alone,
        procedures=(*alone.procedures, *map(_raise, places), *map(_ease, places)),
        arrivals=(*alone.arrivals, *map(_hourly, places), *map(_daily, places)),
    )


def _places(mechanism: Mechanism) -> Iterator[_Place]:
    """Places of the world with measures of their own and a way of their own to the field."""
    rule = next((rule for rule in mechanism.rules if rule.kind == "size"), None)
    if rule is None or mechanism.world is None:
        return
    curtail = {m.name: m for m in mechanism.measures if m.kind == "curtail"}
    planned = [curtail[name] for name in rule.measures if name in curtail]
    for place in mechanism.world.places:
        own = tuple(measure for measure in planned if place in measure.effects)
        ways = filter(None, (_way(measure.name, place, mechanism) for measure in reversed(own)))
        way = next(ways, ())
        if way:
            yield _Place(place, own, rule.granularity or 1.0, way)


def _way(measure: str, place: str, mechanism: Mechanism) -> tuple[Step, ...]:
    """What an order goes through within a place, from where it comes in to the activation.

    Wrong landings are left out: a place that orders for itself knows whom to ask.
    """
    links = by_name(mechanism.links)
    at = {unit.name: unit.place for unit in mechanism.units}
    for procedure in mechanism.procedures:
        found: list[Step] = []
        for step in procedure.steps:
            if isinstance(step, Activate) and (step.measure, step.place) == (measure, place):
                return tuple(found)
            if not isinstance(step, Work | Send):
                continue
            if _touched(step, links, at) != {place}:
                found = []
            elif step.purpose != "referral":
                found.append(replace(step, label=f"way.{step.label}"))
    return ()


def _touched(step: Work | Send, links: Mapping[str, Link], at: Mapping[str, str]) -> set[str]:
    """Places of the units at which or between which something happens."""
    if isinstance(step, Work):
        return {at[step.unit]}
    link = links[step.link]
    return {at[link.origin], at[link.destination]}


def _raise(place: _Place) -> Procedure:
    """Order a step more of the first measure that is not yet in full."""
    full = {m.name: Condition(_target(m, place), "<", m.most) for m in place.measures}
    return Procedure(
        f"local.raise.{place.name}", (*place.way, *_moved(full, place, place.step)),
        f"{place.name} orders for itself",
    )  # fmt: skip


def _ease(place: _Place) -> Procedure:
    """After a day without shedding, order a step less of the last measure that is up."""
    up = {m.name: Condition(_target(m, place), ">", 0.0) for m in reversed(place.measures)}
    watch = (
        Await("calm", place.shedding, constant(DAY), "eased"),
        Choose("shed", (Branch(END, chance=1.0),)),
        Choose("eased"),
    )
    return Procedure(
        f"local.ease.{place.name}", (*watch, *place.way, *_moved(up, place, -place.step)),
        f"{place.name} eases by itself",
    )  # fmt: skip


def _moved(when: Mapping[str, Condition], place: _Place, by: float) -> Iterator[Step]:
    """Move the first measure whose condition holds."""
    yield Choose("which", tuple(Branch(f"move.{m}", when=holds) for m, holds in when.items()))
    yield Choose("none", (Branch(END, chance=1.0),))
    for name in when:
        yield Activate(f"move.{name}", name, place.name, by, add=True, purpose="field")
        yield Choose(f"moved.{name}", (Branch(END, chance=1.0),))


def _target(measure: Measure, place: _Place) -> Level:
    return Level("target", measure.name, place.name)


def _hourly(place: _Place) -> Arrival:
    """An order each hour while residents are shed and the last measure is not yet in full."""
    name, last = f"local.raise.{place.name}", place.measures[-1]
    room = Keep(_target(last, place), last.most / place.step, -1.0 / place.step)
    return Arrival(name, name, constant(HOUR), when=place.shedding, keep=room, purpose="order")


def _daily(place: _Place) -> Arrival:
    """A watch each day while the first measure, and with it any, is up."""
    name, first = f"local.ease.{place.name}", place.measures[0]
    up = Condition(_target(first, place), ">", 0.0)
    return Arrival(name, name, constant(DAY), when=up, purpose="order")


LOCAL_RESPONSE = Policy(
    "local_response",
    "Local response",
    "Each place raises its own measures while its residents are shed; nobody reports or decides.",
    change,
    order_matters_with=("data_sharing", "surge_staffing", "no_coordination"),
)
