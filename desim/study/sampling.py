"""Samples of a study's uncertainties in the unit cube."""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from desim.study.question import Study
from desim.study.sensitivity_design import SensitivityDesign, morris_design, sobol_design


def sampled(study: Study, *, quick: bool) -> SensitivityDesign:
    """The sample of a morris, sobol or latin_hypercube study.

    Parameters
    ----------
    study
        A checked study of one of these kinds.
    quick
        Take the quick size, a quarter of the size where none is given.
    """
    names = tuple(each.name for each in study.uncertainties)
    groups = tuple(map(theme, names)) if study.design.get("by_theme", False) else None
    if study.kind == "sobol":
        second = bool(study.design.get("second_order", False))
        size = _size(study, "base", quick=quick)
        return sobol_design(names, size, seed=study.seed, second_order=second, groups=groups)
    if study.kind == "morris":
        size, levels = _size(study, "trajectories", quick=quick), study.design.get("levels", 4)
        return morris_design(names, size, seed=study.seed, levels=levels, groups=groups)
    return latin_hypercube(
        names, _size(study, "samples", quick=quick), seed=study.seed, groups=groups
    )


def theme(name: str) -> str:
    """What a dotted parameter belongs to: the word before the dot."""
    return name.partition(".")[0]


def _size(study: Study, key: str, *, quick: bool) -> int:
    full = int(study.design[key])
    return int(study.design.get(f"quick_{key}", max(2, full // 4))) if quick else full


def latin_hypercube(
    names: tuple[str, ...], rows: int, *, seed: int, groups: tuple[str, ...] | None = None
) -> SensitivityDesign:
    """A Latin hypercube: every input's range is cut into as many slices as rows, one row each.

    Source: McKay, Beckman & Conover (1979), Technometrics 21:239, by scipy.

    Parameters
    ----------
    names
        The k inputs.
    rows
        Number of points.
    seed
        Seed of the sample.
    groups
        Factor of each input; each is its own when not given.
    """
    points = qmc.LatinHypercube(len(names), rng=np.random.default_rng(seed)).random(rows)
    own = names if groups is None else groups
    return SensitivityDesign("sample", names, own, points, rows, seed)
