"""Where the tables of a case lie, and which names of folders are taken."""

from __future__ import annotations

from pathlib import Path

from desim.case.load import BUILT_IN, is_case

THEORY, CALIBRATION = "theory", "calibration"
"""Folders of results that no study may have."""
OF_CALIBRATION = f"{CALIBRATION}_"
"""How studies of a calibration are called at the beginning."""


def case_folder(name: str) -> Path:
    """The folder of a case that is named or is a folder."""
    built_in = BUILT_IN / name
    return built_in if is_case(built_in) else Path(name)


def unfit_name(name: str) -> str:
    """Why a study cannot be called so, in words; empty when it can.

    Parameters
    ----------
    name
        Its file's name without the ending; results go into a folder of that name.
    """
    if name in (THEORY, CALIBRATION):
        return f"results/{name} is for desim {'theory' if name == THEORY else 'calibrate'}"
    if not name.strip() or name.startswith("."):
        return "a study's name must not begin with a dot"
    if not name.isprintable():
        return f"a study's name is that of a folder, and {name!r} cannot be printed"
    return ""
