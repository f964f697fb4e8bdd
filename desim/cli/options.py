"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

from desim.study.duration import seconds


def as_seconds(
    context: click.Context, parameter: click.Parameter, text: str | None
) -> float | None:
    """Seconds of a length of time as people write it; what cannot be understood is bad input."""
    try:
        return None if text is None else seconds(text)
    except ValueError as error:
        raise click.BadParameter(str(error), context, parameter) from error


WHOLE = click.IntRange(0, 2**63 - 1)
WORKERS = "Processes; by default one for every processor that may be used."
FOLDER = click.Path(file_okay=False, path_type=Path)
FILE = click.Path(dir_okay=False, path_type=Path)
case_option = click.option(
    "--case", default="sichuan_2022", show_default=True, metavar="NAME|FOLDER", help="Case.",
)  # fmt: skip
policy_option = click.option(
    "--policy", "-p", "policies", multiple=True, metavar="NAME[=LEVER]",
    help="A policy, also as FILE.py or package.module, and its lever in [0, 1] (1 when left out); "
    "repeat for several.",
)  # fmt: skip
with_option = click.option(
    "--with", "places", multiple=True, metavar="FILE.py|MODULE",
    help="Policies and outcomes made there can be named too; repeat for several.",
)  # fmt: skip
seed_option = click.option("--seed", type=WHOLE, default=20220821, show_default=True, help="Seed.")
replication_option = click.option(
    "--replication", "-r", type=WHOLE, default=0, show_default=True, help="Which run.",
)  # fmt: skip
engine_option = click.option(
    "--engine", type=click.Choice(("auto", "compiled", "simpy")), default="auto",
    show_default=True, help="What plays runs; both give the same traces.",
)  # fmt: skip
time_limit_option = click.option(
    "--time-limit", callback=as_seconds, metavar="TIME",
    help="How long one run may take, such as 90 s, 10 min or 1 h; one that takes longer is a "
    "failed run. Without limit by default.",
)  # fmt: skip
results_option = click.option(
    "--results", type=FOLDER, default=Path("results"), show_default=True,
    help="Folder of results.",
)  # fmt: skip
