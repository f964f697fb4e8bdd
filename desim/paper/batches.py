"""Which batches of a calibration, each a study of its own, are behind each of its tables."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from desim.calibration.batch import PREFIX

_MATCHING = ("wave_*",)
_SEQUENCE = ("wave_*", "reference", "generation_*")
_RECOVERY = ("reference",)
BEHIND: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("waves", "emulators", "space", "plausible"), _MATCHING),
    **dict.fromkeys(("generations", "tolerance", "marginals", "population"), _SEQUENCE),
    **dict.fromkeys(
        ("recovery", "recovery_of_all", "recovery_of_record", "coverage"), _RECOVERY
    ),
    "predictive": ("predictive_*",),
    **dict.fromkeys(("worse_ends", "corner_values"), ("ends",)),
    **dict.fromkeys(("corners", "corner_record"), ("corners",)),
}  # fmt: skip
"""Patterns of batches by table."""


def batches_of(table: str, results: Path) -> tuple[str, ...]:
    """Studies whose runs are behind a table of a calibration, in the order of their names.

    Parameters
    ----------
    table
        Its name within the calibration's folder.
    results
        Folder of results, in which the batches are.
    """
    return tuple(_matching(BEHIND[table], results))


def all_batches(results: Path) -> tuple[str, ...]:
    """Every batch in a folder of results."""
    return tuple(_matching(("*",), results))


def _matching(patterns: Iterable[str], results: Path) -> Iterable[str]:
    for folder in sorted(results.glob(f"{PREFIX}*")):
        if any(fnmatchcase(folder.name.removeprefix(PREFIX), each) for each in patterns):
            yield folder.name
