"""Commands about one mechanism or one run of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from desim.cli.failure import fail, must_be_writable
from desim.cli.options import (
    FILE,
    case_option,
    engine_option,
    policy_option,
    replication_option,
    seed_option,
    with_option,
)
from desim.cli.playing import Asked, tell

if TYPE_CHECKING:
    from desim.outcome import Outcome
    from desim.trace import Trace


@click.command()
@case_option
@policy_option
@click.argument("procedure", default="")
def explain(case: str, policies: tuple[str, ...], procedure: str) -> None:
    """Describe a case's mechanism, or one PROCEDURE of it, in words."""
    from desim.mechanism.complaint import unknown
    from desim.mechanism.describe import explain as words

    mechanism = Asked(case, policies).mechanism
    names = [p.name for p in mechanism.procedures]
    if procedure and procedure not in names:
        fail(unknown("procedure", procedure, names))
    click.echo(words(mechanism, procedure))


@click.command()
@case_option
@policy_option
def diff(case: str, policies: tuple[str, ...]) -> None:
    """Show what policies change in a case's mechanism."""
    from desim.mechanism.diff import diff as changes

    asked = Asked(case, policies)
    found = changes(asked.baseline, asked.mechanism)
    for change in found:
        click.echo(str(change))
    for policy in map(asked.catalogue.policy, asked.levers):
        if policy.process is not None:
            click.echo(f"{policy.name} also runs a process in Python, which cannot be shown here")
    click.echo(f"{len(found)} change{'' if len(found) == 1 else 's'}")


@click.command()
@case_option
@policy_option
@with_option
@seed_option
@replication_option
@engine_option
def run(
    case: str, policies: tuple[str, ...], places: tuple[str, ...], seed: int, replication: int,
    engine: str,
) -> None:  # fmt: skip
    """Play one run and print its outcomes."""
    asked = Asked(case, policies, places)
    played = asked.play(seed, replication, engine)
    click.echo(f"{len(played.items)} items, {len(played.records)} records, digest {played.digest}")
    for outcome in asked.catalogue.outcomes:
        if outcome.needs_world and not len(played.world):
            continue
        click.echo(f"{outcome.title:<48} {_value(outcome, played)}")


def _value(outcome: Outcome, played: Trace) -> str:
    """An outcome in words; that of a plug-in may be made for other cases."""
    try:
        return f"{outcome(played):>14.3f} {outcome.unit}"
    except (Exception, SystemExit) as error:  # noqa: BLE001 - said, and the others are shown
        return f"cannot be read from this run: {type(error).__name__}: {error}"


@click.command()
@case_option
@policy_option
@seed_option
@replication_option
@engine_option
@click.argument("item", default="")
@click.option("--csv", type=FILE, help="Write the whole trace there.")
def trace(
    case: str, policies: tuple[str, ...], seed: int, replication: int, engine: str, item: str,
    csv: Path | None,
) -> None:  # fmt: skip
    """Tell the story of one ITEM, such as assessment/3; without it, list the streams."""
    if csv is not None:
        must_be_writable(csv.parent, "--csv")
    tell(Asked(case, policies).play(seed, replication, engine), item, csv)
