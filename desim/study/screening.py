"""Which inputs can matter at all: Morris and PAWN, beside what luck alone makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from SALib.analyze import morris, pawn

from desim.study.compare import CONFIDENCE
from desim.study.sensitivity import RESAMPLES, require
from desim.study.sensitivity_design import Complete, SensitivityDesign, SensitivityError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Screening:
    """What a screening says of every factor.

    Parameters
    ----------
    table
        One row a factor; columns as the function that made it says.
    blocks, dropped
        Trajectories or rows used, and dropped because a run was missing.
    replications
        Of every row.
    """

    table: pd.DataFrame
    blocks: int
    dropped: int
    replications: int


def morris_screening(
    design: SensitivityDesign, values: Floats, *, seed: int, resamples: int = RESAMPLES
) -> Screening:
    """Elementary effects of the mean over replications, beside those that luck alone makes.

    Source: Morris (1991), doi:10.1080/00401706.1991.10484804; mu_star of Campolongo, Cariboni &
    Saltelli (2007), doi:10.1016/j.envsoft.2006.10.004, with SALib's bootstrap. `by_luck` is the
    mean of |normal luck| that a factor without effect would show, sqrt(2 / pi) times the standard
    error of an elementary effect, from the replications' differences within a step.

    Parameters
    ----------
    design
        A ``morris`` design.
    values
        float64 (rows,) or (rows, replications); NaN where a run failed.
    seed
        Seed of the bootstrap; 0 is a seed like others.
    resamples
        Bootstrap resamples.

    Returns
    -------
    Screening
        Columns factor, mu (NaN for groups, whose members move in different directions), mu_star,
        half_width, sigma (NaN for groups), by_luck (NaN with one replication) and matters
        (mu_star surely above by_luck, or above zero with one replication).

    Raises
    ------
    SensitivityError
        When the design is not Morris's, rows do not match, or the output is constant.
    """
    require(design, ("morris",))
    found = design.complete(values)
    said = morris.analyze(
        design.problem,
        design.blocks[found.kept].reshape(-1, len(design.names)).copy(),
        found.values.mean(axis=2).ravel(),
        num_levels=design.levels,
        num_resamples=resamples,
        seed=np.random.default_rng(seed),
    )
    alone = design.membership.sum(axis=1) == 1
    by_luck = _effect_by_luck(design, found)
    star, width = (np.asarray(said[key], dtype=np.float64) for key in ("mu_star", "mu_star_conf"))
    table = pd.DataFrame(
        {
            "factor": design.factors,
            "mu": np.where(alone, np.asarray(said["mu"], dtype=np.float64), np.nan),
            "mu_star": star,
            "half_width": width,
            "sigma": np.asarray(said["sigma"], dtype=np.float64),
            "by_luck": by_luck,
            "matters": star - width > np.nan_to_num(by_luck),
        }
    )
    return Screening(table, len(found.kept), found.dropped, found.values.shape[2])


def _effect_by_luck(design: SensitivityDesign, found: Complete) -> Floats:
    count = found.values.shape[2]
    if count == 1:
        return np.full(len(design.factors), np.nan)
    spread = np.diff(found.values, axis=1).var(axis=2, ddof=1) / count
    moves = design.moves()[found.kept]
    step = design.levels / (2.0 * (design.levels - 1.0))
    error = [np.sqrt(spread[moves == f].mean()) / step for f in range(len(design.factors))]
    effects: Floats = np.sqrt(2.0 / np.pi) * np.array(error)
    return effects


def pawn_indices(
    design: SensitivityDesign,
    values: Floats,
    *,
    seed: int,
    slides: int = 10,
    dummies: int = 20,
) -> Screening:
    """PAWN: how far fixing a factor moves the outcome's whole distribution, tails included.

    Every run counts as it is, with its luck: the distribution is that of single runs. As
    distances between samples are never zero, each index stands beside `dummy`, the 95 % quantile
    of the indices of inputs that the model does not have. Source: Pianosi & Wagener (2018),
    doi:10.1016/j.envsoft.2018.07.019, by SALib; dummy inputs as in Khorashadi Zadeh et al. (2017),
    doi:10.1016/j.envsoft.2017.02.001.

    Parameters
    ----------
    design
        A ``sample`` design, or a ``sobol`` design, of which the A and B rows are used.
    values
        float64 (rows,) or (rows, replications); NaN where a run failed.
    seed
        Seed of the dummy inputs; 0 is a seed like others.
    slides
        Conditioning intervals of every input.
    dummies
        How many inputs without effect are tried.

    Returns
    -------
    Screening
        Columns factor, median, maximum (over slides), dummy (of medians) and matters (median
        above dummy).

    Raises
    ------
    SensitivityError
        When the design is another's, rows do not match, the output is constant, or there are
        fewer than ten rows a slide.
    """
    require(design, ("sample", "sobol"))
    found = design.complete(values)
    # nothing but A and B rows of a Saltelli block are draws from the inputs' distribution
    ends = [0] if design.method == "sample" else [0, -1]
    inputs = design.blocks[found.kept][:, ends].reshape(-1, len(design.names))
    outputs = found.values[:, ends].reshape(len(inputs), -1)
    _check_slides(slides, len(inputs))
    mute = np.random.default_rng(seed).random((len(inputs), dummies))
    names = [f"dummy {number}" for number in range(dummies)]
    groups = [*design.groups, *names]
    problem = {
        "num_vars": len(groups), "names": [*design.names, *names], "groups": groups,
        "bounds": [[0.0, 1.0]] * len(groups),
    }  # fmt: skip
    runs = np.repeat(np.hstack([inputs, mute]), outputs.shape[1], axis=0)
    said = pawn.analyze(problem, runs, outputs.ravel(), S=slides)
    count = len(design.factors)
    median = np.asarray(said["median"])
    dummy = float(np.quantile(median[count:], CONFIDENCE))
    table = pd.DataFrame(
        {
            "factor": design.factors,
            "median": median[:count],
            "maximum": np.asarray(said["maximum"])[:count],
            "dummy": dummy,
            "matters": median[:count] > dummy,
        }
    )
    return Screening(table, len(found.kept), found.dropped, found.values.shape[2])


def _check_slides(slides: int, rows: int) -> None:
    if slides < 2 or rows < 10 * slides:
        raise SensitivityError(f"{rows} rows do not fill {slides} slides: ten rows each are needed")
    # SALib counts quantiles up in steps of 1/slides, which for some numbers ends above 1
    if np.arange(0.0, 1.0 + 1.0 / slides, 1.0 / slides).max() > 1.0:
        raise SensitivityError(
            f"SALib cannot cut {slides} slides for rounding; take another number"
        )
