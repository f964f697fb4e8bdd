"""The mechanism: one frozen value that says who does what, over which links, with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol, Self, TypeVar

from desim.mechanism.parts import (
    Arrival,
    Link,
    Measure,
    Pool,
    Procedure,
    Profile,
    Rule,
    Topic,
    Unit,
)
from desim.mechanism.steps import Step
from desim.mechanism.world import PowerBalance


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)

COLLECTIONS = (
    "units",
    "links",
    "pools",
    "profiles",
    "topics",
    "measures",
    "rules",
    "procedures",
    "arrivals",
)


@dataclass(frozen=True, slots=True)
class Mechanism:
    """An emergency-response mechanism as data.

    Parameters
    ----------
    name
        Identifier.
    start
        Local time of hour 0 (semantics 1).
    horizon
        Length of a run, hours; nothing scheduled at it happens (semantics 11).
    units, links, pools, profiles, topics, measures, rules, procedures, arrivals
        The parts; names are unique within each collection.
    world
        The physical world, or ``None`` when the mechanism has none.
    """

    name: str
    start: datetime
    horizon: float
    units: tuple[Unit, ...] = ()
    links: tuple[Link, ...] = ()
    pools: tuple[Pool, ...] = ()
    profiles: tuple[Profile, ...] = ()
    topics: tuple[Topic, ...] = ()
    measures: tuple[Measure, ...] = ()
    rules: tuple[Rule, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    world: PowerBalance | None = None

    def __post_init__(self) -> None:
        frozen = tuple(replace(m, effects=MappingProxyType(dict(m.effects))) for m in self.measures)
        object.__setattr__(self, "measures", frozen)

    def mapped(self, **changes: Callable[[Any], Any]) -> Self:
        """The same mechanism with a function applied to every member of the named collections.

        Parameters
        ----------
        changes
            Collection name to a function from part to part, for example
            ``links=lambda link: replace(link, loss=0.0)``.
        """
        new: dict[str, Any] = {
            name: tuple(map(change, getattr(self, name))) for name, change in changes.items()
        }
        return replace(self, **new)

    def mapped_steps(self, change: Callable[[Procedure, Step], Step]) -> Self:
        """The same mechanism with a function applied to every step of every procedure."""

        def changed(procedure: Procedure) -> Procedure:
            steps = tuple(change(procedure, step) for step in procedure.steps)
            return procedure if steps == procedure.steps else replace(procedure, steps=steps)

        return self.mapped(procedures=changed)


def by_name(parts: tuple[N, ...]) -> Mapping[str, N]:
    """A read-only look-up of parts by name."""
    return MappingProxyType({part.name: part for part in parts})
