"""A population of points, each with the distances of its runs from the record."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

Floats = NDArray[np.float64]
Ints = NDArray[np.int_]


@dataclass(frozen=True)
class Population:
    """Points and what their runs gave.

    Parameters
    ----------
    normal
        float64 (n, d): points in normal coordinates.
    squares
        float64 (n, replications): sum over the record's rows of squared deviations.
    """

    normal: Floats
    squares: Floats

    def __len__(self) -> int:
        return len(self.normal)

    def log_acceptance(self, tolerance: float) -> Floats:
        """Logarithm of the chance that a point's runs are accepted as the record, float64 (n,).

        A run is accepted with chance exp(-squares / (2 tolerance^2)): at tolerance 1 the record's
        error is normal with its own standard deviations, and the posterior is exact for that
        error (Wilkinson 2013, Statistical Applications in Genetics and Molecular Biology 12:129,
        doi:10.1515/sagmb-2013-0010). The mean over the runs of a point is an unbiased estimate,
        which is all that is needed (Andrieu & Roberts 2009, Annals of Statistics 37:697).
        """
        log_chance = -0.5 * self.squares / tolerance**2
        mean: Floats = logsumexp(log_chance, axis=1) - np.log(self.squares.shape[1])
        return mean

    def taken(self, chosen: Ints) -> Population:
        """The population of some points, in that order."""
        return Population(self.normal[chosen], self.squares[chosen])


def weights(before: Floats, after: Floats) -> Floats:
    """Normalised weights that turn a population at one tolerance into one at the next."""
    log_weights = after - before
    found: Floats = np.exp(log_weights - logsumexp(log_weights))
    return found


def effective_size(weight: Floats) -> float:
    """How many equally weighted points are worth as much (Kong, Liu & Wong 1994)."""
    return float(1.0 / (weight**2).sum())


def next_tolerance(
    population: Population, now: float, last: float, keep: float
) -> tuple[float, Floats]:
    """The smallest tolerance, not below the last, that keeps an effective size; and the weights.

    Source: Del Moral, Doucet & Jasra (2012), Statistics and Computing 22:1009,
    doi:10.1007/s11222-011-9271-y.

    Parameters
    ----------
    population
        At the present tolerance, equally weighted.
    now, last
        Present and last tolerance; the first is infinite.
    keep
        Effective size that is kept.
    """
    before = np.zeros(len(population)) if np.isinf(now) else population.log_acceptance(now)

    def weighted(tolerance: float) -> Floats:
        return weights(before, population.log_acceptance(tolerance))

    if effective_size(weighted(last)) >= keep:
        return last, weighted(last)
    low, high = last, now if np.isfinite(now) else 1e4
    for _ in range(60):
        middle = float(np.sqrt(low * high))
        if effective_size(weighted(middle)) >= keep:
            high = middle
        else:
            low = middle
    return high, weighted(high)


def resample(weight: Floats, count: int, generator: np.random.Generator) -> Ints:
    """Positions drawn by weight, systematically (Douc & Cappé 2005), int (count,)."""
    places = (generator.random() + np.arange(count)) / count
    cumulative = np.cumsum(weight)
    found = np.searchsorted(cumulative / cumulative[-1], places)
    return np.minimum(found, len(weight) - 1).astype(np.int_)
