"""History matching: emulate, rule out what is implausible, and look again where it is not.

Source: Vernon, Goldstein & Bower (2010), Bayesian Analysis 5:619, doi:10.1214/10-BA524; for
stochastic models, with the variance over luck emulated as well, Andrianakis et al. (2015), PLoS
Computational Biology 11:e1003968, doi:10.1371/journal.pcbi.1003968.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import qmc
from threadpoolctl import threadpool_limits

from desim.calibration.batch import Site
from desim.calibration.budget import Budget
from desim.calibration.emulator import Emulator, emulate
from desim.calibration.plausible import Plausible
from desim.calibration.target import Targets

Floats = NDArray[np.float64]
SHOWN = 400
"""Plausible points that are kept of every wave, to show and describe the space."""


@dataclass(frozen=True)
class Wave:
    """What one wave did.

    Parameters
    ----------
    number
        From 1.
    unit
        float64 (n, d): its points.
    deviations
        float64 (n, replications, k): rows of the record, in standard deviations of the record.
    emulators
        One a row of the record.
    plausible
        float64 (m, d): points that no wave up to this one rules out.
    share
        Their share of the prior; an estimate from the points tried.
    """

    number: int
    unit: Floats
    deviations: Floats
    emulators: tuple[Emulator, ...]
    plausible: Floats
    share: float


def match(site: Site, targets: Targets, budget: Budget) -> tuple[Plausible, tuple[Wave, ...]]:
    """Play the waves.

    Parameters
    ----------
    site
        Where batches are played.
    targets
        Rows of the record that are fitted.
    budget
        Points, replications and seeds.

    Returns
    -------
    tuple
        The space that is left, and the waves.
    """
    size = len(site.space)
    space = Plausible(size, cut=budget.cut)
    unit = latin(budget.wave_points, size, budget.seed_of("wave 1"))
    waves: list[Wave] = []
    for number in range(1, budget.waves + 1):
        name = f"wave_{number}"
        values = site.play(name, unit, budget.wave_replications, budget.seed_of(name))
        deviations = targets.deviations(values[:, :, : len(targets.keys)])
        emulators = fit_all(unit, deviations, budget.seed_of(f"{name} fit"))
        space = Plausible(size, (*space.waves, emulators), budget.cut)
        wanted = max(SHOWN, budget.wave_points)
        plausible, share = space.sample(wanted, budget.seed_of(f"{name} space"))
        waves.append(Wave(number, unit, deviations, emulators, plausible[:SHOWN], share))
        site.say(f"wave {number}: {share:.2%} of the prior is not ruled out")
        unit = plausible[: budget.wave_points]
    return space, tuple(waves)


def latin(points: int, size: int, seed: int) -> Floats:
    """A Latin hypercube in the unit cube, float64 (points, size)."""
    found: Floats = qmc.LatinHypercube(size, rng=np.random.default_rng(seed)).random(points)
    return found


def fit_all(unit: Floats, deviations: Floats, seed: int) -> tuple[Emulator, ...]:
    """Emulators of all rows.

    Parameters
    ----------
    unit
        float64 (n, d).
    deviations
        float64 (n, replications, k).
    seed
        Of the fits.
    """
    with threadpool_limits(1):
        return tuple(
            emulate(unit, deviations[:, :, row], seed) for row in range(deviations.shape[2])
        )


def wave_table(waves: tuple[Wave, ...], budget: Budget) -> pd.DataFrame:
    """One row a wave: its size, and what it left of the prior."""
    return pd.DataFrame(
        {
            "wave": [wave.number for wave in waves],
            "points": [len(wave.unit) for wave in waves],
            "replications": [wave.deviations.shape[1] for wave in waves],
            "cut": budget.cut,
            "share": [wave.share for wave in waves],
        }
    )


def emulator_table(waves: tuple[Wave, ...], site: Site, targets: Targets) -> pd.DataFrame:
    """One row a wave and row of the record: what moves it, and how well the next wave is foretold.

    A wave's emulators never saw the next wave's points: `explained` is the share of the variance
    of its means that they foretell, and `within` the share of its means within three deviations.
    """
    rows = []
    for wave, after in zip(waves, (*waves[1:], None), strict=True):
        for column, (key, emulator) in enumerate(zip(targets.keys, wave.emulators, strict=True)):
            row = {
                "wave": wave.number,
                "key": key,
                "active": " ".join(site.space.names[i] for i in emulator.mean.active),
                "active_variance": " ".join(
                    site.space.names[i] for i in emulator.log_variance.active
                ),
            }
            rows.append({**row, **_foretold(emulator, after, column)})
    return pd.DataFrame(rows)


def _foretold(emulator: Emulator, after: Wave | None, column: int) -> dict[str, float]:
    if after is None:
        return {"explained": float("nan"), "within": float("nan")}
    played = after.deviations[:, :, column]
    mean, uncertain, luck = emulator.predict(after.unit)
    error = played.mean(axis=1) - mean
    total = float(played.mean(axis=1).var())
    explained = 1.0 - float((error**2).mean()) / total if total > 0.0 else float("nan")
    within = np.abs(error) <= 3.0 * np.sqrt(uncertain + luck / played.shape[1])
    return {"explained": explained, "within": float(within.mean())}


def space_table(waves: tuple[Wave, ...], site: Site) -> pd.DataFrame:
    """One row a wave and parameter: where plausible points lie, in shares of the prior's range."""
    rows = []
    for wave in waves:
        low, middle, high = np.quantile(wave.plausible, (0.05, 0.5, 0.95), axis=0)
        for column, name in enumerate(site.space.names):
            rows.append(
                {
                    "wave": wave.number, "parameter": name, "low": low[column],
                    "median": middle[column], "high": high[column],
                    "width": (high[column] - low[column]) / 0.9,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def plausible_table(waves: tuple[Wave, ...], site: Site) -> pd.DataFrame:
    """Plausible points of every wave in unit coordinates: wave, and a column a parameter."""
    frames = [
        pd.DataFrame(wave.plausible, columns=list(site.space.names)).assign(wave=wave.number)
        for wave in waves
    ]
    return pd.concat(frames, ignore_index=True)
