"""Say where a number, a table or a figure of the paper comes from, and why it changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from desim.mechanism.complaint import unknown
from desim.paper.entry import PaperError
from desim.paper.manifest import ABOUT, names_of
from desim.paper.sources import Sources

_SHOWN = 3
"""How many runs are named when not all are asked for."""


def find(manifest: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Things of the paper by name, by a figure's number, or by what is printed.

    Parameters
    ----------
    manifest
        From the last build.
    name
        A key, a figure's or a table's name, ``figure 5``, or printed text such as ``66.2 GWh``.

    Raises
    ------
    PaperError
        When nothing is called so, with the nearest name.
    """
    things = manifest["things"]
    exact = [thing for thing in things if thing["name"] == name]
    number = name.lower().removeprefix("figure").strip()
    if not exact:
        exact = [thing for thing in things if str(thing.get("number", "")).lower() == number]
    if not exact:
        plain = _plain(name)
        exact = [t for t in things if t["used"] and t["kind"] == "number"
                 and plain in _plain(t["text"])]  # fmt: skip
    if not exact:
        names = [thing["name"] for thing in things]
        raise PaperError((unknown("number, table or figure", name, names),))
    return exact


def _plain(text: str) -> str:
    """A printed text as it can be typed."""
    return text.replace("\N{MINUS SIGN}", "-").replace("\N{NO-BREAK SPACE}", " ").lower()


def told(
    thing: Mapping[str, Any], manifest: Mapping[str, Any], sources: Sources, *, all_runs: bool
) -> Iterator[str]:
    """Lines about one thing: script, tables, and of each study seed, commit and runs.

    Parameters
    ----------
    thing, manifest
        From `find`, and all of it.
    sources
        The results, for the names of runs.
    all_runs
        Whether every run is named.

    Raises
    ------
    PaperError
        When the runs of the results are not those of the manifest.
    """
    yield f"{thing['kind']} {thing['name']}"
    if thing["kind"] == "number":
        yield f"  printed    {thing['text']}"
    yield f"  script     {thing['script']}"
    for table in thing["tables"]:
        yield f"  table      {table}.parquet, digest {manifest['tables'][table]}"
    if thing["rows"]:
        yield f"  rows       {thing['rows']}"
    if not thing["tables"]:
        yield f"  runs       none: read off the model; {len(manifest['parameters'])} parameters"
    elif not thing["runs"]:
        yield "  runs       not kept: desim theory plays them again, from the same seed"
    for study, runs in thing["runs"].items():
        about = manifest["studies"][study]
        yield f"  study      {study}: {about['question']}"
        for key in ABOUT[1:]:
            if about[key] != "":
                yield f"    {key:<17}{about[key]}"
        yield from _runs(thing, study, runs, sources, all_runs=all_runs)


def _runs(
    thing: Mapping[str, Any],
    study: str,
    runs: Mapping[str, Any],
    sources: Sources,
    *,
    all_runs: bool,
) -> Iterator[str]:
    names = names_of(sources, study, thing["points"])
    if len(names) != runs["count"]:
        raise PaperError((f"{study}: the results are not those of the last build; make paper",))
    points = ", ".join(map(str, thing["points"])) or "all points"
    yield f"    runs behind it   {runs['count']}, of {points}; digest of names {runs['digest']}"
    shown = names if all_runs else names[:_SHOWN]
    for name in shown:
        yield f"      {name}"
    if len(shown) < len(names):
        rest = len(names) - len(shown)
        yield f"      ... {rest} more with --runs; desim replay RUN plays one again"
