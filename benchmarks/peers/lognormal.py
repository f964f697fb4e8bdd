"""A lognormal by mean and coefficient of variation, for engines that take its logarithm's."""

from __future__ import annotations

import math


def log_parameters(mean: float, cv: float) -> tuple[float, float]:
    """Mean and standard deviation of the logarithm.

    Parameters
    ----------
    mean, cv
        Mean and coefficient of variation of the lognormal itself.
    """
    variance = math.log1p(cv * cv)
    return math.log(mean) - 0.5 * variance, math.sqrt(variance)
