"""What theory says about an office: a Jackson network.

Units are exponential single servers with a common mean, visited along fixed ways, so queues are as
if independent (Jackson 1963, Management Science 10:131; Kelly 1975, Journal of Applied Probability
12:542, for fixed ways), and mean times follow from Little's law.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from desim.classroom.network import Network

Floats = NDArray[np.float64]


def utilisations(network: Network, load: float, work: float = 1.0) -> Floats:
    """Share of its time that each unit would have to work, float64 (units,); 1 is too much.

    Parameters
    ----------
    network, load, work
        As in `desim.classroom.office.office`.
    """
    visits = np.zeros(network.units)
    for way in network.routes.values():
        for place in way:
            visits[place] += 1.0
    share: Floats = visits / len(network.routes) * load * work
    return share


def mean_time(network: Network, load: float, work: float = 1.0) -> float:
    """Mean hours from a matter's coming up to its end; infinite where a unit has too much to do.

    Parameters
    ----------
    network, load, work
        As in `desim.classroom.office.office`.
    """
    busy = utilisations(network, load, work)
    if (busy >= 1.0).any():
        return float("inf")
    return float((busy / (1.0 - busy)).sum() / load)
