"""The command that runs studies."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desim.cli.failure import fail, must_be_writable
from desim.cli.options import (
    FILE,
    WORKERS,
    as_seconds,
    engine_option,
    results_option,
    time_limit_option,
    with_option,
)
from desim.cli.progress import progress
from desim.cli.studies import plan_all, read_all, say_unused

if TYPE_CHECKING:
    from desim.study.executors import Lasting, Workers
    from desim.study.outputs import Failure
    from desim.study.plan import Plan, Shard
    from desim.study.question import Study

EXPERIMENTS = Path("experiments")
ERRORS, RUNS = 20, 3
"""Errors that are printed, and runs that are named of each."""


@click.command()
@click.argument("studies", nargs=-1, type=FILE)
@click.option("--all", "every", is_flag=True, help="Every study in experiments/ but large ones.")
@click.option("--quick", is_flag=True, help="A small size, to see that everything works.")
@engine_option
@click.option(
    "--executor", type=click.Choice(("serial", "processes", "dask")), default="processes",
    show_default=True, help="Where runs are played.",
)  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), help=WORKERS)
@click.option("--scheduler", default="", metavar="ADDRESS", help="Of a Dask cluster.")
@click.option("--tls-ca", type=FILE, help="Certificate of the authority, for tls:// addresses.")
@click.option("--tls-cert", type=FILE, help="Own certificate, for tls:// addresses.")
@click.option("--tls-key", type=FILE, help="Own private key, for tls:// addresses.")
@click.option(
    "--patience", callback=as_seconds, metavar="TIME", default="5 min", show_default=True,
    help="How long a scheduler or its last worker may be gone.",
)  # fmt: skip
@time_limit_option
@click.option("--shard", default="1/1", metavar="I/N", help="Play only this part of the runs.")
@click.option("--again", is_flag=True, help="Set earlier results aside and play all anew.")
@with_option
@results_option
def experiment(
    studies: tuple[Path, ...], every: bool, quick: bool, engine: str, executor: str,
    workers: int | None, scheduler: str, tls_ca: Path | None, tls_cert: Path | None,
    tls_key: Path | None, patience: float, time_limit: float | None, shard: str, again: bool,
    places: tuple[str, ...], results: Path,
) -> None:  # fmt: skip
    """Run STUDIES: play what is missing and write their tables.

    A second call does nothing and says why; after a change only what depends on it is played.
    Interrupted, it goes on where it stopped. Parts played with --shard are put together by merge.
    """
    files = _study_files(studies, every)
    number, of = _part(shard)
    if bool(scheduler) != (executor == "dask"):
        fail("--executor dask and --scheduler ADDRESS belong together")
    if executor == "serial" and time_limit is not None:
        fail("--time-limit: a run can only be ended in a process of its own; not --executor serial")
    tls = _tls(scheduler, tls_ca, tls_cert, tls_key)
    asked = [each for each in read_all(files, places) if not every or not each.profile]
    if not again and _say_finished(asked, results, quick=quick):
        return
    from desim.study.plan import Shard

    plans = plan_all(asked, results, quick=quick, engine=engine)
    for each in plans:
        must_be_writable(results / each.study.name, "--results")
    for mechanism in {each.study.case: each.case.mechanism for each in plans}.values():
        say_unused(mechanism)
    part = Shard(number, of)
    if executor == "dask":
        # the cluster is tried before anything on disk changes, and is there for all studies
        players = _cluster(scheduler, time_limit, patience, tls)
        try:
            failed = [
                _experiment(each, results, lambda: players, part, again=again) for each in plans
            ]
        finally:
            players.end()
    else:
        start = _here(executor, workers, time_limit)
        failed = [_experiment(each, results, start, part, again=again) for each in plans]
    sys.exit(1 if any(failed) else 0)


def _tls(scheduler: str, *files: Path | None) -> tuple[Path, Path, Path] | None:
    """The files for TLS: all three or none, and for an address that says so."""
    given = [file for file in files if file is not None]
    if given and (len(given) < len(files) or not scheduler.startswith("tls://")):
        fail("--tls-ca, --tls-cert and --tls-key belong together, with --scheduler tls://...")
    if scheduler.startswith("tls://") and not given and not _dask_has_tls():
        fail(f"--scheduler {scheduler}: needs --tls-ca, --tls-cert and --tls-key")
    for file in given:
        if not file.is_file():
            fail(f"{file}: there is no such file")
    return (given[0], given[1], given[2]) if given else None


def _dask_has_tls() -> bool:
    """Whether Dask's own configuration says which certificates are used."""
    try:
        import dask.config
    except ImportError:
        return False
    return bool(dask.config.get("distributed.comm.tls.ca-file", default=None))


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
    # what macOS leaves beside files on other disks (._NAME) is no study
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


def _here(executor: str, count: int | None, limit: float | None) -> Callable[[], Workers]:
    """How to start workers on this machine; nothing is started yet."""
    from desim.study.executors import Serial, local

    return Serial if executor == "serial" else partial(local, count, limit)


def _cluster(
    scheduler: str, limit: float | None, patience: float, tls: tuple[Path, Path, Path] | None
) -> Lasting:
    """The workers of a Dask cluster, which are there now."""
    import logging

    from desim.study.executors import Lasting

    try:
        from desim.study.cluster import Cluster
        from desim.study.cluster_call import Tls
    except ImportError:
        fail("--executor dask: Dask is not installed; pip install 'desim[cluster]'")
    # what it has to say is said in words by `Cluster`
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    return Lasting(Cluster(scheduler, limit, patience, Tls(*tls) if tls else None))


def _experiment(
    plan: Plan, results: Path, start: Callable[[], Workers], part: Shard, *, again: bool
) -> int:
    """Run one study with a progress bar; return how many runs failed."""
    from rich.markup import escape

    from desim.study.run import run as perform

    bar, say, slow = progress("playing")
    say(f"[bold]{escape(plan.study.name)}[/]: {escape(plan.study.question)}")
    with bar as show:
        report = perform(
            plan, results, show, start=start, shard=part, slow=slow,
            say=lambda text: say(f"  {escape(text)}"), again=again,
        )  # fmt: skip
    say(f"  {escape(report.reason)}")
    for text in _failures(report.failures):
        say(f"  [red]failed:[/] {escape(text)}")
    for text in report.absent:
        say(f"  note: {escape(text)}")
    for label in report.silent:
        say(f"  note: {escape(label)} left every trace as it was")
    return report.failed


def _failures(failures: tuple[Failure, ...]) -> Iterator[str]:
    """Each error once, with the runs that it ended; the first line of it, and the first runs."""
    from desim.study.error_text import first_line

    for failure in failures[:ERRORS]:
        runs = ", ".join(failure.runs[:RUNS])
        more = f" and {len(failure.runs) - RUNS} more" if len(failure.runs) > RUNS else ""
        yield f"{first_line(failure.error)} (run {runs}{more})"
    if len(failures) > ERRORS:
        yield f"{len(failures) - ERRORS} more errors; table runs has all"
