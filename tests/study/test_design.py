"""Designs: what points a study has, and what is the same at all of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desim.parameter import Parameter
from desim.study.design import Design, design_of, points
from desim.study.plan import Plan
from desim.study.question import Study, read_study
from desim.study.uncertainty import Uncertainty, uncertainty
from tests.study.conftest import SMALL

HEAD = """
question = "Does it work?"
case = "{case}"
seed = 5
replications = 2
outcomes = ["coordination_hours", "referrals"]
{more}
[design]
"""


def study(folder: Path, design: str, more: str = "") -> Study:
    path = folder / "study.toml"
    path.write_text(HEAD.format(case=SMALL, more=more) + design, encoding="utf-8")
    return read_study(path)


def sampled(folder: Path, base: int = 8, points: str = "[{ joint_regional = 1.0 }]") -> Design:
    text = f'kind = "sobol"\nbase = {base}\npoints = {points}'
    return design_of(study(folder, text, 'uncertainties = "all"'))


def test_a_fraction_has_the_product_of_its_generator(tmp_path: Path) -> None:
    text = (
        'kind = "fractional"\n'
        'policies = ["data_sharing", "clear_responsibilities", "joint_regional"]\n'
        'generators = { joint_regional = ["data_sharing", "clear_responsibilities"] }'
    )
    corners = [tuple(point.levers.values()) for point in points(study(tmp_path, text))[1:]]
    assert corners == [(0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, 1.0, 1.0)]


def test_scenarios_are_crossed_with_policies(tmp_path: Path) -> None:
    text = (
        'kind = "scenarios"\npoints = [{ joint_regional = 1.0 }]\n'
        'scenarios = { slow = { "delay.up" = 4.0 }, fast = { "delay.up" = 0.5 } }'
    )
    found = points(study(tmp_path, text))
    assert [point.label for point in found] == [
        "slow: baseline", "slow: joint_regional", "fast: baseline", "fast: joint_regional",
    ]  # fmt: skip
    assert [point.values["delay.up"] for point in found] == [4.0, 4.0, 0.5, 0.5]


def test_a_dose_of_a_parameter_has_its_policy_in_full(tmp_path: Path) -> None:
    text = 'kind = "dose_response"\ndoses = { "joint_regional.trucks" = [0.0, 1.0] }'
    point = points(study(tmp_path, text))[2]
    assert point.levers == {"joint_regional": 1.0}
    assert point.values == {"joint_regional.trucks": 1.0}


def test_all_settings_of_a_row_have_the_same_values_and_luck(tmp_path: Path) -> None:
    design = sampled(tmp_path)
    one, other = design.point(4), design.point(5)
    assert (one.row, one.values, one.seed) == (other.row, other.values, other.seed)


def test_luck_is_common_to_a_block_and_fresh_in_the_next(tmp_path: Path) -> None:
    design = sampled(tmp_path)
    assert design.sample is not None
    block = design.sample.block
    seeds = design.seeds.reshape(-1, block)
    assert (seeds == seeds[:, :1]).all()
    assert len(set(seeds[:, 0].tolist())) == len(seeds)


def test_a_larger_sobol_design_begins_with_the_smaller(tmp_path: Path) -> None:
    small, large = sampled(tmp_path, 8), sampled(tmp_path, 16)
    count = len(small.rows)
    assert (large.rows[:count] == small.rows).all()
    assert (large.seeds[:count] == small.seeds).all()


def test_what_a_policy_is_uncertain_about_does_not_rename_runs_without_it(tmp_path: Path) -> None:
    """So these runs are played once a block, not once a row."""
    text = 'kind = "sobol"\nbase = 16\npoints = [{ joint_regional = 1.0 }]'
    plan = Plan(study(tmp_path, text, 'uncertainties = ["joint_regional.*"]'))
    assert len(set(plan.keys[0::2].tolist())) == 16
    assert len(set(plan.keys[1::2].tolist())) == len(plan.design) // 2


def test_latin_hypercubes_put_one_row_in_every_slice(tmp_path: Path) -> None:
    text = 'kind = "latin_hypercube"\nsamples = 10'
    design = design_of(study(tmp_path, text, 'uncertainties = ["delay.up"]'))
    slices = (design.rows[:, 0] - 0.5) / 3.5 * 10
    assert sorted(slices.astype(int).tolist()) == list(range(10))


def test_inputs_can_be_named_by_theme(tmp_path: Path) -> None:
    text = 'kind = "sobol"\nbase = 8'
    found = study(tmp_path, text, 'uncertainties = ["*.report", "delay.up"]').uncertainties
    assert [each.name for each in found] == ["delay.up", "work.report"]


@pytest.mark.parametrize(
    ("law", "chances", "values"),
    [
        ("uniform", [0.0, 0.5, 1.0], [1.0, 3.0, 5.0]),
        ("loguniform", [0.0, 0.5, 1.0], [1.0, 5.0**0.5, 5.0]),
        ("triangular", [0.0, 0.25, 1.0], [1.0, 2.0, 5.0]),
        ("integer", [0.0, 0.19, 0.21, 1.0], [1.0, 1.0, 2.0, 5.0]),
    ],
)
def test_laws_are_mapped_by_their_quantiles(
    law: str, chances: list[float], values: list[float]
) -> None:
    found = Uncertainty("x", law, 1.0, 5.0, 2.0).quantile(np.array(chances))
    assert found == pytest.approx(values)


def test_categories_are_as_likely_as_one_another() -> None:
    own = Parameter("x", 2.0, 0.0, 9.0)
    found = uncertainty(own, {"values": [2.0, 7.0, 9.0]})
    drawn = found.quantile(np.linspace(0.0, 0.999, 300))
    assert [int((drawn == value).sum()) for value in (2.0, 7.0, 9.0)] == [100, 100, 100]
