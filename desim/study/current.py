"""Whether a study is finished and current: light and cheap, whatever the study's size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from desim import __version__
from desim.study.digests import study_digest
from desim.study.question import Study

PROVENANCE = "provenance.json"


def is_current(found: Mapping[str, Any], digest: str) -> bool:
    """Whether tables made with this provenance are what a study of that digest would give now."""
    return (
        bool(found.get("complete"))
        and found.get("study_digest") == digest
        and found.get("desim") == __version__
    )


def nothing_to_do(found: Mapping[str, Any]) -> str:
    """Why nothing is done, in words."""
    return f"nothing to do: all {found['runs']} runs and their tables are there and unchanged"


def finished(study: Study, results: Path, *, quick: bool) -> str:
    """Why nothing has to be done for a study; empty when something has, or is wrong.

    Parameters
    ----------
    study
        A checked study.
    results
        Folder of all results.
    quick
        Whether its quick size is meant.
    """
    try:
        found = json.loads((results / study.name / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""  # nothing there, or nothing that can be read: the store says what is wrong
    current = isinstance(found, dict) and is_current(found, study_digest(study, quick=quick))
    return nothing_to_do(found) if current else ""
