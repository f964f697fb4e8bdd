"""Lengths of time as people write them."""

from __future__ import annotations

import math
import re

UNITS = {"h": 3600.0, "min": 60.0, "s": 1.0}
_PART = r"(\d+(?:\.\d+)?)\s*"
_WRITTEN = re.compile(rf"\s*(?:{_PART}h)?\s*(?:{_PART}min)?\s*(?:{_PART}s)?\s*")


def seconds(text: str) -> float:
    """Seconds of a length of time such as ``90``, ``90 s``, ``10 min`` or ``1 h 30 min``.

    Raises
    ------
    ValueError
        When it is not written so, or not longer than nothing.
    """
    found = _WRITTEN.fullmatch(text)
    if re.fullmatch(rf"\s*{_PART}", text):
        total = float(text)
    else:
        given = zip(found.groups() if found else (), UNITS.values(), strict=False)
        total = sum(float(number) * unit for number, unit in given if number)
    if not 0.0 < total < math.inf:
        raise ValueError(f"{text!r} is no length of time; write 90 s, 10 min or 1 h 30 min")
    return total


def duration(length: float) -> str:
    """Seconds as text: of seconds, minutes or hours, whichever fits."""
    if length < 90.0:
        return f"{length:.3g} s"
    return f"{length / 60.0:.0f} min" if length < 5400.0 else f"{length / 3600.0:.1f} h"
