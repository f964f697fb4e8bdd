"""Commands of the paper: build it, say where a number comes from, fill the checklist."""

from __future__ import annotations

from pathlib import Path

import click

from desim.cli.failure import fail, must_be_writable
from desim.cli.options import FOLDER, results_option

EXPERIMENTS = Path("experiments")
_paper = click.option(
    "--paper", "folder", type=FOLDER, default=Path("paper"), show_default=True,
    help="Folder of the manuscript.",
)  # fmt: skip


@click.command()
@click.option("--quick", is_flag=True, help="From the quick size of every study; says so.")
@click.option(
    "--figures", type=FOLDER, default=Path("figures"), show_default=True, help="Folder of figures."
)
@_paper
@results_option
def paper(quick: bool, figures: Path, folder: Path, results: Path) -> None:
    """Build the paper from current results: figures, numbers, tables, PDF and manifest."""
    try:
        from desim.paper.build import build
    except ImportError:
        fail("the compiler of the paper is not installed; pip install 'desim[paper]'")
    from desim.figure.draw import draw_all
    from desim.paper.sources import Sources

    sources = Sources(results, EXPERIMENTS, quick=quick)
    sources.check()
    must_be_writable(figures, "--figures")
    must_be_writable(folder, "--paper")
    draw_all(results, figures)
    built = build(sources, folder, figures)
    for line in built.changed:
        click.echo(line)
    click.echo(f"{built.pdf} built from {len(sources.used)} studies")


@click.command()
@click.argument("name")
@click.option("--runs", is_flag=True, help="Name every run.")
@_paper
@results_option
def provenance(name: str, runs: bool, folder: Path, results: Path) -> None:
    """Say where NAME comes from: a number's key, a figure, a table, or what is printed."""
    from desim.paper import manifest
    from desim.paper.provenance import find, told
    from desim.paper.sources import Sources

    path = folder / "build" / manifest.FILE
    found = manifest.read(path)
    if not found:
        fail(f"there is no {path}; make paper writes it")
    sources = Sources(results, EXPERIMENTS)
    for thing in find(found, name):
        for line in told(thing, found, sources, all_runs=runs):
            click.echo(line)


@click.command()
@results_option
def stress(results: Path) -> None:
    """Fill STRESS-DES and the essentials of STARS from the model."""
    from desim.paper.sources import Sources
    from desim.paper.stress import as_text

    click.echo(as_text(Sources(results, EXPERIMENTS)), nl=False)
