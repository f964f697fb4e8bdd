"""Studies as files name them, their plans, and what was played of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from desim.cli.failure import fail

if TYPE_CHECKING:
    from desim.study.outputs import Outputs
    from desim.study.plan import Plan
    from desim.study.question import Study


def read_all(files: tuple[Path, ...]) -> list[Study]:
    """Studies of all files; every complaint comes before anything is done."""
    from desim.study.question import StudyError, read_study

    complaints: list[str] = []
    studies: list[Study] = []
    for file in files:
        try:
            studies.append(read_study(file))
        except StudyError as error:
            complaints.extend(error.complaints)
    if complaints:
        fail("\n".join(complaints))
    return studies


def plan_all(
    studies: list[Study], results: Path, *, quick: bool = False, engine: str = "auto"
) -> list[Plan]:
    """Plans of all studies, so that nothing runs before every folder is found good."""
    from desim.study.plan import Plan
    from desim.study.question import StudyError
    from desim.study.store import Store

    complaints: list[str] = []
    for study in studies:
        try:
            Store(results, study.name)
        except StudyError as error:
            complaints.extend(error.complaints)
    if complaints:
        fail("\n".join(complaints))
    return [Plan(study, quick, engine) for study in studies]


def outputs_of(plan: Plan, results: Path) -> Outputs:
    """What was played of a plan."""
    from desim.study.outputs import Outputs
    from desim.study.store import Store

    store = Store(results, plan.study.name, plan.study.outcomes)
    played = int(store.provenance().get("replications", plan.at_least))
    return Outputs(plan, store, max(played, plan.at_least))
