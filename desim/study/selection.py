"""Select the best of several systems, giving each only the replications that it takes.

Procedures here play as they go: they say which system to play next, and stop when the promised
probability of a correct selection is reached, or the budget is spent.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from desim.study.compare import CONFIDENCE
from desim.study.ranking import difference_variances, sign

Floats = NDArray[np.float64]
Simulate = Callable[[int, int], float]
"""(system, replication) to the outcome; the same replication means common random numbers."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a selection procedure chose.

    Parameters
    ----------
    best
        Number of the chosen system.
    means
        Mean of every system over the replications it was given, in the outcome's unit.
    replications
        Replications given to every system.
    guaranteed
        Whether the promised probability of correct selection holds (it does not when a cap
        stopped the procedure, nor for allocation of a fixed budget).
    """

    best: int
    means: tuple[float, ...]
    replications: tuple[int, ...]
    guaranteed: bool


def select_sequentially(
    simulate: Simulate,
    systems: int,
    *,
    indifference: float,
    better: str,
    confidence: float = CONFIDENCE,
    first: int = 10,
    cap: int | None = None,
) -> Selection:
    """Select the best by KN: all start together, and who falls clearly behind is dropped.

    Source: Kim & Nelson (2001), ACM Transactions on Modeling and Computer Simulation 11:251,
    doi:10.1145/502109.502111, with c = 1. The first-stage variance of every *pair's*
    difference sets that pair's boundary, so common random numbers shorten the race.

    Parameters
    ----------
    simulate
        Plays one replication of one system; called once for each pair that is needed.
    systems
        Number of systems, at least two.
    indifference
        Smallest difference worth detecting, the outcome's unit.
    better
        ``lower`` or ``higher``.
    confidence
        Promised probability of selecting the best when it is better by `indifference`.
    first
        Replications of the first stage, at least two.
    cap
        Largest number of replications of a system.

    Raises
    ------
    ValueError
        When a parameter is outside its range, or a run gives no finite outcome.
    """
    towards, run = _checked(simulate, systems, first, better)
    _check_promise(systems, indifference, confidence)
    start = np.array([[run(s, r) for s in range(systems)] for r in range(first)])
    error = (1.0 - confidence) / (systems - 1)
    # h^2 = 2 c eta (first - 1), eta = ((2 error)^(-2 / (first - 1)) - 1) / 2, and c = 1
    spread = ((2.0 * error) ** (-2.0 / (first - 1)) - 1.0) * (first - 1)
    boundary = spread * difference_variances(start) / indifference**2
    sums, alive, played = start.sum(axis=0), np.arange(systems), first
    counts = np.full(systems, first)
    while True:
        means = sums[alive] / played
        # a pair may differ by chance by (indifference / 2 r) (h^2 S^2 / indifference^2 - r)
        ahead = np.maximum(boundary[np.ix_(alive, alive)] - played, 0.0)
        slack = ahead * indifference / (2.0 * played)
        decided = not slack.any()
        alive = alive[(means[:, None] >= means[None, :] - slack).all(axis=1)]
        if len(alive) == 1 or decided or played == cap:
            break
        sums[alive] += [run(int(system), played) for system in alive]
        played += 1
        counts[alive] = played
    best = int(alive[sums[alive].argmax()])
    return _selection(best, towards * sums / counts, counts, len(alive) == 1 or decided)


def select_in_two_stages(
    simulate: Simulate,
    systems: int,
    *,
    indifference: float,
    better: str,
    confidence: float = CONFIDENCE,
    first: int = 10,
    cap: int | None = None,
) -> Selection:
    """Select the best in two stages with common random numbers and Bonferroni's inequality.

    The first stage's largest variance of a paired difference decides how many replications all
    systems get. With the promised probability the choice is right *and* `bounds_on_best` of the
    means with all widths equal to the indifference hold together. Source: Nelson & Matejcik
    (1995), Management Science 41:1935, doi:10.1287/mnsc.41.12.1935, the procedure based on the
    Bonferroni inequality.

    Parameters
    ----------
    simulate, systems, indifference, better, confidence, first, cap
        As in `select_sequentially`.

    Raises
    ------
    ValueError
        When a parameter is outside its range, or a run gives no finite outcome.
    """
    towards, run = _checked(simulate, systems, first, better)
    _check_promise(systems, indifference, confidence)
    start = np.array([[run(s, r) for s in range(systems)] for r in range(first)])
    quantile = stats.t.ppf(1.0 - (1.0 - confidence) / (systems - 1), first - 1)
    wanted = math.ceil(quantile**2 * difference_variances(start).max() / indifference**2)
    total = max(first, wanted if cap is None else min(wanted, cap))
    more = [[run(s, r) for s in range(systems)] for r in range(first, total)]
    means = np.vstack([start, *more]).mean(axis=0)
    counts = np.full(systems, total)
    return _selection(int(means.argmax()), towards * means, counts, total >= wanted)


def ocba_shares(means: Floats, deviations: Floats) -> Floats:
    """Shares of a budget that make selecting the largest mean most likely (OCBA).

    Source: Chen, Lin, Yücesan & Chick (2000), Discrete Event Dynamic Systems 10:251,
    doi:10.1023/A:1008349927281, theorem 1: the others in proportion to (deviation / distance
    from the best)^2, the best deviation x sqrt(sum of (number / deviation)^2). It assumes systems
    with independent luck.

    Parameters
    ----------
    means, deviations
        float64 (systems,): estimated means, higher being better, and standard deviations.

    Returns
    -------
    numpy.ndarray
        float64 (systems,), summing to one.
    """
    best = int(means.argmax())
    distance = means[best] - means
    # exact ties and systems without luck would divide by zero: they get almost all, almost none
    tiny = 1e-9 * max(float(distance.max()), float(deviations.max()), 1e-300)
    spread = np.maximum(deviations, tiny)
    shares = (spread / np.maximum(distance, tiny)) ** 2
    shares[best] = 0.0
    shares[best] = spread[best] * np.sqrt(((shares / spread) ** 2).sum())
    found: Floats = shares / shares.sum()
    return found


def select_within_budget(
    simulate: Simulate,
    systems: int,
    *,
    budget: int,
    better: str,
    first: int = 5,
    step: int = 1,
) -> Selection:
    """Select the best of a fixed number of runs, giving each run where it tells most (OCBA).

    Source: Chen et al. (2000), as in `ocba_shares`, sequentially: shares are estimated anew after
    every step, and each run goes to the system that lacks most.

    Parameters
    ----------
    simulate, systems, better, first
        As in `select_sequentially`.
    budget
        Runs of all systems together, at least `first` for each.
    step
        Runs between two estimates of the shares.

    Raises
    ------
    ValueError
        When a parameter is outside its range, or a run gives no finite outcome.
    """
    towards, run = _checked(simulate, systems, first, better)
    if budget < systems * first or step < 1:
        raise ValueError(f"a budget of {budget} by {step} does not give {systems} systems {first}")
    played = [[run(s, r) for r in range(first)] for s in range(systems)]
    counts = np.full(systems, first)
    while (left := budget - int(counts.sum())) > 0:
        means = np.array([np.mean(values) for values in played])
        deviations = np.array([np.std(values, ddof=1) for values in played])
        target = ocba_shares(means, deviations) * (budget - left + min(step, left))
        for _ in range(min(step, left)):
            system = int((target - counts).argmax())
            played[system].append(run(system, int(counts[system])))
            counts[system] += 1
    means = np.array([np.mean(values) for values in played])
    return _selection(int(means.argmax()), towards * means, counts, False)


def _checked(simulate: Simulate, systems: int, first: int, better: str) -> tuple[float, Simulate]:
    """The sign of better, and a simulation whose outcome is finite and better when higher."""
    if systems < 2 or first < 2:
        raise ValueError(f"two systems and two replications at least, got {systems} and {first}")
    towards = sign(better)

    def run(system: int, replication: int) -> float:
        value = simulate(system, replication)
        if not math.isfinite(value):
            raise ValueError(f"system {system}, replication {replication} gave {value}")
        return towards * value

    return towards, run


def _check_promise(systems: int, indifference: float, confidence: float) -> None:
    if not 0.0 < indifference < math.inf:
        raise ValueError(f"the indifference must be positive and finite, got {indifference}")
    if not 1.0 / systems < confidence < 1.0:
        raise ValueError(f"the confidence must be above a guess and below 1, got {confidence}")


def _selection(best: int, means: Floats, counts: NDArray[np.int_], guaranteed: bool) -> Selection:
    return Selection(best, tuple(means.tolist()), tuple(counts.tolist()), guaranteed)
