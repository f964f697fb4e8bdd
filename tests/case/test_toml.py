"""TOML is read as people write it; what would keep the parser busy for ever is refused at once."""

from __future__ import annotations

import pytest

from desim.case.toml import DEEPEST, LARGEST, TomlError, toml


@pytest.mark.parametrize(
    "text",
    ["a = 1", "\ufeffa = 1", 'a = 1\nb = "[[[["', "a = 1 # [[[[", "a = 1\nb = '''\n[[[\n'''"],
)
def test_brackets_in_texts_and_a_byte_order_mark_are_no_mistake(text: str) -> None:
    assert toml(text)["a"] == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a = " + "[" * 100_000, f"brackets are more than {DEEPEST} deep"),
        ("a = " + "{b = " * 100_000, f"brackets are more than {DEEPEST} deep"),
        ("a" + ".b" * 20_000 + " = 1", f"a key has more than {DEEPEST} parts"),
        ('"a"' + '."b"' * 20_000 + " = 1", f"a key has more than {DEEPEST} parts"),
        ("[a" + ".b" * 20_000 + "]", f"a key has more than {DEEPEST} parts"),
        ("c = {a" + ".b" * 20_000 + " = 1}", f"a key has more than {DEEPEST} parts"),
        ("a = " + "9" * 5000, "not valid TOML: Exceeds the limit"),
        ("a" * (LARGEST + 1), f"has {LARGEST + 1} letters, and {LARGEST} are the most"),
        ("a = ", "not valid TOML: Invalid value"),
    ],
    ids=["lists", "tables", "key", "quoted key", "header", "inline", "digits", "size", "nothing"],
)
def test_what_nobody_means_is_one_sentence(text: str, complaint: str) -> None:
    with pytest.raises(TomlError, match=complaint.replace("[", r"\[")) as caught:
        toml(text)
    assert len(str(caught.value)) < 200
