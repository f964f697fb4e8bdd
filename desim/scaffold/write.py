"""Write a small policy, case or study that works, and its test."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

HERE = Path(__file__).parent
KINDS = ("policy", "case", "study")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class ScaffoldError(ValueError):
    """Nothing was written; says why."""


def write_new(kind: str, name: str, folder: Path) -> tuple[Path, ...]:
    """Write the files of a new policy, case or study.

    Parameters
    ----------
    kind
        One of `KINDS`.
    name
        What it is called: small letters, digits and underscores.
    folder
        Where its files go.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    ScaffoldError
        When the name cannot be used or a file is there already.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        text = f"{name!r} cannot be a name: small letters, digits and underscores, such as"
        raise ScaffoldError(f"{text} my_{kind}")
    texts = {folder / place: text for place, text in _texts(kind, name).items()}
    there = [path for path in texts if path.exists()]
    if there:
        text = f"{there[0]} is there already; nothing was written"
        raise ScaffoldError(f"{text}; choose another name, or another folder with --into")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(texts)


def _texts(kind: str, name: str) -> dict[str, str]:
    """Text by place below the folder, with the name in it."""
    test = {f"test_{name}.py": HERE / "text" / f"test_{kind}.py.txt"}
    if kind == "case":
        own = {f"{name}/{file.name}": file for file in sorted((HERE / "case").iterdir())}
    else:
        ending = "py" if kind == "policy" else "toml"
        own = {f"{name}.{ending}": HERE / "text" / f"{kind}.{ending}.txt"}
    title = name.replace("_", " ").capitalize()
    return {
        place: file.read_text(encoding="utf-8").replace("NAME", name).replace("TITLE", title)
        for place, file in (own | test).items()
    }
