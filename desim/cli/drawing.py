"""The command that draws figures."""

from __future__ import annotations

from pathlib import Path

import click

from desim.cli.failure import must_be_writable
from desim.cli.options import FOLDER, results_option


@click.command()
@results_option
@click.option(
    "--figures", "folder", type=FOLDER, default=Path("figures"), show_default=True,
    help="Folder of figures.",
)  # fmt: skip
def figures(results: Path, folder: Path) -> None:
    """Draw all figures from the results."""
    from desim.figure.draw import draw_all

    must_be_writable(folder, "--figures")
    click.echo(draw_all(results, folder))
