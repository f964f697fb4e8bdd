"""The posterior as a small sample that studies can use, and what it says of every parameter."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from desim.calibration.sequential import Generation
from desim.calibration.space import Space
from desim.calibration.waves import latin
from desim.case import Case
from desim.parameter import Parameter
from desim.policy.catalogue import POLICIES
from desim.study.durable import write_atomically
from desim.study.given_sample import SAMPLES
from desim.study.uncertainty import uncertainty

Floats = NDArray[np.float64]
CHANCES = (0.05, 0.5, 0.95)
NAME = "posterior"


@dataclass(frozen=True)
class Posterior:
    """The last population of a sequence.

    Parameters
    ----------
    space
        Its parameters.
    unit
        float64 (n, d): all points, equally weighted, some of them twice.
    tolerance
        At which it was made.
    """

    space: Space
    unit: Floats
    tolerance: float

    @classmethod
    def of(cls, space: Space, generation: Generation) -> Posterior:
        """The posterior that a sequence ended with."""
        return cls(space, generation.unit, generation.tolerance)

    @property
    def distinct(self) -> int:
        """Number of distinct points."""
        return len(np.unique(self.unit, axis=0))

    def draws(self, count: int) -> Floats:
        """Some of the points, evenly over the population: distinct ones first, float64 (n, d)."""
        _, first, times = np.unique(self.unit, axis=0, return_index=True, return_counts=True)
        order = np.argsort(first, kind="stable")
        places = first[order]
        if len(places) >= count:
            # each in the share of its copies, but none twice
            weight = times[order] / times.sum()
            generator = np.random.default_rng(count)
            keys = np.log(generator.random(len(places))) / weight
            places = np.sort(places[np.argsort(keys)[::-1][:count]])
        else:
            places = np.linspace(0, len(self.unit) - 1, count).round().astype(int)
        found: Floats = self.unit[places]
        return found

    def marginals(
        self, case: Case, seen: NDArray[np.bool_], identified: tuple[str, ...]
    ) -> pd.DataFrame:
        """One row a parameter: prior, posterior, and whether the record moves or identifies it.

        Parameters
        ----------
        case
            Whose table of parameters holds the values set by hand.
        seen
            bool (d,): parameters that any emulator of a fitted row looks at (column ``moved``).
        identified
            Parameters that synthetic records identify (column ``identifiable``).
        """
        values = self.space.values(self.unit)
        by_name = {parameter.name: parameter for parameter in case.parameters}
        rows = []
        for column, name in enumerate(self.space.names):
            unit = self.unit[:, column]
            low, middle, high = np.quantile(unit, CHANCES)
            distance = float(stats.kstest(unit, "uniform").statistic)
            width = float(high - low) / (CHANCES[-1] - CHANCES[0])
            about = by_name[name]
            own = _quantiles(values[:, column], whole=about.law == "integer")
            rows.append(
                {
                    "parameter": name, "tag": about.tag, "unit": about.unit,
                    "meaning": about.meaning, "by_hand": about.value, "prior_low": about.low,
                    "prior_high": about.high, "mean": float(values[:, column].mean()),
                    "low": own[0], "median": own[1], "high": own[2], "share_low": float(low),
                    "share_median": float(middle), "share_high": float(high), "width": width,
                    "distance": distance, "moved": bool(seen[column]),
                    "identifiable": name in identified,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)


def _quantiles(values: Floats, *, whole: bool) -> Floats:
    """Quantiles; of whole numbers one of them, since others fit into no mechanism."""
    if whole:
        return np.asarray(np.quantile(values, CHANCES, method="inverted_cdf"), dtype=np.float64)
    return np.asarray(np.quantile(values, CHANCES), dtype=np.float64)


def tolerance_table(generations: tuple[Generation, ...], space: Space) -> pd.DataFrame:
    """Quantiles of every parameter at every tolerance, in shares of the prior's range."""
    rows = []
    for each in generations:
        low, middle, high = np.quantile(each.unit, CHANCES, axis=0)
        for column, name in enumerate(space.names):
            rows.append(
                {
                    "generation": each.number, "tolerance": each.tolerance, "parameter": name,
                    "low": low[column], "median": middle[column], "high": high[column],
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def reform_parameters() -> tuple[Parameter, ...]:
    """Parameters of all policies that have a range."""
    every = [p for policy in POLICIES for p in policy.parameters]
    return tuple(p for p in every if not uncertainty(p).problem())


def with_reforms(space: Space, draws: Floats, seed: int) -> tuple[list[str], Floats]:
    """Draws with the policies' parameters beside them.

    The record says nothing about reforms that were not there, so theirs are drawn from their
    ranges, by a Latin hypercube, whatever the case's parameters are.

    Parameters
    ----------
    space
        The case's parameters.
    draws
        float64 (n, d) in unit coordinates.
    seed
        Of the policies' draws.

    Returns
    -------
    tuple
        Names, and float64 (n, d + policies' parameters) of values.
    """
    own = reform_parameters()
    reforms = Space(tuple(map(uncertainty, own)), tuple(p.tag for p in own))
    values = np.hstack([space.values(draws), reforms.values(latin(len(draws), len(own), seed))])
    return [*space.names, *reforms.names], values


def write_sample(folder: Path, names: list[str], values: Floats, about: Mapping[str, Any]) -> Path:
    """Write a sample and its provenance beside it.

    Parameters
    ----------
    folder
        Where to.
    names, values
        Columns, and float64 (n, columns).
    about
        Where the sample comes from.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([f"{value:.6g}" for value in row] for row in values.tolist())
    path = folder / f"{NAME}.csv"
    write_atomically(path, text.getvalue().encode())
    origin = json.dumps(about, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    write_atomically(folder / f"{NAME}.json", origin.encode())
    return path


def sample_folder(case_folder: Path) -> Path:
    """Where a case keeps samples."""
    return case_folder / SAMPLES
