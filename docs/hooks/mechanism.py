"""Pages of the Sichuan mechanism, made when the site is built: units, links, procedures.

They say what `desim explain` says, so they cannot differ from what is played, and are not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from desim.case import load
from desim.mechanism.describe import explain
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Procedure

CASE = "sichuan_2022"
FOLDER = "mechanism"
WIDE = "---\nhide: [toc]\n---\n\n"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages into the navigation."""
    families = [{family: f"{FOLDER}/procedures/{family}.md"} for family in _families()]
    pages: list[Any] = [
        f"{FOLDER}/index.md",
        {"Units": f"{FOLDER}/units.md"},
        {"Links": f"{FOLDER}/links.md"},
        {"Procedures": families},
    ]
    config.nav = [*(config.nav or []), {"The mechanism of Sichuan": pages}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for path, text in _pages():
        files.append(File.generated(config, f"{FOLDER}/{path}", content=text))
    return files


@cache
def _mechanism() -> Mechanism:
    return load(CASE).mechanism


@cache
def _families() -> dict[str, list[Procedure]]:
    """Procedures by what is left of their name without the prefecture."""
    found: dict[str, list[Procedure]] = {}
    for procedure in _mechanism().procedures:
        start, _, last = procedure.name.rpartition(".")
        family = start if last in _places() else procedure.name
        found.setdefault(family, []).append(procedure)
    return found


@cache
def _places() -> frozenset[str]:
    return frozenset(unit.place for unit in _mechanism().units if unit.place)


def _pages() -> Iterator[tuple[str, str]]:
    yield "index.md", "\n".join(_overview())
    yield "units.md", "\n".join(_units())
    yield "links.md", "\n".join(_links())
    for family, members in _families().items():
        yield f"procedures/{family}.md", "\n".join(_procedures(family, members))


def _overview() -> Iterator[str]:
    m = _mechanism()
    yield "# The mechanism of Sichuan 2022\n"
    yield f"These pages are made from the tables of the case `{CASE}` when the site is built, as"
    yield f"`desim explain` prints them. A run covers {m.horizon:g} hours from {m.start:%d %B %Y},"
    yield f"{m.start:%H:%M}.\n"
    yield f"- [{len(m.units)} units](units.md) with their staff on duty"
    yield f"- [{len(m.links)} links](links.md) with their channels, delays and losses"
    yield f"- {len(m.procedures)} procedures in {len(_families())} families\n"
    yield "Which number rests on what: [evidence](../evidence.md).\n"
    yield "## Procedures\n"
    rows = (
        (f"[`{family}`](procedures/{family}.md)", len(members), members[0].title)
        for family, members in _families().items()
    )
    yield from _table(("family", "procedures", "what it is"), rows)
    yield "\n## Measures\n"
    measures = ((f"`{x.name}`", x.title, x.title_zh, x.kind, x.source) for x in m.measures)
    yield from _table(("measure", "name", "in Chinese", "kind", "source"), measures)


def _units() -> Iterator[str]:
    yield f"{WIDE}# Units\n"
    yield "Staff is what is on duty from each hour of the local clock.\n"
    rows = (
        (
            f"`{u.name}`", u.title, u.title_zh, u.tier, u.place,
            ", ".join(f"{shift.staff} from {shift.hour:02g}:00" for shift in u.staff),
        )
        for u in _mechanism().units
    )  # fmt: skip
    yield from _table(("unit", "name", "in Chinese", "tier", "place", "staff"), rows)


def _links() -> Iterator[str]:
    yield f"{WIDE}# Links\n"
    yield "Delays are in hours; loss is the chance that a dispatch does not arrive.\n"
    rows = (
        (
            f"`{k.name}`", f"`{k.origin}`", f"`{k.destination}`", k.orientation, k.channel,
            k.delay, f"{k.loss:g}",
        )
        for k in _mechanism().links
    )  # fmt: skip
    yield from _table(("link", "from", "to", "orientation", "channel", "delay", "loss"), rows)


def _procedures(family: str, members: list[Procedure]) -> Iterator[str]:
    yield f"# {members[0].title or family}\n"
    for procedure in members:
        yield f"## `{procedure.name}`\n"
        yield f"```text\n{explain(_mechanism(), procedure.name)}\n```\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |"
