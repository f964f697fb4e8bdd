"""The outputs of a study's runs as arrays, by row, setting and replication."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from desim.study.plan import Plan
from desim.study.schema import CHUNK
from desim.study.store import Store

Floats = NDArray[np.float64]
ABOUT = ("run", "seed", "engine", "status", "error", "digest", "records", CHUNK)
PLANNED = ("point", "replication")


@dataclass(frozen=True, slots=True)
class Failure:
    """An error and the names of the runs that it ended, in the order of the plan."""

    error: str
    runs: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Outputs:
    """What the planned runs gave.

    Parameters
    ----------
    plan, store
        What was planned, and where its rows are.
    replications
        Of every point.
    """

    plan: Plan
    store: Store
    replications: int

    @cached_property
    def _rows(self) -> pa.Table:
        return self.store.runs((*ABOUT, *self.plan.study.outcomes))

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        """Row of each planned run, int64 (points, replications); -1 where there is none."""
        if not self._rows.num_rows:
            return np.full((len(self.plan.design), self.replications), -1)
        there = self._rows["run"].combine_chunks()
        found = [
            pc.fill_null(pc.index_in(names, value_set=there), -1).to_numpy()
            for _, names in self.plan.slabs(self.replications)
        ]
        return np.concatenate(found).astype(np.int64).reshape(-1, self.replications)

    @cached_property
    def _ok(self) -> NDArray[np.bool_]:
        """Which planned runs finished without error, bool (points, replications)."""
        if not self._rows.num_rows:
            return np.zeros(self._places.shape, dtype=bool)
        status = pc.equal(self._rows["status"], "ok").to_numpy()
        found: NDArray[np.bool_] = (self._places >= 0) & status[self._places]
        return found

    @property
    def missing(self) -> int:
        """Planned runs that were not played; equal points count each."""
        return int((self._places < 0).sum())

    def missing_among(self, points: int) -> int:
        """Planned runs of the first points that were not played."""
        return int((self._places[:points] < 0).sum())

    @property
    def failed(self) -> int:
        """Planned runs that failed."""
        return int((~self._ok).sum()) - self.missing

    def complete(self, row: int) -> NDArray[np.int_]:
        """Replications in which every setting of a row was played: only they can be paired."""
        settings = len(self.plan.design.settings)
        whole = self._ok[row * settings : (row + 1) * settings].all(axis=0)
        return np.asarray(np.flatnonzero(whole), dtype=np.int_)

    def values(self, outcome: str) -> Floats:
        """One outcome, float64 (rows, settings, replications); NaN where a run failed."""
        shape = (-1, len(self.plan.design.settings), self.replications)
        if not self._rows.num_rows:
            return np.full(self._places.shape, np.nan).reshape(shape)
        column = self._rows[outcome].to_numpy()
        return np.where(self._ok, column[self._places], np.nan).reshape(shape)

    @cached_property
    def digests(self) -> NDArray[np.object_]:
        """Digest of each planned run's trace, object (points, replications); empty where none."""
        if not self._rows.num_rows:
            return np.full(self._places.shape, "", dtype=object)
        column = self._rows["digest"].to_numpy()
        return np.where(self._ok, column[self._places], "")

    @property
    def engines(self) -> tuple[str, ...]:
        """What the runs were played with."""
        return tuple(sorted(set(self.table(("engine",))["engine"].to_pylist())))

    @property
    def errors(self) -> tuple[str, ...]:
        """Distinct errors of failed runs."""
        return tuple(failure.error for failure in self.failures)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Distinct errors of failed runs, each with its runs."""
        found = self.table(("run", "status", "error"))
        if "status" not in found.column_names:
            return ()
        bad = found.filter(pc.not_equal(found["status"], "ok"))
        runs: dict[str, dict[str, None]] = {}
        for error, run in zip(bad["error"].to_pylist(), bad["run"].to_pylist(), strict=True):
            runs.setdefault(error, {})[run] = None
        return tuple(Failure(error, tuple(runs[error])) for error in sorted(runs))

    @property
    def absent(self) -> tuple[str, ...]:
        """In words, how many of the runs that finished have no value of an outcome."""
        finished = int(self._ok.sum())
        counts = {
            name: int(np.isnan(self.values(name)).sum()) - (self._ok.size - finished)
            for name in self.plan.study.outcomes
        }
        return tuple(
            f"{count} of {finished} runs have no value of {name}"
            for name, count in counts.items() if count
        )  # fmt: skip

    def table(self, columns: tuple[str, ...] = ABOUT) -> pa.Table:
        """One row a planned run that was played, in the order of the plan.

        Parameters
        ----------
        columns
            Of the rows of runs, besides point and replication.
        """
        point, replication = np.nonzero(self._places >= 0)
        planned = pa.table({"point": point, "replication": replication})
        if not self._rows.num_rows:
            return planned.append_column("run", pa.array([], pa.string()))
        rows = self._rows.select(list(columns)).take(self._places[point, replication])
        for name in rows.column_names:
            planned = planned.append_column(name, rows[name].combine_chunks())
        return planned
