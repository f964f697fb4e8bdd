"""The classroom played beside what theory says of it: three tables, each the data of a figure.

Crossover: at low load a centralised organisation is quickest, at high load a decentralised one
(Arenas, Cabrales, Danon, Díaz-Guilera, Guimerà & Vega-Redondo 2010, Review of Economic Design
14:75, doi:10.1007/s10058-009-0080-1). Horizontal links: a few of them take most of the congestion
from a hierarchy (Dodds, Watts & Sabel 2003, PNAS 100:12516, doi:10.1073/pnas.1534702100).
Critical path: without randomness, queues and failures a procedure takes as long as its longest way.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy import stats

from desim.calibration.critical_path import paths
from desim.case import load
from desim.classroom import Network, hierarchy, mean_time, office, ring, star, utilisations
from desim.engine.play import Player
from desim.program import lower
from desim.source import source_digest
from desim.study.digests import DETERMINES_MECHANISMS, case_digest, hashed
from desim.study.durable import write_atomically, write_parquet
from desim.study.folder import THEORY
from desim.trace import Kind, Trace

Floats = NDArray[np.float64]
UNITS = 13
LOADS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 0.97, 1.2, 1.6, 2.0, 2.4, 2.8)
HORIZON, WARM = 3000.0, 500.0
"""Length of a run, and what of it is left out because the offices begin empty, hours."""
REPLICATIONS = 20
BRANCHING, LEVELS, LINKS = 3, 3, (0, 1, 2, 4, 6, 8, 12, 16, 24, 32)
DRAWN = 5
"""Networks that are drawn for each number of horizontal links."""
PRESSED = 1.35
"""Matters an hour in the hierarchy: its top would have to work 91 % of the time without links."""
CONFIDENCE = 0.95
FOLDER = THEORY
Say = Callable[[str], None]


def crossover(seed: int, replications: int = REPLICATIONS) -> pd.DataFrame:
    """Mean time of a matter in a star and in a ring of as many units, over load.

    Parameters
    ----------
    seed
        Of the runs; the two are played with luck of their own.
    replications
        Of each load.

    Returns
    -------
    pandas.DataFrame
        Columns organisation, load, mean, half_width, theory (NaN where nothing settles),
        busiest (utilisation of the busiest unit by theory).
    """
    rows = []
    for name, network in (("star", star(UNITS)), ("ring", ring(UNITS))):
        for pressure in LOADS:
            rows.append({"organisation": name, **_played(network, pressure, seed, replications)})
    return pd.DataFrame(rows)


def horizontal_links(seed: int, replications: int = 5) -> pd.DataFrame:
    """Mean time and largest utilisation in a hierarchy with more and more horizontal links.

    Parameters
    ----------
    seed
        Of the links and of the runs.
    replications
        Of each network.

    Returns
    -------
    pandas.DataFrame
        One row a network: links, network, and the columns of `crossover`.
    """
    rows = []
    for links in LINKS:
        for drawn in range(1 if not links else DRAWN):
            network = hierarchy(BRANCHING, LEVELS, links, seed + drawn)
            found = _played(network, PRESSED, seed, replications)
            rows.append({"links": links, "network": drawn, **found})
    return pd.DataFrame(rows)


def _played(network: Network, load: float, seed: int, replications: int) -> dict[str, float]:
    player = Player(lower(office(network, load, HORIZON)))
    times = np.array([mean_of_done(player.play(seed, r)) for r in range(replications)])
    quantile = stats.t.ppf(0.5 + CONFIDENCE / 2.0, replications - 1)
    theory = mean_time(network, load)
    return {
        "load": load,
        "mean": float(times.mean()),
        "half_width": float(quantile * times.std(ddof=1) / np.sqrt(replications)),
        "theory": theory if np.isfinite(theory) else float("nan"),
        "busiest": float(utilisations(network, load).max()),
    }


def mean_of_done(trace: Trace) -> float:
    """Mean hours of the matters that came up after `WARM` and were done."""
    begun = np.full(len(trace.items), np.nan)
    arrivals = trace.select(Kind.ARRIVAL)
    begun[arrivals["item"]] = arrivals["time"]
    done = trace.select(Kind.DONE)
    times = done["time"] - begun[done["item"]]
    return float(times[begun[done["item"]] >= WARM].mean())


def write_theory(case: str, seed: int, results: Path, say: Say) -> str:
    """Play and write all three tables, unless they are there and nothing has changed.

    Parameters
    ----------
    case
        Whose procedures are played without randomness.
    seed
        Of all runs.
    results
        Folder of all results; tables go to ``theory`` within it.
    say
        Told what is played.

    Returns
    -------
    str
        What was done, in words.
    """
    folder = results / FOLDER
    digest = hashed(
        str(seed), case_digest(case),
        source_digest((*DETERMINES_MECHANISMS, "classroom", "calibration")),
    )  # fmt: skip
    mark = folder / "digest.txt"
    if mark.is_file() and mark.read_text(encoding="utf-8") == digest:
        return "nothing to do: the tables of theory are there and unchanged"
    mechanism = load(case).mechanism
    say("procedures without randomness, queues and failures")
    tables = {"critical_path": paths(mechanism, seed)}
    say("offices of a star and a ring under growing load")
    tables["crossover"] = crossover(seed)
    say("a hierarchy with more and more horizontal links")
    tables["horizontal_links"] = horizontal_links(seed)
    for name, table in tables.items():
        write_parquet(folder / f"{name}.parquet", pa.Table.from_pandas(table, preserve_index=False))
    write_atomically(mark, digest.encode())
    return f"{len(tables)} tables written to {folder}"
