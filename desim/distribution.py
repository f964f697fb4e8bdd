"""Durations, sizes and errors as data: a kind, its parameters, a unit and a source.

A `Distribution` draws nothing. The arithmetic that turns a keyed uniform into a value is in
`desim.draw`; this module knows the kinds, their means and what makes a parameter wrong.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

KINDS: dict[str, tuple[str, ...]] = {
    "constant": ("value",),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "exponential": ("mean",),
    "gamma": ("mean", "shape"),
    "lognormal": ("mean", "cv"),
    "weibull": ("scale", "shape"),
    "empirical": (),
    "mixture": (),
}


LARGEST = 1e15
"""The largest value or scale: beyond, sums and quantiles leave what floats can hold."""
_LIMITS = {"shape": (0.01, 1e4), "cv": (1e-6, 1e4)}
"""Shapes within which means are finite floats and quantiles are found to all digits."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A probability distribution of a non-negative quantity, as data.

    Parameters
    ----------
    kind
        One of `KINDS`.
    parameters
        The kind's parameters, in the order `KINDS` names them, in `unit` where they carry one.
    values, weights
        For ``empirical``: the values and their relative weights; for ``mixture``: the weights.
    parts
        For ``mixture``: the distributions mixed (none of them a mixture itself).
    unit
        Unit of a drawn value, ``"h"`` by default.
    source
        Where the figures come from: a source key, or ``assumed`` with the reason.
    """

    kind: str
    parameters: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    parts: tuple[Distribution, ...] = ()
    unit: str = "h"
    source: str = ""

    @property
    def mean(self) -> float:
        """The mean, in `unit` (textbook formulas; Law 2015, section 6.2)."""
        return _mean(self)

    @property
    def random(self) -> bool:
        """Whether two draws can differ."""
        if self.kind == "constant":
            return False
        if self.kind == "mixture":
            return True
        return len(self.values) != 1 or self.kind != "empirical"

    def scaled(self, factor: float) -> Distribution:
        """The distribution of `factor` times the quantity.

        Parameters
        ----------
        factor
            A non-negative number, dimensionless. Shapes and coefficients of variation stay.
        """
        if self.kind == "mixture":
            return replace(self, parts=tuple(part.scaled(factor) for part in self.parts))
        if self.kind == "empirical":
            return replace(self, values=tuple(value * factor for value in self.values))
        scaled = tuple(
            value if name in ("shape", "cv") else value * factor
            for name, value in zip(KINDS[self.kind], self.parameters, strict=True)
        )
        if factor == 0.0:
            return constant(0.0, unit=self.unit, source=self.source)
        return replace(self, parameters=scaled)

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the parameters, one sentence a complaint; empty when nothing is."""
        return _problems(self)

    def __str__(self) -> str:
        if self.kind == "empirical":
            return f"empirical({len(self.values)} values, mean {self.mean:.4g}) {self.unit}"
        if self.kind == "mixture":
            inner = ", ".join(f"{w:g}: {p}" for w, p in zip(self.weights, self.parts, strict=True))
            return f"mixture({inner})"
        named = ", ".join(
            f"{n} {v:.6g}" for n, v in zip(KINDS[self.kind], self.parameters, strict=True)
        )
        return f"{self.kind}({named}) {self.unit}"


def constant(value: float, *, unit: str = "h", source: str = "") -> Distribution:
    """Always `value`."""
    return Distribution("constant", (float(value),), unit=unit, source=source)


def uniform(low: float, high: float, *, unit: str = "h", source: str = "") -> Distribution:
    """Equally likely anywhere between `low` and `high`."""
    return Distribution("uniform", (float(low), float(high)), unit=unit, source=source)


def triangular(
    low: float, mode: float, high: float, *, unit: str = "h", source: str = ""
) -> Distribution:
    """Between `low` and `high`, most likely at `mode`."""
    parameters = (float(low), float(mode), float(high))
    return Distribution("triangular", parameters, unit=unit, source=source)


def exponential(mean: float, *, unit: str = "h", source: str = "") -> Distribution:
    """Exponential with the given mean."""
    return Distribution("exponential", (float(mean),), unit=unit, source=source)


def gamma(mean: float, shape: float, *, unit: str = "h", source: str = "") -> Distribution:
    """Gamma with the given mean and shape (variance mean**2 / shape)."""
    return Distribution("gamma", (float(mean), float(shape)), unit=unit, source=source)


def erlang(mean: float, stages: int, *, unit: str = "h", source: str = "") -> Distribution:
    """The sum of `stages` exponentials with total mean `mean`: a gamma of whole shape."""
    return gamma(mean, stages, unit=unit, source=source)


def lognormal(mean: float, cv: float, *, unit: str = "h", source: str = "") -> Distribution:
    """Lognormal by its own mean and coefficient of variation, not those of its logarithm."""
    return Distribution("lognormal", (float(mean), float(cv)), unit=unit, source=source)


def weibull(scale: float, shape: float, *, unit: str = "h", source: str = "") -> Distribution:
    """Weibull with the given scale and shape."""
    return Distribution("weibull", (float(scale), float(shape)), unit=unit, source=source)


def empirical(
    values: tuple[float, ...],
    weights: tuple[float, ...] = (),
    *,
    unit: str = "h",
    source: str = "",
) -> Distribution:
    """One of the observed `values`, by `weights` (equal when not given)."""
    floats = tuple(float(value) for value in values)
    shares = tuple(float(weight) for weight in weights) or (1.0,) * len(floats)
    return Distribution("empirical", values=floats, weights=shares, unit=unit, source=source)


def mixture(
    parts: tuple[Distribution, ...],
    weights: tuple[float, ...],
    *,
    unit: str = "h",
    source: str = "",
) -> Distribution:
    """A draw from one of `parts`, chosen by `weights`."""
    shares = tuple(float(weight) for weight in weights)
    return Distribution("mixture", weights=shares, parts=parts, unit=unit, source=source)


def _mean(law: Distribution) -> float:
    p = law.parameters
    if law.kind in ("constant", "exponential", "gamma", "lognormal"):
        return p[0]
    if law.kind in ("uniform", "triangular"):
        return sum(p) / len(p)
    if law.kind == "weibull":
        return p[0] * math.gamma(1.0 + 1.0 / p[1])
    inner = law.values if law.kind == "empirical" else tuple(part.mean for part in law.parts)
    total = sum(law.weights)
    return sum(w * v for w, v in zip(law.weights, inner, strict=True)) / total


@lru_cache(maxsize=1 << 12)
def _problems(law: Distribution) -> tuple[str, ...]:
    return tuple(_found(law))


def _found(law: Distribution) -> list[str]:
    if law.kind not in KINDS:
        return [f"unknown distribution {law.kind!r} (known: {', '.join(KINDS)})"]
    if law.kind in ("empirical", "mixture"):
        return _weighted_problems(law)
    names = KINDS[law.kind]
    if len(names) != len(law.parameters):
        return [f"{law.kind} takes {', '.join(names)}; got {len(law.parameters)} numbers"]
    found = []
    for name, value in zip(names, law.parameters, strict=True):
        if not math.isfinite(value):
            found.append(f"{name} of a {law.kind} is not finite ({value})")
        elif value < 0.0:
            found.append(f"{name} of a {law.kind} is negative ({value:g})")
        elif name in ("shape", "cv") and value == 0.0:
            found.append(f"{name} of a {law.kind} must be positive")
        else:
            low, high = _LIMITS.get(name, (0.0, LARGEST))
            if not low <= value <= high:
                found.append(f"{name} of a {law.kind} is outside [{low:g}, {high:g}] ({value:g})")
    if not found and list(_ordered(law)) != sorted(_ordered(law)):
        found.append(f"{law.kind} wants {' <= '.join(names)}, got {law.parameters}")
    return found


def _ordered(law: Distribution) -> tuple[float, ...]:
    return law.parameters if law.kind in ("uniform", "triangular") else ()


def _weighted_problems(law: Distribution) -> list[str]:
    members = law.values if law.kind == "empirical" else law.parts
    if not members:
        return [f"{law.kind} has no members"]
    found = []
    if len(members) != len(law.weights):
        found.append(f"{law.kind} has {len(members)} members and {len(law.weights)} weights")
    if any(not math.isfinite(w) or w < 0.0 for w in law.weights) or sum(law.weights) <= 0.0:
        found.append(f"weights of a {law.kind} must be finite, not negative, and not all zero")
    if any(not math.isfinite(v) or v < 0.0 for v in law.values):
        found.append(f"values of an {law.kind} must be finite and not negative")
    elif any(v > LARGEST for v in law.values):
        found.append(f"values of an {law.kind} must be at most {LARGEST:g}")
    for part in law.parts:
        if part.kind == "mixture":
            found.append("a mixture may not contain a mixture")
        else:
            found.extend(part.problems())
    return found
