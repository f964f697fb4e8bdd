"""What each reform changes in the mechanism, and that it changes nothing else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from desim.case import load
from desim.mechanism.diff import diff
from desim.mechanism.mechanism import by_name
from desim.mechanism.steps import Activate, Choose
from desim.policy import REFORMS, find_policy

SICHUAN = load("sichuan_2022").mechanism


def kinds(name: str, lever: float = 1.0) -> Counter[str]:
    """How many changes there are of each kind: added or changed, of which part, and what of it."""
    found = Counter[str]()
    for change in diff(SICHUAN, find_policy(name).apply(SICHUAN, lever)):
        part, *_, last = change.where.split()
        sign = "+" if not change.before else "-" if not change.after else "~"
        found[f"{sign} {part}" + (f" {last}" if sign == "~" else "")] += 1
    return found


def places_of(measure: str) -> int:
    return len(by_name(SICHUAN.measures)[measure].effects)


ORDERED = sum(
    places_of(name)
    for name in ("voluntary", "energy_intensive", "industrial", "commercial", "protected")
)
"""Orders to a place: each may land wrong, may be lost and may be taken up twice."""


def test_clear_responsibilities_changes_chances_and_quorums_only() -> None:
    found = kinds("clear_responsibilities")
    assert set(found) == {"~ procedure branches", "~ procedure quorum"}
    assert found["~ procedure quorum"] == 1  # of the five who are consulted, three are awaited
    steps = [s for p in SICHUAN.procedures for s in p.steps if isinstance(s, Choose)]
    changed = [s for s in steps if s.purpose in {"referral", "orphan", "duplicate", "approval"}]
    changed += [s for s in steps if s.purpose == "return" and s.branches[0].chance != 0.0]
    assert found["~ procedure branches"] == len(changed)
    for purpose in ("orphan", "duplicate"):
        assert sum(s.purpose == purpose for s in steps) == ORDERED


def test_clear_responsibilities_scales_the_chance_of_referral() -> None:
    changed = find_policy("clear_responsibilities").apply(SICHUAN, 1.0)
    step = next(s for p in changed.procedures for s in p.steps if s.label == "land.land1")
    assert step.branches[0].chance == pytest.approx(0.25 * (1.0 - 0.76))


def test_clear_responsibilities_leave_the_leaders_deliberation_on_level_one() -> None:
    """It takes the main leaders themselves: the plan knows no delegation of it."""
    orders = by_name(find_policy("clear_responsibilities").apply(SICHUAN, 1.0).procedures)
    labels = {s.label for s in orders["order.severity"].steps if s.purpose == "approval"}
    assert labels == {"leaders.up", "leaders.approve", "leaders.down"}


def test_joint_regional_changes_talks_trucks_support_and_forecasts_of_inflow_only() -> None:
    assert kinds("joint_regional") == {
        "~ procedure duration": 3,  # talks about exports, imports and trucks
        "~ procedure branches": 1,  # refusal
        "~ procedure error": 1,  # forecast of inflow
        "~ link delay": 1,  # trucks from other provinces
        "~ pool stock": 1,
        "~ measure effects": 1,
    }


def test_joint_regional_strengthens_support_and_no_other_measure() -> None:
    changed = by_name(find_policy("joint_regional").apply(SICHUAN, 1.0).measures)
    for measure in SICHUAN.measures:
        ratio = 1.3 if measure.kind == "support" else 1.0
        expected = {place: effect * ratio for place, effect in measure.effects.items()}
        assert changed[measure.name].effects == pytest.approx(expected)


def test_public_engagement_leaves_units_rules_and_measures() -> None:
    changed = find_policy("public_engagement").apply(SICHUAN, 1.0)
    assert (changed.units, changed.rules, changed.measures) == (
        SICHUAN.units, SICHUAN.rules, SICHUAN.measures,
    )  # fmt: skip


def test_public_engagement_quickens_media_links_to_enterprises_and_from_the_public() -> None:
    changed = by_name(find_policy("public_engagement").apply(SICHUAN, 1.0).links)
    ratio = {
        link.name: changed[link.name].delay.mean / link.delay.mean
        for link in SICHUAN.links
        if changed[link.name] != link
    }
    towns = [unit.place for unit in SICHUAN.units if unit.name.startswith("enterprises.")]
    assert set(ratio) == {"publicity_to_residents", "residents_to_hotline"} | {
        f"{way}.{town}"
        for town in towns
        for way in ("county_to_enterprises", "company_to_enterprises", "hotline_to_company")
    }
    assert list(ratio.values()) == pytest.approx([0.25] * len(ratio))


def test_public_engagement_changes_what_is_told_who_answers_and_who_asks() -> None:
    assert kinds("public_engagement") == {
        "~ link delay": 2 + 3 * 21,
        "~ procedure duration": 2 + 1 + 21,  # previews of quotas, the appeal, calls about faults
        "~ arrival slope": 21,  # inquiries
        "~ world reach": 1,
        "~ world response": 1,
        "~ world announced": 1,
    }


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


@pytest.mark.parametrize("name", [policy.name for policy in REFORMS])
def test_half_a_lever_changes_the_same_kinds_of_things_by_less(name: str) -> None:
    """Or changes fewer of them, where bodies are connected one after the other."""
    half, full = kinds(name, 0.5), kinds(name)
    assert set(half) == set(full)
    assert all(half[kind] <= full[kind] for kind in full)


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
