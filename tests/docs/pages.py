"""Pages whose code is run and whose numbers are worked out.

- A Python block is run; one that shows a session (`>>>`) is compared with what comes out.
- A console block is called, command by command, and its output compared; `...` stands for what
  is left out. A command may fail only where `echo $?` asks how it ended.
- A bash block is a script, and is run.
- A block with a title is a file. It is written, for what follows to use; one of `examples/` or
  `experiments/` must be word for word what is there.
- A number in the text is followed by `<!--= EXPRESSION -->`, which must give it. Years need none.
"""

from __future__ import annotations

import doctest
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from sybil import Document, Example, Region
from sybil.example import SybilFailure
from sybil.parsers.markdown import PythonCodeBlockParser

from tests.docs.commands import ROOT, call

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FENCE = re.compile(r"^```(.*)\n([\s\S]*?)^```$", re.MULTILINE)
TITLE = re.compile(r'\w+ title="([^"]+)"')
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n", re.MULTILINE)
CHECKED = re.compile(r"(\d(?:[\d,]*\d)?(?:\.\d+)?)<!--= (.+?) -->")
BARE = re.compile(r"(?<![\w.#])\d(?:[\d,]*\d)?(?:\.\d+)?(?!\w)")
MOST = 2000
YEAR = re.compile(r"20\d\d")
HIDDEN = re.compile(
    r"^```[\s\S]*?^```$|^---\n[\s\S]*?^---$|<!--[\s\S]*?-->|`[^`]*`|\]\([^)]*\)|<[^>]*>",
    re.MULTILINE,
)


def faults(page: Path, *, numbers: bool) -> list[str]:
    """Run a page in the present folder; everything that is not as it says.

    Parameters
    ----------
    page
        A Markdown file.
    numbers
        Whether a number in the text that nothing backs is a fault.
    """
    return list(_failures(parse(page, numbers=numbers)))


def parse(page: Path, *, numbers: bool) -> Document:
    """What there is to be run on a page, in its order."""
    parsers = [PythonCodeBlockParser(doctest_optionflags=FLAGS), _blocks, _checked]
    return Document.parse(str(page), *parsers, *([_bare] if numbers else []))


def lay_out(folder: Path) -> None:
    """Put there what a clone has and pages use."""
    for name in ("examples", "experiments"):
        shutil.copytree(ROOT / name, folder / name)


def _failures(document: Document) -> Iterator[str]:
    for example in document.examples():
        try:
            example.evaluate()
        except SybilFailure as failure:
            yield str(failure)
        except Exception as error:  # noqa: BLE001  a page's code may raise anything
            yield f"{example.path}, line {example.line}: {type(error).__name__}: {error}"


def _blocks(document: Document) -> Iterable[Region]:
    """Every block of code but Python to be run."""
    evaluators = {"console": _console, "bash": _script, "text": lambda _: None}
    for match in FENCE.finditer(document.text):
        kind = match[1].strip()
        if kind == "python":
            continue
        evaluator = _file if TITLE.fullmatch(kind) else evaluators.get(kind, _unknown)
        yield Region(match.start(), match.end(), match, evaluator)


def _unknown(example: Example) -> str:
    return f"nobody runs a block of kind {example.parsed[1]!r}"


def _file(example: Example) -> str | None:
    title = TITLE.fullmatch(example.parsed[1].strip())
    assert title
    path, text = Path(title[1]), example.parsed[2]
    if path.parts[0] in ("examples", "experiments"):
        there = (ROOT / path).read_text("utf-8")
        return None if _same(text, there) else f"{path} is now:\n{there}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return None


def _script(example: Example) -> str | None:
    said = call(f"true\n{example.parsed[2]}")
    return f"it ended with {said.code}:\n{said.text}" if said.code else None


def _console(example: Example) -> str | None:
    code = 0
    for command, wanted, asked in commands(example.parsed[2]):
        if command == "echo $?":
            text = f"{code}\n"
        else:
            said = call(command)
            code, text = said.code, said.text
            if code and not asked:
                return f"{command}\nended with {code}:\n{_short(text)}"
        if not _same(wanted, text):
            return f"$ {command}\nshould say:\n{wanted}\nbut says:\n{_short(text)}"
    return None


def commands(block: str) -> list[tuple[str, str, bool]]:
    """Commands of a block, the output shown for each, and whether the next asks how it ended."""
    found = list(COMMAND.finditer(block))
    ends = [match.start() for match in found[1:]] + [len(block)]
    shown = [block[match.end() : end] for match, end in zip(found, ends, strict=True)]
    asked = [match[1] == "echo $?" for match in found[1:]] + [False]
    return list(zip((match[1] for match in found), shown, asked, strict=True))


def _same(wanted: str, text: str) -> bool:
    """Whether a text is as shown, but for blanks at the ends of lines and what `...` leaves out.

    A `...` in a line stands for some of it, one that is a line for any number of lines.
    """
    shape = ""
    for line in wanted.strip("\n").split("\n") if wanted.strip() else ():
        parts = (re.escape(part) for part in line.rstrip().split("..."))
        shape += r"(?:.*\n)*?" if line.strip() == "..." else ".*?".join(parts) + r"[ \t]*\n"
    said = text.strip("\n") + "\n" if text.strip() else ""
    return re.fullmatch(shape, said) is not None


def _short(text: str) -> str:
    return text if len(text) <= MOST else f"{text[:MOST]} ..."


def _checked(document: Document) -> Iterable[Region]:
    for match in CHECKED.finditer(document.text):
        yield Region(match.start(), match.end(), match, _number)


def _number(example: Example) -> str | None:
    now = number(example)
    return None if example.parsed[1] == now else f"it says {example.parsed[1]}, but it is {now}"


def number(example: Example) -> str:
    """What a checked number should be, written as it is: with so many decimals and commas."""
    shown, expression = example.parsed[1], example.parsed[2]
    found = float(eval(expression, dict(example.namespace)))
    comma = "," if "," in shown or abs(found) >= 10_000 else ""
    return f"{found:{comma}.{len(shown.partition('.')[2])}f}"


def _bare(document: Document) -> Iterable[Region]:
    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    text = HIDDEN.sub(blank, CHECKED.sub(blank, document.text))
    for match in BARE.finditer(text):
        if not YEAR.fullmatch(match[0]):
            yield Region(match.start(), match.end(), match[0], _unbacked)


def _unbacked(example: Example) -> str:
    return f"the number {example.parsed} is backed by nothing"
