"""Numbers with their intervals as cells hold them."""

from __future__ import annotations

import math

from desim.paper.wording import NARROW, number, span


def interval(value: float, low: float, high: float, digits: int | None = None) -> str:
    """A value with its interval; one decimal below a thousand when digits are not given."""
    if digits is None:
        digits = 1 if max(abs(value), abs(low), abs(high)) < 1000.0 else 0
    return one_line(f"{number(value, digits)} ({span(low, high, digits)})")


def shares(value: float, low: float, high: float) -> str:
    """A share with its interval, in per cent."""
    if math.isnan(value):
        return "not defined"
    return one_line(f"{number(100 * value, 0)} ({span(100 * low, 100 * high, 0)})")


def one_line(text: str) -> str:
    """A text that no line is broken in."""
    return text.replace(" ", NARROW)
