"""Designs of sensitivity analysis: points in the unit cube, with all that analysing them needs.

A sample that is analysed with other options than it was drawn with gives nonsense in silence,
and so does one missing output. So a design keeps its options, proves its own structure, and hands
out only complete blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from SALib.sample import morris
from scipy.stats import qmc

from desim.error import DesimError

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]
_ROUNDING = 1e-9


class SensitivityError(DesimError):
    """A sensitivity analysis would not mean anything; the message says why."""


@dataclass(frozen=True, slots=True)
class Complete:
    """The outputs of complete blocks.

    Parameters
    ----------
    values
        float64 (blocks, rows of a block, replications), all finite.
    kept
        int (blocks,): their numbers in the design.
    dropped
        How many blocks were incomplete and are left out.
    """

    values: Floats
    kept: Ints
    dropped: int


@dataclass(frozen=True, slots=True, eq=False)
class SensitivityDesign:
    """Points at which a model is to be run, and how they were made.

    Rows come in blocks that are used or dropped as a whole: the Saltelli block of a base point
    (A, AB of every factor, BA of every factor when second order is wanted, B), a Morris
    trajectory, or a single row of a plain sample.

    Parameters
    ----------
    method
        ``sobol``, ``morris`` or ``sample``.
    names
        The k inputs.
    groups
        The factor to which each input belongs, (k,); an input alone is a factor of its own name.
    points
        float64 (rows, k) in [0, 1]; the caller maps them to inputs by quantiles.
    base
        Number of blocks.
    seed
        What the points were drawn with.
    second_order
        Whether Saltelli blocks have BA rows.
    levels
        Levels of the Morris grid, which includes 0 and 1; 0 for other methods.

    Raises
    ------
    SensitivityError
        When names, groups, options and points do not belong together.
    """

    method: str
    names: tuple[str, ...]
    groups: tuple[str, ...]
    points: Floats
    base: int
    seed: int
    second_order: bool = False
    levels: int = 0

    def __post_init__(self) -> None:
        self._check_names()
        if self.points.shape[0] != self.base * self.block:
            raise SensitivityError(
                f"{self.base} blocks of {self.block} rows are {self.base * self.block} rows, the "
                f"points have {len(self.points)}: were they drawn with other options?"
            )
        if not ((self.points >= 0.0) & (self.points <= 1.0)).all():
            raise SensitivityError("points must lie in the unit cube")
        if not self._is_structured():
            raise SensitivityError(
                f"the points are no {self.method} design of these factors with "
                f"second_order={self.second_order}: were they drawn with other options?"
            )
        self.points.setflags(write=False)

    def _check_names(self) -> None:
        if self.method not in ("sobol", "morris", "sample"):
            raise SensitivityError(f"unknown method {self.method!r}")
        if self.points.ndim != 2 or self.points.shape[1] != len(self.names):
            raise SensitivityError(
                f"{len(self.names)} names for points of shape {self.points.shape}: every column "
                "needs its name"
            )
        if len(self.groups) != len(self.names):
            raise SensitivityError(f"{len(self.groups)} groups for {len(self.names)} names")
        if not self.names or len(set(self.names)) < len(self.names):
            raise SensitivityError("names must be there, each once")

    @property
    def factors(self) -> tuple[str, ...]:
        """What indices are given for: groups in the order in which they first come."""
        return tuple(dict.fromkeys(self.groups))

    @property
    def membership(self) -> NDArray[np.bool_]:
        """Which inputs belong to which factor, bool (factors, k)."""
        member: NDArray[np.bool_] = np.array(self.factors)[:, None] == np.array(self.groups)
        return member

    @property
    def block(self) -> int:
        """Rows of a block."""
        count = len(self.factors)
        saltelli = 2 * count + 2 if self.second_order else count + 2
        return {"sobol": saltelli, "morris": count + 1, "sample": 1}[self.method]

    @property
    def blocks(self) -> Floats:
        """The points as float64 (base, rows of a block, k)."""
        return self.points.reshape(self.base, self.block, len(self.names))

    @property
    def problem(self) -> dict[str, Any]:
        """The design as SALib wants it."""
        count = len(self.names)
        names, groups = list(self.names), list(self.groups)
        return {"num_vars": count, "names": names, "bounds": [[0.0, 1.0]] * count, "groups": groups}

    def _is_structured(self) -> bool:
        if self.method == "sobol":
            first, last = self.blocks[:, 0], self.blocks[:, -1]
            rebuilt = _saltelli(first, last, self.membership, self.second_order)
            return bool((rebuilt == self.blocks).all())
        if self.method == "morris":
            each = np.sort(self.moves(), axis=1) == np.arange(len(self.factors))
            return self.levels >= 2 and bool(each.all())
        return not self.second_order

    def moves(self) -> Ints:
        """The factor that moves at each step of a Morris trajectory, int (base, factors).

        A step at which not exactly one factor moves is -1.
        """
        moved = np.abs(np.diff(self.blocks, axis=1)) > _ROUNDING
        factor = (moved[:, :, None, :] & self.membership).any(axis=3)
        steps: Ints = np.where(factor.sum(axis=2) == 1, factor.argmax(axis=2), -1)
        return steps

    def first(self, base: int) -> SensitivityDesign:
        """The design of the first blocks only; Sobol points are nested, so it is as good."""
        return replace(self, points=self.points[: base * self.block].copy(), base=base)

    def complete(self, values: Floats) -> Complete:
        """The outputs of complete blocks; incomplete ones are dropped and counted, never imputed.

        Parameters
        ----------
        values
            float64 (rows,) or (rows, replications); NaN where a run failed or is missing.

        Raises
        ------
        SensitivityError
            When the rows are not those of the design, hardly a block is complete, or the output
            is constant, so that there is no variance to share out.
        """
        outputs = np.asarray(values, dtype=np.float64)
        outputs = outputs[:, None] if outputs.ndim == 1 else outputs
        if outputs.ndim != 2 or len(outputs) != len(self.points) or not outputs.shape[1]:
            raise SensitivityError(
                f"the design has {len(self.points)} rows, the values have shape "
                f"{np.shape(values)}: a run that failed must stay in its row, as NaN"
            )
        cube = outputs.reshape(self.base, self.block, -1)
        whole = np.isfinite(cube).all(axis=(1, 2))
        kept = np.flatnonzero(whole)
        if len(kept) < 2:
            raise SensitivityError(
                f"{len(kept)} of {self.base} blocks are complete: too few to analyse"
            )
        found = Complete(cube[kept], kept, int((~whole).sum()))
        if np.ptp(found.values) <= 1e-12 * np.abs(found.values).max():
            raise SensitivityError(
                f"the output is constant ({found.values.flat[0]:g}): it has no variance to share "
                "out, so all indices are undefined"
            )
        return found


def sobol_design(
    names: tuple[str, ...],
    base: int,
    *,
    seed: int,
    second_order: bool = True,
    groups: tuple[str, ...] | None = None,
) -> SensitivityDesign:
    """Saltelli blocks around scrambled Sobol points, for `sensitivity.sobol_indices`.

    The points of a larger design with the same seed begin with those of the smaller, so that
    runs are never lost when a study grows. Source: Saltelli (2002), doi:10.1016/
    S0010-4655(02)00280-1; Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018; scrambled as by
    Matoušek (1998), Journal of Complexity 14:527, by scipy.

    Parameters
    ----------
    names
        The k inputs.
    base
        Number of base points, a power of two; the design has base x (factors + 2) rows, or
        base x (2 factors + 2) with second order.
    seed
        Seed of the scrambling; 0 is a seed like others.
    second_order
        Whether second-order indices are wanted; the further rows also sharpen the others.
    groups
        Factor of each input; each is its own when not given.

    Raises
    ------
    SensitivityError
        When `base` is not a power of two of at least two, or names and groups do not match.
    """
    if base < 2 or base & (base - 1):
        raise SensitivityError(f"Sobol points are balanced in powers of two only, got {base}")
    own = names if groups is None else groups
    draws = qmc.Sobol(2 * len(names), scramble=True, rng=np.random.default_rng(seed)).random(base)
    left, right = draws[:, : len(names)], draws[:, len(names) :]
    member = np.array(tuple(dict.fromkeys(own)))[:, None] == np.array(own)
    if member.shape[1] != len(names):
        raise SensitivityError(f"{len(own)} groups for {len(names)} names")
    points = _saltelli(left, right, member, second_order).reshape(-1, len(names))
    return SensitivityDesign("sobol", names, own, points, base, seed, second_order)


def _saltelli(left: Floats, right: Floats, member: NDArray[np.bool_], second_order: bool) -> Floats:
    """Blocks (base, rows, k): A; A with each factor from B; B with each from A; B."""
    towards = np.where(member, right[:, None], left[:, None])
    back = np.where(member, left[:, None], right[:, None])
    parts = [left[:, None], towards, *([back] if second_order else []), right[:, None]]
    return np.concatenate(parts, axis=1)


def morris_design(
    names: tuple[str, ...],
    trajectories: int,
    *,
    seed: int,
    levels: int = 4,
    candidates: int | None = None,
    groups: tuple[str, ...] | None = None,
) -> SensitivityDesign:
    """Morris trajectories, for `sensitivity.morris_screening`.

    Source: Morris (1991), doi:10.1080/00401706.1991.10484804; with groups and with the most
    spread of many candidates, Campolongo, Cariboni & Saltelli (2007),
    doi:10.1016/j.envsoft.2006.10.004, found as by Ruano et al. (2012),
    doi:10.1016/j.envsoft.2012.03.008; by SALib.

    Parameters
    ----------
    names, seed, groups
        As in `sobol_design`.
    trajectories
        Number of trajectories; the design has trajectories x (factors + 1) rows.
    levels
        Levels of the grid, even.
    candidates
        How many trajectories to draw and choose the most spread from; plain when not given.

    Raises
    ------
    SensitivityError
        When levels or numbers are not usable, or names and groups do not match.
    """
    if levels < 2 or levels % 2:
        raise SensitivityError(f"the Morris grid needs an even number of levels, got {levels}")
    if trajectories < 2 or (candidates is not None and candidates <= trajectories):
        raise SensitivityError(
            f"{trajectories} trajectories of {candidates} candidates: at least two are needed, "
            "and more candidates than trajectories"
        )
    own = names if groups is None else groups
    if len(own) != len(names):
        raise SensitivityError(f"{len(own)} groups for {len(names)} names")
    bounds = [[0.0, 1.0]] * len(names)
    problem = {"num_vars": len(names), "names": [*names], "bounds": bounds, "groups": [*own]}
    points = morris.sample(
        problem,
        candidates or trajectories,
        num_levels=levels,
        optimal_trajectories=None if candidates is None else trajectories,
        # a generator, because SALib treats the seed 0 as none in some of its functions
        seed=np.random.default_rng(seed),
    )
    # adding and taking away steps of the grid leaves rounding errors below 0 and above 1
    inside = np.clip(points, 0.0, 1.0)
    return SensitivityDesign("morris", names, own, inside, trajectories, seed, levels=levels)


def sample_design(
    names: tuple[str, ...], rows: int, *, seed: int, groups: tuple[str, ...] | None = None
) -> SensitivityDesign:
    """A plain sample of scrambled Sobol points, for `sensitivity.pawn_indices`.

    Parameters
    ----------
    names, seed, groups
        As in `sobol_design`.
    rows
        Number of points, a power of two.

    Raises
    ------
    SensitivityError
        When `rows` is not a power of two, or names and groups do not match.
    """
    if rows < 2 or rows & (rows - 1):
        raise SensitivityError(f"Sobol points are balanced in powers of two only, got {rows}")
    points = qmc.Sobol(len(names), scramble=True, rng=np.random.default_rng(seed)).random(rows)
    own = names if groups is None else groups
    return SensitivityDesign("sample", names, own, points, rows, seed)
