"""Build the paper: check, generate, compile; the same bytes from the same results."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typst

from desim.figure import Figure
from desim.figure.draw import FIGURES
from desim.figure.style import FONT
from desim.mechanism.complaint import unknown
from desim.paper import manifest, typed
from desim.paper.entry import Entry, PaperError
from desim.paper.listing import numbers_table, things_table
from desim.paper.markdown import to_typst as from_markdown
from desim.paper.numbers.catalogue import all_entries
from desim.paper.numbers.posterior import OPTIONAL
from desim.paper.sources import SEMANTICS, Sources
from desim.paper.tables.catalogue import all_tables
from desim.paper.tables.table import Table, to_csv, to_latex, to_typst

MANUSCRIPT, BUILD, PDF = "manuscript.typ", "build", "manuscript.pdf"


@dataclass(frozen=True, slots=True)
class Built:
    """What building did: the paper's file, and what changed since it was last built, and why."""

    pdf: Path
    changed: tuple[str, ...]


def build(sources: Sources, paper: Path, figures: Path) -> Built:
    """Check that everything is backed by current results, generate, and compile.

    Parameters
    ----------
    sources
        The results.
    paper
        Folder of the manuscript; what is generated goes to ``build`` in it.
    figures
        Folder of the figures, drawn from the same results.

    Raises
    ------
    PaperError
        When results are missing or stale, a number is unknown or typed, or Typst complains.
        Nothing has been written then but what is generated.
    """
    sources.check()
    entries, tables = all_entries(sources), all_tables(sources)
    used = typed.used_keys(paper)
    used = [key for key in used if key in entries or not key.startswith(OPTIONAL)]
    complaints = [unknown("number", key, entries) for key in used if key not in entries]
    complaints += typed.typed_numbers(paper)
    if complaints:
        raise PaperError(tuple(complaints))
    found = manifest.manifest(sources, entries.values(), tables.values(), used)
    before = manifest.read(paper / BUILD / manifest.FILE)
    generate(sources, paper, figures, [entries[key] for key in used], tables, found)
    _compile(paper)
    manifest.write(found, paper / BUILD / manifest.FILE)
    return Built(paper / BUILD / PDF, tuple(manifest.difference(before, found)))


def generate(
    sources: Sources,
    paper: Path,
    figures: Path,
    used: list[Entry],
    tables: Mapping[str, Table],
    found: Mapping[str, Any],
) -> None:
    """Write what the manuscript reads: numbers, tables, figures and where they come from."""
    out = paper / BUILD
    for folder in (out / "tables", out / "figures"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    say = {
        "numbers": {entry.key: entry.text for entry in used},
        "figures": [figure.name for figure in FIGURES],
        "supplement": [[f.name, f.title, manifest.number_of(f)] for f in sources.supplement],
        "tables": sorted(tables),
        "quick": sources.quick,
        "posterior": bool(sources.posterior),
        "calibrated": sources.calibrated,
        "faster": sources.faster,
    }
    text = json.dumps(say, indent=1, ensure_ascii=False, sort_keys=True)
    (out / "numbers.json").write_text(text + "\n", encoding="utf-8")
    listings = {"numbers": numbers_table(used, found), "things": things_table(found)}
    bodies = "".join(
        f'"{name}": {to_typst(table)},\n' for name, table in {**tables, **listings}.items()
    )
    (out / "tables.typ").write_text(f"#let tables = (\n{bodies})\n", encoding="utf-8")
    text = SEMANTICS.read_text(encoding="utf-8").partition("\n")[2]
    (out / "semantics.typ").write_text(from_markdown(text), encoding="utf-8")
    for table in tables.values():
        (out / "tables" / f"{table.name}.tex").write_text(to_latex(table), encoding="utf-8")
        (out / "tables" / f"{table.name}.csv").write_text(to_csv(table), encoding="utf-8")
    _copy_figures((*FIGURES, *sources.supplement), figures, out / "figures")


def _copy_figures(wanted: tuple[Figure, ...], figures: Path, out: Path) -> None:
    files = [figures / f"{figure.name}.pdf" for figure in wanted]
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise PaperError(tuple(f"{file} is not there; desim figures draws it" for file in missing))
    for file in files:
        shutil.copyfile(file, out / file.name)


def _compile(paper: Path) -> None:
    """Compile with the project's fonts and those within the compiler, at no time of day."""
    try:
        content, warnings = typst.compile_with_warnings(
            str(paper / MANUSCRIPT), root=str(paper), font_paths=[str(FONT.parent)],
            ignore_system_fonts=True, timestamp=0,
        )  # fmt: skip
    except typst.TypstError as error:
        raise PaperError((f"{MANUSCRIPT}: {error.diagnostic or error.message}",)) from error
    if warnings:
        raise PaperError(tuple(f"{MANUSCRIPT}: {warning.message}" for warning in warnings))
    assert isinstance(content, bytes)
    (paper / BUILD / PDF).write_bytes(content)
