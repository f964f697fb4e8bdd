"""Supply before curtailment: another merit order of the measures that a command plans.

What it changes: the order in which a sizing rule fills its measures, and nothing else. Everything
that adds supply or asks the public comes before what takes from customers; within both groups the
case's own order stays. A scenario of the command's rule, no reform: the command of Sichuan asks
firms to avoid peaks before it asks its neighbours, and appeals to the public near the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import Measure, Rule
from desim.policy.policy import Policy


def supply_first(rule: Rule, measures: Mapping[str, Measure]) -> Rule:
    """The rule with curtailment last in its merit order.

    Parameters
    ----------
    rule
        A rule of kind ``size``; one of another kind is given back.
    measures
        The mechanism's measures by name.
    """
    if rule.kind != "size":
        return rule
    planned = list(zip(rule.measures, rule.capacities, strict=True))
    planned.sort(key=lambda each: measures[each[0]].kind == "curtail")
    return replace(
        rule,
        measures=tuple(name for name, _ in planned),
        capacities=tuple(capacity for _, capacity in planned),
    )


def change(mechanism: Mechanism, lever: float, values: Mapping[str, float]) -> Mechanism:
    """Put supply and appeals before curtailment in every sizing rule."""
    if lever == 0.0:
        return mechanism
    measures = by_name(mechanism.measures)
    return replace(mechanism, rules=tuple(supply_first(rule, measures) for rule in mechanism.rules))


SUPPLY_FIRST = Policy(
    "supply_first",
    "Supply before curtailment",
    "The command asks for supply and appeals to the public before it takes from customers.",
    change,
)
