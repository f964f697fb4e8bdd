"""What a table of the manuscript is, and the same table in Typst, LaTeX and CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from desim.paper.entry import Origin
from desim.paper.sources import Sources

TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "\N{MINUS SIGN}": "$-$", "×": r"$\times$", "\N{NO-BREAK SPACE}": "~", "≥": r"$\geq$",
    "≤": r"$\leq$", "→": r"$\rightarrow$", "<": r"\textless{}", ">": r"\textgreater{}",
}  # fmt: skip
_BREAKS = re.compile(r"(?<=[a-z])[._/](?=[a-z])")
"""Where the long name of something may be broken."""
_SPECIAL = "\\#*_`$<>@[]~/-+="


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, how it is aligned, and its share of the width (0: as needed)."""

    title: str
    align: str = "left"
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Parameters
    ----------
    name
        File name without ending, and what the manuscript calls it by.
    columns, rows
        Headings, and one text a cell.
    origin
        Where it comes from.
    marks
        By row and column, a label that links may point to.
    links
        By row and column, the label that the cell points to.
    lines
        Rows above which a line is drawn.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    origin: Origin
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    lines: tuple[int, ...] = ()


Maker = Callable[[Sources], Table]


def typst_text(text: str) -> str:
    """A text as Typst content, nothing in it read as markup."""
    return "".join(f"\\{letter}" if letter in _SPECIAL else letter for letter in text)


def to_typst(table: Table) -> str:
    """A table as a Typst expression."""
    widths = ", ".join(f"{c.share:g}fr" if c.share else "auto" for c in table.columns)
    aligns = ", ".join(column.align for column in table.columns)
    lines = [
        "table(", f"  columns: ({widths},),", f"  align: ({aligns},),", "  stroke: none,",
        "  table.hline(stroke: 0.08em),", "  table.header(" + ", ".join(
            f"[*{typst_text(column.title)}*]" for column in table.columns) + "),",
        "  table.hline(stroke: 0.05em),",
    ]  # fmt: skip
    for number, row in enumerate(table.rows):
        if number in table.lines:
            lines.append("  table.hline(stroke: 0.03em),")
        lines.append("  " + ", ".join(_cell(table, number, at) for at in range(len(row))) + ",")
    return "\n".join([*lines, "  table.hline(stroke: 0.08em),", ")"])


def _cell(table: Table, row: int, column: int) -> str:
    body = _BREAKS.sub("\\g<0>\N{ZERO WIDTH SPACE}", table.rows[row][column])
    body = typst_text(body)
    if (row, column) in table.links:
        body = f'#link(label("{table.links[row, column]}"))[{body}]'
    if (row, column) in table.marks:
        body += f' #metadata(none)#label("{table.marks[row, column]}")'
    return f"[{body}]"


def to_latex(table: Table) -> str:
    """A table as a LaTeX tabular with booktabs rules."""
    letters = "".join("r" if column.align == "right" else "l" for column in table.columns)
    head = " & ".join(_tex(column.title) for column in table.columns)
    lines = [rf"\begin{{tabular}}{{{letters}}}", r"\toprule", rf"{head} \\", r"\midrule"]
    for number, row in enumerate(table.rows):
        if number in table.lines:
            lines.append(r"\addlinespace")
        lines.append(" & ".join(map(_tex, row)) + r" \\")
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}", ""])


def _tex(text: str) -> str:
    return "".join(TEX.get(letter, letter) for letter in text)


def to_csv(table: Table) -> str:
    """A table as comma-separated values."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.title for column in table.columns])
    writer.writerows(table.rows)
    return out.getvalue()
