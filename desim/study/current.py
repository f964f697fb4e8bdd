"""Whether a study is finished and current: light and cheap, whatever the study's size."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from desim import __version__
from desim.study.digests import hashed, study_digest
from desim.study.question import Study, StudyError

PROVENANCE = "provenance.json"
CHUNKS = "chunks"
"""Folder of the rows of finished runs within that of a study."""
CONTENTS = "contents.json"
"""Which files of rows there were when the tables were written, with the bytes of each."""
_TYPES: Mapping[str, type] = {
    "desim": str, "complete": bool, "quick": bool, "study_digest": str, "engine": str,
    "runs": int, "replications": int, "failed": int, "tables": dict,
}  # fmt: skip


def read_provenance(folder: Path) -> Mapping[str, Any]:
    """What made the tables in a folder; empty when nothing says so.

    Parameters
    ----------
    folder
        Of one study.

    Raises
    ------
    StudyError
        When the file cannot be used, with the way on.
    """
    path = folder / PROVENANCE
    try:
        found = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise _useless(path, f"not readable: {why}") from error
    if not isinstance(found, dict):
        raise _useless(path, "holds no provenance")
    for name, kind in _TYPES.items():
        if name in found and type(found[name]) is not kind:
            raise _useless(path, f"{name} must be of type {kind.__name__}, got {found[name]!r:.40}")
    lacking = [name for name in ("study_digest", "runs", "engine", "tables") if name not in found]
    if found.get("complete") and lacking:
        raise _useless(path, f"says that the study is complete, but not its {lacking[0]}")
    return found


def _useless(path: Path, what: str) -> StudyError:
    return StudyError(
        (
            f"{path.parent.name}/{PROVENANCE}: {what}; remove the file, and desim experiment goes "
            "on from the runs that are there",
        )
    )


def is_current(found: Mapping[str, Any], digest: str) -> bool:
    """Whether a study was finished with what a study of that digest would give now."""
    return (
        bool(found.get("complete"))
        and found.get("study_digest") == digest
        and found.get("desim") == __version__
    )


def digest_of(content: bytes) -> dict[str, Any]:
    """What is kept of a file to know it again: its bytes and a digest of them."""
    return {
        "bytes": len(content),
        "blake2b": hashlib.blake2b(content, digest_size=16).hexdigest(),
    }


def changed_tables(folder: Path, found: Mapping[str, Any]) -> Iterator[str]:
    """Tables that are gone or no longer what was written, each with which of the two.

    Parameters
    ----------
    folder
        Of one study.
    found
        Its provenance.
    """
    for name, about in sorted(found.get("tables", {}).items()):
        path = folder / f"{name}.parquet"
        if not path.is_file():
            yield f"table {name} is gone"
        elif digest_of(path.read_bytes()) != about:
            yield f"table {name} is not what was written"


def chunk_folder(folder: Path, outcomes: tuple[str, ...]) -> Path:
    """Where the rows of runs are of which these outcomes were measured, in a study's folder."""
    return folder / CHUNKS / hashed(*outcomes)[:12]


def gone_chunks(folder: Path) -> Iterator[str]:
    """Files of rows that are gone or of another size than when the tables were written.

    Parameters
    ----------
    folder
        From `chunk_folder`.
    """
    try:
        there: dict[str, int] = dict(json.loads((folder / CONTENTS).read_bytes()))
    except FileNotFoundError:
        yield f"{folder.name}/{CONTENTS} is gone"
        return
    except (ValueError, TypeError, RecursionError):
        yield f"{folder.name}/{CONTENTS} is not readable"
        return
    for name, size in sorted(there.items()):
        path = folder / name
        if not path.is_file():
            yield f"rows in {folder.name}/{name} are gone"
        elif path.stat().st_size != size:
            yield f"rows in {folder.name}/{name} are not what was written"


def changes(study: Study, results: Path, found: Mapping[str, Any]) -> tuple[str, ...]:
    """What is gone or no longer what was written when a study was finished, in words.

    Parameters
    ----------
    study
        A checked study.
    results
        Folder of all results.
    found
        Its provenance.
    """
    folder = results / study.name
    gone = gone_chunks(chunk_folder(folder, study.outcomes))
    return (*changed_tables(folder, found), *gone)


def nothing_to_do(found: Mapping[str, Any]) -> str:
    """Why nothing is done, in words."""
    return f"nothing to do: all {found['runs']} runs and their tables are there and unchanged"


def finished(study: Study, results: Path, *, quick: bool) -> str:
    """Why nothing has to be done for a study; empty when something has, or is wrong.

    Parameters
    ----------
    study
        A checked study.
    results
        Folder of all results.
    quick
        Whether its quick size is meant.
    """
    try:
        found = read_provenance(results / study.name)
    except StudyError:
        return ""  # the store says what is wrong
    if not is_current(found, study_digest(study, quick=quick)) or changes(study, results, found):
        return ""
    return nothing_to_do(found)
