"""The command line. Everything heavy is imported only when a command needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from desim import __version__

if TYPE_CHECKING:
    from desim.mechanism.mechanism import Mechanism
    from desim.study.executors import Workers
    from desim.study.outputs import Outputs
    from desim.study.plan import Plan, Shard
    from desim.study.question import Study
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
_engine = click.option(
    "--engine", type=click.Choice(("auto", "compiled", "simpy")), default="auto",
    show_default=True, help="What plays runs; both give the same traces.",
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
    _tell(_played(case, policies, seed, replication), item, csv)


def _tell(played: Trace, item: str, csv: Path | None) -> None:
    """Tell the story of an item, or list the streams; write the trace where it is wanted."""
    from desim.mechanism.complaint import unknown
    from desim.trace.story import story
    from desim.trace.table import stream_counts, write_csv

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
@click.option("--all", "every", is_flag=True, help="Every study in experiments/ but large ones.")
@click.option("--quick", is_flag=True, help="A small size, to see that everything works.")
@_engine
@click.option(
    "--executor", type=click.Choice(("serial", "processes", "dask")), default="processes",
    show_default=True, help="Where runs are played.",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), help="Processes; all cores by default.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Of a Dask cluster.")
@click.option("--shard", default="1/1", metavar="I/N", help="Play only this part of the runs.")
@_results
def experiment(
    studies: tuple[Path, ...], every: bool, quick: bool, engine: str, executor: str,
    workers: int | None, scheduler: str, shard: str, results: Path,
) -> None:  # fmt: skip
    """Run STUDIES: play what is missing and write their tables.

    A second call does nothing and says why; after a change only what depends on it is played.
    Interrupted, it goes on where it stopped. Parts played with --shard are put together by merge.
    """
    files = _study_files(studies, every)
    number, of = _part(shard)
    if bool(scheduler) != (executor == "dask"):
        _fail("--executor dask and --scheduler ADDRESS belong together")
    asked = [each for each in _read(files) if not every or not each.profile]
    if _say_finished(asked, results, quick=quick):
        return
    from desim.study.plan import Shard

    plans = _plans(asked, results, quick=quick, engine=engine)
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
        _fail("name studies, or give --all to run every study in experiments/; one of the two")
    files = tuple(sorted(EXPERIMENTS.glob("*.toml"))) if every else studies
    if not files:
        _fail(f"there is no study in {EXPERIMENTS.resolve()}")
    for file in files:
        if sum(file.stem == other.stem for other in files) > 1:
            _fail(f"{file}: two studies are called {file.stem}; results go by that name")
    return files


def _part(text: str) -> tuple[int, int]:
    """Which part of how many."""
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        _fail(f"--shard {text}: must be I/N with 1 <= I <= N, such as 2/8")
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
        _fail("--executor dask: Dask is not installed; pip install 'desim[cluster]'")
    return partial(Cluster, scheduler)


def _read(files: tuple[Path, ...]) -> list[Study]:
    """Studies of all files; every complaint comes before anything is done."""
    from desim.study.question import StudyError, read_study

    complaints: list[str] = []
    studies: list[Study] = []
    for file in files:
        try:
            studies.append(read_study(file))
        except StudyError as error:
            complaints.extend(error.complaints)
    if complaints:
        _fail("\n".join(complaints))
    return studies


def _plans(
    studies: list[Study], results: Path, *, quick: bool = False, engine: str = "auto"
) -> list[Plan]:
    """Plans of all studies, so that nothing runs before every folder is found good."""
    from desim.study.plan import Plan
    from desim.study.question import StudyError
    from desim.study.store import Store

    complaints: list[str] = []
    for study in studies:
        try:
            Store(results, study.name)
        except StudyError as error:
            complaints.extend(error.complaints)
    if complaints:
        _fail("\n".join(complaints))
    return [Plan(study, quick, engine) for study in studies]


def _experiment(plan: Plan, results: Path, start: Callable[[], Workers], part: Shard) -> int:
    """Run one study with a progress bar; return how many runs failed."""
    from rich.markup import escape

    from desim.study.run import run as perform

    bar, say = _progress("playing")
    say(f"[bold]{plan.study.name}[/]: {escape(plan.study.question)}")
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


def _progress(
    verb: str,
) -> tuple[AbstractContextManager[Callable[[int, int], None]], Callable[[str], None]]:
    """A progress bar with rate and remaining time, and how to say something beside it."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.0f} a second" if task.speed else "")

    console = Console(stderr=True)
    bar = Progress(
        "{task.description}", BarColumn(), MofNCompleteColumn(), "runs", Rate(),
        TimeRemainingColumn(), console=console, transient=True,
        disable=not console.is_terminal,
    )  # fmt: skip

    @contextmanager
    def shown() -> Iterator[Callable[[int, int], None]]:
        with bar:
            task = bar.add_task(f"  {verb}", total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    return shown(), partial(console.print, highlight=False, soft_wrap=True)


@cli.command()
@click.argument("study", type=_FILE)
@click.option("--quick", is_flag=True, help="Of the small size.")
@_results
def status(study: Path, quick: bool, results: Path) -> None:
    """Say how far STUDY is."""
    from desim.study.saved import status as how_far

    plan = _plans(_read((study,)), results, quick=quick)[0]
    found = how_far(plan, results)
    engine = f", {found.engine} engine" if found.engine else ""
    click.echo(f"{found.finished} of {found.planned} runs finished, {found.failed} failed{engine}")
    click.echo(f"{found.size / 1e6:.1f} MB of rows")
    click.echo("tables are there and current" if found.current else "tables are not current")


@cli.command()
@click.argument("study", type=_FILE)
@click.option("--quick", is_flag=True, help="Of the small size.")
@_results
def advise(study: Path, quick: bool, results: Path) -> None:
    """Say how many replications STUDY's means and differences need, from what was played."""
    from desim.study.precision import advice

    outputs = _outputs(_plans(_read((study,)), results, quick=quick)[0], results)
    table = advice(outputs)
    if table.empty:
        _fail(f"{study}: too little was played to advise; run desim experiment {study}")
    # whole numbers that may be missing become floats, which print and compare plainly
    table = table.astype({"enough": float, "more": float})
    for row in table.to_dict("records"):
        about = f"{row['label']}, {row['quantity']} of {row['outcome']}"
        width = f"{row['mean']:.4g} ± {row['half_width']:.2g}, wanted ± {row['limit']:.2g}"
        enough, more = (None if row[k] != row[k] else int(row[k]) for k in ("enough", "more"))
        click.echo(f"{about}: {width}: {_verdict(enough, more)}")


def _verdict(enough: int | None, more: int | None) -> str:
    if enough is not None:
        return f"{enough} replications are enough"
    if more is None:
        return "not to be had with any number of replications"
    return f"about {more} more, and a few to be sure" if more else "a few more to be sure"


def _outputs(plan: Plan, results: Path) -> Outputs:
    from desim.study.outputs import Outputs
    from desim.study.store import Store

    store = Store(results, plan.study.name, plan.study.outcomes)
    played = int(store.provenance().get("replications", plan.at_least))
    return Outputs(plan, store, max(played, plan.at_least))


@cli.command()
@click.argument("folders", nargs=-1, required=True, type=_FOLDER)
@_results
def merge(folders: tuple[Path, ...], results: Path) -> None:
    """Merge FOLDERS, results of parts played with --shard, and write the tables."""
    from desim.study.saved import merge as merged

    for said in merged(folders, results):
        click.echo(said)


@cli.command()
@click.argument("name", metavar="RUN")
@click.argument("item", default="")
@_engine
@click.option("--csv", type=_FILE, help="Write the whole trace there.")
@_results
def replay(name: str, item: str, engine: str, csv: Path | None, results: Path) -> None:
    """Play RUN of a study again, alone; tell the story of one ITEM of it."""
    from desim.study.plan import Plan
    from desim.study.replay import replay as play_again
    from desim.study.saved import find_run

    saved = find_run(name, results)
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
    _tell(played, item, csv)
    sys.exit(1 if found.known and found.same is False else 0)


@cli.command()
@click.argument("study", type=_FILE)
@click.option("--share", type=click.FloatRange(0.0, 1.0, min_open=True), default=0.02,
              show_default=True, help="Share of the runs that is replayed.")  # fmt: skip
@click.option("--quick", is_flag=True, help="Of the small size.")
@_results
def audit(study: Path, share: float, quick: bool, results: Path) -> None:
    """Replay a share of STUDY's runs on the other engine; say how much luck points share."""
    from desim.study.audit import audit as compare
    from desim.study.audit import common_luck
    from desim.study.current import is_current
    from desim.study.store import Store

    plan = _plans(_read((study,)), results, quick=quick)[0]
    store = Store(results, plan.study.name)
    about = dict(store.provenance())
    if not is_current(about, plan.digest):
        _fail(f"{study}: there are no current results to audit; run desim experiment {study}")
    bar, _ = _progress("replaying")
    with bar as show:
        found = compare(_outputs(plan, results), share, show)
        luck = common_luck(plan)
    store.write("common_luck", luck)
    kept = {"runs": found.replayed, "differing": found.differing, "engine": found.engine}
    store.write_provenance({**about, "audit": {**kept, "share": share}})
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
