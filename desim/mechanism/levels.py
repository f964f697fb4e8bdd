"""Levels: the closed set of numbers a mechanism can look at, and conditions on them."""

from __future__ import annotations

from dataclasses import dataclass

LEVEL_KINDS: dict[str, str] = {
    "profile": "a given series: of is the profile",
    "queue": "items waiting at a unit",
    "busy": "staff of a unit at work",
    "stock": "what is left in a pool",
    "target": "what a measure was last told to reach, at a place",
    "measure": "what a measure has reached in the world, at a place",
    "world": "a quantity of the world, at a place or in total",
    "board": "the value a unit's board shows for a topic: of is the unit, at the topic",
    "age": "hours since what a unit's board shows was true",
    "plan": "what the latest decision laid down for a measure",
    "change": "how far the latest decision moved that plan",
    "overdue": "hours since that plan last moved, while the target at a place is another; else 0",
    "carried": "the value the item itself carries",
}
COMPARATORS = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True, slots=True)
class Level:
    """A number the mechanism can look at.

    Parameters
    ----------
    kind
        One of `LEVEL_KINDS`.
    of
        Whose level: a profile, unit, pool, measure, plan or world quantity.
    at
        The place or, for boards, the topic; empty where the kind has none.
    """

    kind: str
    of: str = ""
    at: str = ""

    def __str__(self) -> str:
        where = f"@{self.at}" if self.at else ""
        return f"{self.kind}:{self.of}{where}" if self.of else self.kind


CARRIED = Level("carried")


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of a level with a constant.

    Parameters
    ----------
    level
        What is looked at.
    comparator
        One of `COMPARATORS`.
    threshold
        The constant, in the level's unit.
    """

    level: Level
    comparator: str
    threshold: float

    def __str__(self) -> str:
        return f"{self.level} {self.comparator} {self.threshold:g}"
