"""What each reform changes in the mechanism, and that it changes nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desim.case import load
from desim.mechanism.diff import diff
from desim.mechanism.steps import Activate
from desim.policy import REFORMS, find_policy

SICHUAN = load("sichuan_2022").mechanism


def where(name: str, lever: float = 1.0) -> list[str]:
    return [change.where for change in diff(SICHUAN, find_policy(name).apply(SICHUAN, lever))]


def test_clear_responsibilities_changes_chances_and_quorums_only() -> None:
    assert all(
        " branches" in place or " quorum" in place for place in where("clear_responsibilities")
    )


def test_clear_responsibilities_scales_the_chance_of_referral() -> None:
    changed = find_policy("clear_responsibilities").apply(SICHUAN, 1.0)
    step = next(s for p in changed.procedures for s in p.steps if s.label == "land.land1")
    assert step.branches[0].chance == pytest.approx(0.25 * (1.0 - 0.76))


def test_joint_regional_does_not_touch_the_capacity_of_measures() -> None:
    changed = find_policy("joint_regional").apply(SICHUAN, 1.0)
    assert changed.measures == SICHUAN.measures
    assert all(
        place.startswith(("procedure order.", "link truck", "pool generator_trucks"))
        for place in where("joint_regional")
    )


def test_public_engagement_leaves_units_rules_and_measures() -> None:
    changed = find_policy("public_engagement").apply(SICHUAN, 1.0)
    assert (changed.units, changed.rules, changed.measures) == (
        SICHUAN.units, SICHUAN.rules, SICHUAN.measures,
    )  # fmt: skip


def test_data_sharing_connects_bodies_one_after_the_other() -> None:
    policy = find_policy("data_sharing")
    connected = [
        sum(a.purpose == "platform" for a in policy.apply(SICHUAN, lever).arrivals)
        for lever in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    reports = {a.procedure for a in SICHUAN.arrivals if a.purpose == "report"}
    assert connected == [round(lever * len(reports)) for lever in (0.0, 0.25, 0.5, 0.75, 1.0)]


def test_no_reform_changes_the_world_but_through_the_public() -> None:
    """No policy is hard-wired to help: outcomes come only through the mechanism."""
    for policy in REFORMS:
        world = policy.apply(SICHUAN, 1.0).world
        assert world is not None
        assert replace(world, public=SICHUAN.world.public).need is not None
        for name in ("need", "fixed", "inflow"):
            assert getattr(world, name).tobytes() == getattr(SICHUAN.world, name).tobytes()
        assert (world.store, world.hydro_most) == (SICHUAN.world.store, SICHUAN.world.hydro_most)


def test_without_coordination_nothing_but_faults_happens() -> None:
    bare = find_policy("no_coordination").apply(SICHUAN, 1.0)
    index = {p.name: p for p in bare.procedures}
    activated = {
        step.measure
        for arrival in bare.arrivals
        for step in index[arrival.procedure].steps
        if isinstance(step, Activate)
    }
    assert activated == {"local_fault"}


def test_with_perfect_coordination_only_field_work_and_roads_take_time() -> None:
    perfect = find_policy("perfect_coordination").apply(SICHUAN, 1.0)
    slow = [
        step.label
        for p in perfect.procedures
        for step in p.steps
        if getattr(step, "duration", None) is not None
        and step.duration.mean > 0.0
        and step.purpose != "field"
    ]
    assert slow == []
    assert all(k.channel == "road" or k.delay.mean == 0.0 for k in perfect.links)
    assert all(k.loss == 0.0 and k.error == 0.0 for k in perfect.links if k.channel != "road")
