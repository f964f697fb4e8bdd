"""The manifest: for every figure, table and number its script, tables, runs, seed and commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import desim
from desim.calibration.batch import PREFIX
from desim.figure import Figure
from desim.figure.draw import FIGURES
from desim.paper.batches import all_batches
from desim.paper.entry import Entry, Origin
from desim.paper.numbers.model import parameters
from desim.paper.sources import CALIBRATION, Sources
from desim.paper.tables.table import Table

FILE = "manifest.json"
KINDS = ("number", "table", "figure")
ABOUT = (
    "question", "seed", "replications", "runs", "engine", "commit", "source_digest",
    "mechanism_digest", "study_digest", "semantics", "quick", "desim", "python",
)  # fmt: skip
"""What is kept of a study's provenance."""


def manifest(
    sources: Sources, entries: Iterable[Entry], tables: Iterable[Table], used: Iterable[str]
) -> dict[str, Any]:
    """Everything that the paper shows, and where it comes from.

    Parameters
    ----------
    sources
        The results.
    entries, tables
        All that may be shown.
    used
        Keys of the entries that the manuscript prints.
    """
    runs = Runs(sources)
    told = set(used)
    things = [
        {"kind": "number", "name": e.key, "text": e.text, "used": e.key in told}
        | runs.about(e.origin)
        for e in entries
    ]
    things += [
        {"kind": "table", "name": t.name, "text": _digest(json.dumps(t.rows)), "used": True}
        | runs.about(t.origin)
        for t in tables
    ]
    things += [_figure(runs, figure, number) for number, figure in enumerate(FIGURES, 1)]
    things += [_figure(runs, figure, number_of(figure)) for figure in sources.supplement]
    return {
        "desim": desim.__version__,
        "parameters": _parameters(sources),
        "studies": {name: _study(sources, name) for name in _made_by(sources)},
        "tables": runs.digests,
        "things": things,
    }


def number_of(figure: Figure) -> str:
    """The number of a further figure, such as S3, which its name holds."""
    return figure.name.split("_")[1].upper()


def _figure(runs: Runs, figure: Figure, number: int | str) -> dict[str, Any]:
    origin = Origin(figure.draw.__module__, tuple(figure.inputs), rows=figure.title)
    about = runs.about(origin)
    content = _digest("".join(runs.digests[table] for table in origin.tables))
    head = {"kind": "figure", "name": figure.name, "number": number, "used": True}
    return head | {"text": content} | about


class Runs:
    """Digests of tables and of the names of the runs behind them, each found once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self.digests: dict[str, str] = {}
        self._runs: dict[tuple[str, tuple[int, ...]], dict[str, Any]] = {}

    def about(self, origin: Origin) -> dict[str, Any]:
        """What the manifest says of an origin."""
        for table in origin.tables:
            self._of_table(table)
        studies = self._sources.behind(origin.tables)
        return {
            "script": origin.script, "tables": list(origin.tables), "rows": origin.rows,
            "points": list(origin.points),
            "runs": {study: self._of(study, origin.points) for study in studies},
        }  # fmt: skip

    def _of_table(self, table: str) -> None:
        if table not in self.digests:
            path = self._sources.path(table)
            self.digests[table] = _digest(path.read_bytes()) if path.is_file() else ""

    def _of(self, study: str, points: tuple[int, ...]) -> dict[str, Any]:
        key = (study, points)
        if key not in self._runs:
            names = names_of(self._sources, study, points)
            self._runs[key] = {"count": len(names), "digest": _digest("\n".join(sorted(names)))}
        return self._runs[key]


def names_of(sources: Sources, study: str, points: Iterable[int] = ()) -> list[str]:
    """Names of a study's runs, of some points or of all, in the order of points.

    Parameters
    ----------
    sources
        The results.
    study
        Its name.
    points
        Only runs of these; of all when there are none.
    """
    table = sources.table(f"{study}/runs")
    if table.empty:
        return []
    wanted = set(points)
    rows = table[table["point"].isin(wanted)] if wanted else table
    return list(dict.fromkeys(map(str, rows["run"])))


def _made_by(sources: Sources) -> tuple[str, ...]:
    if not sources.calibrated:
        return sources.used
    return (*sources.used, CALIBRATION, *all_batches(sources.results))


def _study(sources: Sources, name: str) -> dict[str, Any]:
    about = sources.provenance(name)
    return {key: about.get(key, "") for key in ABOUT}


def _parameters(sources: Sources) -> dict[str, float]:
    return dict(sorted((each.name, each.value) for each in parameters(sources)))


def _digest(content: str | bytes) -> str:
    data = content.encode() if isinstance(content, str) else content
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def write(found: Mapping[str, Any], path: Path) -> None:
    """Write a manifest, one thing a line, so that two can be compared by eye."""
    head = {key: value for key, value in found.items() if key != "things"}
    text = json.dumps(head, indent=1, sort_keys=True, ensure_ascii=False)
    things = ",\n".join(
        json.dumps(each, sort_keys=True, ensure_ascii=False) for each in found["things"]
    )
    path.write_text(f'{text[:-2]},\n "things": [\n{things}\n]}}\n', encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    """A manifest; empty when there is none."""
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What changed between two manifests, and why, a line each.

    Parameters
    ----------
    before, after
        Two manifests; nothing is said when there was none before.
    """
    if not before:
        return []
    lines = []
    old = {(t["kind"], t["name"]): t["text"] for t in before["things"]}
    new = {(t["kind"], t["name"]): t["text"] for t in after["things"]}
    for kind in KINDS:
        changed = [n for (k, n), text in new.items() if k == kind and old.get((k, n)) != text]
        if changed:
            few = ", ".join(changed[:6]) + (", ..." if len(changed) > 6 else "")
            lines.append(f"{len(changed)} {kind}{'' if len(changed) == 1 else 's'} changed: {few}")
    return lines + (_why(before, after) if lines else [])


def _why(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    lines = []
    old, new = before["parameters"], after["parameters"]
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            lines.append(f"because {name} was {old.get(name)} and is {new.get(name)}")
    for study, about in after["studies"].items():
        if study.startswith(PREFIX):
            continue  # the calibration as a whole says so
        was = before["studies"].get(study, {})
        changed = [key for key in ABOUT if was.get(key) != about[key]]
        if changed:
            lines.append(f"because {study} was played again: other {', '.join(changed)}")
    return lines
