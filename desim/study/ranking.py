"""Which of several points is best, how surely, and who earned a joint improvement.

Everything rests on paired differences, so that common random numbers help and are never assumed
away. Where several statements must hold together, Bonferroni's inequality pays for it, because it
needs no assumption about how the points are correlated.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from desim.study.compare import BOOTSTRAPS, CONFIDENCE, half_width, holm, interval, p_value
from desim.study.replications import Precision, enough, needed

Floats = NDArray[np.float64]
Simulate = Callable[[int, int], float]
"""(system, replication) to the outcome; the same replication means common random numbers."""


def _sign(better: str) -> float:
    """1 when higher is better, -1 when lower is: procedures below look for the largest mean."""
    signs = {"higher": 1.0, "lower": -1.0}
    if better not in signs:
        raise ValueError(f"better must be 'higher' or 'lower', got {better!r}")
    return signs[better]


def _finite(values: Floats) -> Floats:
    """The values as they are: replications that are incomplete must be left out before."""
    bad = ~np.isfinite(values)
    if bad.any():
        raise ValueError(f"{bad.any(axis=1).sum()} of {len(values)} replications are incomplete")
    return values


def _difference_variances(values: Floats) -> Floats:
    """Variances of all paired differences: (replications, systems) to (systems, systems)."""
    pairs = values[:, :, None] - values[:, None, :]
    variances: Floats = pairs.var(axis=0, ddof=1)
    return variances


def all_pairs(values: Floats, names: tuple[str, ...]) -> pd.DataFrame:
    """Every pair of points compared by its paired difference, adjusted for their number.

    Source: paired t (Law 2015, section 10.2.1); Holm (1979), Scandinavian Journal of Statistics
    6:65. The intervals are 95 % each, one by one; `p_holm` holds for the family.

    Parameters
    ----------
    values
        float64 (replications, points), paired.
    names
        The points.

    Returns
    -------
    pandas.DataFrame
        Columns a, b, difference (a - b), half_width, low, high, p, p_holm; one row a pair.

    Raises
    ------
    ValueError
        When a value is not finite.
    """
    rows = []
    _finite(values)
    for first, second in combinations(range(len(names)), 2):
        difference = values[:, first] - values[:, second]
        found = interval(difference)
        row = {"a": names[first], "b": names[second], "difference": found.pop("mean")}
        rows.append(row | found | {"p": p_value(difference)})
    table = pd.DataFrame(rows)
    return table.assign(p_holm=holm(list(table["p"]))) if rows else table


def bounds_on_best(means: Floats, widths: Floats) -> tuple[Floats, Floats]:
    """Constrained intervals of every mean less the best of the others; higher is better.

    They hold together whenever |difference of means - its estimate| stays below its width for
    the pairs with the true best (Hsu 1984, Annals of Statistics 12:1136; unequal widths as in
    Nelson & Matejcik 1995, doi:10.1287/mnsc.41.12.1935).

    Parameters
    ----------
    means
        float64 (systems,).
    widths
        float64 (systems, systems), symmetric: one-sided widths of the paired differences.

    Returns
    -------
    tuple
        Low (never above zero) and high (never below zero), float64 (systems,) each.
    """
    others = ~np.eye(len(means), dtype=bool)
    gaps = means[:, None] - means[None, :]
    high = np.maximum(np.where(others, gaps + widths, np.inf).min(axis=1), 0.0)
    # only a system that may be the best bounds the others from below
    contenders = (high > 0.0) | (means == means.max())
    rivals = others & contenders[None, :]
    low = np.minimum(np.where(rivals, gaps - widths, 0.0).min(axis=1), 0.0)
    return low, high


def compare_with_best(
    values: Floats, names: tuple[str, ...], better: str, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Multiple comparisons with the best (MCB) of points played with common random numbers.

    Widths are Student's t of the paired differences with Bonferroni's share of the error, valid
    for any correlation and unequal variances (Nelson & Matejcik 1995, Management Science
    41:1935, doi:10.1287/mnsc.41.12.1935).

    Parameters
    ----------
    values
        float64 (replications, points), paired; at least two of each.
    names
        The points.
    better
        ``lower`` or ``higher``.
    confidence
        That all intervals hold together.

    Returns
    -------
    pandas.DataFrame
        Columns name, mean, difference (from the best of the others), low, high (the constrained
        interval of that difference) and may_be_best; one row a point.

    Raises
    ------
    ValueError
        When `better` is neither, a value is not finite, or there are fewer than two points or
        replications.
    """
    count, systems = _finite(values).shape
    if min(count, systems) < 2:
        raise ValueError(f"MCB needs two points and two replications, got {systems} and {count}")
    sign = _sign(better)
    means = sign * values.mean(axis=0)
    quantile = stats.t.ppf(1.0 - (1.0 - confidence) / (systems - 1), count - 1)
    low, high = bounds_on_best(means, quantile * np.sqrt(_difference_variances(values) / count))
    best_other = [np.delete(means, system).max() for system in range(systems)]
    bounds = np.sort(sign * np.array([low, high]), axis=0)
    return pd.DataFrame(
        {
            "name": names,
            "mean": values.mean(axis=0),
            "difference": sign * (means - best_other),
            "low": bounds[0],
            "high": bounds[1],
            "may_be_best": (high > 0.0) | (means == means.max()),
        }
    )


def shapley(levers: Floats, values: Floats, names: tuple[str, ...], seed: int) -> pd.DataFrame:
    """Each policy's part of the change that all policies make together, exact over 2^k corners.

    A policy's contribution is what it adds to those already in, averaged over all orders of
    entry (Shapley 1953, Contributions to the Theory of Games 2:307); contributions sum to the
    joint change. They are formed within each replication and have t intervals over replications;
    shares are ratios of means with a paired percentile bootstrap.

    Parameters
    ----------
    levers
        float64 (2**k, k) of 0 and 1, every corner once.
    values
        float64 (replications, 2**k): one outcome, points in the order of `levers`.
    names
        The k policies.
    seed
        Seed of the bootstrap.

    Returns
    -------
    pandas.DataFrame
        Columns policy, contribution, half_width, low, high (the outcome's unit), share,
        share_low, share_high (NaN when the joint change is not surely different from zero).

    Raises
    ------
    ValueError
        When the corners are not those of a full factorial, or a value is not finite.
    """
    parts = _finite(values) @ _shapley_weights(levers, len(names))
    total = parts.sum(axis=1)
    shares = np.full((3, len(names)), np.nan)
    if abs(total.mean()) > float(half_width(total)):
        draws = np.random.default_rng(seed).integers(0, len(total), (BOOTSTRAPS, len(total)))
        ratios = parts[draws].mean(axis=1) / total[draws].mean(axis=1)[:, None]
        tail = (1.0 - CONFIDENCE) / 2.0
        bounds = np.quantile(ratios, [tail, 1.0 - tail], axis=0)
        shares = np.vstack([parts.mean(axis=0) / total.mean(), bounds])
    table = pd.DataFrame(
        [{"policy": n, **interval(p)} for n, p in zip(names, parts.T, strict=True)]
    )
    table = table.rename(columns={"mean": "contribution"})
    return table.assign(share=shares[0], share_low=shares[1], share_high=shares[2])


def _shapley_weights(levers: Floats, count: int) -> Floats:
    """Weights (2**k, k) whose products with the corners' outcomes are the contributions."""
    corners = {tuple(row) for row in levers.astype(bool).tolist()}
    if levers.shape != (2**count, count) or len(corners) != 2**count:
        raise ValueError(f"Shapley shares of {count} policies need each of {2**count} corners once")
    size = levers.sum(axis=1)[:, None] - levers
    orders = np.array([math.factorial(s) * math.factorial(count - 1 - s) for s in range(count)])
    weight = orders[size.astype(int)] / math.factorial(count)
    weights: Floats = np.where(levers > 0.0, weight, -weight)
    return weights


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
    sign, run = _checked(simulate, systems, first, better)
    _check_promise(systems, indifference, confidence)
    start = np.array([[run(s, r) for s in range(systems)] for r in range(first)])
    error = (1.0 - confidence) / (systems - 1)
    # h^2 = 2 c eta (first - 1), eta = ((2 error)^(-2 / (first - 1)) - 1) / 2, and c = 1
    spread = ((2.0 * error) ** (-2.0 / (first - 1)) - 1.0) * (first - 1)
    boundary = spread * _difference_variances(start) / indifference**2
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
    return _selection(best, sign * sums / counts, counts, len(alive) == 1 or decided)


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
    sign, run = _checked(simulate, systems, first, better)
    _check_promise(systems, indifference, confidence)
    start = np.array([[run(s, r) for s in range(systems)] for r in range(first)])
    quantile = stats.t.ppf(1.0 - (1.0 - confidence) / (systems - 1), first - 1)
    wanted = math.ceil(quantile**2 * _difference_variances(start).max() / indifference**2)
    total = max(first, wanted if cap is None else min(wanted, cap))
    more = [[run(s, r) for s in range(systems)] for r in range(first, total)]
    means = np.vstack([start, *more]).mean(axis=0)
    counts = np.full(systems, total)
    return _selection(int(means.argmax()), sign * means, counts, total >= wanted)


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
    sign, run = _checked(simulate, systems, first, better)
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
    return _selection(int(means.argmax()), sign * means, counts, False)


def _checked(simulate: Simulate, systems: int, first: int, better: str) -> tuple[float, Simulate]:
    """The sign of better, and a simulation whose outcome is finite and better when higher."""
    if systems < 2 or first < 2:
        raise ValueError(f"two systems and two replications at least, got {systems} and {first}")
    sign = _sign(better)

    def run(system: int, replication: int) -> float:
        value = simulate(system, replication)
        if not math.isfinite(value):
            raise ValueError(f"system {system}, replication {replication} gave {value}")
        return sign * value

    return sign, run


def _check_promise(systems: int, indifference: float, confidence: float) -> None:
    if not 0.0 < indifference < math.inf:
        raise ValueError(f"the indifference must be positive and finite, got {indifference}")
    if not 1.0 / systems < confidence < 1.0:
        raise ValueError(f"the confidence must be above a guess and below 1, got {confidence}")


def _selection(best: int, means: Floats, counts: NDArray[np.int_], guaranteed: bool) -> Selection:
    return Selection(best, tuple(means.tolist()), tuple(counts.tolist()), guaranteed)


_VERBS = {
    ("lower", False): "saves", ("lower", True): "costs", ("higher", True): "gains",
    ("higher", False): "loses", ("neither", True): "adds", ("neither", False): "removes",
}  # fmt: skip


def sentence(
    policy: str,
    difference: Floats,
    quantity: str,
    unit: str,
    better: str,
    precision: Precision | None = None,
) -> str:
    """What a policy does to an outcome, in one plain sentence.

    Parameters
    ----------
    policy
        Its name for print.
    difference
        float64 (replications,): with the policy less without it, paired.
    quantity, unit
        The outcome for print, such as ``residential supply`` and ``GWh``.
    better
        ``lower``, ``higher`` or ``neither``.
    precision
        What would have been precise enough; 10 % of the mean when not given.

    Returns
    -------
    str
        Such as "B saves 12.3 ± 1.1 GWh of residential supply; 8 replications would have been
        enough". Enough is in the sense of `desim.study.replications.enough`.

    Raises
    ------
    KeyError
        When `better` is none of the three.
    """
    mean, width = float(difference.mean()), float(half_width(difference))
    digits = max(0, 1 - math.floor(math.log10(width))) if width > 0.0 else 3
    verb = _VERBS[better, mean > 0.0]
    if abs(mean) <= width:
        more = needed(difference, Precision(absolute=abs(mean))) if mean else None
        outlook = "no number of" if more is None else f"about {more}"
        size = f"{mean:+.{digits}f} ± {width:.{digits}f} {unit}"
        return (
            f"{policy} makes no sure difference to {quantity} ({size}); "
            f"{outlook} further replications would tell"
        )
    size = f"{abs(mean):.{digits}f} ± {width:.{digits}f} {unit}"
    wanted = precision or Precision(relative=0.1)
    found = enough(difference, wanted)
    verdict = (
        f"{len(difference)} replications are not enough for {_goal(wanted, unit)}"
        if found is None
        else f"{found} replications would have been enough"
    )
    return f"{policy} {verb} {size} of {quantity}; {verdict}"


def _goal(precision: Precision, unit: str) -> str:
    parts = []
    if precision.absolute is not None:
        parts.append(f"± {precision.absolute:g} {unit}")
    if precision.relative is not None:
        parts.append(f"± {precision.relative * 100.0:g} %")
    return " and ".join(parts)
