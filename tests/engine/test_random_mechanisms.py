"""Properties that hold whatever the mechanism is, tried on random ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import desim
from desim.distribution import exponential
from desim.engine import play
from desim.mechanism.mechanism import COLLECTIONS, Mechanism
from desim.mechanism.parts import DRAWS, MEASURE_KINDS, PLANS, Procedure
from desim.mechanism.steps import Activate, Decide, Observe, Send, Work
from desim.program import lower
from desim.program.program import LevelOp
from desim.trace import Kind, Trace
from desim.trace.trace import first_difference
from tests.accounting import named, played
from tests.random_mechanisms import mechanisms, random_mechanism
from tests.small import link, once, unit

ROOT = Path(__file__).parents[2]
FRESH = """
from random import Random
from tests.random_mechanisms import random_mechanism
from desim.engine import play
from desim.program import lower
for seed in range(8):
    print(play(lower(random_mechanism(Random(seed))), seed=3, replication=4).digest)
"""


def test_random_mechanisms_reach_every_kind_of_record_and_everything_that_is_drawn() -> None:
    """Among a few hundred; otherwise the fuzz would say nothing about it."""
    kinds: set[int] = set()
    plans, levels, keys, measures, found = set(), set(), set(), set(), Counter[str]()
    for seed in range(300):
        mechanism = random_mechanism(Random(seed))
        trace = play(lower(mechanism), seed=seed, replication=0)
        kinds |= set(trace.records["kind"].tolist())
        decided = set(trace.select(Kind.DECIDE)["step"].tolist())
        steps = [step for p in mechanism.procedures for step in (*p.steps, None)]
        rules = {rule.name: rule for rule in mechanism.rules}
        done = [rules[step.rule] for i in decided if isinstance(step := steps[i], Decide)]
        plans |= {rule.energy.plan if rule.energy else "" for rule in done}
        found["term"] += any(rule.term > 0.0 and rule.kind == "size" for rule in done)
        found["growth"] += any(rule.energy is not None and rule.energy.growth for rule in done)
        rows = trace.program.levels.op[
            trace.program.steps.level[trace.select(Kind.OBSERVE)["step"]]
        ]
        found["overdue seen"] += bool((rows == LevelOp.OVERDUE).any())
        levels |= {LevelOp(op) for op in trace.program.levels.op.tolist()}
        keys |= {procedure.draws for procedure in mechanism.procedures}
        measures |= {measure.kind for measure in mechanism.measures}
        looks = [step for step in steps if isinstance(step, Observe) and step.error > 0.0]
        found["shared error"] += any(step.shared > 0.0 for step in looks)
        acts = [step for step in steps if isinstance(step, Activate)]
        found["unchecked"] += any(step.unchecked and step.amount is None for step in acts)
        if mechanism.world is not None:
            found["support"] += bool(trace.series("support").any())
            found["gap ahead"] += bool(trace.series("gap_ahead").any())
            found["floor"] += mechanism.world.floor > 0.0
    assert kinds == set(map(int, Kind))
    assert plans == {"", *PLANS}
    assert levels == set(LevelOp)
    assert keys == set(DRAWS)
    assert measures == set(MEASURE_KINDS)
    assert min(found.values()) >= 3, found


@given(mechanisms(), st.integers(0, 2**40), st.integers(0, 1000))
@settings(max_examples=200)
def test_the_accounts_balance(mechanism: Mechanism, seed: int, replication: int) -> None:
    played(mechanism, seed=seed, replication=replication)


@given(mechanisms())
@settings(max_examples=40)
def test_the_same_seed_gives_the_same_trace(mechanism: Mechanism) -> None:
    program = lower(mechanism)
    one = play(program, seed=5, replication=7)
    other = play(lower(mechanism), seed=5, replication=7)
    assert one.digest == other.digest
    assert first_difference(one, other) == ""


def test_another_seed_or_replication_gives_another_trace() -> None:
    program = lower(random_mechanism(Random(1)))
    runs = [(1, 0), (1, 1), (2, 0), (0, 1)]
    digests = {play(program, seed=s, replication=r).digest for s, r in runs}
    assert len(digests) == len(runs)


def with_strangers(mechanism: Mechanism) -> Mechanism:
    """The same with a unit, a link, two procedures and two streams that touch nothing of it."""
    strangers = (
        Procedure("a_stranger", (Send("s", "a_path"), Work("w", "a_desk", exponential(1.0)))),
        Procedure("unused", (Work("w", "a_desk", exponential(1.0)),)),
    )
    path = link("a_path", "a_desk", "a_desk", exponential(0.5), loss=0.2)
    streams = (once("a_first", "a_stranger", 0.0, 1.0, 2.0), once("z_last", "a_stranger", 1.0))
    return replace(
        mechanism,
        units=(unit("a_desk"), *mechanism.units),
        links=(path, *mechanism.links),
        procedures=(*strangers, *mechanism.procedures),
        arrivals=(*streams, *mechanism.arrivals),
    )


def familiar(trace: Trace) -> Iterator[tuple[float, str, str, str, float, float]]:
    """Records of everybody but the strangers."""
    return (r for r in named(trace) if not r[3].startswith(("a_stranger.", "unused.")))


@given(mechanisms())
@settings(max_examples=60)
def test_what_touches_nothing_changes_nobodys_records(mechanism: Mechanism) -> None:
    before = played(mechanism)
    after = played(with_strangers(mechanism))
    assert list(familiar(after)) == list(named(before))
    assert np.array_equal(before.world, after.world)


@given(mechanisms(), st.integers(0, 2**32))
@settings(max_examples=60)
def test_the_order_of_the_parts_changes_no_record(mechanism: Mechanism, seed: int) -> None:
    """Measures stay where they are when there is a world, which adds their GW in turn."""
    random = Random(seed)
    kept = ("measures",) if mechanism.world is not None else ()
    turned = {}
    for collection in COLLECTIONS:
        parts = list(getattr(mechanism, collection))
        if collection not in kept:
            random.shuffle(parts)
        turned[collection] = tuple(parts)
    before, after = played(mechanism), played(replace(mechanism, **turned))
    assert list(named(before)) == list(named(after))
    assert np.array_equal(before.world, after.world)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_a_fresh_process_gives_the_same_digests(hash_seed: str) -> None:
    paths = os.pathsep.join((str(ROOT), str(Path(desim.__file__).parents[1])))
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": paths}
    fresh = subprocess.run(
        [sys.executable, "-c", FRESH],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=ROOT,
    )
    here = [
        play(lower(random_mechanism(Random(seed))), seed=3, replication=4).digest
        for seed in range(8)
    ]
    assert fresh.stdout.split() == here
