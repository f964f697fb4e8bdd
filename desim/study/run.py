"""Run a study: play what is missing, until it is precise enough, and write its tables."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np

from desim.engine.play import warm_up
from desim.study import provenance, tables
from desim.study.current import changes, is_current, nothing_to_do
from desim.study.dispatch import Chunks, play_all
from desim.study.executors import Workers, local
from desim.study.interrupts import hear_interrupts, heed_interrupts
from desim.study.luck import decided
from desim.study.outputs import Outputs
from desim.study.plan import Plan, Shard, plan
from desim.study.precision import advice, more_needed
from desim.study.store import Store
from desim.study.work import Chunk, Played, PointRuns, perform, program

__all__ = ["Plan", "Report", "Shard", "conclude", "plan", "run"]
Progress = Callable[[int, int], None]
Say = Callable[[str], None]
WORTH_SAYING = 20
"""From so many runs on it is said beforehand how long they will take."""
TRIED, CUT, TRYING = 4, 2, 2.0
"""Points, runs of each, and seconds after which trying stops."""


@dataclass(frozen=True, slots=True)
class Report:
    """What running a study did.

    Parameters
    ----------
    planned, played, failed
        Runs of the study, runs played now, runs that failed.
    written
        Whether tables were written.
    reason
        Why something or nothing was done, in words.
    errors
        Distinct errors of failed runs.
    silent
        Labels of points whose every trace equals the baseline's: their policy did nothing.
    """

    planned: int
    played: int
    failed: int
    written: bool
    reason: str
    errors: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


def _say_nothing(text: str) -> None:
    return None


def run(
    plan: Plan,
    results: Path,
    progress: Progress,
    *,
    start: Callable[[], Workers] = local,
    shard: Shard | None = None,
    say: Say = _say_nothing,
    again: bool = False,
) -> Report:
    """Play what is missing and write the study's tables.

    Parameters
    ----------
    plan
        From `plan`.
    results
        Folder of all results.
    progress
        Called with the number of finished and of all missing runs.
    start
        Starts those who play, when there is something to play: local processes on all cores.
    shard
        Play only this part and write no tables; of a rule on precision only the smallest number
        of replications.
    say
        Told in words what is to be expected.
    again
        Set earlier results aside, and play everything anew.

    Raises
    ------
    StudyError
        When another process writes these results, or they are of another study file.
    """
    store = Store(results, plan.study.name, plan.study.outcomes)
    store.refuse_another(plan.study)
    found = store.provenance()
    if not again and is_current(found, plan.digest):
        changed = changes(plan.study, results, found)
        if not changed:
            return Report(int(found["runs"]), 0, 0, False, nothing_to_do(found))
        for text in changed:
            say(f"{text}; what is missing is made again")
    with hear_interrupts(), store.writing(again=again) as aside:
        for path, why in aside.items():
            say(f"{why}: moved to {path}; its runs are played again")
        store.reopen(plan.study, quick=plan.quick)
        return _play_and_write(_Playing(plan, store, start, progress, say), shard or Shard())


def _play_and_write(playing: _Playing, part: Shard) -> Report:
    plan, store, say = playing.plan, playing.store, playing.say
    played = 0
    while not (now := decided(plan, store)).final:
        # every part of a study plays the whole pilot, so that all come to the same number
        played += playing.all(Shard(), now.replications, now.pilot)
    replications = now.replications
    if now.pilot:
        say(f"{replications} replications of every point, as the first {now.pilot} points show")
    while True:
        played += playing.all(part, replications)
        outputs = Outputs(plan, store, replications)
        if part.of > 1:
            return _of_shard(part, outputs, played)
        more = more_needed(advice(outputs), replications, plan) if _has_rule(plan) else 0
        if more <= 0:
            return conclude(outputs, played)
        say(f"not precise enough after {replications} replications; {more} more of every point")
        replications += more


def _has_rule(plan: Plan) -> bool:
    rule = plan.study.replications
    return bool(rule.precision or rule.differences) and not plan.quick


def _of_shard(part: Shard, outputs: Outputs, played: int) -> Report:
    reason = f"{played} runs played; this was part {part.number} of {part.of}: desim merge them"
    planned = len(outputs.plan.design) * outputs.replications
    return Report(planned, played, outputs.failed, False, reason, outputs.errors)


def conclude(outputs: Outputs, played: int) -> Report:
    """Write a study's tables and what made them.

    Parameters
    ----------
    outputs
        Of all its runs.
    played
        How many were played now.
    """
    plan, store = outputs.plan, outputs.store
    written = tables.write_all(outputs)
    planned = len(plan.design) * outputs.replications
    about = provenance.provenance(plan, outputs.replications, outputs.engines)
    # Failed runs are tried again next time: only a whole study counts as complete.
    complete = outputs.failed == 0 and outputs.missing == 0
    store.write_contents()
    store.write_provenance(
        {**about, "complete": complete, "failed": outputs.failed, "tables": written}
    )
    distinct = len(np.unique(plan.firsts)) * outputs.replications
    earlier = distinct - played - outputs.missing
    reason = f"{played} runs played, {earlier} taken from earlier, {outputs.failed} failed"
    if distinct < planned:
        reason += f"; {planned - distinct} more are the same as one of these"
    silent = tables.silent_points(outputs)
    return Report(planned, played, outputs.failed, True, reason, outputs.errors, silent)


class _Playing:
    """Plays what is missing of a study."""

    def __init__(
        self, plan: Plan, store: Store, start: Callable[[], Workers], progress: Progress, say: Say
    ) -> None:
        self.plan, self.store, self._start = plan, store, start
        self.progress, self.say = progress, say
        self.total = self.done = self._before = 0

    def all(self, part: Shard, replications: int, points: int | None = None) -> int:
        """Play what is missing of a number of replications; return how many runs."""
        there = self.store.finished()
        runs = partial(self.plan.missing, there, replications, part, points)
        first, self.total = None, 0
        for each in runs():
            first = first or each
            self.total += len(each.names)
        if first is None:
            return 0
        self.done, self._before = 0, self.store.size()
        self.progress(0, self.total)
        workers = self._start()
        try:
            self._warm_up(first)
            self._play(runs(), workers)
        finally:
            self.store.close()
        heed_interrupts()
        return self.total

    def _play(self, runs: Iterator[PointRuns], workers: Workers) -> None:
        left = self._tried(runs, workers) if self.total >= WORTH_SAYING else iter(())
        play_all(Chunks(self.plan.frame, chain(left, runs)), workers, self._take)

    def _take(self, played: Played) -> None:
        self.store.append(played)
        self.done += len(played.runs)
        self.progress(self.done, self.total)

    def _warm_up(self, first: PointRuns) -> None:
        """Have the engine compiled once, before workers start."""
        if self.plan.frame.engine != "compiled":
            return
        try:
            first_program = program(self.plan.frame, first)
        except ValueError:
            return  # a point that cannot be built fails as a row, when it is played
        warm_up(first_program, self.say)

    def _tried(self, runs: Iterator[PointRuns], workers: Workers) -> Iterator[PointRuns]:
        """Play a run of some points here, to say how long all take; what is left of the points."""
        rest: list[PointRuns] = []
        began, tried = time.perf_counter(), 0
        for each in islice(runs, TRIED):
            chunk = each.cut(CUT)[0]
            self._take(perform(Chunk(self.plan.frame, (chunk,))))
            tried += len(chunk.names)
            rest += [left for left in (each.cut(CUT)[1],) if left is not None]
            if time.perf_counter() - began > TRYING:
                break
        self.say(self._budget((time.perf_counter() - began) / tried, workers))
        return iter(rest)

    def _budget(self, each: float, workers: Workers) -> str:
        left = self.total - self.done
        size = (self.store.size() - self._before) / max(1, self.done) * left
        return (
            f"{left} runs to play on the {self.plan.frame.engine} engine, about "
            f"{_duration(each * left / workers.count)} with {workers.count} {workers.name}, "
            f"at most {_size(size)}"
        )


def _duration(seconds: float) -> str:
    if seconds < 90.0:
        return f"{max(1, math.ceil(seconds))} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 5400.0 else f"{seconds / 3600.0:.1f} h"


def _size(count: float) -> str:
    return f"{max(1.0, count / 1e6):.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"
