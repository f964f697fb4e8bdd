"""Deliberately wrong policies: each is caught, with a message that says what to do."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desim.case import load
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.steps import Send, Work
from desim.plugin import Parameter, Policy, policy
from desim.plugin import Run as Beside
from desim.policy.catalogue import POLICIES
from desim.testing import NotConforming, check_policy, policy_faults

SMALL = str(Path(__file__).parents[1] / "cases" / "small")
Values = Mapping[str, float]
GENERATOR = np.random.default_rng(1)
CALLS: list[int] = []


def scaled(mechanism: Mechanism, factor: float) -> Mechanism:
    return mechanism.mapped_steps(
        lambda _, s: replace(s, duration=s.duration.scaled(factor)) if isinstance(s, Work) else s
    )


def forgets(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    scaled(mechanism, 1.0 - lever / 2.0)
    return None  # type: ignore[return-value]


def mutates(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    object.__setattr__(mechanism.units[0], "title", "Mine")
    return scaled(mechanism, 1.0 - lever / 2.0)


def draws(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    return scaled(mechanism, 1.0 - lever * random.random() / 2.0)


def draws_with_a_seed(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    return scaled(mechanism, 1.0 - lever * np.random.default_rng(1).random() / 2.0)


def draws_from_its_module(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    return scaled(mechanism, 1.0 - lever * GENERATOR.random() / 2.0)


def reads(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    text = (Path(SMALL) / "parameters.csv").read_text(encoding="utf-8")
    return scaled(mechanism, 1.0 - lever / (2.0 + len(text)))


def remembers(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    CALLS.append(1)
    return scaled(mechanism, 1.0 - lever / (1.0 + len(CALLS)))


def always(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    return scaled(mechanism, 0.5)


def renames_a_step(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    if lever == 0.0:
        return mechanism
    return mechanism.mapped_steps(
        lambda _, step: replace(step, label="written") if step.label == "compile" else step
    )


def renames_a_stream(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    if lever == 0.0:
        return mechanism
    return mechanism.mapped(arrivals=lambda a: replace(a, name=f"new_{a.name}"))


def unknown_link(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    if lever == 0.0:
        return mechanism
    return mechanism.mapped_steps(
        lambda _, step: replace(step, link="upp") if isinstance(step, Send) else step
    )


def raises(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    return scaled(mechanism, values["nothing.there"])


def nothing(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    return mechanism


def beyond(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    return mechanism.mapped(links=lambda k: replace(k, loss=lever * values["beyond.loss"]))


WRONG: dict[str, tuple[Any, str]] = {
    "forgets to return": (forgets, "gave back NoneType and no mechanism; end it with `return`"),
    "mutates the baseline": (mutates, "it changed what it was given: .*title.*dataclasses.replace"),
    "draws random numbers": (draws, "draws with random.random.*the engine draws"),
    "draws with a seed": (draws_with_a_seed, "draws with numpy.random.default_rng"),
    "draws from its module": (draws_from_its_module, "draws with GENERATOR"),
    "reads a file": (reads, "reads no file: it opens .*parameters.csv; write its numbers as"),
    "is not deterministic": (remembers, "gives the same each time: twice at lever 0.5 differs"),
    "has an effect at zero": (always, "changes nothing at lever 0: ~ procedure.*if lever == 0.0"),
    "renames a label": (renames_a_step, "step report.compile is now called report.written; keep"),
    "renames a stream": (renames_a_stream, "stream report is now called new_report; keep"),
    "names an unknown link": (unknown_link, "unknown link 'upp'; did you mean 'up'.*only what is"),
    "raises": (raises, r"raises KeyError: 'nothing.there' \(line .*nothing.there.*; mend it"),
    "does nothing": (nothing, "changes nothing in case .*desim explain --case"),
}  # fmt: skip


def declared(change: Any, **more: Any) -> Policy:
    return policy(title="Wrong", summary="Is wrong.", **more)(change)


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_policy_is_caught_and_told_what_to_do(what: str) -> None:
    change, wanted = WRONG[what]
    with pytest.raises(NotConforming, match=wanted):
        check_policy(declared(change), SMALL)


def test_a_range_that_leads_out_of_bounds_is_named() -> None:
    loss = Parameter("beyond.loss", 0.5, 0.1, 1.5, note="for tests")
    with pytest.raises(NotConforming, match=r"at beyond.loss = 1.5: .*keep chances in \[0, 1\]"):
        check_policy(declared(beyond, parameters=[loss]), SMALL)


def test_a_policy_must_commute_or_say_with_whom_it_does_not() -> None:
    other = policy(title="Other", summary="Halves work.")(half)
    slow = policy(title="Slow", summary="Sets work.")(one_hour)
    (fault,) = policy_faults(slow, SMALL, (other,))
    assert fault.rule == "commutes, or says with whom not"
    assert 'declare order_matters_with=["half"]' in fault.advice
    said = policy(title="Slow", summary="Sets work.", order_matters_with=["half"])(one_hour)
    assert policy_faults(said, SMALL, (other,)) == ()


def half(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    return scaled(mechanism, 1.0 - lever / 2.0)


def one_hour(mechanism: Mechanism, lever: float, values: Values) -> Mechanism:
    def fixed(_: object, step: Any) -> Any:
        if not isinstance(step, Work) or lever == 0.0:
            return step
        return replace(step, duration=replace(step.duration, kind="constant", parameters=(1.0,)))

    return mechanism.mapped_steps(fixed)


def lucky(run: Beside, lever: float, values: Values) -> Any:
    while True:
        yield run.wait(1.0)
        run.staff("office", 1 + round(random.random()))


def patrol(run: Beside, lever: float, values: Values) -> Any:
    while True:
        yield run.wait(1.0)
        run.staff("office", 3 if run.chance("call") < 0.5 else 1)


def test_a_process_may_not_draw_either() -> None:
    with pytest.raises(NotConforming, match=r"its process draws with random.random; ask `run.cha"):
        check_policy(declared(nothing, process=lucky), SMALL)


def test_a_process_that_keeps_the_contract_passes() -> None:
    check_policy(declared(nothing, process=patrol), SMALL)


@pytest.mark.parametrize("each", POLICIES, ids=lambda each: each.name)
def test_no_built_in_policy_breaks_a_rule(each: Policy) -> None:
    """Some have nothing to do in so small a case; that is no breach here."""
    found = [fault for fault in policy_faults(each, SMALL) if fault.rule != "does something"]
    assert found == []


def test_watching_leaves_everything_as_it_was() -> None:
    before = random.random, np.random.default_rng, os.urandom
    policy_faults(declared(draws), SMALL)
    assert (random.random, np.random.default_rng, os.urandom) == before
    assert load(SMALL).mechanism.units[0].title == "Office"
