"""The command that writes the page of face validity."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import click

from desim.cli.failure import fail, must_be_writable
from desim.cli.options import FILE, case_option, results_option


@click.command()
@case_option
@results_option
@click.option(
    "--page", "path", type=FILE, default=Path("docs/face_validity.md"), show_default=True,
    help="The page of days.",
)  # fmt: skip
@click.option(
    "--tables", type=FILE, default=Path("docs/calibration_tables.md"), show_default=True,
    help="The page of the calibration's tables, written when RESULTS hold a calibration.",
)  # fmt: skip
@click.option(
    "--rules", type=FILE, default=Path("docs/faster_and_worse.md"), show_default=True,
    help="The page on faster coordination, written when RESULTS hold its study.",
)  # fmt: skip
def chronicle(case: str, results: Path, path: Path, tables: Path, rules: Path) -> None:
    """Write what the model says happened, day by day, beside what the record says."""
    from desim.calibration import day_by_day, rules_page, tables_page
    from desim.calibration.calibrate import FOLDER, PROVENANCE
    from desim.calibration.day_by_day import STUDY, page
    from desim.case import load
    from desim.study.durable import write_atomically
    from desim.study.folder import case_folder

    for table in ("series", "record"):
        if not (results / STUDY / f"{table}.parquet").is_file():
            fail(f"there is no table {STUDY}/{table}: desim experiment experiments/{STUDY}.toml")
    at_work = {f"{STUDY}/{name}": wanted for name, wanted in day_by_day.READS.items()}
    if (results / rules_page.STUDY / "comparison.parquet").is_file():
        at_work |= {f"{rules_page.STUDY}/{n}": wanted for n, wanted in rules_page.READS.items()}
    lacking = [line for name, wanted in at_work.items() for line in _lacks(results, name, wanted)]
    if lacking:
        fail("\n".join(lacking))
    folder = case_folder(case)
    if not (folder / "chronicle" / "events.csv").is_file():
        fail(f"case {case} has no chronicle/events.csv to set the model beside")
    for option, file in (("--page", path), ("--tables", tables), ("--rules", rules)):
        must_be_writable(file.parent, option)
    write_atomically(path, page(load(case), folder, results).encode())
    click.echo(f"{path} written")
    if (results / FOLDER / PROVENANCE).is_file():
        write_atomically(tables, tables_page.page(load(case), results).encode())
        click.echo(f"{tables} written")
    if (results / rules_page.STUDY / "comparison.parquet").is_file():
        write_atomically(rules, rules_page.page(load(case).mechanism, results).encode())
        click.echo(f"{rules} written")


def _lacks(results: Path, name: str, wanted: Mapping[str, Collection[str]]) -> Iterator[str]:
    """What a table of an older study lacks: a column, or values in it that the page tells."""
    import pandas as pd

    again = f"play it again: desim experiment experiments/{name.partition('/')[0]}.toml"
    path = results / f"{name}.parquet"
    if not path.is_file():
        yield f"there is no table {name}; {again}"
        return
    table = pd.read_parquet(path)
    for column, values in wanted.items():
        if column not in table:
            yield f"table {name} has no column {column!r}; {again}"
        elif absent := [value for value in values if value not in set(table[column])]:
            yield f"table {name} has no {column} {', '.join(absent)}; {again}"
