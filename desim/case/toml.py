"""TOML that a person has written: small, not deeply nested, and read without surprises."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from desim.error import DesimError

LARGEST = 4_000_000
"""Letters of a file; a sample of ten thousand rows has fewer."""
DEEPEST = 50
"""Brackets within brackets, and parts of a key: more takes the parser very long, or too far."""
_BETWEEN = re.compile(r"[=,\n\[\]{}]")
_TEXT = re.compile(
    r"\"{3}(?:\\.|[^\\])*?\"{3}|'{3}.*?'{3}|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*'|#[^\n]*", re.DOTALL
)
_OPEN, _CLOSE = "[{", "]}"


class TomlError(DesimError):
    """A text is no TOML, or TOML that nobody means."""


def toml(text: str) -> dict[str, Any]:
    """Read TOML.

    Parameters
    ----------
    text
        Of a file; a byte order mark is passed over.

    Raises
    ------
    TomlError
        When it is not TOML, too large, or nested too deeply.
    """
    if len(text) > LARGEST:
        raise TomlError(f"has {len(text)} letters, and {LARGEST} are the most that is read")
    plain = text.removeprefix("\ufeff")
    bare = _TEXT.sub("", plain)
    if _depth(bare) > DEEPEST:
        raise TomlError(f"brackets are more than {DEEPEST} deep")
    if any(piece.count(".") > DEEPEST for piece in _BETWEEN.split(bare)):
        raise TomlError(f"a key has more than {DEEPEST} parts")
    try:
        return tomllib.loads(plain)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(f"not valid TOML: {error}") from error
    except ValueError as error:  # a number of thousands of digits
        raise TomlError(f"not valid TOML: {error}".partition(";")[0]) from error
    except RecursionError as error:
        raise TomlError("is nested too deeply") from error


def _depth(bare: str) -> int:
    deepest = depth = 0
    for letter in bare:
        if letter in _OPEN:
            depth += 1
            deepest = max(deepest, depth)
        elif letter in _CLOSE:
            depth = max(0, depth - 1)
    return deepest
