"""The plan of a study: its points, and the names of all its runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from desim.case import Case
from desim.engine.play import SEMANTICS
from desim.mechanism.diff import digest
from desim.source import source_digest
from desim.study.check_file import BY_SETTING, OF_BOUNDS
from desim.study.check_replications import GIVEN
from desim.study.design import Design, Setting, design_of
from desim.study.digests import (
    DETERMINES_MECHANISMS,
    DETERMINES_RUNS,
    hashed,
    study_digest,
)
from desim.study.question import Study
from desim.study.work import Frame, PointRuns, case_of, mechanism_at

FEW = 64
"""Up to so many points, runs are named by their mechanisms, so that nothing is played again that
only looks changed; beyond, by the inputs from which the mechanisms are made, for speed."""
SLAB = 200_000
"""Runs that are looked at together."""


@dataclass(frozen=True, eq=False)
class Plan:
    """A study and what follows from it; nothing is worked out before it is asked for.

    Parameters
    ----------
    study
        A checked study.
    quick
        Whether its quick size is played.
    engine
        ``auto``, ``compiled`` or ``simpy``.
    """

    study: Study
    quick: bool = False
    engine: str = "auto"

    @cached_property
    def digest(self) -> str:
        """A hash of all that determines runs and tables, engine apart: engines agree."""
        return study_digest(self.study, quick=self.quick)

    @cached_property
    def design(self) -> Design:
        """The points."""
        return design_of(self.study, quick=self.quick)

    @cached_property
    def frame(self) -> Frame:
        """What all points have in common."""
        return Frame.of(self.study, self.engine)

    @cached_property
    def case(self) -> Case:
        """The case with the study's parameter values."""
        return case_of(self.frame, {})

    @cached_property
    def case_mechanism_digest(self) -> str:
        """Digest of the case's baseline mechanism."""
        return digest(self.case.mechanism)

    @property
    def at_least(self) -> int:
        """Replications that are played in any case."""
        return self.study.replications.quick if self.quick else self.study.replications.at_least

    @property
    def at_most(self) -> int:
        """Replications that are never exceeded."""
        return self.study.replications.quick if self.quick else self.study.replications.at_most

    @property
    def sampling(self) -> bool:
        """Whether rows are a sample of uncertainties."""
        return self.design.sample is not None

    @property
    def baselines(self) -> range:
        """Numbers of the points without any policy, one a row."""
        return range(0, len(self.design), len(self.design.settings))

    def tables_of(self, setting: Setting) -> tuple[str, ...]:
        """Which tables are kept of the runs of a setting."""
        study, present = self.study, len(setting.active)
        first = setting is self.design.settings[0]
        wanted: list[str] = []
        wanted += [name for name in ("series", "record") if name in study.tables and first]
        bound = setting.kind == "bound"
        if bound or present in (0, 1, len(study.policies)):
            kept = OF_BOUNDS if bound else BY_SETTING
            wanted += [name for name in kept if name in study.tables]
        return tuple(wanted)

    @cached_property
    def keys(self) -> NDArray[np.bytes_]:
        """What determines the runs of a point but the replication, 16 bytes each, by point."""
        settings = self.design.settings
        kept = [hashed(*self.study.outcomes, *self.tables_of(s), self._record) for s in settings]
        made = (str(SEMANTICS), source_digest(DETERMINES_RUNS))
        roots = [
            hashed(*made, each, *self._plugins(s)) for each, s in zip(kept, settings, strict=True)
        ]
        # a given sample is one of many batches, and to build each point here would be most of it
        few = len(self.design) <= FEW and self.study.kind != GIVEN
        found = list(self._by_mechanism(roots) if few else self._by_inputs(roots))
        return np.array(found, dtype="S16")

    def _plugins(self, setting: Setting) -> Iterator[str]:
        """What the runs of a setting owe to plug-ins: of a process, nothing else says so."""
        study = self.study
        for used in study.catalogue.used(setting.active, study.outcomes):
            yield " ".join(used)
        for policy in map(study.catalogue.policy, setting.active):
            if policy.process is not None:
                values = policy.values({**study.parameters, **setting.values})
                yield f"{policy.name} {setting.levers[policy.name]!r} {sorted(values.items())!r}"

    @cached_property
    def _record(self) -> str:
        return digest(self.case.record) if "record" in self.study.tables else ""

    def _by_mechanism(self, roots: list[str]) -> Iterator[bytes]:
        for number in range(len(self.design)):
            point = self.design.point(number)
            case = case_of(self.frame, point.values)
            mechanism = mechanism_at(self.frame, point.levers, point.values, case)
            yield _key(roots[point.setting], digest(mechanism), str(point.seed))

    def _by_inputs(self, roots: list[str]) -> Iterator[bytes]:
        design, owner = self.design, self.study.catalogue.owners
        base = hashed(source_digest(DETERMINES_MECHANISMS), self.case_mechanism_digest)
        # what the study sets counts where the policy is in; the case's own are in the mechanism
        begun, counted = [], []
        for number, setting in enumerate(design.settings):
            own = {n: v for n, v in self.study.parameters.items() if owner.get(n) in setting.active}
            own |= setting.values
            levers = {n: lever for n, lever in setting.levers.items() if lever > 0.0}
            can = design.inputs(number)
            names = [design.names[column] for column in np.flatnonzero(can)]
            parts = (roots[number], base, repr(sorted(levers.items())), repr(sorted(own.items())))
            begun.append(_hash(*parts, *names))
            counted.append(can)
        for row, seed in zip(design.rows, design.seeds, strict=True):
            end = int(seed).to_bytes(8)
            for start, columns in zip(begun, counted, strict=True):
                found = start.copy()
                found.update(row[columns].tobytes() + end)
                yield _free_of_zeros(found.digest())

    @cached_property
    def firsts(self) -> NDArray[np.int_]:
        """The first point that has the same runs as a point, by point."""
        _, first, inverse = np.unique(self.keys, return_index=True, return_inverse=True)
        return np.asarray(first[inverse], dtype=np.int_)

    def names(self, point: int, replications: range) -> list[str]:
        """Names of the runs of a point."""
        begun = hashlib.blake2b(self.keys[point], digest_size=16)
        found = []
        for replication in replications:
            each = begun.copy()
            each.update(replication.to_bytes(8))
            found.append(each.hexdigest())
        return found

    def slabs(
        self, replications: int, points: int | None = None
    ) -> Iterator[tuple[range, pa.Array]]:
        """All points, or the first, a slab at a time, with the names of their runs by point."""
        step = max(1, SLAB // replications)
        end = len(self.design) if points is None else points
        for first in range(0, end, step):
            some = range(first, min(first + step, end))
            names = [name for point in some for name in self.names(point, range(replications))]
            yield some, pa.array(names, pa.string())

    def missing(
        self, there: pa.Array, replications: int, shard: Shard, points: int | None = None
    ) -> Iterator[PointRuns]:
        """Runs that are not there yet, each once, one point after another.

        Parameters
        ----------
        there
            Names of finished runs.
        replications
            How many of each point are wanted.
        shard
            Which part of them.
        points
            Of the first points only; of all when not given.
        """
        for some, names in self.slabs(replications, points):
            absent = ~_is_in(names, there).reshape(len(some), replications)
            for point, lacks in zip(some, absent, strict=True):
                if not lacks.any() or self.firsts[point] != point:
                    continue
                open_runs = [r for r in np.flatnonzero(lacks).tolist() if shard.has(self, point, r)]
                if open_runs:
                    yield self.runs_of(point, open_runs, names, some.start, replications)

    def runs_of(
        self, number: int, replications: list[int], names: pa.Array, start: int, each: int
    ) -> PointRuns:
        """Some runs of a point as work for a worker."""
        point = self.design.point(number)
        offset = (number - start) * each
        chosen = tuple(names[offset + r].as_py() for r in replications)
        kept = self.tables_of(self.design.settings[point.setting])
        return PointRuns(
            number, dict(point.levers), dict(point.values), point.seed, kept,
            tuple(replications), chosen,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several parts of a study that are played apart; parts are disjoint and complete.

    Parameters
    ----------
    number, of
        Which part, from 1, of how many.
    """

    number: int = 1
    of: int = 1

    def has(self, plan: Plan, point: int, replication: int) -> bool:
        """Whether a run belongs to this part. Runs of a row stay together: they share the case."""
        settings = len(plan.design.settings)
        row, setting = divmod(point, settings)
        place = row if len(plan.design.rows) >= self.of else row + setting + replication
        return place % self.of == self.number - 1


def plan(study: Study, *, quick: bool = False, engine: str = "auto") -> Plan:
    """What running a study needs to know before it starts.

    Parameters
    ----------
    study
        A checked study.
    quick
        Play the study's quick size.
    engine
        ``auto``, ``compiled`` or ``simpy``.
    """
    return Plan(study, quick, engine)


def _is_in(names: pa.Array, there: pa.Array) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = pa.compute.is_in(names, value_set=there).to_numpy(
        zero_copy_only=False
    )
    return found


def _hash(*parts: str) -> hashlib.blake2b:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16)


def _key(*parts: str) -> bytes:
    return _free_of_zeros(_hash(*parts).digest())


def _free_of_zeros(found: bytes) -> bytes:
    """numpy takes zeros at the end of bytes for padding."""
    return found.replace(b"\0", b"\1")
