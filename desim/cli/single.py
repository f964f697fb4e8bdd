"""Commands about one mechanism or one run of it."""

from __future__ import annotations

from pathlib import Path

import click

from desim.cli.failure import fail
from desim.cli.options import (
    FILE,
    case_option,
    policy_option,
    replication_option,
    seed_option,
)
from desim.cli.playing import changed, play_one, tell


@click.command()
@case_option
@policy_option
@click.argument("procedure", default="")
def explain(case: str, policies: tuple[str, ...], procedure: str) -> None:
    """Describe a case's mechanism, or one PROCEDURE of it, in words."""
    from desim.mechanism.complaint import unknown
    from desim.mechanism.describe import explain as words

    mechanism = changed(case, policies)
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

    found = changes(changed(case, ()), changed(case, policies))
    for change in found:
        click.echo(str(change))
    click.echo(f"{len(found)} change{'' if len(found) == 1 else 's'}")


@click.command()
@case_option
@policy_option
@seed_option
@replication_option
def run(case: str, policies: tuple[str, ...], seed: int, replication: int) -> None:
    """Play one run and print its outcomes."""
    from desim.outcome import OUTCOMES

    played = play_one(case, policies, seed, replication)
    click.echo(f"{len(played.items)} items, {len(played.records)} records, digest {played.digest}")
    for outcome in OUTCOMES:
        if outcome.needs_world and not len(played.world):
            continue
        click.echo(f"{outcome.title:<48} {outcome(played):>14.3f} {outcome.unit}")


@click.command()
@case_option
@policy_option
@seed_option
@replication_option
@click.argument("item", default="")
@click.option("--csv", type=FILE, help="Write the whole trace there.")
def trace(
    case: str,
    policies: tuple[str, ...],
    seed: int,
    replication: int,
    item: str,
    csv: Path | None,
) -> None:
    """Tell the story of one ITEM, such as assessment/3; without it, list the streams."""
    tell(play_one(case, policies, seed, replication), item, csv)
