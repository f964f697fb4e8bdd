"""Moves of points that leave the prior as it is, shaped by the population where it has a shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NOTICED = 3.0
"""Standard errors by which a coordinate's mean or spread must differ from the prior's."""
RIDGE = 0.05


@dataclass(frozen=True)
class Shape:
    """A normal law: the prior's, but for the coordinates in which the population differs from it.

    A step x' = m + sqrt(1 - b^2) (x - m) + b e, with e of the law's covariance, is reversible for
    the law (Neal 1998; Cotter et al. 2013, Statistical Science 28:424, doi:10.1214/13-STS421).
    The prior over the law is then part of the chance of acceptance. In coordinates that the
    record does not move nothing is lost however many there are.

    Parameters
    ----------
    moved
        Coordinates that differ, of those that the record can move.
    mean, factor
        Of these: float64 (m,), and the lower Cholesky factor of their covariance.
    """

    moved: NDArray[np.int_]
    mean: Floats
    factor: Floats

    @classmethod
    def of(cls, normal: Floats, distinct: int, able: NDArray[np.bool_]) -> Shape:
        """The shape of a population.

        Parameters
        ----------
        normal
            float64 (n, d): points in normal coordinates.
        distinct
            How many of them are distinct.
        able
            bool (d,): coordinates that the record can move.
        """
        error = 1.0 / np.sqrt(distinct)
        mean, spread = normal.mean(axis=0), normal.std(axis=0, ddof=1)
        differs = (np.abs(mean) > NOTICED * error) | (
            np.abs(spread - 1.0) > NOTICED * error / np.sqrt(2.0)
        )
        moved = np.flatnonzero(differs & able)
        if not len(moved):
            return cls(moved, np.empty(0), np.empty((0, 0)))
        covariance = np.atleast_2d(np.cov(normal[:, moved].T))
        # correlations from few points are too strong: shrunk towards the diagonal
        keep = max(0.0, 1.0 - len(moved) / distinct)
        covariance = keep * covariance + (1.0 - keep) * np.diag(np.diag(covariance))
        covariance += RIDGE * np.diag(np.diag(covariance))
        factor = np.asarray(np.linalg.cholesky(covariance), dtype=np.float64)
        return cls(moved, mean[moved], factor)

    def step(self, normal: Floats, stride: Floats, generator: np.random.Generator) -> Floats:
        """Trial points, float64 (n, d).

        Parameters
        ----------
        normal
            float64 (n, d): points in normal coordinates.
        stride
            float64 (n, d) in [0, 1]: 1 draws a coordinate anew. Coordinates in `moved` of one
            point have the same.
        generator
            Of the draws.
        """
        draws = generator.standard_normal(normal.shape)
        centre = np.zeros(normal.shape[1])
        if len(self.moved):
            draws[:, self.moved] = draws[:, self.moved] @ self.factor.T
            centre[self.moved] = self.mean
        trial: Floats = centre + np.sqrt(1.0 - stride**2) * (normal - centre) + stride * draws
        return trial

    def log_prior_over_law(self, normal: Floats) -> Floats:
        """Logarithm of the prior's density over the law's, up to a constant, float64 (n,)."""
        if not len(self.moved):
            return np.zeros(len(normal))
        here = normal[:, self.moved]
        scaled = np.linalg.solve(self.factor, (here - self.mean).T).T
        found: Floats = 0.5 * ((scaled**2).sum(axis=1) - (here**2).sum(axis=1))
        return found
