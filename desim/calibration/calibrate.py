"""A whole calibration: waves, sequence, checks, posterior, and what rests on assumptions.

Every batch of points is a study in the folder of results, so a calibration that is interrupted or
killed goes on where it stopped; the steps between are repeated, and come out the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

import desim
from desim.calibration import sequential, waves
from desim.calibration.assumptions import least_favourable
from desim.calibration.batch import Site
from desim.calibration.budget import Budget
from desim.calibration.posterior import (
    Posterior,
    tolerance_table,
    with_reforms,
    write_sample,
)
from desim.calibration.predictive import predictions
from desim.calibration.recovery import coverage, identifiable, of_the_record, recover
from desim.calibration.space import Space
from desim.calibration.target import Targets
from desim.case import Case, load
from desim.source import source_digest
from desim.study.digests import DETERMINES_MECHANISMS, case_digest, hashed
from desim.study.durable import write_atomically, write_parquet
from desim.study.executors import Lasting, Workers
from desim.study.folder import CALIBRATION
from desim.study.provenance import commit
from desim.study.run import Progress, Say

FOLDER = CALIBRATION
PROVENANCE = "provenance.json"
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Finished:
    """What a calibration left.

    Parameters
    ----------
    sample
        The file of the posterior sample.
    reason
        What was done, or why nothing had to be, in words.
    """

    sample: Path
    reason: str


def digest_of(budget: Budget) -> str:
    """A hash of all that determines a calibration: budget, case and source."""
    settings = json.dumps(budget.as_table(), sort_keys=True)
    source = source_digest((*DETERMINES_MECHANISMS, "study", "calibration"))
    return hashed(settings, case_digest(budget.case), source)


def calibrate(
    budget: Budget,
    results: Path,
    start: Callable[[], Workers],
    show: Progress,
    say: Say,
    engine: str = "auto",
) -> Finished:
    """Calibrate a case, or say that it is calibrated already.

    Parameters
    ----------
    budget
        From `desim.calibration.budget.read_budget`.
    results
        Folder of all results; tables go to ``calibration`` within it.
    start, show, say, engine
        As for studies.
    """
    folder = results / FOLDER
    sample = folder / "posterior.csv"
    digest = digest_of(budget)
    if _current(folder, digest) and sample.is_file():
        return Finished(sample, "nothing to do: budget, case and source are unchanged")
    (folder / PROVENANCE).unlink(missing_ok=True)
    case = load(budget.case)
    keys = (*Targets.of(case).keys, *(row.key for row in case.record if row.use != "fit"))
    lasting = Lasting(start())
    outcome = "energy_curtailed" if case.mechanism.world else "coordination_hours"
    site = Site(
        budget.case,
        Space.of(case, budget.held),
        keys,
        results,
        show,
        say,
        lambda: lasting,
        engine,
        outcome,
    )
    try:
        tables = _tables(site, case, budget, digest, folder)
    finally:
        lasting.end()
    for name, table in tables.items():
        write_parquet(folder / f"{name}.parquet", pa.Table.from_pandas(table, preserve_index=False))
    about = _provenance(budget, digest)
    write_atomically(folder / PROVENANCE, (json.dumps(about, indent=2, sort_keys=True)).encode())
    return Finished(sample, f"{len(tables)} tables and a posterior of {budget.draws} draws written")


def _current(folder: Path, digest: str) -> bool:
    path = folder / PROVENANCE
    if not path.is_file():
        return False
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found.get("calibration_digest") == digest


def _provenance(budget: Budget, digest: str) -> dict[str, Any]:
    return {
        "desim": desim.__version__,
        "calibration_digest": digest,
        "source_digest": source_digest(DETERMINES_MECHANISMS),
        "commit": commit(),
        "budget": budget.as_table(),
    }


def _tables(
    site: Site, case: Case, budget: Budget, digest: str, folder: Path
) -> dict[str, pd.DataFrame]:
    targets = Targets.of(case)
    space, played = waves.match(site, targets, budget)
    tables = {
        "waves": waves.wave_table(played, budget),
        "emulators": waves.emulator_table(played, site, targets),
        "space": waves.space_table(played, site),
        "plausible": waves.plausible_table(played, site),
    }
    begin = sequential.reference(site, space, targets, budget)
    generations = sequential.sequence(site, space, targets, budget, begin)
    posterior = Posterior.of(site.space, generations[-1])
    every = tuple(range(len(site.space)))
    seed = budget.seed_of("recovery")
    recovered = recover(begin, site.space, every, budget.records, seed)
    identified = identifiable(recovered)
    marginals = posterior.marginals(case, space.active, identified)
    tables |= {
        "generations": sequential.generation_table(generations),
        "tolerance": tolerance_table(generations, site.space),
        "marginals": marginals,
        "population": pd.DataFrame(posterior.unit, columns=list(site.space.names)),
    }
    tables |= _recovery(begin, site.space, recovered, identified, seed)
    draws = posterior.draws(budget.draws)
    tables["predictive"] = _predictive(site, case, budget, draws)
    if case.mechanism.world is not None:
        tables |= least_favourable(site, targets, budget, marginals)
    names, values = with_reforms(site.space, draws, budget.seed_of("reforms"))
    about = {
        **_provenance(budget, digest), "tolerance": posterior.tolerance,
        "distinct": posterior.distinct, "draws": len(values),
    }  # fmt: skip
    write_sample(folder, names, values, about)
    return tables


def _recovery(
    begin: sequential.Reference,
    space: Space,
    recovered: pd.DataFrame,
    identified: tuple[str, ...],
    seed: int,
) -> dict[str, pd.DataFrame]:
    """Tables of recovery; `recovery` and `coverage` of the identifiable parameters alone."""
    places = tuple(space.names.index(name) for name in identified)
    every = coverage(recovered)
    found = {"recovery_of_all": every[every["parameter"] != "all"]}
    if places:
        own = recovered[recovered["parameter"].isin(identified)]
        found |= {
            "recovery": own,
            "coverage": coverage(own),
            "recovery_of_record": of_the_record(begin, space, places, seed),
        }
    return found


def _predictive(site: Site, case: Case, budget: Budget, draws: Floats) -> pd.DataFrame:
    """Bands of the posterior and of the prior for every row of the record."""
    by_key = {row.key: row for row in case.record}
    rows = tuple(by_key[key] for key in site.keys)
    replications = budget.predictive_replications
    prior = waves.latin(len(draws), len(site.space), budget.seed_of("prior draws"))
    frames = []
    for name, points in (("posterior", draws), ("prior", prior)):
        seed = budget.seed_of(f"{name} predictive")
        values = site.play(f"predictive_{name}", points, replications, seed)
        frames.append(predictions(rows, values, name))
    return pd.concat(frames, ignore_index=True)
