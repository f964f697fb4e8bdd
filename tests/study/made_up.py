"""Made-up runs, so that the store can be tried a thousand times without simulating anything."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from desim.study.store import Store
from desim.study.work import Played

OUTCOMES = ("first", "second")


def name(number: int) -> str:
    """The name of a run."""
    return f"{number * 2654435761 % 2**32:08x}" * 4


def played(numbers: Iterable[int], *, failing: Iterable[int] = (), error: str = "away") -> Played:
    """What came of a chunk: rows that depend on the runs alone, and two of `ages` for each."""
    numbers, failing = list(numbers), set(failing)
    ok = [number not in failing for number in numbers]
    values = np.where(ok, np.array(numbers, dtype=np.float64) / 7.0, np.nan)
    runs = pd.DataFrame(
        {
            "run": list(map(name, numbers)), "point": 0, "replication": numbers, "seed": 5,
            "engine": "compiled", "status": ["ok" if each else "failed" for each in ok],
            "error": ["" if each else error for each in ok],
            "digest": [name(n) if each else "" for n, each in zip(numbers, ok, strict=True)],
            "records": [7 if each else 0 for each in ok], "first": values, "second": -values,
        }
    )  # fmt: skip
    there = [number for number, each in zip(numbers, ok, strict=True) if each]
    ages = pd.DataFrame(
        {
            "kind": ["use", "field"] * len(there), "time": np.repeat(np.array(there, float), 2),
            "age": float("nan"), "observation_to_decision": 1.5, "decision_to_field": 0.25,
            "run": np.repeat(list(map(name, there)), 2),
        }
    )  # fmt: skip
    return Played(runs, {"ages": ages} if there else {})


def store(root: Path) -> Store:
    """The results of the made-up study."""
    return Store(root, "made_up", OUTCOMES)


def play(root: Path, runs: int, chunk: int = 2) -> None:
    """Play what is missing, chunk by chunk, and write tables, as a study does."""
    results = store(root)
    with results.writing():
        results.write_provenance({"complete": False})
        try:
            there = set(results.finished().to_pylist())
            missing = [number for number in range(runs) if name(number) not in there]
            for first in range(0, len(missing), chunk):
                results.append(played(missing[first : first + chunk]))
        finally:
            results.close()
        found = results.runs(("first", "second", "replication", "status", "error"))
        found = found.sort_by("replication")
        written = {"ages": results.write("ages", results.read("ages", found))}
        columns = ["run", "replication", "status", "error", "first", "second"]
        written["runs"] = results.write("runs", found.select(columns).to_pandas())
        results.write_contents()
        results.write_provenance({"complete": True, "tables": written, "runs": runs,
                                  "engine": "compiled", "study_digest": "made up"})  # fmt: skip


def tables(root: Path) -> dict[str, bytes]:
    """Bytes of every file that is to be the same however the study was played."""
    return {path.name: path.read_bytes() for path in sorted((root / "made_up").glob("*.*"))}


def rows(root: Path) -> tuple[dict[str, str], int]:
    """Status of every run, and how many rows of `ages` there are of those that finished."""
    results = store(root)
    found = results.runs(())
    status = dict(zip(found["run"].to_pylist(), found["status"].to_pylist(), strict=True))
    ok = found.filter(pc.equal(found["status"], "ok"))
    return status, len(results.read("ages", ok))
