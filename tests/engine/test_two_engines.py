"""The compiled engine performs what the SimPy engine specifies: the same traces, bit for bit.

`FUZZ` in the environment says how many random mechanisms are tried (`make fuzz`: 20,000).
"""

from __future__ import annotations

import os
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.workloads import coordination, network, single_queue
from desim.case import load
from desim.distribution import constant, exponential
from desim.engine import Player, play
from desim.engine.compiled import Machine
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Procedure
from desim.mechanism.steps import Branch, Choose, Fork, Work
from desim.policy import apply_policies
from desim.policy.catalogue import BOUNDS, POLICIES, REFORMS
from desim.program import lower
from tests.identity import assert_identical, compared, parting
from tests.random_mechanisms import random_mechanism
from tests.small import mechanism, once, unit

MECHANISMS = int(os.environ.get("FUZZ", "2000"))
BATCHES = 8
"""Parts of the property, so that all cores share it."""
RUNS = 20 if "FUZZ" in os.environ else 2
CASE = load("sichuan_2022")


@pytest.mark.parametrize("part", range(BATCHES))
def test_random_mechanisms_have_the_same_trace(part: int) -> None:
    """Over the whole family of steps, with whole durations that force ties."""

    @given(st.integers(0, 2**32 - 1), st.integers(0, 2**40), st.integers(0, 1000))
    @settings(max_examples=MECHANISMS // BATCHES)
    def same(number: int, seed: int, replication: int) -> None:
        random = Random(number * BATCHES + part)
        program = lower(random_mechanism(random))
        assert_identical(program, seed=seed, replication=replication)

    same()


COMBINATIONS = [
    {policy.name: lever for policy, lever in zip(REFORMS, levers, strict=True)}
    for levers in product((0.0, 1.0), repeat=len(REFORMS))
]


@pytest.mark.parametrize(
    "levers",
    [*COMBINATIONS, *({bound.name: 1.0} for bound in BOUNDS)],
    ids=lambda levers: "+".join(name for name, lever in levers.items() if lever) or "baseline",
)
def test_sichuan_has_the_same_trace(levers: dict[str, float]) -> None:
    program = lower(apply_policies(CASE.mechanism, POLICIES, levers))
    players = Player(program, "simpy"), Player(program, "compiled")
    for replication in range(RUNS):
        compared(*players, seed=20220821, replication=replication)


@pytest.mark.parametrize(
    "workload", [single_queue(2000), network(40.0), coordination(80.0)], ids=lambda m: m.name
)
def test_workloads_of_the_benchmarks_have_the_same_trace(workload: Mechanism) -> None:
    assert_identical(lower(workload), seed=3, replication=1)


def test_memory_used_again_leaves_nothing_behind() -> None:
    program = lower(random_mechanism(Random(11)))
    used = Machine(program)
    for replication in range(5):
        used.play(1, replication)
    assert used.play(1, 0).digest == Machine(program).play(1, 0).digest


def test_memory_of_another_program_leaves_nothing_behind() -> None:
    programs = [lower(random_mechanism(Random(number))) for number in range(60)]
    used = Player(programs[0], "compiled")
    for program in (*programs, *reversed(programs)):
        used.take(program)
        assert used.play(1, 2).digest == play(program, seed=1, replication=2).digest


def test_a_lent_trace_is_the_trace() -> None:
    program = lower(random_mechanism(Random(5)))
    player = Player(program, "compiled")
    for replication in range(4):
        lent = player.play(1, replication, lent=True)
        assert lent.digest == play(program, seed=1, replication=replication).digest


def crowd(children: int, times: int) -> Mechanism:
    """Many children at once, each waiting for one desk, again and again."""
    branches = tuple(f"child{i}" for i in range(children))
    whole = Procedure("whole", (Fork("ask", branches),))
    parts = tuple(Procedure(name, (Work("w", "desk", constant(0.1)),)) for name in branches)
    return mechanism(
        400.0,
        units=(unit("desk"),),
        procedures=(whole, *parts),
        arrivals=(once("c", "whole", *map(float, range(times))),),
    )


def test_memory_grows_to_what_a_run_needs() -> None:
    program = lower(crowd(40, 60))
    trace = assert_identical(program, seed=1, replication=0)
    assert len(trace.items) == 60 * 41


def test_a_run_without_a_trace_plays_the_same_events() -> None:
    program = lower(crowd(5, 20))
    machine = Machine(program)
    assert machine.run(1, 0, traced=True) == machine.run(1, 0, traced=False)


def test_a_world_without_procedures_is_played() -> None:
    world = random_mechanism(Random(3)).world
    assert world is not None
    hours = float(len(world.fixed))
    trace = assert_identical(lower(mechanism(hours, world=world)), seed=1, replication=0)
    assert len(trace.records) == 0
    assert len(trace.world) == hours


def test_many_branches_are_halved_and_still_the_same_one_is_chosen() -> None:
    shares = np.random.default_rng(1).dirichlet(np.ones(60))
    labels = [f"to{i}" for i in range(60)]
    choice = Choose("c", tuple(Branch(n, float(s)) for n, s in zip(labels, shares, strict=True)))
    works = (Work(label, "desk", exponential(0.01)) for label in labels)
    steps = [step for work in works for step in (work, Choose(f"{work.label}.", (END,)))]
    program = lower(
        mechanism(
            500.0,
            units=(unit("desk"),),
            procedures=(Procedure("p", (choice, *steps)),),
            arrivals=(once("c", "p", *map(float, range(400))),),
        )
    )
    assert_identical(program, seed=2, replication=0)


END = Branch("end", 1.0)


def test_an_unknown_engine_is_refused_by_name() -> None:
    program = lower(crowd(1, 1))
    with pytest.raises(ValueError, match="unknown engine 'cimpy'"):
        play(program, seed=1, replication=0, engine="cimpy")


def test_auto_takes_the_compiled_engine() -> None:
    assert Player(lower(crowd(1, 1))).engine == "compiled"


@pytest.mark.parametrize("pair", [(-1, 0), (0, -1), (2**63, 0), (0, 2**63)])
def test_a_seed_out_of_range_is_refused(pair: tuple[int, int]) -> None:
    player = Player(lower(crowd(1, 1)))
    with pytest.raises(ValueError, match="must be in"):
        player.play(*pair)


def test_a_difference_is_told_with_both_stories() -> None:
    program = lower(crowd(3, 4))
    one, other = (play(program, seed=seed, replication=0) for seed in (1, 1))
    changed = other.records.copy()
    changed["time"][10] += 1.0
    object.__setattr__(other, "records", changed)
    text = parting(one, other)
    assert "record 10" in text
    assert text.count("It took") + text.count("It is not done") == 2
