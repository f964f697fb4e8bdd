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
def gap(need, supply, margin):
    """What supply leaves uncovered of the need with a margin on top, GW."""
    return (1.0 + margin) * need - supply


@njit(cache=True)
def share(gap, need):
    """A gap as a share of the need; 0 where nothing is needed."""
    return gap / need if need > 0.0 else 0.0


@njit(cache=True)
def target(old, amount, add, most):
    """The target that an activation gives a measure: set or added to, cut to [0, most]."""
    wanted = old + amount if add else amount
    if wanted > most:
        return most
    return wanted if wanted > 0.0 else 0.0


@njit(cache=True)
def mean_time(when, lines, first, count):
    """Mean time at which what these lines show was true."""
    total = 0.0
    for i in range(first, first + count):
        total += when[lines[i]]
    return total / count if count else math.nan


@njit(cache=True)
def size(
    gap,
    measures,
    first_measure,
    figures,
    first_figure,
    count,
    granularity,
    slack,
    hold,
    now,
    plan,
    change,
    raised,
):
    """Cover a gap (GW) by measures in merit order; plans are shares of capacity.

    Parameters
    ----------
    gap
        What is to be covered, GW.
    measures, first_measure, figures, first_figure, count
        Rows of the plans and their capacities (GW), where each begins, and how many they are.
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
    for i in range(count):
        m = measures[first_measure + i]
        capacity = figures[first_figure + i]
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
