"""Write into pages what their commands now say and what their numbers now are.

`python -m tests.docs.renew docs/index.md ...` after a change that is meant. Lines beside a `...`
are renewed when there still is such a line, its numbers apart.
"""

from __future__ import annotations

import doctest
import os
import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from textwrap import dedent

from sybil import Document, Example
from sybil.example import SybilFailure

from tests.docs.commands import Said, call
from tests.docs.pages import CHECKED, FENCE, commands, lay_out, number, parse

NUMBER = r"[0-9a-f]{32}|-?\d+(?:[.:,]\d+)*"
SPLIT = re.compile(rf"(\.\.\.|{NUMBER})")


def renewed(wanted: str, text: str) -> str:
    """Output as shown, with what it now says."""
    if "..." not in wanted:
        return text.rstrip() + "\n" if text.strip() else ""
    there, at, lines = text.split("\n"), 0, []
    for line in wanted.split("\n"):
        shape = _shape(line)
        found = next((i for i, now in enumerate(there[at:], at) if shape.fullmatch(now)), None)
        if line.strip() in ("", "...") or found is None:
            lines.append(line)
            continue
        lines.append(
            _filled(line, shape.fullmatch(there[found])) if "..." in line else there[found]
        )
        at = found + 1
    return "\n".join(line.rstrip() for line in lines)


def _shape(line: str) -> re.Pattern[str]:
    """Lines that differ from this one in their numbers only, and in what it leaves out."""
    words = {"...": ".*"}
    parts = SPLIT.split(line)
    return re.compile(
        "".join(
            words.get(part, f"({NUMBER})" if SPLIT.fullmatch(part) else _words(part))
            for part in parts
        )
    )


def _words(part: str) -> str:
    return r"\s+".join(re.escape(word) for word in re.split(r"\s+", part))


def _filled(line: str, found: re.Match[str] | None) -> str:
    assert found
    numbers = iter(found.groups())
    parts = SPLIT.split(line)
    return "".join(
        next(numbers) if SPLIT.fullmatch(part) and part != "..." else part for part in parts
    )


def _block(example: Example) -> str:
    """A console block with what its commands now say."""
    lines, code = [], 0
    for command, wanted, _ in commands(example.parsed[2]):
        said = Said(0, f"{code}\n") if command == "echo $?" else call(command)
        code = said.code
        lines.append(f"$ {command}\n{renewed(wanted, said.text)}")
    return "```console\n" + "".join(lines) + "```"


def _session(example: Example) -> tuple[str, str]:
    """What a session shows for a command, and what now comes out where nothing is left out."""
    wanted = str(example.parsed.want).rstrip()
    try:
        example.evaluate()
    except SybilFailure as failure:
        got = dedent(failure.result.partition("Got:\n")[2]).rstrip()
        if got and wanted and "..." not in wanted:
            return wanted, got
    return wanted, wanted


def _page(page: Path) -> str:
    document: Document = parse(page, numbers=False)
    pieces, at = [], 0
    for example in document.examples():
        match = example.parsed
        start, end = example.region.start, example.region.end
        if isinstance(match, re.Match) and match.re is FENCE and match[1].strip() == "console":
            new = _block(example)
        elif isinstance(match, re.Match) and match.re is CHECKED:
            new = match[0].replace(match[1], number(example), 1)
        elif isinstance(match, doctest.Example):
            old, new = _session(example)
            start = document.text.index(old, start)
            end = start + len(old)
        else:
            with suppress(SybilFailure):
                example.evaluate()
            continue
        pieces += [document.text[at:start], new]
        at = end
    return "".join([*pieces, document.text[at:]])


if __name__ == "__main__":
    for path in [Path(name).resolve() for name in sys.argv[1:]]:
        with tempfile.TemporaryDirectory() as folder:
            lay_out(Path(folder))
            os.chdir(folder)
            path.write_text(_page(path), encoding="utf-8")
            os.chdir(path.parent)
