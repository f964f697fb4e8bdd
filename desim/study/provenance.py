"""Where a result comes from: what made it, versions and the commit."""

from __future__ import annotations

import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import desim
from desim.engine.play import SEMANTICS
from desim.source import source_digest
from desim.study.digests import DETERMINES_RUNS, EVERYTHING

if TYPE_CHECKING:
    from desim.study.plan import Plan

_LIBRARIES = ("simpy", "numpy", "scipy", "numba", "pandas", "pyarrow", "SALib", "statsmodels")


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
    except OSError:  # no git, or one that cannot be run here
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
        "plugins": [
            {
                "kind": kind,
                "name": name,
                "from": str(study.catalogue.origin(kind, name)),
                "source_digest": digest,
            }
            for kind, name, digest in study.plugins
        ],
        "mechanism_digest": plan.case_mechanism_digest,
        "source_digest": source_digest(DETERMINES_RUNS),
        "tables_digest": source_digest(EVERYTHING),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "commit": commit(),
    }
