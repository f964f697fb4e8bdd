"""Where a result comes from: digests of all that determines it, versions and the commit."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import desim
from desim.case.load import BUILT_IN
from desim.engine.play import SEMANTICS
from desim.source import source_digest
from desim.study.question import Study

if TYPE_CHECKING:
    from desim.study.plan import Plan

DETERMINES_RUNS = (
    "distribution.py", "draw.py", "balance.py", "decision.py", "mechanism", "program", "trace",
    "engine", "outcome", "study/observe.py",
)  # fmt: skip
DETERMINES_MECHANISMS = ("case", "policy", "parameter.py", *DETERMINES_RUNS)
EVERYTHING = (*DETERMINES_MECHANISMS, "study")
_LIBRARIES = ("simpy", "numpy", "scipy", "numba", "pandas", "pyarrow", "SALib", "statsmodels")


def hashed(*parts: str) -> str:
    """A hash of texts, 32 hexadecimal digits."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def case_folder(name: str) -> Path:
    """The folder of a case that is named or is a folder."""
    built_in = BUILT_IN / name
    return built_in if (built_in / "case.toml").is_file() else Path(name)


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
    # the text may be laid out anew, and its values are all there
    fields = json.dumps(asdict(replace(study, text="")), sort_keys=True, default=str)
    return hashed(fields, str(quick), case_digest(study.case), source_digest(EVERYTHING))


def commit() -> str:
    """The commit of the source tree, with ``+changes`` when it was edited; empty outside git."""
    root = Path(desim.__file__).parent.parent
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty=+changes"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""


def provenance(plan: Plan, replications: int, engines: tuple[str, ...]) -> dict[str, Any]:
    """What made a study's tables.

    Parameters
    ----------
    plan
        What was planned.
    replications
        Of every point, as played.
    engines
        What the runs were played with.
    """
    study = plan.study
    return {
        "desim": desim.__version__,
        "study": study.name,
        "question": study.question,
        "case": study.case,
        "start": plan.case.mechanism.start.isoformat(),
        "seed": study.seed,
        "quick": plan.quick,
        "semantics": SEMANTICS,
        "engine": ", ".join(engines),
        "points": len(plan.design),
        "replications": replications,
        "runs": len(plan.design) * replications,
        "study_digest": plan.digest,
        "mechanism_digest": plan.case_mechanism_digest,
        "source_digest": source_digest(DETERMINES_RUNS),
        "tables_digest": source_digest(EVERYTHING),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "commit": commit(),
    }
