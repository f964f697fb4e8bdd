"""Which inputs an outcome depends on: Sobol indices, honest about luck and gaps.

A stochastic model answers g(x) + luck. Averaging r replications leaves luck of variance s2 / r in
every output, which shrinks first-order indices to V_i / (V + s2 / r) and inflates total ones to
(V_Ti + s2 / r) / (V + s2 / r), in silence. Here every product of outputs is taken between
*different* replications, r1 != r2, whose luck is independent given the inputs; so luck drops out
of every expectation, and the indices are those of the conditional mean g. (U-statistics, Hoeffding
1948, Annals of Mathematical Statistics 19:293; repetitions for indices of the conditional mean,
Mazo 2021, SIAM/ASA Journal on Uncertainty Quantification 9:673.)

That holds however rows share seeds, as long as replications do not: with separate luck in every
row, with luck common to the rows of a block (A, AB, BA, B of one base point), and with luck
common to all rows. The best is luck common to a block and fresh in the next: it cancels in the
differences of a block, and blocks stay independent, so resampling them gives right intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from desim.study.compare import CONFIDENCE
from desim.study.sensitivity_design import SensitivityDesign, SensitivityError

Floats = NDArray[np.float64]
RESAMPLES = 500
TOLERANCE = 0.05
SHARED = 0.1
"""Part of the luck's variance common to blocks beyond which blocks are not independent."""


@dataclass(frozen=True, slots=True)
class SobolIndices:
    """Sobol indices of the conditional mean of an outcome.

    Parameters
    ----------
    table
        Columns index (``S1``, ``ST``, ``S2``), factor, partner (of S2, else empty), estimate,
        half_width, low, high (95 %), uncorrected (what an analysis of the averaged outputs would
        say) and negative (three standard errors below zero, where no index can be: more base
        points are needed, or dropped blocks distort).
    variance
        Variance of the conditional mean over the inputs, the outcome's unit squared.
    luck
        Variance of one run at given inputs; NaN from a single replication.
    luck_share
        luck / (variance + luck): the part of one run's variance that no input explains.
    shared
        Part of the luck's variance that is common to different blocks, near 0 or 1.
    blocks, dropped
        Base points used, and dropped because a run of theirs was missing.
    replications
        Of every row.
    """

    table: pd.DataFrame
    variance: float
    luck: float
    luck_share: float
    shared: float
    blocks: int
    dropped: int
    replications: int


def sobol_indices(
    design: SensitivityDesign,
    values: Floats,
    *,
    seed: int,
    shared_seeds: bool = False,
    resamples: int = RESAMPLES,
) -> SobolIndices:
    """First, total and (if the design has it) second-order Sobol indices, corrected for luck.

    Estimators, with products between different replications as the module says: S1 of Saltelli
    et al. (2010), doi:10.1016/j.cpc.2009.09.018, table 2 (b); ST of Jansen (1999),
    doi:10.1016/S0010-4655(98)00154-4; S2 of Saltelli (2002), doi:10.1016/S0010-4655(02)00280-1;
    each averaged with its mirror image (A and B exchanged) where the design has BA rows. Numerators
    and the variance are unbiased for independent base points: outputs are centred by the mean of
    the *other* base points. With one replication they are the usual estimators, and luck, if there
    is any, cannot be corrected.

    Intervals are normal, from a bootstrap over base points (Efron & Tibshirani 1993, chapter 13),
    a little wide for Sobol points. When blocks share seeds, the jackknife over replications
    (the same, chapter 11) is added in quadrature, because all blocks then share that luck.

    Parameters
    ----------
    design
        A ``sobol`` design.
    values
        float64 (rows,) or (rows, replications); NaN where a run failed.
    seed
        Seed of the bootstrap; 0 is a seed like others.
    shared_seeds
        Whether replication r has the same seed in all blocks; it then takes three replications,
        or a single one, whose indices are those of that seed's luck only.
    resamples
        Bootstrap resamples.

    Raises
    ------
    SensitivityError
        When the design is not Sobol's, the rows do not match, blocks share luck that was said to
        be independent, or the variance is not surely above zero, so that indices are undefined.
    """
    require(design, ("sobol",))
    found = design.complete(values)
    count = found.values.shape[2]
    if shared_seeds and count == 2:
        raise SensitivityError("seeds shared by all blocks need three replications, got 2")
    luck, shared = _luck(found.values)
    if not shared_seeds and shared > _shared_by_chance(*found.values.shape[::2]):
        raise SensitivityError(
            f"{shared:.0%} of the luck's variance is common to all blocks: say shared_seeds=True, "
            "or the intervals are too narrow"
        )
    terms = _terms(found.values, design)
    error = _bootstrap(terms, seed, resamples)
    width = stats.norm.ppf(0.5 + CONFIDENCE / 2.0) * error
    if shared_seeds and count > 2:
        width = np.hypot(width, _jackknife_width(found.values, design))
    variance = float(terms[:, 0].mean())
    if variance <= (width[0] if count > 1 else 0.0):
        raise SensitivityError(
            f"the variance of the conditional mean, {variance:g} ± {width[0]:g}, is not surely "
            "above zero beside the luck: all indices are undefined; more replications are needed"
        )
    plain = _ratios(_terms(found.values.mean(axis=2, keepdims=True), design).mean(axis=0))
    table = _table(design, _ratios(terms.mean(axis=0)), width[1:], plain)
    share = luck / (variance + luck)
    return SobolIndices(table, variance, luck, share, shared, len(found.kept), found.dropped, count)


def require(design: SensitivityDesign, methods: tuple[str, ...]) -> None:
    """Refuse a design of another method.

    Raises
    ------
    SensitivityError
        When the design is of none of the methods.
    """
    if design.method not in methods:
        wanted = " or ".join(methods)
        raise SensitivityError(f"this analysis needs a {wanted} design, not {design.method}")


def _cross(left: Floats, right: Floats) -> Floats:
    """Mean product of different replications, over the last axis; plain with one replication."""
    count = left.shape[-1]
    same = (left * right).sum(axis=-1)
    if count == 1:
        return np.asarray(same)
    both = left.sum(axis=-1) * right.sum(axis=-1)
    return np.asarray((both - same) / (count * (count - 1)))


def _terms(values: Floats, design: SensitivityDesign) -> Floats:
    """What each base point contributes to the variance and to the numerators of the indices.

    Parameters
    ----------
    values
        float64 (blocks, rows of a block, replications).

    Returns
    -------
    numpy.ndarray
        float64 (blocks, 1 + indices): variance, S1, ST, then S2; the means are unbiased.
    """
    blocks, factors = len(values), len(design.factors)
    a, b = values[:, 0], values[:, -1]
    total = (a + b).sum(axis=0)
    mean = total / (2 * blocks)
    variance = (_cross(a - mean, a - mean) + _cross(b - mean, b - mean)) * blocks
    # centred by the other base points, so that centring takes nothing from the expectation
    others = (total - a - b) / (2 * blocks - 2)
    towards = values[:, 1 : factors + 1]
    halves = [(a, b, towards)]
    if design.second_order:
        halves.append((b, a, values[:, factors + 1 : 2 * factors + 1]))
    first = [_cross((q - others)[:, None], m - p[:, None]) for p, q, m in halves]
    last = [_cross(m - p[:, None], m - p[:, None]) / 2.0 for p, _, m in halves]
    main = np.mean(first, axis=0)
    parts = [variance[:, None] / (2 * blocks - 1), main, np.mean(last, axis=0)]
    if design.second_order:
        parts.append(_pairs(values - others[:, None], main))
    return np.concatenate(parts, axis=1)


def _pairs(centred: Floats, main: Floats) -> Floats:
    """Numerators of S2: the joint effect of a pair less what each does alone."""
    factors = main.shape[1]
    towards, back = centred[:, 1 : factors + 1], centred[:, factors + 1 : 2 * factors + 1]
    nothing = _cross(centred[:, 0], centred[:, -1])
    pairs = []
    for j, k in combinations(range(factors), 2):
        joint = _cross(back[:, j], towards[:, k]) + _cross(back[:, k], towards[:, j])
        pairs.append(joint / 2.0 - nothing - main[:, j] - main[:, k])
    return np.stack(pairs, axis=1) if pairs else np.empty((len(main), 0))


def _ratios(terms: Floats) -> Floats:
    found: Floats = terms[..., 1:] / terms[..., :1]
    return found


def _bootstrap(terms: Floats, seed: int, resamples: int) -> Floats:
    """Standard errors of the variance and of all indices, resampling base points."""
    blocks = len(terms)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(blocks, np.full(blocks, 1.0 / blocks), resamples) / blocks
    means = weights @ terms
    return np.append(means[:, 0].std(ddof=1), _ratios(means).std(axis=0, ddof=1))


def _jackknife_width(values: Floats, design: SensitivityDesign) -> Floats:
    """Half-widths of variance and indices that come from the replications being few."""
    count = values.shape[2]
    left_out = []
    for one in range(count):
        means = _terms(np.delete(values, one, axis=2), design).mean(axis=0)
        left_out.append(np.append(means[0], _ratios(means)))
    error = np.sqrt((count - 1) ** 2 / count * np.var(left_out, axis=0, ddof=1))
    width: Floats = stats.t.ppf(0.5 + CONFIDENCE / 2.0, count - 1) * error
    return width


def _luck(values: Floats) -> tuple[float, float]:
    """Variance of a run at given inputs, and the part of it that is common to other blocks."""
    blocks, rows, count = values.shape
    if count == 1:
        return float("nan"), float("nan")
    luck = float(values.var(axis=2, ddof=1).mean())
    if luck <= 1e-24 * float((values**2).max()):
        return 0.0, 0.0  # rounding is not luck
    sums = values.sum(axis=1)
    # variance of the sum of all blocks less the sum of their variances: covariances of pairs
    between = sums.sum(axis=0).var(ddof=1) - sums.var(axis=1, ddof=1).sum()
    return luck, float(between / (blocks * (blocks - 1) * rows**2) / luck)


def _shared_by_chance(blocks: int, count: int) -> float:
    """How much of the luck may seem common to independent blocks; about 1 in 2,000 seem more."""
    chance = 8.0 * np.sqrt(2.0 / (count - 1)) / blocks if count > 1 else np.inf
    return max(SHARED, float(chance))


def _table(
    design: SensitivityDesign, estimate: Floats, width: Floats, plain: Floats
) -> pd.DataFrame:
    factors = design.factors
    keys = [(index, factor, "") for index in ("S1", "ST") for factor in factors]
    if design.second_order:
        keys += [("S2", *pair) for pair in combinations(factors, 2)]
    table = pd.DataFrame(keys, columns=["index", "factor", "partner"])
    return table.assign(
        estimate=estimate,
        half_width=width,
        low=estimate - width,
        high=estimate + width,
        uncorrected=plain,
        # three standard errors, not two: there are many indices, and many of them are zero
        negative=estimate < -1.5 * width,
    )


def sobol_convergence(
    design: SensitivityDesign,
    values: Floats,
    *,
    seed: int,
    shared_seeds: bool = False,
    tolerance: float = TOLERANCE,
) -> pd.DataFrame:
    """Indices on the first n/8, n/4, n/2 and n base points, and whether they have settled.

    An index has converged when its half-width at n is within the tolerance, and it moved from n/2
    to n by no more than the tolerance. Width as the criterion follows Sarrazin, Pianosi & Wagener
    (2016), doi:10.1016/j.envsoft.2016.02.005; the movement is asked for besides, because a
    bootstrap cannot see what a small sample has not met.

    Parameters
    ----------
    design, values, seed, shared_seeds
        As in `sobol_indices`; at least 16 base points.
    tolerance
        In units of the index.

    Returns
    -------
    pandas.DataFrame
        The columns of `SobolIndices.table` after base, and converged (of the whole series, so
        the same in its four rows); NaN where a small n leaves indices undefined.

    Raises
    ------
    SensitivityError
        As in `sobol_indices` at n itself, or when there are too few base points.
    """
    require(design, ("sobol",))
    if design.base < 16:
        raise SensitivityError(f"convergence needs 16 base points, got {design.base}")
    outputs = np.asarray(values, dtype=np.float64)
    # first the whole, whose errors are errors; the parts may be undefined
    whole = sobol_indices(design, outputs, seed=seed, shared_seeds=shared_seeds).table
    frames = []
    for base in (design.base // 8, design.base // 4, design.base // 2):
        rows = outputs[: base * design.block]
        try:
            part = sobol_indices(design.first(base), rows, seed=seed, shared_seeds=shared_seeds)
            table = part.table
        except SensitivityError:
            nothing = np.full(len(whole), np.nan)
            table = _table(design, nothing, nothing, nothing)
        frames.append(table.assign(base=base))
    moved = (whole["estimate"] - frames[-1]["estimate"]).abs()
    settled = (whole["half_width"] <= tolerance) & (moved <= tolerance)
    frames.append(whole.assign(base=design.base))
    found = pd.concat([frame.assign(converged=settled) for frame in frames], ignore_index=True)
    return found[["base", *(column for column in found if column != "base")]]
