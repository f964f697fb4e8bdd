"""The mechanism a command asks for, one run of it, and the story of that run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from desim.cli.failure import fail

if TYPE_CHECKING:
    from desim.mechanism.mechanism import Mechanism
    from desim.trace import Trace


def changed(case: str, policies: tuple[str, ...]) -> Mechanism:
    """The mechanism of a case with policies applied, as given on the command line."""
    from desim.case import load
    from desim.policy import apply_policies
    from desim.policy.catalogue import POLICIES

    levers: dict[str, float] = {}
    for name, lever in map(_lever, policies):
        if name in levers:
            fail(f"--policy {name}: given twice")
        levers[name] = lever
    return apply_policies(load(case).mechanism, POLICIES, levers)


def _lever(text: str) -> tuple[str, float]:
    from desim.policy import PolicyError, find_policy

    name, given, value = text.partition("=")
    try:
        find_policy(name)
        return name, float(value) if given else 1.0
    except PolicyError as error:
        fail(f"--policy {text}: {error}")
    except ValueError:
        fail(f"--policy {text}: {value!r} is not a number")


def play_one(case: str, policies: tuple[str, ...], seed: int, replication: int) -> Trace:
    """Play one run."""
    from desim.engine import play
    from desim.program import lower

    return play(lower(changed(case, policies)), seed=seed, replication=replication)


def tell(played: Trace, item: str, csv: Path | None) -> None:
    """Tell the story of an item, or list the streams; write the trace where it is wanted."""
    from desim.mechanism.complaint import unknown
    from desim.trace.story import story
    from desim.trace.table import stream_counts, write_csv

    found = played.find(item) if item else None
    if item and found is None:
        fail(unknown("item", item, [played.name(i) for i in range(len(played.items))]))
    if csv is not None:
        write_csv(played, csv)
        click.echo(f"{len(played.records)} records written to {csv}")
    if found is not None:
        click.echo(story(played, found))
    elif csv is None:
        for name, count in stream_counts(played):
            click.echo(f"{count:>7} items  {name}/1 ... ")
