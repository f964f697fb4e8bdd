"""The command that runs studies."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desim.cli.failure import fail, must_be_writable
from desim.cli.options import FILE, engine_option, results_option, with_option
from desim.cli.progress import progress
from desim.cli.studies import plan_all, read_all, say_unused

if TYPE_CHECKING:
    from desim.study.executors import Workers
    from desim.study.plan import Plan, Shard
    from desim.study.question import Study

EXPERIMENTS = Path("experiments")


@click.command()
@click.argument("studies", nargs=-1, type=FILE)
@click.option("--all", "every", is_flag=True, help="Every study in experiments/ but large ones.")
@click.option("--quick", is_flag=True, help="A small size, to see that everything works.")
@engine_option
@click.option(
    "--executor", type=click.Choice(("serial", "processes", "dask")), default="processes",
    show_default=True, help="Where runs are played.",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), help="Processes; all cores by default.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Of a Dask cluster.")
@click.option("--shard", default="1/1", metavar="I/N", help="Play only this part of the runs.")
@with_option
@results_option
def experiment(
    studies: tuple[Path, ...], every: bool, quick: bool, engine: str, executor: str,
    workers: int | None, scheduler: str, shard: str, places: tuple[str, ...], results: Path,
) -> None:  # fmt: skip
    """Run STUDIES: play what is missing and write their tables.

    A second call does nothing and says why; after a change only what depends on it is played.
    Interrupted, it goes on where it stopped. Parts played with --shard are put together by merge.
    """
    files = _study_files(studies, every)
    number, of = _part(shard)
    if bool(scheduler) != (executor == "dask"):
        fail("--executor dask and --scheduler ADDRESS belong together")
    asked = [each for each in read_all(files, places) if not every or not each.profile]
    if _say_finished(asked, results, quick=quick):
        return
    from desim.study.plan import Shard

    plans = plan_all(asked, results, quick=quick, engine=engine)
    for each in plans:
        must_be_writable(results / each.study.name, "--results")
    for mechanism in {each.study.case: each.case.mechanism for each in plans}.values():
        say_unused(mechanism)
    start = _workers(executor, workers, scheduler)
    failed = [_experiment(each, results, start, Shard(number, of)) for each in plans]
    sys.exit(1 if any(failed) else 0)


def _say_finished(studies: list[Study], results: Path, *, quick: bool) -> bool:
    """Whether all studies are finished; then it is said, without loading what plays runs."""
    from desim.study.current import finished

    reasons = [finished(each, results, quick=quick) for each in studies]
    if not all(reasons):
        return False
    for study, reason in zip(studies, reasons, strict=True):
        click.echo(f"{study.name}: {study.question}\n  {reason}", err=True)
    return True


def _study_files(studies: tuple[Path, ...], every: bool) -> tuple[Path, ...]:
    """The files to run: those named, or all in experiments/."""
    if bool(studies) == every:
        fail("name studies, or give --all to run every study in experiments/; one of the two")
    there = (file for file in EXPERIMENTS.glob("*.toml") if not file.name.startswith("."))
    files = tuple(sorted(there)) if every else studies
    if not files:
        fail(f"there is no study in {EXPERIMENTS.resolve()}")
    for file in files:
        if sum(file.stem == other.stem for other in files) > 1:
            fail(f"{file}: two studies are called {file.stem}; results go by that name")
    return files


def _part(text: str) -> tuple[int, int]:
    """Which part of how many."""
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        fail(f"--shard {text}: must be I/N with 1 <= I <= N, such as 2/8")
    return int(number), int(of)


def _workers(executor: str, count: int | None, scheduler: str) -> Callable[[], Workers]:
    """How to start workers; nothing is started yet."""
    from desim.study.executors import Serial, local

    if executor == "serial":
        return Serial
    if executor == "processes":
        return partial(local, count)
    try:
        from desim.study.cluster import Cluster
    except ImportError:
        fail("--executor dask: Dask is not installed; pip install 'desim[cluster]'")
    return partial(Cluster, scheduler)


def _experiment(plan: Plan, results: Path, start: Callable[[], Workers], part: Shard) -> int:
    """Run one study with a progress bar; return how many runs failed."""
    from rich.markup import escape

    from desim.study.run import run as perform

    bar, say = progress("playing")
    say(f"[bold]{escape(plan.study.name)}[/]: {escape(plan.study.question)}")
    with bar as show:
        report = perform(
            plan, results, show, start=start, shard=part, say=lambda text: say(f"  {escape(text)}")
        )
    say(f"  {escape(report.reason)}")
    for error in report.errors:
        say(f"  [red]failed:[/] {escape(error)}")
    for label in report.silent:
        say(f"  note: {escape(label)} left every trace as it was")
    return report.failed
