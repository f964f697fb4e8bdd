"""Run a study: play what is missing, until it is precise enough, and write its tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path

import numpy as np

from desim.engine.play import warm_up
from desim.study import provenance, tables
from desim.study.current import changes, is_current, nothing_to_do
from desim.study.dispatch import Chunks, Dispatch, ended
from desim.study.duration import duration
from desim.study.executors import Workers, local
from desim.study.interrupts import hear_interrupts, heed_interrupts
from desim.study.luck import decided
from desim.study.outputs import Failure, Outputs
from desim.study.plan import Plan, Shard, plan
from desim.study.precision import advice, more_needed
from desim.study.store import Store
from desim.study.work import Chunk, Played, PointRuns, harmless

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
    failures
        Distinct errors of failed runs, with the runs.
    absent
        How many runs have no value of an outcome, in words; of outcomes that all have, nothing.
    silent
        Labels of points whose every trace equals the baseline's: their policy did nothing.
    """

    planned: int
    played: int
    failed: int
    written: bool
    reason: str
    failures: tuple[Failure, ...] = ()
    absent: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[str, ...]:
        """Distinct errors of failed runs."""
        return tuple(failure.error for failure in self.failures)


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
    slow: Say = _say_nothing,
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
    slow
        Told which run has been played for long, or nothing any more, to show beside progress.
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
    _ = plan.keys  # a policy that cannot be applied is found before anything is written
    with hear_interrupts(), store.writing(again=again) as aside:
        for path, why in aside.items():
            say(f"{why}: moved to {path}; its runs are played again")
        store.reopen(plan.study, quick=plan.quick)
        playing = _Playing(plan, store, start, progress, say, slow)
        return _play_and_write(playing, shard or Shard())


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
    return Report(planned, played, outputs.failed, False, reason, outputs.failures)


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
    return Report(
        planned, played, outputs.failed, True, reason, outputs.failures, outputs.absent, silent
    )


class _Playing:
    """Plays what is missing of a study."""

    def __init__(
        self, plan: Plan, store: Store, start: Callable[[], Workers], progress: Progress,
        say: Say, slow: Say,
    ) -> None:  # fmt: skip
        self.plan, self.store, self._start = plan, store, start
        self.progress, self.say, self._slow = progress, say, slow
        self.total = self.done = self._before = 0

    def all(self, part: Shard, replications: int, points: int | None = None) -> int:
        """Play what is missing of a number of replications; return how many runs."""
        there = self.store.finished()
        runs = partial(self.plan.missing, there, replications, part, points)
        self.total = sum(len(each.names) for each in runs())
        if not self.total:
            return 0
        self.done, self._before = 0, self.store.size()
        self.progress(0, self.total)
        workers = self._start()
        try:
            self._warm_up()
            self._play(runs(), workers)
        finally:
            self.store.close()
        heed_interrupts()
        return self.total

    def _play(self, runs: Iterator[PointRuns], workers: Workers) -> None:
        dispatch = Dispatch(workers, self._take, self.say, self._slow)
        with ended(workers):
            worth = self.total >= WORTH_SAYING
            left = self._tried(runs, workers, dispatch) if worth else iter(())
            dispatch.play_all(Chunks(self.plan.frame, chain(left, runs)))

    def _take(self, played: Played) -> None:
        self.store.append(played)
        self.done += len(played.runs)
        self.progress(self.done, self.total)

    def _warm_up(self) -> None:
        """Have the engine compiled once, before workers start.

        On a program that is known to be harmless: those of the study are for workers to try.
        """
        if self.plan.frame.engine == "compiled":
            warm_up(harmless(), self.say)

    def _tried(
        self, runs: Iterator[PointRuns], workers: Workers, dispatch: Dispatch
    ) -> Iterator[PointRuns]:
        """Play a run of some points first, to say how long all take; what is left of the points."""
        rest: list[PointRuns] = []
        took, tried = 0.0, 0
        for each in islice(runs, TRIED):
            chunk, left = each.cut(CUT)
            for played in dispatch.play(Chunk(self.plan.frame, (chunk,))):
                took, tried = took + played.seconds, tried + len(played.runs)
            rest += [left] if left is not None else []
            if took > TRYING:
                break
        if tried:
            self.say(self._budget(took / tried, workers))
        return iter(rest)

    def _budget(self, each: float, workers: Workers) -> str:
        left, count = self.total - self.done, max(1, workers.count)
        size = (self.store.size() - self._before) / max(1, self.done) * left
        return (
            f"{left} runs to play on the {self.plan.frame.engine} engine, about "
            f"{duration(max(1, math.ceil(each * left / count)))} with {count} {workers.name}, "
            f"at most {_size(size)}"
        )


def _size(count: float) -> str:
    return f"{max(1.0, count / 1e6):.0f} MB" if count < 1e9 else f"{count / 1e9:.1f} GB"
