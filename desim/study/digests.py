"""Digests of what determines a study's runs and tables; light, so that they cost no start-up."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from desim.source import source_digest
from desim.study.folder import case_folder
from desim.study.question import Study

DETERMINES_RUNS = (
    "distribution.py", "elementary.py", "draw.py", "balance.py", "decision.py", "mechanism",
    "program", "trace", "engine", "outcome", "study/observe.py",
)  # fmt: skip
DETERMINES_MECHANISMS = ("case", "policy", "parameter.py", *DETERMINES_RUNS)
EVERYTHING = (*DETERMINES_MECHANISMS, "plugin", "study")


def hashed(*parts: str) -> str:
    """A hash of texts, 32 hexadecimal digits."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def case_digest(name: str) -> str:
    """A hash of all tables of a case; nothing is loaded."""
    files = sorted(file for file in case_folder(name).iterdir() if file.is_file())
    found = hashlib.blake2b(digest_size=16)
    for file in files:
        found.update(f"{file.name}\0".encode() + file.read_bytes())
    return found.hexdigest()


def study_digest(study: Study, *, quick: bool) -> str:
    """A hash of all that determines a study's runs and tables: file, case and source.

    It is cheap whatever the size of the study, so a finished study is known as such at once.
    """
    # the text may be laid out anew, and its values are all there; names mean what plug-ins say
    left_out = ("text", "file", "catalogue")
    given = {f.name: getattr(study, f.name) for f in fields(study) if f.name not in left_out}
    text = json.dumps(given, sort_keys=True, default=_plain)
    plugins = [" ".join(each) for each in study.plugins]
    case = case_digest(study.catalogue.case(study.case))
    return hashed(text, str(quick), case, source_digest(EVERYTHING), *plugins)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)
