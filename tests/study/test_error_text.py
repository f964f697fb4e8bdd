"""Whatever a run raises becomes a text that can be stored and printed."""

from __future__ import annotations

from desim.study.error_text import KEPT, SHOWN, first_line, printable, text_of


def test_an_error_is_its_type_and_message() -> None:
    assert text_of(ValueError("too large")) == "ValueError: too large"


def test_lone_surrogates_and_control_characters_are_escaped() -> None:
    assert printable("a\udcff\x1b]0;title\x07\r") == r"a\udcff\x1b]0;title\x07\r"


def test_lines_and_letters_of_all_languages_stay() -> None:
    assert printable("四川 ñ\n\tsecond line") == "四川 ñ\n\tsecond line"


def test_a_long_text_is_cut_to_what_is_kept() -> None:
    for text in ("x" * 20_000_000, "川" * 9_000, "\udcff" * 9_000):
        found = printable(text)
        assert KEPT - 4 < len(found.encode()) <= KEPT
        assert found.endswith(f"... ({len(text)} characters in all)")


def test_an_error_that_cannot_say_what_it_is_has_a_text() -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise SystemExit(1)

    assert "Silent" in text_of(Silent())


def test_the_first_line_is_short() -> None:
    assert first_line("one\ntwo") == "one"
    assert len(first_line("x" * 10_000)) == SHOWN + len("...")
