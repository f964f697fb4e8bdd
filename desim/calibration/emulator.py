"""Emulators of one row of the record: of its mean over luck and of its variance.

Few of the many parameters move a row. Those that do are found by forward selection, on
linear and quadratic terms; a Gaussian process is fitted in them, around a line, and what the
others do is in its nugget, as in Vernon, Goldstein & Bower (2010), Bayesian Analysis 5:619,
doi:10.1214/10-BA524. Processes by scikit-learn, with Matern kernels and a length for each input.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel
from sklearn.linear_model import LinearRegression

Floats = NDArray[np.float64]
MOST_INPUTS = 8
LEAST_VARIANCE = 1e-4
"""Of a row in squared standard deviations of the record: below this, luck does not matter."""


@dataclass(frozen=True)
class Process:
    """A line and a Gaussian process around it, in the inputs that matter.

    Parameters
    ----------
    active
        Columns of the inputs that matter; none when nothing was found to.
    line, process
        Fitted; None without inputs.
    level, spread
        Mean and variance of the training values, which is all that is known without inputs.
    """

    active: tuple[int, ...]
    line: LinearRegression | None
    process: GaussianProcessRegressor | None
    level: float
    spread: float

    def predict(self, unit: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of what is emulated, float64 (n,) each.

        Parameters
        ----------
        unit
            float64 (n, d).
        """
        if self.line is None or self.process is None:
            return np.full(len(unit), self.level), np.full(len(unit), self.spread)
        chosen = unit[:, list(self.active)]
        mean, deviation = self.process.predict(chosen, return_std=True)
        return self.line.predict(chosen) + mean, deviation**2


@dataclass(frozen=True)
class Emulator:
    """A row of the record as a function of the parameters.

    Parameters
    ----------
    mean
        Of the row's mean over luck, in standard deviations of the record.
    log_variance
        Of the logarithm of its variance over luck.
    """

    mean: Process
    log_variance: Process

    def predict(self, unit: Floats) -> tuple[Floats, Floats, Floats]:
        """Mean, variance of the emulator and variance of a single run, float64 (n,) each."""
        mean, uncertain = self.mean.predict(unit)
        log_variance, _ = self.log_variance.predict(unit)
        return mean, uncertain, np.exp(log_variance)

    def implausibility(self, unit: Floats) -> Floats:
        """Distance from the record over all that could explain it, float64 (n,).

        The variances of the record (1 in its own units), of a single run and of the emulator add
        up (Craig et al. 1997; Vernon et al. 2010).
        """
        mean, uncertain, luck = self.predict(unit)
        found: Floats = np.abs(mean) / np.sqrt(1.0 + uncertain + luck)
        return found


def emulate(unit: Floats, deviations: Floats, seed: int) -> Emulator:
    """Fit the two emulators of a row.

    Parameters
    ----------
    unit
        float64 (n, d): points in unit coordinates.
    deviations
        float64 (n, replications): the row at the points, in standard deviations of the record.
    seed
        Of the fit.
    """
    variance = np.maximum(deviations.var(axis=1, ddof=1), LEAST_VARIANCE)
    return Emulator(fit(unit, deviations.mean(axis=1), seed), fit(unit, np.log(variance), seed))


def fit(unit: Floats, target: Floats, seed: int) -> Process:
    """Fit a line and a process around it.

    Parameters
    ----------
    unit
        float64 (n, d).
    target
        float64 (n,).
    seed
        Of the optimiser.
    """
    level, spread = float(target.mean()), float(target.var(ddof=1))
    active = select(unit, target)
    if not active:
        return Process((), None, None, level, max(spread, LEAST_VARIANCE))
    chosen = unit[:, list(active)]
    line = LinearRegression().fit(chosen, target)
    lengths = np.ones(len(active))
    kernel = ConstantKernel(0.5, (1e-3, 1e2)) * Matern(lengths, (0.1, 20.0), nu=2.5)
    process = GaussianProcessRegressor(
        kernel + WhiteKernel(0.5, (1e-3, 1e1)), normalize_y=True, random_state=seed
    )
    with warnings.catch_warnings():
        # a length at its bound means that the input acts along the line, which is no defect
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(chosen, target - line.predict(chosen))
    return Process(active, line, process, level, spread)


def select(unit: Floats, target: Floats, most: int = MOST_INPUTS) -> tuple[int, ...]:
    """Inputs that move a target, by forward selection with the extended BIC.

    Source: Chen & Chen (2008), Biometrika 95:759, doi:10.1093/biomet/asn034: the penalty grows
    with the number of candidates, so that among many inputs without effect few are taken. Each
    input comes with its line and its square; the one closest to what is left comes next.

    Parameters
    ----------
    unit
        float64 (n, d).
    target
        float64 (n,).
    most
        Largest number of inputs.
    """
    if target.std() < 1e-9:
        return ()
    rows, columns = unit.shape
    terms = np.concatenate([unit - 0.5, (unit - 0.5) ** 2], axis=1)
    terms = (terms - terms.mean(axis=0)) / np.maximum(terms.std(axis=0), 1e-12)
    left = target - target.mean()
    chosen: list[int] = []
    error = float(left @ left)
    while len(chosen) < min(most, (rows - 2) // 4):
        score = np.abs(left @ terms).reshape(2, columns).max(axis=0)
        score[chosen] = -1.0
        trial = [*chosen, int(score.argmax())]
        squares = [columns + i for i in trial]
        basis = np.column_stack([np.ones(rows), terms[:, trial], terms[:, squares]])
        solution, *_ = np.linalg.lstsq(basis, target, rcond=None)
        left = target - basis @ solution
        smaller = float(left @ left)
        penalty = 2.0 * (np.log(rows) + np.log(columns))
        if rows * np.log(max(smaller, 1e-12) / error) + penalty >= 0.0:
            break
        chosen, error = trial, max(smaller, 1e-12)
    return tuple(sorted(chosen))
