"""The compiled calendar: a four-ary heap ordered by time, rank and key (semantics 2 and 3).

An entry is the address of something that begins with its rank and its key. Times are compared
first; ranks and keys are looked up only when two times are equal.

The first entry is taken out lazily: it leaves a hole that the next entry falls into, for most
things that happen put one new thing on the calendar.
"""

from __future__ import annotations

import numpy as np

from desim.engine.compiled.pointer import inner
from desim.engine.compiled.words import CALENDAR, CALENDAR_TIMES, HOLE, KEY, RANK, SIZE


@inner
def earlier(w, a, b):
    """Whether one entry comes before another of the same time."""
    if w[a + RANK] != w[b + RANK]:
        return w[a + RANK] < w[b + RANK]
    return np.uint64(w[a + KEY]) < np.uint64(w[b + KEY])


@inner
def _first(w, f, times, entries, begin, end):
    """Which of some neighbouring places holds the earliest entry."""
    best = begin
    for k in range(begin + 1, end):
        if f[times + k] < f[times + best] or (
            f[times + k] == f[times + best] and earlier(w, w[entries + k], w[entries + best])
        ):
            best = k
    return best


@inner
def _sink(c, w, f, size, time, entry):
    """Let an entry fall from the root to its place."""
    times, entries = c[CALENDAR_TIMES], c[CALENDAR]
    i = 0
    while True:
        child = 4 * i + 1
        if child + 4 <= size:
            # The earliest of four by arithmetic: a processor cannot guess which one it is.
            t0, t1 = f[times + child], f[times + child + 1]
            t2, t3 = f[times + child + 2], f[times + child + 3]
            left = child + np.int64(t1 < t0)
            right = child + 2 + np.int64(t3 < t2)
            t_left, t_right = f[times + left], f[times + right]
            best = left + (right - left) * np.int64(t_right < t_left)
            if (t0 == t1) | (t2 == t3) | (t_left == t_right):
                best = _first(w, f, times, entries, child, child + 4)
        elif child < size:
            best = _first(w, f, times, entries, child, size)
        else:
            break
        best_time = f[times + best]
        if time < best_time or (time == best_time and earlier(w, entry, w[entries + best])):
            break
        f[times + i] = best_time
        w[entries + i] = w[entries + best]
        i = best
    f[times + i] = time
    w[entries + i] = entry


@inner
def push(c, w, f, time, entry):
    """Put an entry on the calendar; its rank and key must be written before.

    Parameters
    ----------
    c, w, f
        Code, state, and state as floats.
    time, entry
        When, and the address of what.
    """
    if w[HOLE]:
        w[HOLE] = 0
        _sink(c, w, f, w[SIZE], time, entry)
        return
    times, entries = c[CALENDAR_TIMES], c[CALENDAR]
    i = w[SIZE]
    w[SIZE] = i + 1
    while i > 0:
        parent = (i - 1) >> 2
        above = f[times + parent]
        if above < time or (above == time and earlier(w, w[entries + parent], entry)):
            break
        f[times + i] = above
        w[entries + i] = w[entries + parent]
        i = parent
    f[times + i] = time
    w[entries + i] = entry


@inner
def settle(c, w, f):
    """Fill the hole that the last entry taken has left."""
    if w[HOLE]:
        w[HOLE] = 0
        size = w[SIZE] - 1
        w[SIZE] = size
        if size > 0:
            _sink(c, w, f, size, f[c[CALENDAR_TIMES] + size], w[c[CALENDAR] + size])
