"""No number is typed: every digit or numeral in the manuscript is listed with a reason."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from desim.paper.entry import PaperError

ALLOWED = "typed.toml"
_WORDS = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand",
    "million", "half", "twice", "third", "quarter", "tenth", "tenths", "double", "dozen",
)  # fmt: skip
_NUMERAL = re.compile(rf"\d[\d,.]*|\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_COMMENT = re.compile(r"(?<!:)//[^\n]*")
_CALL = re.compile(r'#(?:n|src|fig|further|tab|param|include|import)\("[^"]*"[^)]*\)')
_CODE = re.compile(r"^\s*#(?:set|show|import|include|v|h)\b.*$", re.MULTILINE)
_LABEL = re.compile(r"<[a-zA-Z][\w:.-]*>|@[\w:.-]*\w")


def typed_numbers(paper: Path) -> list[str]:
    """Complaints about numbers that are typed in the manuscript and not listed.

    Parameters
    ----------
    paper
        Folder of the manuscript: ``sections/*.typ`` and ``typed.toml``.
    """
    listed = _listed(paper / ALLOWED)
    unused = set(listed)
    complaints = []
    for file in sorted((paper / "sections").glob("*.typ")):
        text = prose(file.read_text(encoding="utf-8"))
        for phrase in listed:
            if phrase in text:
                unused.discard(phrase)
                text = text.replace(phrase, re.sub(r"\S", " ", phrase))
        complaints += _complaints(file, text)
    complaints += [f"{ALLOWED}: {phrase!r} stands nowhere" for phrase in sorted(unused)]
    return complaints


def _complaints(file: Path, text: str) -> list[str]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for match in _NUMERAL.finditer(line):
            found.append(
                f"{file.name}, line {number}: {match.group()!r} is typed; take it from a result "
                f'by #n("KEY"), or list it with its reason in {ALLOWED}'
            )
    return found


def prose(source: str) -> str:
    """What is read as text of a Typst source; what is left out is blanked, so lines stay."""
    for pattern in (_COMMENT, _CALL, _CODE, _LABEL):
        source = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)
    return source


def _listed(path: Path) -> list[str]:
    """Allowed phrases, the longest first."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["typed"]
    bare = [row.get("text", "") for row in rows if not row.get("why")]
    if bare:
        raise PaperError(tuple(f"{ALLOWED}: {text!r} has no reason" for text in bare))
    return sorted((row["text"] for row in rows), key=len, reverse=True)


def used_keys(paper: Path) -> list[str]:
    """Keys of numbers that the manuscript prints, in the order in which it first does."""
    call = re.compile(r'#?\bn\("([^"]+)"\)')
    order = [paper / "manuscript.typ", *sorted((paper / "sections").glob("*.typ"))]
    found = (key for file in order for key in call.findall(file.read_text(encoding="utf-8")))
    return list(dict.fromkeys(found))
