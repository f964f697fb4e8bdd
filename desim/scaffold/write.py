"""Write a small policy, case or study that works, and its test."""

from __future__ import annotations

import ast
import keyword
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from desim.error import DesimError
from desim.plugin.catalogue import BUILT_IN
from desim.policy.catalogue import BOUNDS

HERE = Path(__file__).parent
KINDS = ("policy", "case", "study")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class ScaffoldError(DesimError):
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
    taken = _taken(kind, name)
    if taken:
        raise ScaffoldError(f"{name!r} is the name of {taken}; choose another, such as my_{name}")
    texts = {folder / place: text for place, text in _texts(kind, name).items()}
    there = [path for path in texts if path.exists()]
    if there:
        text = f"{there[0]} is there already; nothing was written"
        raise ScaffoldError(f"{text}; choose another name, or another folder with --into")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tuple(texts)


def _taken(kind: str, name: str) -> str:
    """What has the name already, where that would hide one from the other."""
    own = {
        "policy": [policy.name for policy in (*BUILT_IN.policies, *BOUNDS)],
        "case": list(BUILT_IN.cases),
    }
    if name in own.get(kind, ()):
        return f"a {kind} of desim"
    if kind == "study":
        return ""
    own_package = __name__.partition(".")[0]
    if name in (own_package, *sys.stdlib_module_names, *packages_distributions()):
        return "a package that can be imported here"
    template = HERE / "text" / "policy.py.txt"
    if kind == "policy" and name in _names(template.read_text(encoding="utf-8")):
        return "something that the file itself uses"
    return ""


def _names(source: str) -> set[str]:
    """Names that a Python file uses."""
    nodes = list(ast.walk(ast.parse(source)))
    found = {node.id for node in nodes if isinstance(node, ast.Name)}
    found |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    return found | {alias.name for n in nodes if isinstance(n, ast.ImportFrom) for alias in n.names}


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
