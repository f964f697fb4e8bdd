"""What single reforms do in runs of Sichuan: support and its limits, orders that are lost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from desim.case import load
from desim.engine import play
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.world import PowerBalance
from desim.outcome.record import evaluate
from desim.policy import find_policy
from desim.program import Program, lower
from desim.trace import Kind, Trace

CASE = load("sichuan_2022")
SICHUAN = CASE.mechanism
JOINT = find_policy("joint_regional")
LARGEST = {"joint_regional.reserve": 0.6}


def world_of(mechanism: Mechanism) -> PowerBalance:
    assert mechanism.world is not None
    return mechanism.world


def played(mechanism: Mechanism, replication: int = 0) -> Trace:
    return play(lower(mechanism), seed=1, replication=replication)


# The joint programme and the donors.


def test_a_joint_programme_gives_more_than_agreements_made_in_need() -> None:
    before, after = (
        played(m).series("support").sum() for m in (SICHUAN, JOINT.apply(SICHUAN, 1.0))
    )
    assert after > 1.05 * before > 0.0


def test_a_joint_programme_brings_no_more_than_the_ties_carry() -> None:
    support = played(JOINT.apply(SICHUAN, 1.0, LARGEST)).series("support")
    assert support.max() == pytest.approx(world_of(SICHUAN).ties)
    assert support.max() <= world_of(SICHUAN).ties


def test_where_the_ties_are_narrow_a_larger_reserve_brings_nothing() -> None:
    narrow = replace(SICHUAN, world=replace(world_of(SICHUAN), ties=1.0))
    assert played(JOINT.apply(narrow, 1.0, LARGEST)).series("support").max() == 1.0


def test_a_joint_programme_gives_nothing_when_the_donors_have_no_surplus() -> None:
    world = world_of(SICHUAN)
    poor = replace(SICHUAN, world=replace(world, surplus=np.zeros(len(world.surplus))))
    assert not played(JOINT.apply(poor, 1.0, LARGEST)).series("support").any()


def test_a_joint_programme_never_gives_more_than_the_donors_can_spare() -> None:
    world = world_of(SICHUAN)
    support = played(JOINT.apply(SICHUAN, 1.0)).series("support")
    assert np.all(support <= 2.5 * 1.3 * world.surplus + 1e-9)
    assert world.surplus.min() < 0.9


@pytest.mark.parametrize("warmer", [-1.0, -0.5, 0.5, 1.0])
def test_the_donors_surplus_falls_with_heat(warmer: float) -> None:
    surplus = world_of(SICHUAN).surplus
    other = world_of(load("sichuan_2022", {"demand.warmer": warmer}).mechanism).surplus
    change = (other - surplus) * np.sign(warmer)
    assert np.all(change <= 0.0)
    assert change.min() < -0.02


def test_the_donors_have_least_on_the_hottest_days() -> None:
    need, surplus = (x.reshape(-1, 24).mean(axis=1) for x in (
        world_of(SICHUAN).need[:, :, 0].sum(axis=1), world_of(SICHUAN).surplus
    ))  # fmt: skip
    assert np.all(np.diff(surplus[np.argsort(need)]) <= 1e-12)


def test_donors_whom_heat_does_not_touch_can_spare_everything() -> None:
    cool = world_of(load("sichuan_2022", {"donors.heat": 0.0}).mechanism)
    assert np.all(cool.surplus == 1.0)


# Responsibilities.


def lost_and_given(mechanism: Mechanism) -> tuple[int, int]:
    """Orders to a place that nobody took up, and all of them, over some runs."""
    program, lost, given = lower(mechanism), 0, 0
    for replication in range(8):
        trace = play(program, seed=1, replication=replication)
        sent = _items(trace, Kind.DELIVERY, "send")
        taken = _items(trace, Kind.START, "bureau") | _items(trace, Kind.QUEUE, "bureau")
        done = set(trace.select(Kind.DONE)["item"].tolist())
        given += len(sent & done)
        lost += len((sent & done) - taken)
    return lost, given


def _items(trace: Trace, kind: Kind, label: str) -> set[int]:
    """Items with such a record at a step with a label, in orders to places."""
    rows = trace.select(kind)
    labels = [trace.program.labels[step] for step in rows["step"]]
    mine = [name.startswith("order.") and name.endswith(f".{label}") for name in labels]
    return set(rows["item"][mine].tolist())


def test_clear_responsibilities_lower_the_share_of_orders_that_nobody_takes_up() -> None:
    clear = find_policy("clear_responsibilities").apply(SICHUAN, 1.0)
    lost, given = lost_and_given(SICHUAN)
    fewer, given_then = lost_and_given(clear)
    assert lost / given == pytest.approx(0.03, abs=0.01)
    assert fewer / given_then == pytest.approx(0.03 * (1.0 - 0.76), abs=0.005)


def test_clear_responsibilities_leave_fewer_orders_repeated_and_referred() -> None:
    clear = find_policy("clear_responsibilities").apply(SICHUAN, 1.0)
    for label in ("land.wrong1", "land.wrong2"):
        counts = []
        for mechanism in (SICHUAN, clear):
            trace = played(mechanism)
            counts.append(len(_items(trace, Kind.START, label)))
        assert counts[1] < 0.5 * counts[0]


# What the world records of them.


OUTAGES = [row for row in CASE.record if row.key.startswith("outages_")]


@pytest.fixture(scope="module")
def baseline() -> Program:
    return lower(SICHUAN)


def test_outages_by_date_are_the_energy_of_residents_in_their_windows(baseline: Program) -> None:
    trace = play(baseline, seed=1, replication=0)
    shed = trace.series("shed_residential")
    assert len(OUTAGES) == 4
    for row in OUTAGES:
        expected = shed[int(row.begin) : int(row.end)].sum()
        assert evaluate(trace, row) == pytest.approx(expected)


def test_the_windows_of_outages_follow_on_each_other_to_the_end_of_the_run(
    baseline: Program,
) -> None:
    trace = play(baseline, seed=1, replication=0)
    ends = [0, *(int(row.end) for row in OUTAGES)]
    assert [int(row.begin) for row in OUTAGES] == ends[:-1]
    assert ends[-1] == SICHUAN.horizon
    total = sum(evaluate(trace, row) for row in OUTAGES)
    assert total == pytest.approx(trace.series("shed_residential").sum())
