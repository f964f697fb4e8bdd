"""The commands of calibration and of validation by theory."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from desim.cli.failure import fail, must_be_writable
from desim.cli.options import (
    FILE,
    WORKERS,
    case_option,
    engine_option,
    results_option,
    seed_option,
    time_limit_option,
)
from desim.cli.progress import progress


@click.command()
@click.argument("file", type=FILE)
@click.option("--quick", is_flag=True, help="A small budget, to see that everything works.")
@click.option("--workers", type=click.IntRange(min=1), help=WORKERS)
@time_limit_option
@click.option("--store", is_flag=True, help="Keep the posterior with the case, for other studies.")
@engine_option
@results_option
def calibrate(
    file: Path, quick: bool, workers: int | None, time_limit: float | None, store: bool,
    engine: str, results: Path,
) -> None:  # fmt: skip
    """Calibrate a case on its record, with the budget of FILE.

    A second call does nothing and says why. Interrupted, it goes on where it stopped.
    """
    from functools import partial

    from rich.markup import escape

    from desim.calibration.budget import read_budget
    from desim.calibration.calibrate import calibrate as perform
    from desim.calibration.posterior import sample_folder
    from desim.study.executors import local
    from desim.study.folder import case_folder
    from desim.study.question import StudyError

    try:
        budget = read_budget(file, quick=quick)
    except StudyError as error:
        fail(str(error))
    if store and quick:
        fail("--store: a quick calibration is no posterior to keep")
    must_be_writable(results, "--results")
    bar, say, _ = progress("playing")
    say(f"[bold]calibration[/] of {escape(budget.case)} with {escape(str(file))}")
    with bar as show:
        start = partial(local, workers, time_limit)
        finished = perform(
            budget, results, start, show, lambda text: say(f"  {escape(text)}"), engine
        )
    say(f"  {escape(finished.reason)}")
    if store:
        folder = sample_folder(case_folder(budget.case))
        folder.mkdir(exist_ok=True)
        for path in (finished.sample, finished.sample.with_suffix(".json")):
            shutil.copyfile(path, folder / path.name)
        say(f"  posterior kept in {escape(str(folder))}")


@click.command()
@case_option
@seed_option
@results_option
def theory(case: str, seed: int, results: Path) -> None:
    """Play small organisations whose answers are known, and a CASE without randomness.

    The tables go to results/theory; figures show them beside what theory says.
    """
    from desim.calibration.theory import write_theory

    must_be_writable(results, "--results")
    click.echo(write_theory(case, seed, results, lambda text: click.echo(text, err=True)))
