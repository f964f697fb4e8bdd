"""Numbers as print writes them, and words that follow from numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

MINUS = "\N{MINUS SIGN}"
NARROW = "\N{NO-BREAK SPACE}"
_SMALL = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
)  # fmt: skip
CLEAR = 0.05
"""An effect is called clear below this p-value, after Holm's adjustment where there are many."""


def number(value: float, digits: int | None = None) -> str:
    """A number with a real minus sign and commas; three figures when digits are not given."""
    if not math.isfinite(value):
        return "not defined"
    if digits is None:
        digits = decimals(value)
    text = f"{value:,.{digits}f}"
    if float(text.replace(",", "")) == 0.0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def decimals(value: float) -> int:
    """Decimals that show three figures; none of whole hundreds."""
    size = abs(value)
    if not math.isfinite(size) or size >= 100.0:
        return 0
    if size >= 10.0:
        return 1
    return 2 if size >= 0.095 or size == 0.0 else 3


def quantity(value: float, unit: str, digits: int | None = None) -> str:
    """A number and its unit, which stay on one line."""
    if unit == "share":
        return percent(value)
    plain = unit in ("", "count", "0 to 1", "items")
    return number(value, digits) + ("" if plain else NARROW + unit)


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage."""
    return number(100.0 * share, digits) + f"{NARROW}%"


def span(low: float, high: float, digits: int | None = None) -> str:
    """An interval, as ``a to b``."""
    if digits is None:
        digits = min(decimals(low), decimals(high))
    return f"{number(low, digits)} to {number(high, digits)}"


def estimate(value: float, low: float, high: float, unit: str, *, sign: bool = False) -> str:
    """A value with its 95 % interval."""
    if not math.isfinite(value):
        return "not defined"
    digits = min(decimals(value), max(0, decimals(high - low)))
    if unit == "share":
        inside = f"{number(100 * low, 0)} to {number(100 * high, 0)}"
        return f"{percent(value)} (95{NARROW}% interval {inside})"
    shown = quantity(value, unit, digits)
    plus = "+" if sign and value > 0.0 else ""
    return f"{plus}{shown} (95{NARROW}% interval {span(low, high, digits)})"


def clear(p: float) -> bool:
    """Whether an effect is called clear."""
    return math.isfinite(p) and p < CLEAR


def changes(difference: float, p: float, up: str, down: str, none: str) -> str:
    """A word for the direction of a difference, or one that says there is none to speak of."""
    if not clear(p):
        return none
    return up if difference > 0.0 else down


def in_words(count: int) -> str:
    """A small count in words, a larger one in digits."""
    return _SMALL[count] if 0 <= count < len(_SMALL) else number(count, 0)


def listed(parts: Sequence[str], nothing: str = "none") -> str:
    """Parts with commas and an ``and``."""
    if not parts:
        return nothing
    if len(parts) == 1:
        return parts[0]
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def date(start: datetime, hours: float) -> str:
    """Date and hour of an hour of the run, such as 21 August 00:00."""
    if not math.isfinite(hours):
        return "never"
    at = start + timedelta(hours=round(hours))
    return f"{at.day}{NARROW}{at:%B %H}:00"


def capital(text: str) -> str:
    """With a capital at the beginning of a sentence."""
    return text[:1].upper() + text[1:]
