"""Commands about what was played of a study: how far, whether enough, and putting together."""

from __future__ import annotations

import sys
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import click

from desim.cli.failure import fail, must_be_writable
from desim.cli.options import FILE, FOLDER, results_option, with_option
from desim.cli.studies import (
    discovered,
    experiment_with,
    outputs_of,
    plan_all,
    read_all,
)


@click.command()
@click.argument("study", type=FILE)
@click.option("--quick", is_flag=True, help="Of the small size.")
@with_option
@results_option
def status(study: Path, quick: bool, places: tuple[str, ...], results: Path) -> None:
    """Say how far STUDY is."""
    from desim.study.saved import status as how_far

    plan = plan_all(read_all((study,), places), results, quick=quick)[0]
    found = how_far(plan, results)
    engine = f", {found.engine} engine" if found.engine else ""
    click.echo(f"{found.finished} of {found.planned} runs finished, {found.failed} failed{engine}")
    click.echo(f"{found.size / 1e6:.1f} MB of rows")
    click.echo("tables are there and current" if found.current else "tables are not current")
    for note in found.notes:
        click.echo(f"note: {note}", err=True)


@click.command()
@click.argument("study", type=FILE)
@click.option("--quick", is_flag=True, help="Of the small size.")
@with_option
@results_option
def advise(study: Path, quick: bool, places: tuple[str, ...], results: Path) -> None:
    """Say how many replications STUDY needs, from what was played."""
    from desim.study.precision import advice

    outputs = outputs_of(plan_all(read_all((study,), places), results, quick=quick)[0], results)
    table = advice(outputs)
    if table.empty:
        fail(f"{study}: too little was played to advise; run {experiment_with(study, places)}")
    # whole numbers that may be missing become floats, which print and compare plainly
    table = table.astype({"enough": float, "more": float})
    for row in table.to_dict("records"):
        about = f"{row['label']}, {row['quantity']} of {row['outcome']}"
        enough, more = (None if row[k] != row[k] else int(row[k]) for k in ("enough", "more"))
        sure = "" if "luck_share" in row else ", and a few to be sure"
        click.echo(f"{about}: {_found(row)}: {_verdict(enough, more, sure)}")


def _found(row: dict[Hashable, Any]) -> str:
    """What there is and what is wanted: a half-width, or a share of luck in a sampling design."""
    if "luck_share" in row:
        share = f"luck is {row['luck_share']:.1%} of what differs between rows"
        return f"{share}, wanted at most {row['limit']:.0%}"
    return f"{row['mean']:.4g} ± {row['half_width']:.2g}, wanted ± {row['limit']:.2g}"


def _verdict(enough: int | None, more: int | None, sure: str) -> str:
    if enough is not None:
        return f"{enough} replications are enough"
    if more is None:
        return "not to be had with any number of replications"
    return f"about {more} more{sure}" if more else "a few more to be sure"


@click.command()
@click.argument("folders", nargs=-1, required=True, type=FOLDER)
@with_option
@results_option
def merge(folders: tuple[Path, ...], places: tuple[str, ...], results: Path) -> None:
    """Merge FOLDERS, results of parts played with --shard, and write the tables."""
    from desim.study.saved import merge as merged

    must_be_writable(results, "--results")
    failed = 0
    for each in merged(folders, results, catalogue=discovered(places)):
        click.echo(each.said)
        failed += each.failed
    sys.exit(1 if failed else 0)


@click.command(name="check-results")
@click.argument("studies", nargs=-1)
@results_option
def check_results(studies: tuple[str, ...], results: Path) -> None:
    """Verify every checksum of STUDIES, all in the folder of results when none is named.

    A study is named as its folder, or by its file. Nothing is changed; what is broken is said.
    """
    from desim.study.check_results import check

    wrong = 0
    for study in check(results, tuple(Path(name).stem for name in studies)):
        for line in study.wrong:
            click.echo(f"{study.name}: {line}")
        if not study.wrong:
            click.echo(f"{study.name}: {study.said}")
        wrong += len(study.wrong)
    sys.exit(1 if wrong else 0)
