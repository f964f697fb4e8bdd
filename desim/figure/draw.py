"""Draw every figure from the results, when something changed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd

from desim.figure.combinations import COMBINATIONS
from desim.figure.dose_response import DOSE_RESPONSE
from desim.figure.effects import EFFECTS
from desim.figure.figure import Figure, FigureError
from desim.figure.horizontal_linkage import HORIZONTAL_LINKAGE
from desim.figure.information_age import INFORMATION_AGE
from desim.figure.record import RECORD
from desim.figure.robustness import ROBUSTNESS
from desim.figure.style import FONT, FORMATS, looks, save
from desim.figure.timeline import TIMELINE
from desim.figure.validation import able
from desim.figure.vertical_linkage import VERTICAL_LINKAGE
from desim.figure.what_matters import WHAT_MATTERS
from desim.figure.where_the_hours_go import WHERE_THE_HOURS_GO

FIGURES: tuple[Figure, ...] = (
    VERTICAL_LINKAGE, HORIZONTAL_LINKAGE, TIMELINE, RECORD, INFORMATION_AGE, COMBINATIONS, EFFECTS,
    DOSE_RESPONSE, WHAT_MATTERS, ROBUSTNESS, WHERE_THE_HOURS_GO,
)  # fmt: skip
MANIFEST = "manifest.json"


def draw_all(results: Path, folder: Path) -> str:
    """Draw the figures whose tables changed; say in words what was done.

    Those of calibration and validation are drawn where their tables are, and not missed elsewhere.

    Parameters
    ----------
    results
        Folder of results.
    folder
        Folder of figures; a manifest there says from what they were drawn.

    Raises
    ------
    FigureError
        When a table or a column is missing, and then nothing is drawn; or when a unit has no
        place in a diagram.
    """
    figures = (*FIGURES, *able(results))
    problems = [text for figure in figures for text in _problems(figure, results)]
    if problems:
        raise FigureError("\n".join(dict.fromkeys(problems)))
    drawn = _manifest(folder)
    wanted = {figure.name: _digest(figure, results) for figure in figures}
    changed = [f for f in figures if drawn.get(f.name) != wanted[f.name] or not _all(f, folder)]
    for figure in changed:
        _draw(figure, results, folder)
        drawn[figure.name] = wanted[figure.name]
        text = json.dumps(drawn, indent=2, sort_keys=True) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8")
    if not changed:
        return f"nothing to draw: all {len(figures)} figures are there, their tables unchanged"
    return f"{len(changed)} of {len(figures)} figures drawn in {folder}"


def _problems(figure: Figure, results: Path) -> list[str]:
    found = []
    for table, columns in figure.inputs.items():
        path = results / f"{table}.parquet"
        if not path.is_file():
            found.append(f"{figure.name}: there is no table {table}; {_remedy(table)}")
            continue
        missing = set(columns) - set(pd.read_parquet(path).columns)
        if missing:
            lacks = ", ".join(sorted(missing))
            found.append(f"{figure.name}: table {table} lacks {lacks}; {_remedy(table)}")
    return found


def _remedy(table: str) -> str:
    study = table.partition("/")[0]
    return f"run its experiment first: desim experiment experiments/{study}.toml"


def _manifest(folder: Path) -> dict[str, str]:
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _digest(figure: Figure, results: Path) -> str:
    """A hash of what a figure is drawn from: tables, code, font and library."""
    found = hashlib.blake2b(mpl.__version__.encode(), digest_size=16)
    for table in sorted(figure.inputs):
        found.update((results / f"{table}.parquet").read_bytes())
    for file in (*sorted(Path(__file__).parent.glob("*.py")), FONT):
        found.update(file.read_bytes())
    return found.hexdigest()


def _all(figure: Figure, folder: Path) -> bool:
    return all((folder / f"{figure.name}.{kind}").is_file() for kind in FORMATS)


def _draw(figure: Figure, results: Path, folder: Path) -> None:
    tables = {name: pd.read_parquet(results / f"{name}.parquet") for name in figure.inputs}
    with looks():
        canvas = figure.draw(tables)
        save(canvas, folder, figure.name)
        plt.close(canvas)
