"""The command line. Everything heavy is imported only when a command needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from desim import __version__

if TYPE_CHECKING:
    from desim.mechanism.mechanism import Mechanism
    from desim.study.run import Plan
    from desim.trace import Trace

BAD_INPUT = 2
INTERRUPTED = 130
EXPERIMENTS = Path("experiments")
_WHOLE = click.IntRange(0, 2**63 - 1)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)
_case = click.option("--case", "case", default="sichuan_2022", show_default=True, help="Case.")
_policy = click.option(
    "--policy", "-p", "policies", multiple=True, metavar="NAME[=LEVER]",
    help="A policy and its lever in [0, 1] (1 when left out); repeat for several.",
)  # fmt: skip
_seed = click.option("--seed", type=_WHOLE, default=20220821, show_default=True, help="Seed.")
_replication = click.option(
    "--replication", "-r", type=_WHOLE, default=0, show_default=True, help="Which run.",
)  # fmt: skip
_results = click.option(
    "--results", type=_FOLDER, default=Path("results"), show_default=True,
    help="Folder of results.",
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Simulate emergency-response mechanisms and evaluate policies that change them."""


@cli.command()
@_case
@_policy
@click.argument("procedure", default="")
def explain(case: str, policies: tuple[str, ...], procedure: str) -> None:
    """Describe a case's mechanism, or one PROCEDURE of it, in words."""
    from desim.mechanism.complaint import unknown
    from desim.mechanism.describe import explain as words

    mechanism = _mechanism(case, policies)
    names = [p.name for p in mechanism.procedures]
    if procedure and procedure not in names:
        _fail(unknown("procedure", procedure, names))
    click.echo(words(mechanism, procedure))


@cli.command()
@_case
@_policy
def diff(case: str, policies: tuple[str, ...]) -> None:
    """Show what policies change in a case's mechanism."""
    from desim.mechanism.diff import diff as changes

    found = changes(_mechanism(case, ()), _mechanism(case, policies))
    for change in found:
        click.echo(str(change))
    click.echo(f"{len(found)} change{'' if len(found) == 1 else 's'}")


@cli.command()
@_case
@_policy
@_seed
@_replication
def run(case: str, policies: tuple[str, ...], seed: int, replication: int) -> None:
    """Play one run and print its outcomes."""
    from desim.outcome import OUTCOMES

    played = _played(case, policies, seed, replication)
    click.echo(f"{len(played.items)} items, {len(played.records)} records, digest {played.digest}")
    for outcome in OUTCOMES:
        if outcome.needs_world and not len(played.world):
            continue
        click.echo(f"{outcome.title:<48} {outcome(played):>14.3f} {outcome.unit}")


@cli.command()
@_case
@_policy
@_seed
@_replication
@click.argument("item", default="")
@click.option("--csv", type=_FILE, help="Write the whole trace there.")
def trace(
    case: str,
    policies: tuple[str, ...],
    seed: int,
    replication: int,
    item: str,
    csv: Path | None,
) -> None:
    """Tell the story of one ITEM, such as assessment/3; without it, list the streams."""
    from desim.mechanism.complaint import unknown
    from desim.trace.story import story
    from desim.trace.table import stream_counts, write_csv

    played = _played(case, policies, seed, replication)
    found = played.find(item) if item else None
    if item and found is None:
        _fail(unknown("item", item, [played.name(i) for i in range(len(played.items))]))
    if csv is not None:
        write_csv(played, csv)
        click.echo(f"{len(played.records)} records written to {csv}")
    if found is not None:
        click.echo(story(played, found))
    elif csv is None:
        for name, count in stream_counts(played):
            click.echo(f"{count:>7} items  {name}/1 ... ")


@cli.command()
@click.argument("studies", nargs=-1, type=_FILE)
@click.option("--all", "every", is_flag=True, help="Every study in experiments/.")
@click.option("--quick", is_flag=True, help="Few replications, to see that everything works.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; all cores by default.")
@_results
def experiment(
    studies: tuple[Path, ...], every: bool, quick: bool, workers: int | None, results: Path
) -> None:
    """Run STUDIES: play what is missing and write their tables.

    A second call does nothing and says why; after a change only what depends on it is played.
    """
    plans = _plans(_study_files(studies, every), results, quick=quick)
    failed = [_experiment(each, results, workers) for each in plans]
    sys.exit(1 if any(failed) else 0)


def _study_files(studies: tuple[Path, ...], every: bool) -> tuple[Path, ...]:
    """The files to run: those named, or all in experiments/."""
    if bool(studies) == every:
        _fail("name studies, or give --all to run every study in experiments/; one of the two")
    files = tuple(sorted(EXPERIMENTS.glob("*.toml"))) if every else studies
    if not files:
        _fail(f"there is no study in {EXPERIMENTS.resolve()}")
    for file in files:
        if sum(file.stem == other.stem for other in files) > 1:
            _fail(f"{file}: two studies are called {file.stem}; results go by that name")
    return files


def _plans(files: tuple[Path, ...], results: Path, *, quick: bool) -> list[Plan]:
    """Plans of all studies, so that nothing runs before every file and folder is found good."""
    from desim.study.question import StudyError, read_study
    from desim.study.run import plan
    from desim.study.store import Store

    complaints: list[str] = []
    plans: list[Plan] = []
    for file in files:
        try:
            plans.append(plan(read_study(file), quick=quick))
            Store(results, plans[-1].study.name)
        except StudyError as error:
            complaints.extend(error.complaints)
    if complaints:
        _fail("\n".join(complaints))
    return plans


def _experiment(plan: Plan, results: Path, workers: int | None) -> int:
    """Run one study with a progress bar; return how many runs failed."""
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from desim.study.run import run as perform

    console = Console(stderr=True)
    say = partial(console.print, highlight=False, soft_wrap=True)
    say(f"[bold]{plan.study.name}[/]: {escape(plan.study.question)}")
    bar = Progress(
        "{task.description}", BarColumn(), MofNCompleteColumn(), "runs", TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip
    with bar:
        task = bar.add_task("  playing", total=None)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        report = perform(plan, results, show, workers=workers)
    say(f"  {escape(report.reason)}")
    for error in report.errors:
        say(f"  [red]failed:[/] {escape(error)}")
    for label in report.silent:
        say(f"  note: {escape(label)} left every trace as it was")
    return report.failed


@cli.command()
@_results
@click.option(
    "--figures", "folder", type=_FOLDER, default=Path("figures"), show_default=True,
    help="Folder of figures.",
)  # fmt: skip
def figures(results: Path, folder: Path) -> None:
    """Draw all figures from the results."""
    from desim.figure.draw import draw_all

    click.echo(draw_all(results, folder))


def _mechanism(case: str, policies: tuple[str, ...]) -> Mechanism:
    from desim.case import load
    from desim.policy import apply_policies
    from desim.policy.catalogue import POLICIES

    levers: dict[str, float] = {}
    for name, lever in map(_lever, policies):
        if name in levers:
            _fail(f"--policy {name}: given twice")
        levers[name] = lever
    return apply_policies(load(case).mechanism, POLICIES, levers)


def _lever(text: str) -> tuple[str, float]:
    from desim.policy import PolicyError, find_policy

    name, given, value = text.partition("=")
    try:
        find_policy(name)
        return name, float(value) if given else 1.0
    except PolicyError as error:
        _fail(f"--policy {text}: {error}")
    except ValueError:
        _fail(f"--policy {text}: {value!r} is not a number")


def _played(case: str, policies: tuple[str, ...], seed: int, replication: int) -> Trace:
    from desim.engine import play
    from desim.program import lower

    return play(lower(_mechanism(case, policies)), seed=seed, replication=replication)


def _fail(message: str) -> NoReturn:
    """Say what is wrong and leave with the exit code of bad input."""
    click.echo(message, err=True)
    sys.exit(BAD_INPUT)


def main() -> None:
    """Run the command line; bad input ends with exit code 2, an interruption with 130."""
    guarded(cli)


def guarded(command: Callable[..., Any]) -> None:
    """Call a command and turn complaints about its input into one message and exit code 2."""
    try:
        command(standalone_mode=False)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; finished runs are kept, the same command goes on", err=True)
        sys.exit(INTERRUPTED)
    except ValueError as error:
        if type(error).__module__.startswith("desim."):
            _fail(str(error))
        raise


if __name__ == "__main__":
    main()
