"""Commands that play runs of a study again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from desim.cli.failure import fail, must_be_writable
from desim.cli.options import FILE, engine_option, results_option, with_option
from desim.cli.playing import tell
from desim.cli.progress import progress
from desim.cli.studies import (
    discovered,
    experiment_with,
    outputs_of,
    plan_all,
    read_all,
)


@click.command()
@click.argument("name", metavar="RUN")
@click.argument("item", default="")
@engine_option
@click.option("--csv", type=FILE, help="Write the whole trace there.")
@with_option
@results_option
def replay(
    name: str, item: str, engine: str, csv: Path | None, places: tuple[str, ...], results: Path
) -> None:
    """Play RUN of a study again, alone; tell the story of one ITEM of it."""
    if csv is not None:
        must_be_writable(csv.parent, "--csv")
    from desim.study.plan import Plan
    from desim.study.replay import replay as play_again
    from desim.study.saved import find_run

    saved = find_run(name, results, discovered(places))
    found = play_again(Plan(saved.study, engine=engine), saved)
    played = found.trace
    head = f"{saved.study.name}, {found.label}, replication {saved.replication}"
    click.echo(f"{head}: {len(played.records)} records, digest {played.digest}")
    if not found.known:
        click.echo("the study or the source has changed since; this is the run as it is now")
    if found.same is None:
        click.echo(f"it had failed: {saved.error}")
    else:
        click.echo("the trace is what it was" if found.same else "the trace is not what it was")
    tell(played, item, csv)
    sys.exit(1 if found.known and found.same is False else 0)


@click.command()
@click.argument("study", type=FILE)
@click.option("--share", type=click.FloatRange(0.0, 1.0, min_open=True), default=0.02,
              show_default=True, help="Share of the runs that is replayed.")  # fmt: skip
@click.option("--quick", is_flag=True, help="Of the small size.")
@with_option
@results_option
def audit(study: Path, share: float, quick: bool, places: tuple[str, ...], results: Path) -> None:
    """Replay a share of STUDY's runs on the other engine; say how much luck points share."""
    from desim.study.audit import audit as compare
    from desim.study.audit import common_luck
    from desim.study.current import changes, is_current
    from desim.study.store import Store
    from desim.study.table_names import COMMON_LUCK

    plan = plan_all(read_all((study,), places), results, quick=quick)[0]
    store = Store(results, plan.study.name)
    about = dict(store.provenance())
    if not is_current(about, plan.digest) or changes(plan.study, results, about):
        again = experiment_with(study, places)
        fail(f"{study}: there are no current results to audit; run {again}")
    must_be_writable(results, "--results")
    bar, _, _ = progress("replaying")
    with bar as show:
        found = compare(outputs_of(plan, results), share, show)
        luck = common_luck(plan)
    kept = {"runs": found.replayed, "differing": found.differing, "engine": found.engine}
    with store.writing():
        tables = {**about["tables"], COMMON_LUCK: store.write(COMMON_LUCK, luck)}
        audited = {"audit": {**kept, "share": share}, "tables": tables}
        store.write_provenance({**about, **audited})
    click.echo(
        f"{found.replayed} of {found.planned} runs replayed on the {found.engine} engine, "
        f"{found.differing} differ"
    )
    for row in luck.itertuples():
        click.echo(
            f"{row.label}: {row.draws_kept:.1%} of the baseline's draws are there too, and "
            f"{row.draws_common:.1%} of all draws of both"
        )
    if found.difference:
        click.echo(found.difference, err=True)
    sys.exit(1 if found.differing else 0)
