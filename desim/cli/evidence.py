"""The command that prints a case's ledger of evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from desim.cli.failure import fail
from desim.cli.options import case_option

if TYPE_CHECKING:
    from desim.case.evidence import Entry

_WIDTH = 46


@click.command()
@case_option
@click.option("--tag", default="", metavar="TAG", help="Only numbers with this tag.")
@click.option("--table", default="", metavar="TABLE", help="Only numbers of this table.")
@click.option("--all", "every", is_flag=True, help="Also list what is no parameter.")
def evidence(case: str, tag: str, table: str, every: bool) -> None:
    """Print the ledger: every number of a case with its range, source and tag, and counts by tag.

    Parameters are listed; with --all, or when a table or a tag is named, the other numbers too.
    """
    from desim.case.evidence import UNTAGGED, complaints, ledger
    from desim.case.load import load
    from desim.mechanism.complaint import unknown
    from desim.parameter import TAGS
    from desim.study.folder import case_folder

    load(case)
    folder = case_folder(case)
    wrong = complaints(folder)
    if wrong:
        fail("\n".join(wrong))
    entries = (*ledger(folder), *_of_reforms())
    tables = list(dict.fromkeys(entry.table for entry in entries))
    tags = (*TAGS, UNTAGGED)
    if tag and tag not in tags:
        fail(f"--tag: {unknown('tag', tag, tags)}")
    if table and table not in tables:
        fail(f"--table: {unknown('table', table, tables)}")
    for entry in entries:
        wanted = (not tag or entry.tag == tag) and (not table or entry.table == table)
        if wanted and (every or tag or table or entry.table in ("parameters", "policies")):
            click.echo(_line(entry))
    click.echo(_counts(entries, tables, tags))


def _of_reforms() -> tuple[Entry, ...]:
    """The numbers of the policies, which stand with these and not in tables."""
    from desim.case.evidence import Entry
    from desim.policy.catalogue import POLICIES

    return tuple(
        Entry(
            "policies", p.name, "value", f"{p.value:g}", f"{p.low:g}", f"{p.high:g}", p.law,
            p.unit, p.source, p.tag, p.note,
        )
        for policy in POLICIES
        for p in policy.parameters
    )  # fmt: skip


def _line(entry: Entry) -> str:
    listed = entry.table in ("parameters", "policies")
    name = entry.row if listed else f"{entry.table} {entry.row}"
    name = name if entry.column == "value" else f"{name} {entry.column}"
    span = f" [{entry.low}, {entry.high}]" if entry.low or entry.high else ""
    law = f" {entry.law}" if entry.law else ""
    unit = f" {entry.unit}" if entry.unit else ""
    about = "  ".join(part for part in (entry.source, entry.note) if part)
    return f"{name:<{_WIDTH}} {entry.value}{span}{unit}{law}  {entry.tag}  {about}".rstrip()


def _counts(entries: tuple[Entry, ...], tables: list[str], tags: tuple[str, ...]) -> str:
    def row(name: str, mine: list[Entry]) -> str:
        numbers = "".join(f"{sum(e.tag == tag for e in mine):>10}" for tag in tags)
        return f"{name:<14}{numbers}{len(mine):>10}"

    lines = ["", f"{'table':<14}{''.join(f'{tag:>10}' for tag in tags)}{'in all':>10}"]
    lines += [row(table, [e for e in entries if e.table == table]) for table in tables]
    return "\n".join([*lines, row("in all", list(entries))])
