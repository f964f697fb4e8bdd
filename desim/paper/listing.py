"""Tables of the appendix that say where numbers, figures and tables come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desim.paper.entry import Entry, Origin
from desim.paper.tables.table import Column, Table

_LONG = 70
_FEW = 8
"""Studies whose runs are told one by one."""
_HERE = Origin(__name__, rows="the manifest")


def numbers_table(used: list[Entry], manifest: Mapping[str, Any]) -> Table:
    """Where each printed number comes from, in the order in which it is first printed."""
    about = {t["name"]: t for t in manifest["things"] if t["kind"] == "number"}
    rows = tuple(
        (_short(entry.text), entry.key, _where(about[entry.key]), _runs(about[entry.key]))
        for entry in used
    )
    marks = {(row, 1): f"n-{entry.key}" for row, entry in enumerate(used)}
    columns = (
        Column("Printed", "left", 1.5), Column("Key", "left", 1.5),
        Column("Table and rows, or script", "left", 2.4), Column("Runs, digest", "left", 0.7),
    )  # fmt: skip
    return Table("numbers", columns, rows, _HERE, marks)


def things_table(manifest: Mapping[str, Any]) -> Table:
    """Where each figure and each table comes from."""
    things = [t for t in manifest["things"] if t["kind"] != "number"]
    things.sort(key=lambda t: t["kind"])
    rows = tuple(
        (_title(t), t["script"], ", ".join(t["tables"]) or t["rows"], _runs(t)) for t in things
    )
    marks = {(row, 0): f"t-{thing['name']}" for row, thing in enumerate(things)}
    columns = (
        Column("Figure or table", "left", 1.2), Column("Script", "left", 1.2),
        Column("Result tables", "left", 2.0), Column("Runs, digest of names", "left", 1.0),
    )  # fmt: skip
    return Table("things", columns, rows, _HERE, marks)


def _title(thing: Mapping[str, Any]) -> str:
    return str(thing["name"]) if thing["kind"] == "figure" else f"table {thing['name']}"


def _where(thing: Mapping[str, Any]) -> str:
    places = ", ".join(thing["tables"]) or str(thing["script"])
    return f"{places}: {thing['rows']}" if thing["rows"] else places


def _runs(thing: Mapping[str, Any]) -> str:
    runs = [each for each in thing["runs"].values() if each["count"]]
    if len(runs) > _FEW:
        return f"{sum(each['count'] for each in runs)} of {len(runs)} batches"
    none = "not kept" if thing["tables"] else "no run"
    return "; ".join(f"{each['count']}, {each['digest'][:8]}" for each in runs) or none


def _short(text: str) -> str:
    return text if len(text) <= _LONG else text[: _LONG - 1].rstrip() + "…"
