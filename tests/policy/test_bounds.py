"""Perfect coordination plans to the end, and does at least as well as any set of reforms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from desim.case import load
from desim.case.load import Tables
from desim.engine import play
from desim.mechanism.checks import complaints
from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import Rule
from desim.mechanism.steps import Observe
from desim.outcome.hindsight import bound
from desim.policy import REFORMS, apply_policies, find_policy
from desim.program import lower
from tests.policy.draws import drawn

CASE = load("sichuan_2022")
SICHUAN = CASE.mechanism
PERFECT = find_policy("perfect_coordination")
DRAWS, REPLICATIONS = 20, 2
TABLES = Tables("sichuan_2022")
NEAR = 1e-6


def rule(name: str) -> Rule:
    return by_name(PERFECT.apply(SICHUAN, 1.0).rules)[name]


@pytest.mark.parametrize("name", ["sizing", "level"])
def test_its_rules_plan_energy_to_the_end_of_the_run(name: str) -> None:
    energy = rule(name).energy
    assert energy is not None
    assert energy.plan == "budget"
    assert 24 * energy.days >= SICHUAN.horizon > 24 * (energy.days - 1)
    assert rule(name).margin == 0.0


def test_its_plans_keep_no_reserve_but_for_the_course_of_a_day() -> None:
    energy, world = rule("sizing").energy, SICHUAN.world
    assert energy is not None
    assert world is not None
    assert 0.0 <= energy.reserve < 150.0
    assert 0.0 <= world.hydro_most - energy.hydro_most < 2.0


def test_it_asks_for_supply_and_the_public_before_it_curtails() -> None:
    """And otherwise keeps the command's merit order."""
    kinds = [by_name(SICHUAN.measures)[name].kind for name in rule("sizing").measures]
    first = kinds.index("curtail")
    assert {"supply", "support", "appeal"} == set(kinds[:first])
    assert set(kinds[first:]) == {"curtail"}
    believed = by_name(SICHUAN.rules)["sizing"].measures
    for part in (rule("sizing").measures[:first], rule("sizing").measures[first:]):
        assert list(part) == [name for name in believed if name in part]


def test_it_knows_what_measures_yield() -> None:
    """Of firms, mean need times share; of neighbours, what the ties carry of what they have."""
    yields = dict(zip(rule("sizing").measures, rule("sizing").capacities, strict=True))
    assert yields["voluntary"] == pytest.approx(0.09 * 480.0 / 24.0, rel=0.02)
    assert yields["exports"] == 1.5
    assert 2.0 < yields["imports"] < 2.5


def test_it_expects_nothing_of_an_appeal_that_nobody_answers() -> None:
    deaf = load("sichuan_2022", {"public.response": 0.0}).mechanism
    sizing = by_name(PERFECT.apply(deaf, 1.0).rules)["sizing"]
    assert dict(zip(sizing.measures, sizing.capacities, strict=True))["appeal"] == 0.0


def test_it_expects_less_of_an_appeal_the_sooner_the_public_gets_used_to_it() -> None:
    def expected(habituation: float) -> float:
        base = load("sichuan_2022", {"public.habituation": habituation}).mechanism
        sizing = by_name(PERFECT.apply(base, 1.0).rules)["sizing"]
        return dict(zip(sizing.measures, sizing.capacities, strict=True))["appeal"]

    assert expected(0.0) > 1.3 * expected(0.06) > 1.3**2 * expected(0.2) > 0.0


def test_perfect_communication_keeps_the_commands_own_rules() -> None:
    own = find_policy("perfect_communication").apply(SICHUAN, 1.0)
    assert own.rules == SICHUAN.rules
    assert complaints(own) == ()


def test_perfect_communication_may_leave_errors_of_observation() -> None:
    policy = find_policy("perfect_communication")
    wrong = by_name(policy.apply(SICHUAN, 1.0, {"perfect_communication.errors": 1.0}).procedures)
    for procedure in SICHUAN.procedures:
        before = [s.error for s in procedure.steps if isinstance(s, Observe)]
        assert [s.error for s in wrong[procedure.name].steps if isinstance(s, Observe)] == before
    true = policy.apply(SICHUAN, 1.0).procedures
    assert not any(s.error for p in true for s in p.steps if isinstance(s, Observe))


def test_perfect_coordination_is_perfect_communication_with_other_rules() -> None:
    communicating = find_policy("perfect_communication").apply(SICHUAN, 1.0)
    perfect = PERFECT.apply(SICHUAN, 1.0)
    assert perfect != communicating
    assert replace(perfect, rules=SICHUAN.rules) == communicating


# Against every set of reforms, over draws of all parameters.

SETTINGS: dict[str, tuple[str, ...]] = {
    "baseline": (),
    **{policy.name: (policy.name,) for policy in REFORMS},
    "all": tuple(policy.name for policy in REFORMS),
}


@dataclass(frozen=True)
class Lived:
    """What a setting cost in a draw, mean over replications, GWh.

    `beyond` is the least distance of a run's curtailment from the frontiers of its mechanism.
    """

    residents: float
    shed: float
    curtailed: float
    beyond: float


def lived(mechanism: Mechanism) -> Lived:
    program = lower(mechanism)
    rows, beyond = [], []
    for replication in range(REPLICATIONS):
        trace = play(program, seed=20220801, replication=replication)
        columns = ("shed_residential", "shed", "curtailed")
        lost, shed, cut = (float(trace.series(column).sum()) for column in columns)
        rows.append((lost, shed, cut))
        least = max(bound(program, lost), bound(program, shed, everybody=True))
        beyond.append(cut - least)
    return Lived(*map(float, np.mean(rows, axis=0)), min(beyond))


@cache
def draws() -> tuple[dict[str, Lived], ...]:
    """Every setting in every draw."""
    of_reforms = [p for policy in REFORMS for p in policy.parameters]
    found = []
    for values, own in zip(
        drawn(CASE.parameters, DRAWS, seed=11), drawn(of_reforms, DRAWS, seed=12), strict=True
    ):
        base = TABLES.case(values, checked=False).mechanism
        made = {
            label: apply_policies(base, REFORMS, dict.fromkeys(names, 1.0), own)
            for label, names in SETTINGS.items()
        }
        made["perfect"] = PERFECT.apply(base, 1.0)
        found.append({label: lived(mechanism) for label, mechanism in made.items()})
    return tuple(found)


def tolerated(value: float) -> float:
    """Two per cent and 5 GWh more: perfect coordination has no reforms' means, only their best."""
    return 1.02 * value + 5.0


@pytest.mark.parametrize("label", SETTINGS)
def test_residents_lose_no_more_under_perfect_coordination(label: str) -> None:
    for draw in draws():
        assert draw["perfect"].residents <= tolerated(draw[label].residents)


@pytest.mark.parametrize("label", SETTINGS)
def test_no_more_is_taken_from_customers_under_perfect_coordination(label: str) -> None:
    """By order or by shedding: who sheds may curtail less, so the two are added up."""
    for draw in draws():
        other = draw[label].curtailed + draw[label].shed
        assert draw["perfect"].curtailed + draw["perfect"].shed <= tolerated(other)


@pytest.mark.parametrize("label", SETTINGS)
def test_no_more_is_curtailed_under_perfect_coordination(label: str) -> None:
    """No theorem: where a slow command sheds thousands of GWh it curtails less. In no draw here."""
    for draw in draws():
        assert draw["perfect"].curtailed <= tolerated(draw[label].curtailed)


@pytest.mark.parametrize("label", [*SETTINGS, "perfect"])
def test_every_run_lies_on_or_above_both_frontiers_of_its_own_mechanism(label: str) -> None:
    assert min(draw[label].beyond for draw in draws()) >= -NEAR


@pytest.mark.parametrize("label", SETTINGS)
def test_perfect_coordination_is_nearer_to_hindsight_than_any_setting(label: str) -> None:
    for draw in draws():
        assert draw["perfect"].beyond < draw[label].beyond
    near, far = (np.mean([draw[who].beyond for draw in draws()]) for who in ("perfect", label))
    assert near < 0.5 * far
