"""Where arrows run: parallel lines between two boxes that touch the edges of both."""

from __future__ import annotations

import math
from dataclasses import dataclass

Point = tuple[float, float]
Route = tuple[Point, Point]
_CORNER = 1.0
"""Arrows keep this far from a corner, which is round."""
_BESIDE, _ABOVE = 5.4, 2.6
"""Distance between parallel arrows: wide enough for a number on each, beside or above another."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a unit stands: centre, and size, in units of the drawing."""

    x: float
    y: float
    width: float = 19.0
    height: float = 9.5

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.x - self.width / 2.0

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width / 2.0

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y - self.height / 2.0

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.y + self.height / 2.0


def routes(a: Box, b: Box, count: int) -> list[Route]:
    """So many lines from one box to another: upright or level where they face, else slanting."""
    columns = _spread(max(a.left, b.left), min(a.right, b.right), count, _BESIDE)
    if columns:
        y, z = (a.top, b.bottom) if a.y < b.y else (a.bottom, b.top)
        return [((x, y), (x, z)) for x in columns]
    rows = _spread(max(a.bottom, b.bottom), min(a.top, b.top), count, _ABOVE)
    if rows:
        x, z = (a.right, b.left) if a.x < b.x else (a.left, b.right)
        return [((x, y), (z, y)) for y in rows]
    return _slanting(a, b, count)


def _spread(low: float, high: float, count: int, apart: float) -> list[float]:
    """Evenly spaced places about the middle of a range; none when it is too narrow for them."""
    room = high - low - 2.0 * _CORNER
    if room < (count - 1) * min(apart, _ABOVE) or room < 0.0:
        return []
    gap = min(apart, room / (count - 1)) if count > 1 else 0.0
    return [(low + high) / 2.0 + (k - (count - 1) / 2.0) * gap for k in range(count)]


def _slanting(a: Box, b: Box, count: int) -> list[Route]:
    """Lines beside the one that joins the centres, each cut where it leaves the boxes."""
    dx, dy = b.x - a.x, b.y - a.y
    length = math.hypot(dx, dy)
    ux, uy = dx / length, dy / length
    room = min(a.width, a.height, b.width, b.height) - 2.0 * _CORNER
    gap = min(_ABOVE, room / (count - 1)) if count > 1 else 0.0
    found = []
    for k in range(count):
        off = (k - (count - 1) / 2.0) * gap
        ox, oy = -uy * off, ux * off
        found.append(
            (_exit(a, (a.x + ox, a.y + oy), ux, uy), _exit(b, (b.x + ox, b.y + oy), -ux, -uy))
        )
    return found


def _exit(box: Box, start: Point, ux: float, uy: float) -> Point:
    """Where a line from a point in a box leaves it."""
    across = (box.right - start[0] if ux > 0.0 else start[0] - box.left) / max(abs(ux), 1e-12)
    along = (box.top - start[1] if uy > 0.0 else start[1] - box.bottom) / max(abs(uy), 1e-12)
    reach = min(across, along)
    return start[0] + ux * reach, start[1] + uy * reach
