"""Supply before curtailment: another merit order, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from desim.case import load
from desim.mechanism.mechanism import by_name
from desim.policy import find_policy

SICHUAN = load("sichuan_2022").mechanism
CHANGED = find_policy("supply_first").apply(SICHUAN, 1.0)


def test_supply_and_appeals_come_before_curtailment_and_keep_their_order() -> None:
    believed, ordered = (by_name(m.rules)["sizing"].measures for m in (SICHUAN, CHANGED))
    kinds = [by_name(SICHUAN.measures)[name].kind == "curtail" for name in ordered]
    assert kinds == sorted(kinds)
    for curtails in (False, True):
        mine = [n for n in believed if (by_name(SICHUAN.measures)[n].kind == "curtail") == curtails]
        assert [n for n in ordered if n in mine] == mine


def test_each_measure_keeps_what_the_command_believes_it_yields() -> None:
    believed, ordered = (by_name(m.rules)["sizing"] for m in (SICHUAN, CHANGED))
    pairs = [dict(zip(r.measures, r.capacities, strict=True)) for r in (believed, ordered)]
    assert pairs[0] == pairs[1]


def test_nothing_else_changes() -> None:
    assert replace(CHANGED, rules=SICHUAN.rules) == SICHUAN
    assert by_name(CHANGED.rules)["level"] == by_name(SICHUAN.rules)["level"]
