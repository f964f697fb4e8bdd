"""Commands about plug-ins: what there is, whether it keeps its contract, and first versions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desim.cli.failure import BAD_INPUT, fail, must_be_writable
from desim.cli.options import FOLDER, case_option, with_option

if TYPE_CHECKING:
    from desim.plugin.catalogue import Catalogue
    from desim.policy import Policy
    from desim.testing import Fault

KINDS = ("policy", "case", "study")


@click.command()
@with_option
@click.argument("name", default="")
def policies(places: tuple[str, ...], name: str) -> None:
    """List policies, outcomes and cases from outside too; with NAME, one policy in full."""
    from desim.plugin.catalogue import discover
    from desim.policy import PolicyError

    catalogue = discover(places)
    try:
        chosen = (catalogue.policy(name),) if name else catalogue.policies
    except PolicyError as error:
        fail(str(error))
    for policy in chosen:
        _show(policy, catalogue, full=bool(name))
    for (kind, other), origin in catalogue.origins.items():
        if kind != "policy" and not name:
            click.echo(f"{kind} {other}, {origin}")
    named = [offer for offer in catalogue.broken if offer.origin.place in places]
    for offer in named if name else catalogue.broken:
        click.echo(f"broken: {offer.kind} {offer.name} of {offer.origin}: {offer.fault}", err=True)
    if named:  # what is installed and broken is no mistake of this call
        sys.exit(BAD_INPUT)


def _show(policy: Policy, catalogue: Catalogue, *, full: bool) -> None:
    origin = str(catalogue.origin("policy", policy.name))
    click.echo(f"{policy.name}, {origin}: {policy.summary}")
    kind = "" if policy.process is None else "; runs a process, so on the SimPy engine only"
    click.echo(f"  lever [0, 1]: {policy.lever or 'from absent to full'}{kind}")
    if full and policy.order_matters_with:
        click.echo(f"  order matters with: {', '.join(policy.order_matters_with)}")
    if not full and policy.parameters:
        shown = (f"{p.name.partition('.')[2]} [{p.low:g}, {p.high:g}]" for p in policy.parameters)
        click.echo(f"  parameters: {', '.join(shown)}")
    for p in policy.parameters if full else ():
        source = " ".join(filter(None, (p.source, p.tag)))
        click.echo(
            f"  {p.name} = {p.value:g} {p.unit} [{p.low:g}, {p.high:g}], {p.law}, {source}: "
            f"{p.meaning}; {p.note}"
        )


@click.command()
@case_option
@with_option
@click.argument("name")
def check(case: str, places: tuple[str, ...], name: str) -> None:
    """Check whether NAME, a policy, outcome or case, keeps its contract.

    NAME can be a file or a module too, and then everything in it is checked. A policy and an
    outcome are checked on --case. Every fault says what to do; exit code 1 when there is one.
    """
    from desim.plugin.catalogue import discover
    from desim.plugin.source import is_place

    place = is_place(name) and not Path(name).is_dir()
    catalogue = discover((*places, name) if place else places)
    wanted = _in_place(catalogue, name) if place else _named(catalogue, name)
    where, wrong = catalogue.case(case), 0
    for kind, each in wanted:
        faults = _faults(kind, each, where, catalogue)
        wrong += len(faults)
        click.echo(f"{kind} {each}: {_verdict(faults)}")
        for fault in faults:
            click.echo(f"  {fault}")
    for offer in catalogue.broken:
        if offer.name == name or (place and offer.origin.place in (name, name.partition(":")[0])):
            wrong += 1
            click.echo(f"{offer.kind} {offer.name} of {offer.origin}: {offer.fault}")
    sys.exit(1 if wrong else 0)


def _verdict(faults: tuple[Fault, ...]) -> str:
    if not faults:
        return "keeps its contract"
    return f"{len(faults)} fault{'' if len(faults) == 1 else 's'}"


def _in_place(catalogue: Catalogue, place: str) -> list[tuple[str, str]]:
    where = place.rpartition(":")[0] or place
    return [key for key, origin in catalogue.origins.items() if origin.place in (place, where)]


def _named(catalogue: Catalogue, name: str) -> list[tuple[str, str]]:
    from desim.case.load import is_case
    from desim.mechanism.complaint import unknown

    known = {
        "policy": [policy.name for policy in catalogue.policies],
        "outcome": [outcome.name for outcome in catalogue.outcomes],
        "case": list(catalogue.cases),
    }
    found = [(kind, name) for kind, names in known.items() if name in names]
    if is_case(Path(name)):
        found.append(("case", name))
    if not found and not catalogue.clashes((name,)):
        every = [each for names in known.values() for each in names]
        fail(unknown("policy, outcome or case", name, every))
    return found


def _faults(kind: str, name: str, case: str, catalogue: Catalogue) -> tuple[Fault, ...]:
    from desim.policy.catalogue import BOUNDS
    from desim.testing import case_faults, outcome_faults, policy_faults

    if kind == "case":
        return case_faults(catalogue.case(name))
    if kind == "outcome":
        return outcome_faults(catalogue.outcome(name), case)
    others = tuple(policy for policy in catalogue.policies if policy not in BOUNDS)
    return policy_faults(catalogue.policy(name), case, others)


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name")
@click.option("--into", type=FOLDER, default=Path(), help="Folder for its files; here by default.")
def new(kind: str, name: str, into: Path) -> None:
    """Write a small policy, case or study called NAME that works, and its test."""
    from desim.scaffold import write_new

    must_be_writable(into, "--into")
    for path in write_new(kind, name, into):
        click.echo(path)
    click.echo(_NEXT[kind].format(name=name, into=into))


_NEXT = {
    "policy": "next: desim diff -p {into}/{name}.py, desim check {into}/{name}.py",
    "case": "next: desim explain --case {into}/{name}, desim check {into}/{name}",
    "study": "next: desim experiment {into}/{name}.toml --quick",
}
