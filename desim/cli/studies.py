"""Studies as files name them, their plans, and what was played of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from desim.cli.failure import fail

if TYPE_CHECKING:
    from desim.mechanism.mechanism import Mechanism
    from desim.plugin.catalogue import Catalogue
    from desim.study.outputs import Outputs
    from desim.study.plan import Plan
    from desim.study.question import Study


def read_all(files: tuple[Path, ...], places: tuple[str, ...] = ()) -> list[Study]:
    """Studies of all files; every complaint comes before anything is done."""
    from desim.study.question import StudyError, read_study

    catalogue = discovered(places)
    complaints: list[str] = []
    studies: list[Study] = []
    for file in files:
        try:
            studies.append(read_study(file, catalogue))
        except StudyError as error:
            complaints.extend(error.complaints)
    if complaints:
        fail("\n".join((*complaints, *_hint(complaints, places))))
    for study in studies:
        for offer in catalogue.clashes((*study.used, *study.outcomes, study.case)):
            text = f"{offer.kind} {offer.name} of {offer.origin}: {offer.fault}"
            click.echo(f"note: {text}", err=True)
    return studies


def _hint(complaints: list[str], places: tuple[str, ...]) -> tuple[str, ...]:
    """Where a name may come from that nobody knows."""
    strange = any(
        f"unknown {kind} " in text for text in complaints for kind in ("policy", "outcome")
    )
    if not strange or places:
        return ()
    return ("policies and outcomes that are made in a file are found with --with FILE.py",)


def experiment_with(study: Path, places: tuple[str, ...]) -> str:
    """The command that plays a study, as it must be typed."""
    return " ".join(("desim experiment", str(study), *(f"--with {place}" for place in places)))


def discovered(places: tuple[str, ...], others: tuple[str, ...] = ()) -> Catalogue:
    """What can be named; a place that was named and cannot be used is bad input.

    Parameters
    ----------
    places
        What ``--with`` names.
    others
        Further places; what is wrong with them is said where they are used.
    """
    from desim.plugin.catalogue import discover

    catalogue = discover((*places, *others))
    wrong = [offer for offer in catalogue.broken if offer.origin.place in places and offer.fault]
    if wrong:
        fail("\n".join(f"--with {each.origin.place}: {each.fault}" for each in wrong))
    return catalogue


def say_unused(mechanism: Mechanism) -> None:
    """Say which parts of a case nothing uses."""
    from desim.mechanism.unused import unused

    for text in unused(mechanism):
        click.echo(f"note: case {mechanism.name} has {text}", err=True)


def plan_all(
    studies: list[Study], results: Path, *, quick: bool = False, engine: str = "auto"
) -> list[Plan]:
    """Plans of all studies, so that nothing runs before every folder is found good."""
    from desim.study.engine import because, with_process
    from desim.study.plan import Plan
    from desim.study.question import StudyError
    from desim.study.store import Store

    complaints: list[str] = []
    for study in studies:
        try:
            Store(results, study.name).refuse_another(study)
        except StudyError as error:
            complaints.extend(error.complaints)
    for study in studies:
        names = with_process(study)
        if names and engine == "compiled":
            complaints.append(f"{study.name}: --engine compiled: {because(names)}")
        elif names and engine == "auto":
            click.echo(f"{study.name}: on the SimPy engine: {because(names)}", err=True)
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
