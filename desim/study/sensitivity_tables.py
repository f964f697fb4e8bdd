"""Tables of sensitivity: of an outcome at each setting, and of each setting's effect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from desim.draw import name_key
from desim.study import compare
from desim.study.outputs import Outputs
from desim.study.screening import Screening, morris_screening, pawn_indices
from desim.study.sensitivity import sobol_convergence, sobol_indices
from desim.study.sensitivity_design import SensitivityDesign, SensitivityError

Floats = NDArray[np.float64]
LEAST_BASE = 16
SLIDES = (10, 5, 4, 2)
"""Conditioning intervals of PAWN: the most that have ten rows each."""


@dataclass(frozen=True, eq=False)
class Output:
    """What inputs are asked about: an outcome at a setting, or how a setting changes it.

    Parameters
    ----------
    outcome, label, quantity
        The outcome, the setting, and ``value`` or ``difference`` (from the baseline at the same
        uncertain values with the same luck).
    values
        float64 (rows, replications).
    """

    outcome: str
    label: str
    quantity: str
    values: Floats

    def mark(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table with columns that say which output it is of."""
        head = {"outcome": self.outcome, "label": self.label, "quantity": self.quantity}
        for place, (name, text) in enumerate(head.items()):
            table.insert(place, name, text)
        return table


def outputs_of(outputs: Outputs, settings: tuple[int, ...]) -> Iterator[Output]:
    """Every output of a sampling study: the baseline's values, and each setting's effects.

    Parameters
    ----------
    outputs
        Of all runs.
    settings
        Positions of the settings that are looked at.
    """
    for outcome in outputs.plan.study.outcomes:
        values = outputs.values(outcome)
        for position in settings:
            label = outputs.plan.design.settings[position].label
            yield Output(outcome, label, "value", values[:, position])
            if position:
                yield Output(outcome, label, "difference", values[:, position] - values[:, 0])


def sensitivity_tables(outputs: Outputs) -> dict[str, pd.DataFrame]:
    """The tables of a sampling study: ``morris``, or ``sobol`` and ``pawn``, or ``pawn``.

    What cannot be analysed is a row of ``notes`` that says why: nothing is left out in silence.
    """
    design = outputs.plan.design.sample
    assert design is not None, "only sampling designs have these tables"
    frames: dict[str, list[pd.DataFrame]] = {"spread": []}
    notes = []
    for output in outputs_of(outputs, tuple(range(len(outputs.plan.design.settings)))):
        frames["spread"].append(output.mark(_spread(output.values)))
        for name, analyse in _ANALYSES[design.method]:
            try:
                # a resample of few base points may have no variance: its indices are then NaN
                with np.errstate(divide="ignore", invalid="ignore"):
                    found = analyse(design, output.values, name_key(output.outcome))
                frames.setdefault(name, []).append(output.mark(found))
            except SensitivityError as error:
                note = pd.DataFrame([{"table": name, "note": str(error)}])
                notes.append(output.mark(note))
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in frames.items() if parts}
    return tables | ({"notes": pd.concat(notes, ignore_index=True)} if notes else {})


def _spread(values: Floats) -> pd.DataFrame:
    """Mean over inputs and luck with its interval, and quantiles over inputs of the mean run."""
    means = values.mean(axis=1)
    sample = means[np.isfinite(means)]
    low, middle, high = (
        np.quantile(sample, [0.05, 0.5, 0.95]) if len(sample) else np.full(3, np.nan)
    )
    about = {"p5": low, "median": middle, "p95": high, "above_zero": float((sample > 0.0).mean())}
    counts = {"rows": len(sample), "dropped": len(means) - len(sample)}
    return pd.DataFrame([{**compare.interval(sample), **about, **counts}])


def _sobol(design: SensitivityDesign, values: Floats, seed: int) -> pd.DataFrame:
    """Indices by sample size, luck's share, and whether they have settled."""
    found = sobol_indices(design, values, seed=seed)
    if design.base >= LEAST_BASE:
        table = sobol_convergence(design, values, seed=seed)
    else:
        table = found.table.assign(base=design.base, converged=False)
    return table.assign(
        largest=table["base"] == design.base, variance=found.variance, luck=found.luck,
        luck_share=found.luck_share, blocks=found.blocks, dropped=found.dropped,
        replications=found.replications,
    )  # fmt: skip


def _counted(found: Screening) -> pd.DataFrame:
    return found.table.assign(
        blocks=found.blocks, dropped=found.dropped, replications=found.replications
    )


def _morris(design: SensitivityDesign, values: Floats, seed: int) -> pd.DataFrame:
    table = _counted(morris_screening(design, values, seed=seed))
    return table.assign(rank=table["mu_star"].rank(ascending=False, method="min").astype(int))


def _pawn(design: SensitivityDesign, values: Floats, seed: int) -> pd.DataFrame:
    rows = design.base * (2 if design.method == "sobol" else 1)
    slides = next((each for each in SLIDES if rows >= 10 * each), SLIDES[-1])
    return _counted(pawn_indices(design, values, seed=seed, slides=slides)).assign(slides=slides)


_ANALYSES = {
    "morris": (("morris", _morris),),
    "sobol": (("sobol", _sobol), ("pawn", _pawn)),
    "sample": (("pawn", _pawn),),
}
