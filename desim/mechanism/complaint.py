"""Complaints about a mechanism, the names references can mean, and checks of single numbers."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from desim.distribution import Distribution
from desim.error import DesimError
from desim.mechanism.flow import Holdings, holdings
from desim.mechanism.levels import COMPARATORS, LEVEL_KINDS, Condition, Level
from desim.mechanism.mechanism import COLLECTIONS, Mechanism
from desim.mechanism.steps import Tell, Work
from desim.mechanism.world import columns

LARGEST_WHOLE = 10**9
"""Whole numbers count staff, answers and urgency; this leaves room in any machine's integers."""
_LONGEST = 120
"""Letters of what was given that a complaint repeats."""
_BITS = 400
_SHORTEST = 1e-9
"""Of the horizon: what takes less on the average would not end in a lifetime of computing."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong, and where.

    Parameters
    ----------
    collection, name, label
        For example ``procedures``, ``report.chengdu``, ``hop1``; label is empty outside steps.
    text
        What is wrong, with the nearest valid name where a name is unknown.
    """

    collection: str
    name: str
    label: str
    text: str

    def __str__(self) -> str:
        step = f", step {self.label}" if self.label else ""
        return f"{self.collection} {self.name}{step}: {self.text}"


class MechanismError(DesimError):
    """A mechanism cannot be run; carries every complaint."""

    complaints: tuple[Complaint, ...]


def shown(given: object) -> str:
    """What was given, as it is written; a long text is cut, for a complaint must be read."""
    if isinstance(given, int) and given.bit_length() > _BITS:
        return f"a whole number of about {round(given.bit_length() * math.log10(2.0))} digits"
    try:
        text = repr(given)
    except ValueError:  # a number within a list that Python does not write out
        return f"a {type(given).__name__} of very long numbers"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} letters)"


def nearest(name: str, known: Collection[str]) -> str | None:
    """The valid name that a wrong one is most like, when one is like it at all."""
    if len(name) > _LONGEST:
        return None
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return near[0] if near else None


def unknown(kind: str, name: str, known: Collection[str], *, listed: bool = False) -> str:
    """The sentence for a name that does not exist, with the nearest one that does.

    Parameters
    ----------
    kind, name, known
        What it should be the name of, the name, and those that there are.
    listed
        Whether all are listed where none is near.
    """
    near = nearest(name, known)
    hint = f"; did you mean {near!r}?" if near is not None else ""
    if listed and near is None:
        hint = f" (known: {', '.join(known)})"
    return f"unknown {kind} {shown(name)}{hint}"


_OWNERS = {
    "profile": "profile",
    "queue": "unit",
    "busy": "unit",
    "board": "unit",
    "age": "unit",
    "stock": "pool",
}
"""Whose the levels are that are not a measure's."""


@dataclass(frozen=True)
class Names:
    """Every name a reference can mean.

    Beside the names stand what items of each procedure hold of the pools, in the order of the
    procedures, and the largest stock that each pool can ever have.
    """

    mechanism: Mechanism
    units: frozenset[str] = field(init=False)
    links: frozenset[str] = field(init=False)
    pools: frozenset[str] = field(init=False)
    profiles: frozenset[str] = field(init=False)
    topics: frozenset[str] = field(init=False)
    measures: frozenset[str] = field(init=False)
    rules: frozenset[str] = field(init=False)
    procedures: frozenset[str] = field(init=False)
    arrivals: frozenset[str] = field(init=False)
    places: Mapping[str, frozenset[str]] = field(init=False)
    touched: frozenset[str] = field(init=False)
    holdings: tuple[Holdings, ...] = field(init=False)
    largest_stock: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        for collection in COLLECTIONS:
            names = frozenset(part.name for part in getattr(self.mechanism, collection))
            object.__setattr__(self, collection, names)
        places = {m.name: frozenset(m.effects) for m in self.mechanism.measures}
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "touched", self._touched())
        object.__setattr__(self, "holdings", tuple(map(holdings, self.mechanism.procedures)))
        lent = frozenset().union(*(held.lent for held in self.holdings))
        stocks = {p.name: math.inf if p.name in lent else p.stock for p in self.mechanism.pools}
        object.__setattr__(self, "largest_stock", stocks)

    def _touched(self) -> frozenset[str]:
        """Units that a link touches or a step names."""
        linked = {u for link in self.mechanism.links for u in (link.origin, link.destination)}
        steps = (step for p in self.mechanism.procedures for step in p.steps)
        named = linked | {step.unit for step in steps if isinstance(step, Work | Tell)}
        # A misspelt unit is one mistake: the one that was meant is not also out of reach.
        meant = {nearest(name, self.units) for name in named - self.units}
        return frozenset(named | {name for name in meant if name is not None})

    def level(self, level: Level) -> Iterator[str]:
        """What is wrong with a level."""
        owners = {
            "profile": self.profiles,
            "queue": self.units,
            "busy": self.units,
            "board": self.units,
            "age": self.units,
            "stock": self.pools,
            "target": self.measures,
            "measure": self.measures,
            "plan": self.measures,
            "change": self.measures,
            "overdue": self.measures,
        }
        if level.kind not in LEVEL_KINDS:
            yield unknown("kind of level", level.kind, LEVEL_KINDS)
        elif level.kind in owners and level.of not in owners[level.kind]:
            kind = _OWNERS.get(level.kind, "measure")
            yield unknown(kind, level.of, owners[level.kind])
        elif level.kind in ("board", "age") and level.at not in self.topics:
            yield unknown("topic", level.at, self.topics)
        elif level.kind in ("target", "measure", "overdue"):
            if level.at not in self.places.get(level.of, frozenset()):
                yield unknown(
                    f"place of {level.of}", level.at, self.places.get(level.of, frozenset())
                )
        elif level.kind == "world":
            yield from self._world(level)

    def _world(self, level: Level) -> Iterator[str]:
        if self.mechanism.world is None:
            yield f"looks at {level}, but the mechanism has no world"
            return
        known = columns(self.mechanism.world.places)
        name = f"{level.of}@{level.at}" if level.at else level.of
        if name not in known:
            yield unknown("world quantity", name, known)

    def condition(self, condition: Condition) -> Iterator[str]:
        """What is wrong with a condition."""
        yield from self.level(condition.level)
        if condition.comparator not in COMPARATORS:
            yield unknown("comparator", condition.comparator, COMPARATORS)
        if not math.isfinite(condition.threshold):
            yield f"threshold {condition.threshold} is not finite"


def law(name: str, law: Distribution) -> Iterator[str]:
    """Complaints of a distribution, with the name of what it describes."""
    for problem in law.problems():
        yield f"{name}: {problem}"


def takes_time(law: Distribution, horizon: float) -> bool:
    """Whether draws move the clock; a distribution with complaints counts as if they did.

    What moves it by next to nothing on the average, as a mixture that is nearly always 0, counts
    as if it did not: as good as for ever an item would go round.
    """
    late = horizon if 0.0 < horizon < math.inf else 0.0
    return bool(law.problems()) or law.mean > _SHORTEST * late


def finite(name: str, value: float) -> Iterator[str]:
    """Complain about infinity and not-a-number."""
    if not math.isfinite(value):
        yield f"{name} is not finite ({value})"


def amount(name: str, value: float) -> Iterator[str]:
    """Complain about what is not finite or negative."""
    if not math.isfinite(value):
        yield from finite(name, value)
    elif value < 0.0:
        yield f"{name} is negative ({value:g})"


def stock(name: str, value: float) -> Iterator[str]:
    """Complain about an amount of a pool that cannot be counted."""
    yield from amount(name, value)
    if LARGEST_WHOLE < value < math.inf:
        yield f"{name} {value:g} is more than {LARGEST_WHOLE:g}"


def whole(name: str, value: float) -> Iterator[str]:
    """Complain about what counts something and is not a whole number, or too large for one."""
    if value != value or value in (math.inf, -math.inf) or value != int(value):
        yield f"{name} {value} is not a whole number"
    elif abs(value) > LARGEST_WHOLE:
        yield f"{name} {value} is too large"


def chance(name: str, value: float) -> Iterator[str]:
    """Complain about what is outside [0, 1]."""
    if not 0.0 <= value <= 1.0:
        yield f"{name} {value:g} is outside [0, 1]"


def one_of(kind: str, value: str, known: Collection[str]) -> Iterator[str]:
    """Complain about a name that does not exist."""
    if value not in known:
        yield unknown(kind, value, known)


def word(kind: str, value: str, known: Collection[str]) -> Iterator[str]:
    """Complain about a word that is none of the few there are."""
    if value not in known:
        yield unknown(kind, value, [each for each in known if each], listed=True)
