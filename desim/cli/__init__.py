"""The command line. Everything heavy is imported only when a command needs it."""

from __future__ import annotations

import click

from desim import __version__
from desim.cli.again import audit, replay
from desim.cli.calibration import calibrate, theory
from desim.cli.chronicle import chronicle
from desim.cli.drawing import figures
from desim.cli.evidence import evidence
from desim.cli.experiments import experiment
from desim.cli.failure import Asked, guarded
from desim.cli.plugins import check, new, policies
from desim.cli.saved import advise, check_results, merge, status
from desim.cli.single import diff, explain, run, trace
from desim.cli.writing import paper, provenance, stress

__all__ = ["cli", "guarded", "main"]


def _debug(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        context.ensure_object(Asked).debug = True


_debug_option = click.option(
    "--debug", is_flag=True, expose_value=False, callback=_debug, is_eager=True,
    help="Show where in the source an error comes from.",
)  # fmt: skip


@_debug_option
@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Simulate emergency-response mechanisms and evaluate policies that change them."""


for _command in (
    explain, diff, run, trace, evidence,
    experiment, status, advise, merge, check_results,
    replay, audit,
    policies, check, new,
    calibrate, theory, chronicle,
    figures, paper, provenance, stress,
):  # fmt: skip
    cli.add_command(_debug_option(_command))


def main() -> None:
    """Run the command line; every error ends as a sentence and an exit code, see `guarded`."""
    guarded(cli)
