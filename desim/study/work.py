"""What a worker does: play some runs and keep what is wanted of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache

import pandas as pd

from desim.case import Case
from desim.case.case import CaseError
from desim.case.load import Tables
from desim.classroom.network import star
from desim.classroom.office import office
from desim.engine.play import Player
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.process import Beside
from desim.plugin.catalogue import Catalogue, at
from desim.plugin.origin import PluginError
from desim.policy import apply_policies
from desim.policy.policy import processes
from desim.program import lower
from desim.program.program import Program
from desim.study import observe
from desim.study.digests import case_digest
from desim.study.engine import engine_for
from desim.study.error_text import printable, text_of
from desim.study.folder import case_folder
from desim.study.question import Study, StudyError
from desim.trace.trace import Trace

Values = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What all runs of a study have in common.

    Parameters
    ----------
    case
        A case by name, or the whole path of a folder, for workers start elsewhere.
    version
        Digest of the case, so that a worker that lives on never plays an old one.
    parameters
        Values that the study sets, by name.
    outcomes
        What is measured.
    engine
        ``compiled`` or ``simpy``.
    places, plugins
        Where plug-ins are besides what is installed; kind, name and source digest of those used.
    """

    case: str
    version: str
    parameters: Values
    outcomes: tuple[str, ...]
    engine: str
    places: tuple[str, ...] = ()
    plugins: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, study: Study, engine: str) -> Frame:
        """The frame of a study."""
        known = study.catalogue
        folder = case_folder(known.case(study.case))
        name = study.case if study.case in known.cases else str(folder.resolve())
        values = tuple(sorted(study.parameters.items()))
        places, plugins = known.places if study.plugins else (), study.plugins
        played_on = engine_for(study, engine)
        return cls(
            name, case_digest(str(folder)), values, study.outcomes, played_on, places, plugins
        )


@dataclass(frozen=True, slots=True)
class PointRuns:
    """Some runs of one point.

    Parameters
    ----------
    point
        Its number.
    levers, values
        Levers by policy, parameter values by name.
    seed
        What the runs are played with.
    tables
        Tables that are kept of every run besides outcomes.
    replications, names
        The runs.
    """

    point: int
    levers: Mapping[str, float]
    values: Mapping[str, float]
    seed: int
    tables: tuple[str, ...]
    replications: tuple[int, ...]
    names: tuple[str, ...]

    def cut(self, count: int) -> tuple[PointRuns, PointRuns | None]:
        """The first runs, and the others if there are any."""
        parts = [
            PointRuns(
                self.point, self.levers, self.values, self.seed, self.tables,
                self.replications[span], self.names[span],
            )
            for span in (slice(0, count), slice(count, None))
        ]  # fmt: skip
        return parts[0], parts[1] if parts[1].names else None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Runs that a worker plays in one go."""

    frame: Frame
    points: tuple[PointRuns, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its runs."""
        return tuple(name for each in self.points for name in each.names)

    def run(self, place: int) -> tuple[str, int, int]:
        """Name, point and replication of the run at a place."""
        for each in self.points:
            if place < len(each.names):
                return each.names[place], each.point, each.replications[place]
            place -= len(each.names)
        raise IndexError(place)

    def cut(self, count: int) -> tuple[Chunk | None, Chunk | None]:
        """The first runs and the others; None where there are none."""
        first: list[PointRuns] = []
        others: list[PointRuns] = []
        for each in self.points:
            head, tail = each.cut(max(0, count))
            count -= len(each.names)
            first += [head] if head.names else []
            others += [tail] if tail is not None else []
        parts = [Chunk(self.frame, tuple(part)) if part else None for part in (first, others)]
        return parts[0], parts[1]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a chunk.

    Parameters
    ----------
    runs
        One row a run: run, point, replication, seed, engine, status, error, digest, records,
        and a column for every outcome.
    tables
        Rows of further tables, with the run that each belongs to.
    seconds
        How long it took.
    """

    runs: pd.DataFrame
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    seconds: float = 0.0


def catalogue_of(frame: Frame) -> Catalogue:
    """What the names of a study mean in this process."""
    return _catalogue(frame.places, frame.plugins)


@lru_cache(maxsize=1)
def _catalogue(places: tuple[str, ...], plugins: tuple[tuple[str, ...], ...]) -> Catalogue:
    return at(places, plugins)


def why_not(frame: Frame) -> str:
    """Why this process cannot play the runs of a study; empty when it can.

    The case and the plug-ins must be what they were when the study was started.
    """
    try:
        folder = catalogue_of(frame).case(frame.case)
        same = case_digest(folder) == frame.version
    except (PluginError, CaseError, OSError) as error:
        return printable(str(error))
    return "" if same else f"case {frame.case} is not the one that the study was started with"


def harmless() -> Program:
    """A small program that is known to end, to compile or load an engine with."""
    return lower(office(star(2), load=0.5, horizon=1.0))


@lru_cache(maxsize=1)
def load(frame: Frame) -> None:
    """Load the engine and the tables of the case, so that no run is blamed for the time."""
    Player(harmless(), frame.engine).play(0, 0)
    with suppress(ValueError):  # what is wrong with the case is what its runs say
        case_of(frame, {})


def case_of(frame: Frame, values: Mapping[str, float]) -> Case:
    """The case with the study's values, and others in their place."""
    own = catalogue_of(frame).owners
    merged = {**dict(frame.parameters), **values}
    return _case(frame, tuple(sorted((n, v) for n, v in merged.items() if n not in own)))


# one row's settings follow one another, so two are enough
@lru_cache(maxsize=2)
def _case(frame: Frame, values: Values) -> Case:
    folder = catalogue_of(frame).case(frame.case)
    found = _tables(folder, frame.version).case(dict(values), checked=False)
    # runs are named by the case as it was: another one must not come under these names
    if case_digest(folder) != frame.version:
        raise StudyError((f"case {frame.case} has changed since the study was started",))
    return found


def mechanism_at(
    frame: Frame, levers: Mapping[str, float], values: Mapping[str, float], case: Case
) -> Mechanism:
    """A case's mechanism under levers and policy parameters."""
    policies = tuple(policy for policy in catalogue_of(frame).policies if policy.name in levers)
    merged = {**dict(frame.parameters), **values}
    return apply_policies(case.mechanism, policies, levers, merged)


def beside(frame: Frame, runs: PointRuns) -> tuple[Beside, ...]:
    """What policies let run beside the mechanism at a point."""
    policies = tuple(p for p in catalogue_of(frame).policies if p.name in runs.levers)
    return processes(policies, runs.levers, {**dict(frame.parameters), **runs.values})


@lru_cache(maxsize=1)
def _tables(case: str, version: str) -> Tables:
    return Tables(case)


@lru_cache(maxsize=2)
def _program(frame: Frame, levers: Values, values: Values) -> Program:
    case = case_of(frame, dict(values))
    return lower(mechanism_at(frame, dict(levers), dict(values), case))


def program(frame: Frame, runs: PointRuns) -> Program:
    """What the runs of a point perform."""
    return _program(frame, tuple(sorted(runs.levers.items())), tuple(sorted(runs.values.items())))


class Plays:
    """Plays runs of one point after another; the engine's memory passes from point to point.

    Parameters
    ----------
    frame
        What the points have in common.
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._player: Player | None = None

    def play(self, runs: PointRuns, replication: int) -> Trace:
        """Play one replication of a point; its trace holds until the next is played."""
        wanted = program(self._frame, runs)
        if self._player is None:
            self._player = Player(wanted, self._frame.engine, beside(self._frame, runs))
        elif self._player.program is not wanted:
            self._player.take(wanted, beside(self._frame, runs))
        return self._player.play(runs.seed, replication, lent=True)


def _tell_nobody(place: int) -> None:
    return None


def perform(
    chunk: Chunk, tell: Callable[[int], None] = _tell_nobody, *, deaf: bool = False
) -> Played:
    """Play a chunk; a run that fails becomes a row with its error, and the others go on.

    Parameters
    ----------
    chunk
        The runs.
    tell
        Told the place of each run in the chunk before it is played, and of the end after all.
    deaf
        Whether Ctrl-C cannot reach this process: then KeyboardInterrupt is a run's own doing.
    """
    began = time.perf_counter()
    rows: list[dict[str, object]] = []
    kept: dict[str, list[pd.DataFrame]] = {}
    plays = Plays(chunk.frame)
    for runs in chunk.points:
        for replication, name in zip(runs.replications, runs.names, strict=True):
            tell(len(rows))
            row, tables = _row(chunk.frame, plays, runs, replication, name, deaf)
            rows.append(row)
            for table, part in tables.items():
                kept.setdefault(table, []).append(part.assign(run=name))
    tell(len(rows))
    finished = {name: pd.concat(tables, ignore_index=True) for name, tables in kept.items()}
    return Played(pd.DataFrame(rows), finished, time.perf_counter() - began)


def failed(chunk: Chunk, error: str) -> Played:
    """A chunk none of whose runs can be played, for one and the same reason."""
    rows = [
        {**_about(chunk.frame, runs, replication, name), **_failed(chunk.frame, error)}
        for runs in chunk.points
        for replication, name in zip(runs.replications, runs.names, strict=True)
    ]
    return Played(pd.DataFrame(rows))


def _row(
    frame: Frame, plays: Plays, runs: PointRuns, replication: int, name: str, deaf: bool
) -> tuple[dict[str, object], dict[str, pd.DataFrame]]:
    about = _about(frame, runs, replication, name)
    try:
        trace = plays.play(runs, replication)
        values = observe.outcomes(trace, frame.outcomes, catalogue_of(frame))
        tables = observe.tables(trace, case_of(frame, runs.values), runs.tables)
    except KeyboardInterrupt as error:
        if not deaf:
            raise
        return {**about, **_failed(frame, text_of(error))}, {}
    except BaseException as error:  # noqa: BLE001 - sys.exit in a plug-in is a failed run too
        return {**about, **_failed(frame, text_of(error))}, {}
    count = len(trace.records)
    ok = {"status": "ok", "error": "", "digest": trace.digest, "records": count}
    return {**about, **ok, **values}, tables


def _about(frame: Frame, runs: PointRuns, replication: int, name: str) -> dict[str, object]:
    return {
        "run": name, "point": runs.point, "replication": replication, "seed": runs.seed,
        "engine": frame.engine,
    }  # fmt: skip


def _failed(frame: Frame, error: str) -> dict[str, object]:
    nothing = dict.fromkeys(frame.outcomes, float("nan"))
    return {"status": "failed", "error": error, "digest": "", "records": 0, **nothing}
