"""Where a result comes from: names of runs, versions, digests and the commit."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import desim
from desim.engine.play import SEMANTICS
from desim.mechanism.diff import digest
from desim.mechanism.mechanism import Mechanism
from desim.study.question import Study

_DETERMINES_RUNS = (
    "distribution.py", "draw.py", "balance.py", "decision.py", "mechanism", "program", "trace",
    "engine", "outcome", "study/observe.py",
)  # fmt: skip
_DETERMINES_TABLES = ("study",)
_LIBRARIES = ("simpy", "numpy", "scipy", "numba", "pandas", "pyarrow")


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


@cache
def source_digest(places: tuple[str, ...] = _DETERMINES_RUNS) -> str:
    """A hash of the source code in some of the package's folders and files."""
    root = Path(desim.__file__).parent
    files = sorted(
        file
        for place in places
        for file in ([root / place] if place.endswith(".py") else (root / place).rglob("*.py"))
    )
    return _hash(*(f"{f.relative_to(root)}\n{f.read_text(encoding='utf-8')}" for f in files))


@dataclass(frozen=True, slots=True)
class RunName:
    """Names the runs of one point: all of what determines them but the replication."""

    mechanism: str
    seed: int
    kept: str

    def of(self, replication: int) -> str:
        """The name of one replication."""
        parts = (self.mechanism, str(self.seed), str(replication), str(SEMANTICS), self.kept)
        return _hash(*parts, source_digest())


def run_name(mechanism: Mechanism, study: Study, kept: tuple[str, ...], record: str) -> RunName:
    """How the runs of a point are named.

    Parameters
    ----------
    mechanism
        The mechanism at the point.
    study
        The study, for its seed.
    kept
        Outcomes and tables that are kept of each run.
    record
        Digest of the record that the model is compared with.
    """
    return RunName(digest(mechanism), study.seed, _hash(*kept, record))


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


def provenance(study: Study, runs: tuple[str, ...], start: str, case: str) -> dict[str, Any]:
    """What made a study's tables.

    Parameters
    ----------
    study
        The study.
    runs
        Names of its runs, in order.
    start
        Local time of hour 0, ISO format.
    case
        Digest of the case's baseline mechanism.
    """
    return {
        "desim": desim.__version__,
        "complete": True,
        "study": study.name,
        "question": study.question,
        "case": study.case,
        "start": start,
        "seed": study.seed,
        "semantics": SEMANTICS,
        "engine": "simpy",
        "runs": len(runs),
        "runs_digest": runs_digest(runs),
        "mechanism_digest": case,
        "source_digest": source_digest(),
        "tables_digest": source_digest(_DETERMINES_TABLES),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "commit": commit(),
    }


def runs_digest(runs: tuple[str, ...]) -> str:
    """A hash of all run names of a study."""
    return _hash(*runs)


def is_current(found: dict[str, Any], study: Study, runs: tuple[str, ...]) -> bool:
    """Whether tables made with this provenance are what the study would give now."""
    return bool(
        found.get("complete")
        and found.get("runs_digest") == runs_digest(runs)
        and found.get("tables_digest") == source_digest(_DETERMINES_TABLES)
        and found.get("question") == study.question
    )
