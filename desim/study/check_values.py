"""Whether values that a study gives to a case's parameters fit what the case's tables want.

A range says too little of a code or of a number of days: 0.5 lies within [0, 2], and there is no
plan between two plans. So such values are tried on the tables, each alone, before anything runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from desim.case import Case, CaseError
from desim.case.load import Tables
from desim.parameter import CHOICE, Parameter
from desim.plugin.catalogue import Catalogue
from desim.study.check_file import is_number
from desim.study.folder import case_folder
from desim.study.given_sample import resolved
from desim.study.uncertainty import uncertainty

_LAWS = (CHOICE, "integer")
"""Laws of parameters of which not every number in the range means something."""
_SOMEWHERE = 0.37
"""A chance at which a law over a range gives no whole number."""


def unfit_values(raw: Mapping[str, Any], case: Case, catalogue: Catalogue) -> Iterator[str]:
    """Values that the tables of the case cannot take, one sentence a complaint.

    Parameters
    ----------
    raw
        The study file as TOML gives it; what is wrong with it otherwise is passed over here.
    case
        Its case.
    catalogue
        What can be named.
    """
    known = {p.name: p for p in case.parameters if p.law in _LAWS}
    folder = catalogue.case(raw["case"])
    tables, tried = Tables(folder), set[tuple[str, float]]()
    for where, name, value in _given(raw, known, folder):  # of whatever type, as TOML gives it
        parameter = known.get(name) if isinstance(name, str) else None
        if parameter is None or not is_number(value) or (name, float(value)) in tried:
            continue
        tried.add((name, float(value)))
        if parameter.low <= value <= parameter.high:
            try:
                tables.case({name: float(value)}, checked=False)
            except CaseError as error:
                yield f"key {where}: {name} = {value:g} does not fit: {error.complaints[0]}"


def _given(
    raw: Mapping[str, Any], known: Mapping[str, Parameter], folder: str
) -> Iterator[tuple[str, str, Any]]:
    """Key, parameter and value, wherever a study file gives one."""
    given, design = raw.get("parameters"), raw.get("design")
    for name, value in given.items() if isinstance(given, dict) else ():
        yield f"parameters.{name}", name, value
    design = design if isinstance(design, dict) else {}
    scenarios = design.get("scenarios")
    for scenario, values in scenarios.items() if isinstance(scenarios, dict) else ():
        for name, value in values.items() if isinstance(values, dict) else ():
            yield f"design.scenarios.{scenario}.{name}", name, value
    yield from _rows(design, folder)
    uncertain = raw.get("uncertainties")
    for name, about in uncertain.items() if isinstance(uncertain, dict) else ():
        for value in _drawn(known[name], about) if name in known else ():
            yield f"uncertainties.{name}", name, value


def _rows(design: Mapping[str, Any], folder: str) -> Iterator[tuple[str, str, Any]]:
    if design.get("kind") != "sample":
        return
    try:
        found = resolved(design, case_folder(folder))
        table = [list(zip(found["names"], row, strict=True)) for row in found["rows"]]
    except (KeyError, TypeError, ValueError):
        return  # complained of elsewhere
    key = "design.stored" if "stored" in design else "design.rows"
    for number, row in enumerate(table, start=1):
        for name, value in row:
            yield f"{key} {number}", name, value


def _drawn(parameter: Parameter, about: Any) -> Iterator[float]:
    """Values that an uncertain input can have."""
    try:
        found = uncertainty(parameter, about)
    except (AttributeError, TypeError, ValueError):
        return  # complained of elsewhere
    if found.values:
        yield from found.values
    elif not found.problem():
        yield float(found.quantile(np.array([_SOMEWHERE]))[0])
