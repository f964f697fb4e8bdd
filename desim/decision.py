"""The arithmetic of decision rules and of stocks, shared by every engine.

The data are in `desim.mechanism.parts`: `Rule` and `Pool`.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from desim.mechanism.parts import GRAINS

SIZE, GRADE = 0, 1
BOARD, PEAK, DAILY, BUDGET = range(4)
"""How a rule finds its gap: from its board's lines, or as one of `desim.mechanism.parts.PLANS`."""
HYDRO_MOST, DAYS, FLOOR, GROWTH, PEAK_HOURS, DRAW_DAYS = range(6)
"""Where in a rule's figures stands what an energy plan needs."""
_NUDGE = 1e-9
_COUNTED = 2.0**51 / GRAINS
"""Up to here a float has room for grains and for their rounding."""


@njit(cache=True)
def covers(stock, amount):
    """Whether a stock is enough for a request; a grain that is missing does not count."""
    return (amount - stock) * GRAINS <= max(1.0, amount)


@njit(cache=True)
def restocked(stock, change):
    """The stock after something was given (or taken: below 0), in whole grains."""
    left = stock + change
    return np.rint(left * GRAINS) / GRAINS if abs(left) < _COUNTED else left


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
def hour_of(when, hours):
    """The hour of a world's series that a time belongs to."""
    return min(max(int(when), 0), hours - 1) if when > 0.0 else 0


@njit(cache=True)
def mean_ahead(sums, hour, days):
    """Mean over the days from an hour on, of a series given by its running sum.

    Beyond the end of the series its last day goes on.
    """
    hours = sums.size - 1
    end = hour + 24 * days
    total = sums[min(end, hours)] - sums[hour]
    if end > hours:
        last = min(24, hours)
        total += (end - hours) * (sums[hours] - sums[hours - last]) / last
    return total / (24.0 * days)


@njit(cache=True)
def outlook(sums, hour, days, ratio, growth):
    """What a report of `hour` foretells as the mean of the coming days.

    Parameters
    ----------
    sums, hour, days
        See `mean_ahead`.
    ratio
        What was reported of the coming day over what was true of it: the forecast's deviation.
    growth
        By how much the deviation grows with each further day, 1/day.
    """
    deviation = (ratio - 1.0) * (1.0 + growth * (days - 1.0))
    return mean_ahead(sums, hour, days) * (1.0 + deviation)


@njit(cache=True)
def ratio(value, truth):
    """A reported value over the true one; 1 where that is 0."""
    return value / truth if truth != 0.0 else 1.0


@njit(cache=True)
def energy_gap(
    world,
    plan,
    margin,
    figures,
    figure,
    board,
    lines,
    needs,
    supplies,
    whens,
    sinces,
    needs_since,
    supplies_since,
    places,
    place,
    needs_count,
    supplies_count,
    store,
    inflow,
    inflow_when,
):
    """The gap that an energy plan finds on a board, GW (semantics 14).

    Parameters
    ----------
    world
        The lowered world: outlooks behind the reports are read from its running sums.
    plan, margin
        Which plan, and the reserve on top of the largest need.
    figures, figure
        What the plan needs (`HYDRO_MOST` and so on), and where that begins.
    board, lines, needs, supplies, needs_count, supplies_count
        Values; rows of values; where the rows of needs and supplies begin, and how many there are.
    whens, sinces, needs_since, supplies_since
        The same for the times at which the values were true.
    places, place
        The place of each need, and where that list begins.
    store, inflow, inflow_when
        What the board shows of the store (GWh) and of the coming day's inflow (GWh), and when
        the latter was true.
    """
    need = reading(board, lines, needs, needs_count)
    fixed = reading(board, lines, supplies, supplies_count)
    hydro_most = figures[figure + HYDRO_MOST]
    if plan == PEAK:
        daily = inflow + store / figures[figure + DRAW_DAYS]
        return gap(need, fixed + min(hydro_most, daily / figures[figure + PEAK_HOURS]), margin)
    hours = world.inflow.size
    growth = figures[figure + GROWTH]
    at_inflow = hour_of(inflow_when, hours)
    inflow_ratio = ratio(inflow, world.inflow_ahead[at_inflow])
    at_fixed = hour_of(mean_time(whens, sinces, supplies_since, supplies_count), hours)
    fixed_ratio = ratio(fixed, world.fixed_ahead[at_fixed])
    usable = store - figures[figure + FLOOR]
    most = gap(need, fixed + hydro_most, margin)
    days = int(figures[figure + DAYS]) if plan == BUDGET else 1
    for day in range(1, days + 1):
        wanted = 0.0
        for i in range(needs_count):
            p = places[place + i]
            hour = hour_of(whens[sinces[needs_since + i]], hours)
            told = ratio(board[lines[needs + i]], world.need_ahead[hour, p])
            wanted += max(0.0, outlook(world.need_sum[p], hour, day, told, growth))
        covered = outlook(world.fixed_sum, at_fixed, day, fixed_ratio, 0.0)
        covered += max(0.0, outlook(world.inflow_sum, at_inflow, day, inflow_ratio, growth))
        most = max(most, wanted - covered - usable / (24.0 * day))
    return most


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
def overdue(plan, target, since):
    """Hours since a plan moved, while the target at a place is another; otherwise 0."""
    return since if abs(plan - target) > _NUDGE else 0.0


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
    term,
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
    slack, hold, term
        A plan falls only when the gap leaves `slack` GW to spare and `hold` hours after the
        measure was last raised; with a term, only at the end of one, or else it is extended.
    now
        Hours.
    plan, change, raised
        float64 per measure: the plan, how far this decision moves it, when it last rose or was
        extended; moved.
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
        elif old > 0.0 and now - raised[m] >= max(hold, term):
            if kept < old:
                new = kept
            if term > 0.0:
                raised[m] = now
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
