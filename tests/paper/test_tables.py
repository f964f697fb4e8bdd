"""Tables and texts: the same in Typst, LaTeX and CSV, with nothing read as markup."""

from __future__ import annotations

import csv
import io

import typst

from desim.paper.entry import Origin
from desim.paper.markdown import to_typst as from_markdown
from desim.paper.reforms import changes
from desim.paper.tables.catalogue import all_tables
from desim.paper.tables.table import Column, Table, to_csv, to_latex, to_typst
from tests.paper.conftest import Place

AWKWARD = Table(
    "awkward",
    (Column("Name_1"), Column("Value", "right")),
    (("a & b_c #1 [x] $y", "−3 %"), ("<label> @cite *bold*", "1,000")),
    Origin("here"),
    lines=(1,),
)


def test_markup_in_cells_is_text_in_typst() -> None:
    page = typst.compile(f"#{to_typst(AWKWARD)}".encode(), format="svg")
    assert isinstance(page, bytes)
    assert b"<svg" in page


def test_latex_has_booktabs_rules_and_escapes() -> None:
    text = to_latex(AWKWARD)
    assert text.splitlines()[1:4] == [r"\toprule", r"Name\_1 & Value \\", r"\midrule"]
    assert r"a \& b\_c \#1 [x] \$y & $-$3 \% \\" in text
    assert text.splitlines()[-2] == r"\bottomrule"


def test_csv_gives_the_cells_back() -> None:
    rows = list(csv.reader(io.StringIO(to_csv(AWKWARD))))
    assert rows == [["Name_1", "Value"], *map(list, AWKWARD.rows)]


def test_every_row_of_every_table_has_a_cell_a_column(made: Place) -> None:
    for table in all_tables(made.sources).values():
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.name


def test_the_ledger_has_every_uncertain_number(made: Place) -> None:
    ledger = all_tables(made.sources)["ledger"]
    assert {p.name for p in made.sources.case.parameters} <= {row[0] for row in ledger.rows}


def test_changes_of_all_places_are_one_row(made: Place) -> None:
    rows = changes(made.sources, "public_engagement")
    inquiries = next(row for row in rows if row.what.startswith("arrival inquiry"))
    assert (inquiries.what, inquiries.count) == ("arrival inquiry.PLACE keep slope", 21)
    assert (inquiries.before, inquiries.after) == ("2", "1")


def test_markdown_becomes_typst() -> None:
    text = "# T\n\n## Part\n\n- *a* `b_c` 1 < 2\n\n| x | y |\n|---|---|\n| 1 | **2** |\n"
    found = from_markdown(text)
    assert "== Part".replace("==", "==") in found
    assert "- _a_ `b_c` 1 \\< 2" in found
    assert "#table(columns: 2" in found
    assert b"<svg" in typst.compile(found.encode(), format="svg")  # type: ignore[operator]
