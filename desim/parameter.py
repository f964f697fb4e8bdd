"""Uncertain quantities (the X of XLRM) and levers (its L), as data with a source."""

from __future__ import annotations

import math
from dataclasses import dataclass

TAGS: dict[str, str] = {
    "reported": "seen in a source",
    "derived": "arithmetic from reported figures, shown in the note",
    "assumed": "a prior, with the reason in the note",
}

CHOICE = "choice"
"""The law of what somebody chooses: it is varied only where a study names its values."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number about the world, with its range and where it comes from.

    Parameters
    ----------
    name
        Identifier, dotted by theme, for example ``work.verify``.
    value
        Best value, in `unit`.
    low, high
        Range for sensitivity analysis, in `unit`.
    law
        Distribution of the uncertainty over the range: ``uniform``, ``triangular`` (mode at
        `value`), ``loguniform``, ``integer``, or ``choice`` (see `CHOICE`).
    unit, meaning
        For people.
    source, tag, note
        A source key, one of `TAGS`, and the arithmetic or the reason.
    """

    name: str
    value: float
    low: float
    high: float
    law: str = "uniform"
    unit: str = ""
    meaning: str = ""
    source: str = ""
    tag: str = "assumed"
    note: str = ""

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the numbers or the tag, one sentence a complaint."""
        found = []
        if not all(map(math.isfinite, (self.value, self.low, self.high))):
            found.append("value, low and high must be finite")
        elif not self.low <= self.value <= self.high:
            found.append(f"value {self.value:g} is outside [{self.low:g}, {self.high:g}]")
        elif self.law == "loguniform" and not self.low > 0.0:
            found.append(f"a loguniform range must be positive, got [{self.low:g}, {self.high:g}]")
        elif self.law == "integer":
            numbers = {"value": self.value, "low": self.low, "high": self.high}
            found += [
                f"{name} {number:g} is not a whole number"
                for name, number in numbers.items()
                if number != math.floor(number)
            ]
        if self.law not in LAWS:
            found.append(f"unknown law {self.law!r} (known: {', '.join(LAWS)})")
        if self.tag not in TAGS:
            found.append(f"unknown tag {self.tag!r} (known: {', '.join(TAGS)})")
        if self.tag != "assumed" and not self.source:
            found.append(f"tagged {self.tag} but has no source")
        return tuple(found)


LAWS = ("uniform", "triangular", "loguniform", "integer", CHOICE)
