"""Who may import whom: rooms in layers, no cycles, nothing hidden, libraries where they belong.

Read off the source with `ast`, so that nothing has to be imported to know what imports what.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "desim"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("error",),
    ("source", "distribution", "elementary"),
    ("draw",),
    ("parameter",),
    ("mechanism",),
    ("balance", "decision"),
    ("policy", "program", "case", "classroom"),
    ("trace",),
    ("engine",),
    ("outcome",),
    ("plugin",),
    ("study", "testing", "scaffold"),
    ("calibration",),
    ("figure",),
    ("paper",),
    ("cli",),
)
"""A room imports from rooms of lower layers only; rooms of one layer do not know each other."""

ONLY_IN: dict[str, tuple[str, ...]] = {
    "numba": ("elementary", "draw", "balance", "decision", "engine.compiled*"),
    "simpy": ("engine.*",),
    "SALib": ("study.*",),
    "sklearn": ("calibration.*",),
    "threadpoolctl": ("calibration.*",),
    "matplotlib": ("figure.*",),
    "seaborn": ("figure.*",),
    "typst": ("paper.*",),
    "markdown_it": ("paper.*",),
    "click": ("cli.*",),
    "rich": ("cli.*",),
}
"""Modules (without the package's name) that may import a library."""

LATE = ("cli",)
"""Rooms whose modules may import within functions, to keep the start fast."""

BY_NAME = "plugin.source"
"""The one module that imports what it is told the name of: plug-ins."""


@dataclass(frozen=True)
class Import:
    """One import: what, in which line, and whether it is late or only for types."""

    of: str
    line: int
    hidden: bool = False
    typing: bool = False


@dataclass(frozen=True)
class Module:
    """A module of the package, named without the package's name, and its imports."""

    name: str
    imports: tuple[Import, ...]

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]


def imports(source: str, modules: frozenset[str]) -> Iterator[Import]:
    """Every import of a source text; names that are modules count as these."""
    yield from _within(ast.parse(source), modules, hidden=False, typing=False)


def _within(
    node: ast.AST, modules: frozenset[str], *, hidden: bool, typing: bool
) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(alias.name, node.lineno, hidden, typing) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        of = "." * node.level + (node.module or "")
        whole = {f"{of}.{alias.name}" for alias in node.names}
        parts = whole & modules
        found = sorted(parts) if parts == whole else [of, *sorted(parts)]
        yield from (Import(name, node.lineno, hidden, typing) for name in found)
    elif _imports_by_call(node):
        yield Import("?", getattr(node, "lineno", 0), hidden=True)
    hidden = hidden or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        for statement in node.body:
            yield from _within(statement, modules, hidden=hidden, typing=True)
        for statement in node.orelse:
            yield from _within(statement, modules, hidden=hidden, typing=typing)
        return
    for child in ast.iter_child_nodes(node):
        yield from _within(child, modules, hidden=hidden, typing=typing)


def _imports_by_call(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func).rpartition(".")[2]
    return called in ("__import__", "import_module")


def _name(file: Path) -> str:
    parts = file.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}
NAMES = frozenset(f"desim.{name}" for name in FILES if name)
MODULES = tuple(
    Module(name, tuple(imports(file.read_text(encoding="utf-8"), NAMES)))
    for name, file in FILES.items()
)
HEIGHT = {room: height for height, layer in enumerate(LAYERS) for room in layer}


def own(module: Module) -> Iterator[tuple[Import, str]]:
    """Imports of the package itself, with the module imported (empty: the package)."""
    for found in module.imports:
        if found.of.partition(".")[0] == "desim":
            yield found, found.of.removeprefix("desim").removeprefix(".")


def upward(module: Module) -> list[str]:
    """Imports of rooms that are not in a lower layer; types count as well."""
    wrong = []
    for found, target in own(module):
        room = target.partition(".")[0]
        if room and room != module.room and _height(room) >= _height(module.room):
            wrong.append(f"{module.name}, line {found.line}: {room} is not below {module.room}")
    return wrong


def _height(room: str) -> int:
    """The layer of a room; one without a place is above all, so nobody may import it."""
    return HEIGHT.get(room, len(LAYERS))


def misplaced(module: Module) -> list[str]:
    """Imports of libraries by modules that should not know them."""
    wrong = []
    for found in module.imports:
        allowed = ONLY_IN.get(found.of.partition(".")[0])
        # `.` at the end lets `engine.*` match the package `engine` itself.
        if allowed and not any(
            fnmatchcase(name, pattern)
            for pattern in allowed
            for name in (module.name, f"{module.name}.")
        ):
            wrong.append(f"{module.name}, line {found.line}: {found.of} belongs in {allowed}")
    return wrong


def hidden(module: Module) -> list[str]:
    """Imports within functions, or by a call."""
    return [
        f"{module.name}, line {found.line}: {found.of} is imported within a function"
        for found in module.imports
        if found.hidden
        and module.room not in LATE
        and not (found.of == "?" and module.name == BY_NAME)
    ]


def cycle(modules: tuple[Module, ...]) -> list[str]:
    """A cycle of imports, module by module; empty when there is none.

    Imports for types alone are left out: they do not happen when the program runs.
    """
    graph = {
        module.name: {target for found, target in own(module) if target and not found.typing}
        for module in modules
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def a_module(name: str, source: str) -> Module:
    """A module that does not exist, to see that a rule can be broken."""
    return Module(name, tuple(imports(source, NAMES)))


def test_every_room_has_a_place_in_the_layers() -> None:
    assert {module.room for module in MODULES if module.name} <= set(HEIGHT)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name or "desim")
def test_rooms_import_lower_rooms_only(module: Module) -> None:
    if module.name:
        assert upward(module) == []


def test_the_package_itself_imports_nothing() -> None:
    assert next(module for module in MODULES if not module.name).imports == ()


def test_a_figure_knows_no_other_room() -> None:
    """So no figure can start a simulation: it reads results, and knows how to say what is wrong."""
    rooms = {
        target.partition(".")[0]
        for module in MODULES
        if module.room == "figure"
        for _, target in own(module)
    }
    assert rooms == {"error", "figure"}


def test_there_are_no_cycles() -> None:
    assert cycle(MODULES) == []


def test_no_import_is_hidden_in_a_function() -> None:
    assert [text for module in MODULES for text in hidden(module)] == []


def test_libraries_are_imported_where_they_belong() -> None:
    assert [text for module in MODULES for text in misplaced(module)] == []


def test_imports_are_absolute() -> None:
    assert [m.name for m in MODULES for found in m.imports if found.of.startswith(".")] == []


def test_an_import_upward_is_seen() -> None:
    module = a_module("trace.story", "from desim.engine import play")
    assert upward(module) == ["trace.story, line 1: engine is not below trace"]


def test_an_import_of_a_room_of_the_same_layer_is_seen() -> None:
    assert upward(a_module("program.lower", "from desim import case"))


def test_an_import_upward_for_types_is_seen() -> None:
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from desim.study import run"
    assert upward(a_module("outcome.energy", text))


def test_a_hidden_import_is_seen() -> None:
    assert hidden(a_module("study.run", "def f():\n    if True:\n        import simpy"))


def test_an_import_by_call_is_seen() -> None:
    assert hidden(a_module("study.run", "import importlib\nimportlib.import_module('simpy')"))


def test_a_misplaced_library_is_seen() -> None:
    assert misplaced(a_module("engine.on_simpy", "from numba import njit"))


@pytest.mark.parametrize("name", ["engine.compiled", "engine.compiled_kernel", "engine.compiled.x"])
def test_numba_may_be_in_the_compiled_engine(name: str) -> None:
    assert not misplaced(a_module(name, "from numba import njit"))


def test_a_cycle_is_seen() -> None:
    one = a_module("study.run", "from desim.study import tables")
    two = a_module("study.tables", "from desim.study.run import Plan")
    assert cycle((one, two)) in (
        ["study.run", "study.tables", "study.run"],
        ["study.tables", "study.run", "study.tables"],
    )
