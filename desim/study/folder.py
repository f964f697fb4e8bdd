"""Where the tables of a case lie."""

from __future__ import annotations

from pathlib import Path

from desim.case.load import BUILT_IN, is_case


def case_folder(name: str) -> Path:
    """The folder of a case that is named or is a folder."""
    built_in = BUILT_IN / name
    return built_in if is_case(built_in) else Path(name)
