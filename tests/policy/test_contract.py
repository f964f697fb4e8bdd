"""Every policy in the folder keeps the contract: neutral at 0, pure, deterministic, bounded."""

from __future__ import annotations

import importlib
import math
import pkgutil
from dataclasses import replace
from itertools import combinations

import pytest

import desim.policy
from desim.case import load
from desim.engine import play
from desim.mechanism.checks import complaints
from desim.mechanism.diff import Change, diff, digest
from desim.mechanism.mechanism import COLLECTIONS, Mechanism, Named
from desim.policy import REFORMS, Policy, PolicyError, apply_policies, find_policy
from desim.policy.catalogue import POLICIES
from desim.program import lower

SICHUAN = load("sichuan_2022").mechanism
every_policy = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)


@pytest.fixture(scope="module")
def baseline_digest() -> str:
    return play(lower(SICHUAN), seed=7, replication=0).digest


def test_every_policy_in_the_folder_is_in_the_catalogue() -> None:
    found = {
        value.name
        for module in pkgutil.iter_modules(desim.policy.__path__)
        for value in vars(importlib.import_module(f"desim.policy.{module.name}")).values()
        if isinstance(value, Policy)
    }
    assert found == {policy.name for policy in POLICIES}


@every_policy
def test_lever_at_zero_changes_nothing(policy: Policy) -> None:
    assert diff(SICHUAN, policy.apply(SICHUAN, 0.0)) == ()


@every_policy
def test_lever_at_zero_leaves_the_trace_identical(policy: Policy, baseline_digest: str) -> None:
    trace = play(lower(policy.apply(SICHUAN, 0.0)), seed=7, replication=0)
    assert trace.digest == baseline_digest


def test_all_levers_at_zero_leave_the_trace_identical(baseline_digest: str) -> None:
    levers = {policy.name: 0.0 for policy in POLICIES}
    trace = play(lower(apply_policies(SICHUAN, POLICIES, levers)), seed=7, replication=0)
    assert trace.digest == baseline_digest


def test_a_null_policy_leaves_the_trace_identical(baseline_digest: str) -> None:
    null = Policy("null", "Null", "Changes nothing.", lambda mechanism, lever, values: mechanism)
    assert play(lower(null.apply(SICHUAN, 1.0)), seed=7, replication=0).digest == baseline_digest


@every_policy
def test_applying_leaves_the_baseline_as_it_was(policy: Policy) -> None:
    before = digest(SICHUAN)
    policy.apply(SICHUAN, 1.0)
    assert digest(SICHUAN) == before


@every_policy
@pytest.mark.parametrize("lever", [0.3, 1.0])
def test_applying_twice_gives_the_same_mechanism(policy: Policy, lever: float) -> None:
    assert digest(policy.apply(SICHUAN, lever)) == digest(policy.apply(SICHUAN, lever))


@every_policy
def test_full_lever_does_something(policy: Policy) -> None:
    """A scenario about a platform needs one."""
    base = SICHUAN
    if policy.name == "overloaded_desk":
        assert diff(base, policy.apply(base, 1.0)) == ()
        base = find_policy("data_sharing").apply(base, 1.0)
    assert diff(base, policy.apply(base, 1.0))


@every_policy
@pytest.mark.parametrize("lever", [0.01, 0.5, 1.0])
def test_the_changed_mechanism_can_run(policy: Policy, lever: float) -> None:
    assert complaints(policy.apply(SICHUAN, lever)) == ()


@pytest.mark.parametrize("policy", REFORMS, ids=lambda policy: policy.name)
def test_a_reform_keeps_every_label(policy: Policy) -> None:
    def labels(mechanism: object) -> set[str]:
        return {f"{p.name}.{s.label}" for p in mechanism.procedures for s in p.steps}

    assert labels(SICHUAN) <= labels(policy.apply(SICHUAN, 1.0))


@every_policy
@pytest.mark.parametrize("lever", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_lever_outside_its_range_is_refused_by_name(policy: Policy, lever: float) -> None:
    with pytest.raises(PolicyError, match=f"policy {policy.name}: lever .* outside"):
        policy.apply(SICHUAN, lever)


@pytest.mark.parametrize("policy", REFORMS, ids=lambda policy: policy.name)
def test_parameters_of_a_reform_are_in_order(policy: Policy) -> None:
    assert [text for p in policy.parameters for text in p.problems()] == []
    assert all(p.name.startswith(f"{policy.name}.") for p in policy.parameters)


@pytest.mark.parametrize("policy", REFORMS, ids=lambda policy: policy.name)
@pytest.mark.parametrize("end", ["low", "high"])
def test_the_ends_of_all_ranges_give_mechanisms_that_can_run(policy: Policy, end: str) -> None:
    values = {p.name: getattr(p, end) for p in policy.parameters}
    assert complaints(policy.apply(SICHUAN, 1.0, values)) == ()


def test_a_value_outside_its_range_is_refused_by_name() -> None:
    policy = find_policy("data_sharing")
    with pytest.raises(PolicyError, match=r"data_sharing.interval = 99 is outside \[0.25, 4\]"):
        policy.apply(SICHUAN, 1.0, {"data_sharing.interval": 99.0})


def test_an_unknown_policy_gets_the_nearest_name() -> None:
    with pytest.raises(PolicyError, match="did you mean 'data_sharing'"):
        find_policy("data_sharin")


def test_a_lever_without_a_policy_is_refused() -> None:
    with pytest.raises(PolicyError, match="no policy for the levers data_sharin"):
        apply_policies(SICHUAN, REFORMS, {"data_sharin": 1.0})


@pytest.mark.parametrize("lever", [0.4, 1.0])
def test_reforms_commute_on_the_sichuan_baseline(lever: float) -> None:
    levers = {policy.name: lever for policy in REFORMS}
    forward = apply_policies(SICHUAN, REFORMS, levers)
    backward = apply_policies(SICHUAN, tuple(reversed(REFORMS)), levers)
    assert play(lower(forward), seed=3, replication=0).digest == (
        play(lower(backward), seed=3, replication=0).digest
    )


def _sorted_parts(mechanism: Mechanism) -> Mechanism:
    """The same mechanism with its parts in order of name, which means nothing (semantics 2)."""
    parts = {c: tuple(sorted(getattr(mechanism, c), key=_name)) for c in COLLECTIONS}
    return replace(mechanism, **parts)


def _name(part: Named) -> str:
    return part.name


PAIRS = [
    (one, other)
    for one, other in combinations(POLICIES, 2)
    if other.name not in one.order_matters_with and one.name not in other.order_matters_with
]


@pytest.mark.parametrize(
    ("one", "other"), PAIRS, ids=lambda policy: policy.name if isinstance(policy, Policy) else ""
)
def test_policies_commute_unless_they_say_that_order_matters(one: Policy, other: Policy) -> None:
    there = other.apply(one.apply(SICHUAN, 0.7), 0.6)
    back = one.apply(other.apply(SICHUAN, 0.6), 0.7)
    apart = diff(_sorted_parts(there), _sorted_parts(back))
    assert [change for change in apart if not _rounding(change)] == []


def _rounding(change: Change) -> bool:
    """Whether both values are numbers that differ by rounding only: products in another order."""
    try:
        return math.isclose(float(change.before), float(change.after), rel_tol=1e-12)
    except ValueError:
        return False
