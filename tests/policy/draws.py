"""Random values of a case's and its policies' parameters, the same in every session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from desim.parameter import CHOICE, Parameter


def drawn(parameters: Iterable[Parameter], count: int, seed: int) -> Iterator[dict[str, float]]:
    """Values drawn from the ranges by their laws, independently; choices keep their values.

    Parameters
    ----------
    parameters
        Of a case or of policies.
    count, seed
        How many sets of values, and the seed.
    """
    varied = [parameter for parameter in parameters if parameter.law != CHOICE]
    random = np.random.default_rng(seed)
    for _ in range(count):
        yield {p.name: _within(p, float(random.random())) for p in varied}


def _within(parameter: Parameter, share: float) -> float:
    low, high = parameter.low, parameter.high
    if parameter.law == "loguniform":
        return float(low * (high / low) ** share)
    if parameter.law == "integer":
        return float(min(high, np.floor(low + share * (high - low + 1.0))))
    return low + share * (high - low)
