"""Building: the same bytes, nothing unknown, nothing typed, nothing stale, nothing missing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import matplotlib.ft2font as ft2font
import pytest
import typst

from desim.figure.draw import FIGURES
from desim.figure.style import FONT
from desim.figure.validation import VALIDATION
from desim.paper.build import MANUSCRIPT, build
from desim.paper.entry import PaperError
from desim.paper.sources import FACTORIAL
from tests.paper.conftest import Place
from tests.paper.fabricated import PAPER, study, write_posterior, write_provenance


def built(place: Place) -> bytes:
    return build(place.sources, place.paper, place.figures).pdf.read_bytes()


def complaints(place: Place) -> str:
    with pytest.raises(PaperError) as caught:
        built(place)
    return "\n".join(caught.value.complaints)


def test_the_paper_is_built_with_the_same_bytes_twice(made: Place) -> None:
    first = built(made)
    assert first.startswith(b"%PDF")
    assert built(made) == first


def test_every_table_also_comes_as_latex_and_csv(made: Place) -> None:
    built(made)
    tables = made.paper / "build" / "tables"
    names = {file.stem for file in tables.glob("*.csv")}
    assert {"combinations", "effects", "ledger", "stress"} <= names
    assert names == {file.stem for file in tables.glob("*.tex")}


def test_an_unknown_number_fails_with_the_nearest_name(place: Place) -> None:
    append(place, '#n("gap.data_sharin")')
    assert "unknown number 'gap.data_sharin'; did you mean 'gap.data_sharing'?" in complaints(place)


def test_typst_itself_refuses_a_number_that_is_not_backed(made: Place, place: Place) -> None:
    built(place)
    (place.paper / "sections" / "00_abstract.typ").write_text(
        '#import "../lib.typ": *\n#n("nobody.knows")', encoding="utf-8"
    )
    with pytest.raises(typst.TypstError, match=r"no result backs the number .*nobody\.knows"):
        typst.compile(str(place.paper / MANUSCRIPT), root=str(place.paper))


@pytest.mark.parametrize(
    "text",
    ["It saved 12.3 GWh.", "It saved a third.", "It took $9$ h.", "#let x = 12.3", "`12`", "#[7]"],
)
def test_a_typed_number_fails(place: Place, text: str) -> None:
    append(place, text)
    assert "is typed; take it from a result" in complaints(place)


def test_a_study_that_is_not_current_fails(place: Place) -> None:
    write_provenance(place.results, FACTORIAL, study_digest="of another case")
    assert f"{FACTORIAL}: stale" in complaints(place)


def test_a_study_that_was_not_finished_fails(place: Place) -> None:
    write_provenance(place.results, FACTORIAL, complete=False)
    assert f"{FACTORIAL}: not played to the end; run: desim experiment" in complaints(place)


def test_a_study_of_the_quick_size_fails(place: Place) -> None:
    write_provenance(place.results, FACTORIAL, quick=True, study_digest="of the quick size")
    assert f"{FACTORIAL}: was played in quick size" in complaints(place)


def test_a_failed_build_leaves_the_paper_of_before(place: Place) -> None:
    before = built(place)
    append(place, "It saved 12.3 GWh.")
    complaints(place)
    assert (place.paper / "build" / "manuscript.pdf").read_bytes() == before


def test_calibration_and_posterior_are_told_once_they_have_been_played(place: Place) -> None:
    without = built(place)
    sources = place.sources
    sources.check = lambda: None  # type: ignore[method-assign]  # it has no file of its own yet
    sources.posterior, sources.calibrated = write_posterior(place.results), True
    sources.supplement = VALIDATION[:2]
    sources.study = lambda name: study(  # type: ignore[method-assign]
        FACTORIAL if name == sources.posterior else name
    )
    assert build(sources, place.paper, place.figures).pdf.read_bytes() != without
    numbers = json.loads((place.paper / "build" / "numbers.json").read_text(encoding="utf-8"))
    assert "Data sharing lowers" in numbers["numbers"]["posterior.sentences"]
    assert numbers["numbers"]["calibration.identified"] == "1"
    assert [number for _, _, number in numbers["supplement"]] == ["S1", "S2"]


def test_figures_stand_in_the_order_of_their_numbers() -> None:
    text = "".join(f.read_text(encoding="utf-8") for f in sorted(PAPER.glob("sections/*.typ")))
    assert re.findall(r'#fig\("(\w+)"', text) == [figure.name for figure in FIGURES]


def test_every_chinese_character_of_the_paper_is_in_the_font() -> None:
    shipped = {chr(code) for code in ft2font.FT2Font(str(FONT)).get_charmap()}
    files = [*PAPER.rglob("*.typ"), *PAPER.glob("*.bib")]
    text = "".join(f.read_text(encoding="utf-8") for f in files if "build" not in f.parts)
    assert {c for c in text if "\u3000" <= c <= "\u9fff"} - shipped == set()


def append(place: Place, text: str) -> None:
    file: Path = place.paper / "sections" / "08_discussion.typ"
    file.write_text(file.read_text(encoding="utf-8") + f"\n{text}\n", encoding="utf-8")
