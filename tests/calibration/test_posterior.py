"""What a posterior says of its parameters can be played."""

from __future__ import annotations

import numpy as np
import pytest

from desim.calibration.least_favourable import Ends
from desim.calibration.posterior import Posterior
from desim.calibration.space import Space
from desim.case import load

CASE = load("sichuan_2022")
SPACE = Space.of(CASE)


@pytest.mark.parametrize("seed", range(5))
def test_ends_and_medians_of_whole_numbers_are_whole(seed: int) -> None:
    """37 points: no quantile falls on a point by chance. A mechanism takes no 6.05 days."""
    unit = np.random.default_rng(seed).random((37, len(SPACE)))
    marginals = Posterior(SPACE, unit, 1.0).marginals(CASE, np.ones(len(SPACE), dtype=bool), ())
    whole = {p.name for p in CASE.parameters if p.law == "integer"} & set(SPACE.names)
    assert "decide.days" in whole
    rows = marginals[marginals["parameter"].isin(whole)]
    for end in ("low", "median", "high"):
        assert (rows[end] == rows[end].round()).all()
    middle = Ends.of(marginals).middle
    load("sichuan_2022", {name: middle[name] for name in SPACE.names})
