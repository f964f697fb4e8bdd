"""A process in Python beside a mechanism: what it sees, what it does, and when."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from desim.case import load
from desim.engine import play
from desim.mechanism.process import Beside, Run
from desim.program import lower
from desim.trace import Kind, Trace

PROGRAM = lower(load(str(Path(__file__).parents[1] / "cases" / "small")).mechanism)
Life = Generator[Any, Any, None]


def played(act: Callable[[Run], Life], seed: int = 3) -> Trace:
    def process(run: Run, lever: float, values: Mapping[str, float]) -> Life:
        yield from act(run)

    beside = (Beside("mine", process, 1.0, {}),)
    return play(PROGRAM, seed=seed, replication=0, processes=beside)


def test_a_process_that_does_nothing_leaves_the_trace_identical() -> None:
    def idle(run: Run) -> Life:
        while True:
            yield run.wait(0.5)

    assert played(idle).digest == play(PROGRAM, seed=3, replication=0).digest


def test_it_waits_and_sees_the_time() -> None:
    seen = []

    def look(run: Run) -> Life:
        seen.append(run.now)
        yield run.wait(1.5)
        seen.append(run.now)

    played(look)
    assert seen == [0.0, 1.5]


def test_it_sees_levels_and_a_profile_as_it_then_is() -> None:
    seen = []

    def look(run: Run) -> Life:
        yield run.wait(40.0)
        seen.extend([run.level("profile", "water"), run.level("stock", "pumps")])
        seen.append(run.level("board", "office", "relief"))

    played(look)
    assert seen == [2.0, 2.0, 0.0]


def test_nobody_on_duty_starts_no_work_before_the_next_shift() -> None:
    def close(run: Run) -> Life:
        run.staff("office", 0)
        yield run.wait(1.0)

    found = played(close)
    office = [unit.name for unit in PROGRAM.mechanism.units].index("office")
    begun = found.select(Kind.START)
    hours = begun["time"][PROGRAM.steps.target[begun["step"]] == office]
    base = play(PROGRAM, seed=3, replication=0).select(Kind.START)
    assert hours.min() == 8.0
    assert base["time"][PROGRAM.steps.target[base["step"]] == office].min() < 8.0


def test_a_measure_that_it_activates_can_be_seen() -> None:
    seen = []

    def pump(run: Run) -> Life:
        run.activate("pumping", "valley", 5.0)
        yield run.wait(0.5)
        seen.append(run.level("target", "pumping", "valley"))

    played(pump)
    assert seen == [1.0]


def test_its_chances_depend_on_seed_words_and_how_often() -> None:
    drawn: dict[int, list[float]] = {}

    def ask(run: Run) -> Life:
        drawn[seed] = [run.chance("a"), run.chance("a"), run.chance("b")]
        yield run.wait(1.0)

    for seed in (3, 4):
        played(ask, seed)
    first = drawn[3]
    seed = 3
    played(ask, seed)
    assert drawn[3] == first
    assert len({*drawn[3], *drawn[4]}) == 6
    assert all(0.0 < value < 1.0 for value in first)


@pytest.mark.parametrize(
    ("act", "complaint"),
    [
        (lambda run: run.level("queue", "ofice"), "unknown queue 'ofice'; did you mean 'office'"),
        (lambda run: run.level("queu", "office"), "unknown kind of level 'queu'"),
        (lambda run: run.staff("office", -1), "staff of office cannot be -1"),
        (lambda run: run.activate("pumping", "hill", 1.0), "unknown target 'pumping@hill'"),
        (lambda run: run.wait(0.0), "waits for more than 0 hours"),
    ],
)
def test_what_it_cannot_do_is_said(act: Callable[[Run], object], complaint: str) -> None:
    def wrong(run: Run) -> Life:
        yield run.wait(1.0)
        act(run)

    with pytest.raises(ValueError, match=complaint):
        played(wrong)


def test_the_compiled_engine_refuses_it_by_name() -> None:
    def idle(run: Run, lever: float, values: Mapping[str, float]) -> Life:
        yield run.wait(1.0)

    beside = (Beside("mine", idle, 1.0, {}),)
    with pytest.raises(ValueError, match="mine: a process in Python runs on the SimPy engine only"):
        play(PROGRAM, seed=3, replication=0, engine="compiled", processes=beside)
