"""Samples of parameter values that are given and not drawn: by a study file, or by the case.

A case can keep samples beside its tables, such as the posterior of its calibration:
``CASE/samples/NAME.csv``, one column a parameter and one row a draw. They say nothing about the
case itself, so no run's name depends on them but through the values.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from desim.mechanism.complaint import shown, unknown
from desim.parameter import Parameter

SAMPLES = "samples"


def stored_samples(folder: Path) -> dict[str, Path]:
    """The samples that a case keeps, by name.

    Parameters
    ----------
    folder
        The case's folder.
    """
    return {file.stem: file for file in sorted((folder / SAMPLES).glob("*.csv"))}


def read_sample(file: Path) -> tuple[list[str], list[list[float]]]:
    """Names and rows of a stored sample.

    Parameters
    ----------
    file
        From `stored_samples`.

    Raises
    ------
    ValueError
        When a cell is no number, or a row is longer or shorter than the header.
    """
    with file.open(encoding="utf-8-sig", newline="") as lines:
        header, *rows = list(csv.reader(lines)) or [[]]
    found = []
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise ValueError(f"row {number} has {len(row)} cells under {len(header)} columns")
        try:
            found.append([float(cell) for cell in row])
        except ValueError as error:
            raise ValueError(f"row {number}: {error}") from error
    return header, found


def resolved(design: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A checked design of kind ``sample`` with its names and rows in it.

    Parameters
    ----------
    design
        The study file's table.
    folder
        The case's folder.
    """
    found = dict(design)
    if "stored" in design:
        found["names"], found["rows"] = read_sample(stored_samples(folder)[design["stored"]])
    return found


def sample_complaints(
    design: Mapping[str, Any], folder: Path, ranges: Mapping[str, Parameter]
) -> Iterator[str]:
    """What is wrong with the sample of a design, one sentence a complaint.

    Parameters
    ----------
    design
        The study file's table.
    folder
        The case's folder.
    ranges
        Every parameter that can be set, by name.
    """
    if ("stored" in design) == ("rows" in design):
        yield "key design: a sample is either stored with the case or given by names and rows"
        return
    if "stored" not in design:
        yield from _table("design.rows", design.get("names"), design["rows"], ranges)
        return
    known = stored_samples(folder)
    stored = design["stored"]
    if not isinstance(stored, str) or stored not in known:
        yield f"key design.stored: {unknown('sample', str(stored), known)}"
        return
    file = known[stored]
    try:
        names, rows = read_sample(file)
    except (ValueError, OSError) as error:
        yield f"key design.stored: {SAMPLES}/{file.name}: {error}"
        return
    yield from _table(f"design.stored: {SAMPLES}/{file.name}", names, rows, ranges)


def _table(where: str, names: Any, rows: Any, ranges: Mapping[str, Parameter]) -> Iterator[str]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        yield f"key {where}: needs names, a list of parameters"
        return
    strange = [name for name in names if name not in ranges]
    yield from (f"key {where}: {unknown('parameter', name, ranges)}" for name in strange)
    if len(set(names)) < len(names):
        yield f"key {where}: a parameter is named twice"
    if not isinstance(rows, list) or not rows:
        yield f"key {where}: has no rows"
        return
    if strange:
        return
    limits = [(ranges[name].low, ranges[name].high) for name in names]
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(names):
            yield f"key {where} {number}: must be a list of {len(names)} numbers"
            continue
        for name, value, (low, high) in zip(names, row, limits, strict=True):
            number_given = isinstance(value, int | float) and not isinstance(value, bool)
            if not number_given or not low <= value <= high:
                text = f"{name} = {shown(value)} is outside [{low:g}, {high:g}]"
                yield f"key {where} {number}: {text}"
