"""Errors of runs as text that can be stored, printed and read, whatever a plug-in raises."""

from __future__ import annotations

import traceback

KEPT = 10_000
"""Bytes of UTF-8 that are kept of an error."""
SHOWN = 300
"""Characters of an error that are printed."""


def text_of(error: BaseException) -> str:
    """The type and message of an error, without its traceback, as `printable` text."""
    return printable("".join(traceback.format_exception_only(error)).strip())


def printable(text: str) -> str:
    """A text of at most `KEPT` bytes that UTF-8 can encode and that leaves a terminal alone.

    Lone surrogates (names of files that are not UTF-8) and control characters are escaped.
    """
    shown = "".join(map(_escaped, text[:KEPT]))
    encoded = shown.encode()
    if len(text) <= KEPT and len(encoded) <= KEPT:
        return shown
    end = f"... ({len(text)} characters in all)"
    return encoded[: KEPT - len(end)].decode(errors="ignore") + end


def _escaped(character: str) -> str:
    if character.isprintable() or character in "\n\t":
        return character
    return character.encode("unicode_escape").decode("ascii")


def first_line(text: str) -> str:
    """The first line of an error, short enough to print."""
    line = text.split("\n", 1)[0]
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}..."
