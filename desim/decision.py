"""The arithmetic of decision rules, shared by every engine (data: `desim.mechanism.parts.Rule`)."""

from __future__ import annotations

import math

from numba import njit

SIZE, GRADE = 0, 1
_NUDGE = 1e-9


@njit(cache=True)
def reading(board, lines, first, count):
    """Sum of what some lines of a board show."""
    total = 0.0
    for i in range(first, first + count):
        total += board[lines[i]]
    return total


@njit(cache=True)
def mean_time(when, lines, first, count):
    """Mean time at which what these lines show was true."""
    total = 0.0
    for i in range(first, first + count):
        total += when[lines[i]]
    return total / count if count else math.nan


@njit(cache=True)
def size(gap, measures, figures, first, count, granularity, slack, hold, now, plan, change, raised):
    """Cover a gap (GW) by measures in merit order; plans are shares of capacity.

    Parameters
    ----------
    gap
        What is to be covered, GW.
    measures, figures, first, count
        Rows of the plans and their capacities (GW), and which range of them.
    granularity
        Plans are rounded up to multiples of this share.
    slack, hold
        A plan falls only when the gap leaves `slack` GW to spare and `hold` hours after the
        measure was last raised.
    now
        Hours.
    plan, change, raised
        float64 per measure: the plan, how far this decision moves it, when it last rose; moved.
    """
    left = gap
    spare = gap + slack
    for i in range(first, first + count):
        m = measures[i]
        capacity = figures[i]
        wanted = _share(left, capacity, granularity)
        kept = _share(spare, capacity, granularity)
        old = plan[m]
        new = old
        if wanted > old:
            new = wanted
            raised[m] = now
        elif kept < old and now - raised[m] >= hold:
            new = kept
        plan[m] = new
        change[m] = new - old
        left -= new * capacity
        spare -= new * capacity


@njit(cache=True)
def _share(gap, capacity, granularity):
    if gap <= 0.0 or capacity <= 0.0:
        return 0.0
    share = gap / capacity
    if granularity > 0.0:
        share = math.ceil(share / granularity - _NUDGE) * granularity
    return min(share, 1.0)


@njit(cache=True)
def grade(share, thresholds, first, count, release, hold, measure, now, plan, change, raised):
    """Set a level by how many thresholds a share reaches; it falls late and one step at a time."""
    up = 0
    down = 0
    for i in range(first, first + count):
        if share >= thresholds[i]:
            up += 1
        if share >= thresholds[i] * release:
            down += 1
    old = plan[measure]
    new = old
    if up > old:
        new = float(up)
        raised[measure] = now
    elif down < old and now - raised[measure] >= hold:
        new = old - 1.0
        raised[measure] = now
    plan[measure] = new
    change[measure] = new - old
