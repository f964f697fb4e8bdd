"""Uncertain inputs of a study: mapped from the unit interval once, by their quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from desim.case import Case
from desim.elementary import exp, log
from desim.parameter import CHOICE, Parameter
from desim.plugin.catalogue import BUILT_IN, Catalogue

Floats = NDArray[np.float64]
LAWS = ("uniform", "triangular", "loguniform", "integer", "categorical")


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """One uncertain input: a parameter of the case or of a policy, or a lever, and its law.

    Parameters
    ----------
    name
        The parameter; for a lever, its policy.
    law
        One of `LAWS`.
    low, high, mode
        Range, and the mode of a triangular law, in the parameter's unit.
    values
        What a categorical input can be, each as likely as the others.
    """

    name: str
    law: str
    low: float
    high: float
    mode: float
    values: tuple[float, ...] = ()

    def quantile(self, chance: Floats) -> Floats:
        """Values by their cumulative chance.

        Parameters
        ----------
        chance
            float64 in [0, 1], any shape.

        Returns
        -------
        numpy.ndarray
            float64 within the range, of the same shape; it never falls as the chance grows.
        """
        low, high = self.low, self.high
        if self.law == "categorical":
            place = np.minimum((chance * len(self.values)).astype(int), len(self.values) - 1)
            listed: Floats = np.asarray(self.values, dtype=np.float64)[place]
            return listed
        if self.law == "integer":
            found = np.floor(low + chance * (high - low + 1.0))
        elif self.law == "loguniform":
            spread = log(high) - log(low)  # with the same last bit on every machine
            ups = [exp(log(low) + share * spread) for share in np.ravel(chance)]
            found = np.reshape(ups, np.shape(chance))
        elif self.law == "triangular":
            found = self._triangular(chance)
        else:
            found = low + chance * (high - low)
        inside: Floats = np.clip(found, low, high)
        return inside

    def _triangular(self, chance: Floats) -> Floats:
        low, high, mode = self.low, self.high, self.mode
        rising = low + np.sqrt(chance * (high - low) * (mode - low))
        falling = high - np.sqrt((1.0 - chance) * (high - low) * (high - mode))
        found: Floats = np.where(chance * (high - low) < mode - low, rising, falling)
        return found

    def problem(self) -> str:
        """Why this cannot be an input; empty when it can."""
        if self.law == CHOICE:
            listed = f'"{self.name}" = {{ values = [...] }}'
            return f"is a choice and has no chances: list its values, {listed}"
        if self.law not in LAWS:
            return f"unknown law {self.law!r} (known: {', '.join(LAWS)})"
        if self.law == "categorical":
            return "" if len(self.values) > 1 else "a categorical input needs two values at least"
        if not self.low < self.high:
            return f"the range [{self.low:g}, {self.high:g}] is empty"
        if self.law == "loguniform" and self.low <= 0.0:
            return f"a loguniform range must be positive, got [{self.low:g}, {self.high:g}]"
        if self.law == "integer" and (self.low != np.floor(self.low) or self.high % 1.0):
            return f"the range of an integer must be whole, got [{self.low:g}, {self.high:g}]"
        return ""


def parameters(case: Case, catalogue: Catalogue) -> dict[str, Parameter]:
    """Every parameter that a study can set, by name: the case's and the policies'."""
    found = {parameter.name: parameter for parameter in case.parameters}
    return found | {p.name: p for policy in catalogue.policies for p in policy.parameters}


def levers(catalogue: Catalogue) -> dict[str, Parameter]:
    """Every lever as an uncertain quantity, by policy: it is sampled when a study names it."""
    whole = (1.0, 0.0, 1.0, "uniform", "share")
    return {p.name: Parameter(p.name, *whole, p.lever or p.summary) for p in catalogue.policies}


def sampled_levers(given: object, catalogue: Catalogue) -> tuple[str, ...]:
    """Policies whose levers the ``uncertainties`` of a study file name, in order of application."""
    named = given if isinstance(given, (list, tuple, Mapping)) else ()
    return tuple(policy.name for policy in catalogue.policies if policy.name in named)


def owners() -> Mapping[str, str]:
    """The policy of every parameter that belongs to a built-in policy."""
    return BUILT_IN.owners


def uncertainty(parameter: Parameter, given: Mapping[str, object] | None = None) -> Uncertainty:
    """A parameter as an uncertain input.

    Parameters
    ----------
    parameter
        The parameter, with its own law and range.
    given
        ``law``, ``low``, ``high`` or ``values`` that replace the parameter's own.
    """
    own = {"law": parameter.law, "low": parameter.low, "high": parameter.high}
    merged: dict[str, object] = {**own, **(given or {})}
    values = merged.pop("values", ())
    if values:
        merged["law"] = "categorical"
    low, high = float(str(merged["low"])), float(str(merged["high"]))
    mode = min(max(parameter.value, low), high)
    listed = tuple(float(str(value)) for value in values) if isinstance(values, list) else ()
    return Uncertainty(parameter.name, str(merged["law"]), low, high, mode, listed)


def matching(patterns: tuple[str, ...], known: Mapping[str, Parameter]) -> tuple[str, ...]:
    """Names of the parameters that patterns such as ``work.*`` mean, in the tables' order."""
    return tuple(name for name in known if any(fnmatchcase(name, p) for p in patterns))
