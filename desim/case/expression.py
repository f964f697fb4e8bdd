"""What stands in the cells of tables: numbers, distributions, levels and conditions.

4.5                                   a number
work.verify                           the value of a parameter
lognormal(work.verify, 0.6)           a distribution, of numbers and parameters
mixture(0.8: constant(1), 0.2: exponential(work.verify))
measure:severity@province >= 4        a condition on a level
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from desim.distribution import KINDS, Distribution, constant, empirical, mixture
from desim.error import DesimError
from desim.mechanism.complaint import LARGEST_WHOLE, shown, unknown
from desim.mechanism.levels import COMPARATORS, LEVEL_KINDS, Condition, Level

_CALL = re.compile(r"^\s*([a-z_]+)\s*\((.*)\)\s*$", re.DOTALL)
_NUMBER = re.compile(r"[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|nan|inf(inity)?)", re.ASCII | re.I)
_MEANT_AS_NUMBER = re.compile(r"[+-]?\.?\d")
_CONDITION = re.compile(r"^\s*(\S+)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*$")


class ExpressionError(DesimError):
    """A cell cannot be understood."""


class UnknownParameter(ExpressionError):
    """A cell names a parameter that does not exist."""


class WrongParameter(ExpressionError):
    """A cell names a parameter whose own value is wrong, which is the complaint to make."""


def number(text: str, values: Mapping[str, float]) -> float:
    """A number, the value of a parameter, or a product of these.

    Parameters
    ----------
    text
        What stands in the cell.
    values
        Parameter values by name; NaN for one that is wrong.

    Raises
    ------
    ExpressionError
        When a factor is neither, with the nearest parameter; `UnknownParameter` and
        `WrongParameter` say what is wrong with one.
    """
    if not text:
        raise ExpressionError("is empty where a number or a parameter is wanted")
    return math.prod(_factor(factor.strip(), values) for factor in text.split("*"))


def plain(text: str) -> float | None:
    """A number as it is written in tables, in digits 0 to 9; None when it is none.

    Python would also take ``1_000`` and digits of other scripts. What is not finite is a number
    here, to be complained of as such.
    """
    return float(text) if _NUMBER.fullmatch(text) else None


def _factor(text: str, values: Mapping[str, float]) -> float:
    value = plain(text)
    if value is not None:
        return value
    if text not in values and _MEANT_AS_NUMBER.match(text):
        raise ExpressionError(f"{shown(text)} is not a number; write it like 1000 or 0.5")
    if text not in values:
        raise UnknownParameter(unknown("parameter", text, values))
    if math.isnan(values[text]):
        raise WrongParameter(f"parameter {text} is wrong")
    return values[text]


def whole(text: str, values: Mapping[str, float]) -> int:
    """A whole number, or the value of a parameter that is one.

    Raises
    ------
    ExpressionError
        When it is none, or too large to count anything.
    """
    value = number(text, values)
    if not value.is_integer():
        raise ExpressionError(f"{value:g} is not a whole number")
    if abs(value) > LARGEST_WHOLE:
        raise ExpressionError(f"{value:g} is too large")
    return int(value)


def law(text: str, values: Mapping[str, float]) -> Distribution:
    """A distribution; a bare number or parameter is a constant.

    Raises
    ------
    ExpressionError
        When the text is no distribution, or its parameters are wrong.
    """
    call = _CALL.match(text)
    found = _called(call[1], call[2], values) if call else constant(number(text, values))
    problems = tuple(dict.fromkeys(found.problems()))
    if problems:
        raise ExpressionError("; ".join(problems))
    return found


def _called(kind: str, inside: str, values: Mapping[str, float]) -> Distribution:
    if kind == "mixture":
        pairs = [part.split(":", 1) for part in _split(inside)]
        if any(len(pair) < 2 for pair in pairs):
            raise ExpressionError("a mixture wants weight: distribution, ...")
        if any(part.lstrip().startswith("mixture") for _, part in pairs):
            raise ExpressionError("a mixture may not contain a mixture")
        weights = tuple(number(weight.strip(), values) for weight, _ in pairs)
        return mixture(tuple(law(part.strip(), values) for _, part in pairs), weights)
    arguments = tuple(number(part, values) for part in _split(inside))
    if kind == "empirical":
        return empirical(arguments)
    if kind not in KINDS:
        raise ExpressionError(unknown("distribution", kind, KINDS))
    return Distribution(kind, arguments)


def _split(inside: str) -> list[str]:
    """Split at commas that are not within brackets."""
    parts, depth, begin = [], 0, 0
    for i, letter in enumerate(inside):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append(inside[begin:i].strip())
            begin = i + 1
    return [*parts, inside[begin:].strip()]


def level(text: str) -> Level:
    """A level: ``kind:of@at``, ``kind:of`` or ``carried``.

    Raises
    ------
    ExpressionError
        When the kind of level does not exist.
    """
    kind, _, owner = text.strip().partition(":")
    of, _, at = owner.partition("@")
    if kind not in LEVEL_KINDS:
        raise ExpressionError(unknown("kind of level", kind, LEVEL_KINDS))
    return Level(kind, of, at)


def condition(text: str, values: Mapping[str, float]) -> Condition:
    """A comparison of a level with a number or parameter.

    Raises
    ------
    ExpressionError
        When it is not of the form level, comparator, number.
    """
    match = _CONDITION.match(text)
    if not match:
        signs = " ".join(COMPARATORS)
        raise ExpressionError(f"{shown(text)} is not a condition (level, one of {signs}, number)")
    return Condition(level(match[1]), match[2], number(match[3], values))
