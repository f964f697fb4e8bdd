"""The shipped font: every Chinese character that may be written is in it."""

from __future__ import annotations

from importlib.resources import files

from matplotlib.ft2font import FT2Font

from desim.case import load
from desim.figure.style import FONT

SHIPPED = {chr(code) for code in FT2Font(str(FONT)).get_charmap()}


def test_every_character_of_the_units_chinese_names_is_in_the_font() -> None:
    names = [unit.title_zh for unit in load("sichuan_2022").mechanism.units]
    assert set("".join(names)) - SHIPPED == set()


def test_every_chinese_character_of_the_case_tables_is_in_the_font() -> None:
    tables = files("desim.case").joinpath("sichuan_2022").iterdir()
    text = "".join(f.read_text(encoding="utf-8") for f in tables if f.name.endswith(".csv"))
    assert {c for c in text if "\u3000" <= c <= "\u9fff"} - SHIPPED == set()
