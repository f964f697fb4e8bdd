"""The reference, a page a room of the package, and every page of docs/ that is not listed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

PACKAGE = Path(__file__).parents[2] / "desim"
FOLDER = "reference"
WITHOUT = {"cli", "__pycache__"}  # commands explain themselves with --help
FIRST = ("plugin", "testing", "mechanism", "distribution", "parameter", "policy", "outcome", "case")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages into the navigation."""
    pages = [f"{FOLDER}/index.md", *({f"desim.{r}": f"{FOLDER}/{r}.md"} for r in _rooms())]
    listed = str(config.nav)
    docs = Path(config.docs_dir)
    others = [path.name for path in sorted(docs.glob("*.md")) if path.name not in listed]
    model = [{"The model": others}] if others else []
    config.nav = [*(config.nav or []), *model, {"Reference": pages}]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for path, text in _pages():
        files.append(File.generated(config, f"{FOLDER}/{path}", content=text))
    return files


def _rooms() -> list[str]:
    """Rooms and modules of the package, what users need first."""
    found = {
        path.stem
        for path in PACKAGE.iterdir()
        if path.stem not in WITHOUT and (path.suffix == ".py" or (path / "__init__.py").is_file())
    } - {"__init__"}
    return [*(r for r in FIRST if r in found), *sorted(found - set(FIRST))]


def _pages() -> Iterator[tuple[str, str]]:
    yield "index.md", "\n".join(_overview())
    for room in _rooms():
        yield f"{room}.md", "\n".join(_modules(room))


def _overview() -> Iterator[str]:
    yield "# Reference\n"
    yield "From the docstrings, with shapes, units, errors and sources. Those who write policies"
    yield "and outcomes need `desim.plugin` and little else.\n"
    yield "| room | what is in it |\n|---|---|"
    for room in _rooms():
        yield f"| [`desim.{room}`]({room}.md) | {_summary(_files(room)[0])} |"


def _modules(room: str) -> Iterator[str]:
    for file in _files(room):
        name = ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)
        module = name.removesuffix(".__init__")
        level = 1 if module == f"desim.{room}" else 2
        yield f"::: {module}\n    options: {{ heading_level: {level} }}\n"


def _files(room: str) -> list[Path]:
    file = PACKAGE / f"{room}.py"
    return [file] if file.is_file() else sorted((PACKAGE / room).rglob("*.py"))


def _summary(file: Path) -> str:
    text = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ")
