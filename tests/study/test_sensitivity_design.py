"""Sensitivity designs: nested, reproducible, and never to be analysed as what they are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from SALib.sample import sobol as salib_sobol

from desim.study.sensitivity_design import (
    SensitivityDesign,
    SensitivityError,
    morris_design,
    sample_design,
    sobol_design,
)

NAMES = ("a", "b", "c")


@pytest.mark.parametrize("second_order", [True, False])
@pytest.mark.parametrize("groups", [None, ("x", "y", "x")])
def test_a_larger_sobol_design_begins_with_the_smaller(
    second_order: bool, groups: tuple[str, ...] | None
) -> None:
    small, large = (
        sobol_design(NAMES, base, seed=3, second_order=second_order, groups=groups)
        for base in (16, 64)
    )
    assert (large.points[: len(small.points)] == small.points).all()
    assert (large.first(16).points == small.points).all()
    assert large.first(16).base == 16


def test_rows_of_a_block_are_in_salibs_order() -> None:
    """Same layout as SALib's, so that its analysis can be asked for a second opinion."""
    design = sobol_design(NAMES, 8, seed=1)
    theirs = salib_sobol.sample(design.problem, 8, calc_second_order=True, seed=1)
    assert theirs.shape == design.points.shape
    for points in (theirs, design.points):
        blocks = points.reshape(8, 8, 3)
        for factor in range(3):
            swapped = blocks[:, 0].copy()
            swapped[:, factor] = blocks[:, -1][:, factor]
            assert (blocks[:, 1 + factor] == swapped).all()
            back = blocks[:, -1].copy()
            back[:, factor] = blocks[:, 0][:, factor]
            assert (blocks[:, 4 + factor] == back).all()


def test_groups_move_together() -> None:
    design = sobol_design(NAMES, 4, seed=1, second_order=False, groups=("x", "y", "x"))
    assert design.factors == ("x", "y")
    assert design.block == 4
    blocks = design.blocks
    assert (blocks[:, 1][:, [0, 2]] == blocks[:, -1][:, [0, 2]]).all()
    assert (blocks[:, 1][:, 1] == blocks[:, 0][:, 1]).all()


@pytest.mark.parametrize("make", [sobol_design, morris_design, sample_design])
def test_seed_zero_is_a_seed(make: type) -> None:
    one, again, other = (make(NAMES, 16, seed=seed).points for seed in (0, 0, 1))
    assert (one == again).all()
    assert not np.array_equal(one, other)


def test_rows_are_counted_from_the_options() -> None:
    assert len(sobol_design(NAMES, 8, seed=1).points) == 8 * 8
    assert len(sobol_design(NAMES, 8, seed=1, second_order=False).points) == 8 * 5
    assert len(morris_design(NAMES, 7, seed=1).points) == 7 * 4
    assert len(sample_design(NAMES, 32, seed=1).points) == 32


def test_points_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        sobol_design(NAMES, 4, seed=1).points[0, 0] = 0.5


# --- mismatches


def test_second_order_cannot_be_claimed_afterwards() -> None:
    """Two inputs: 12 blocks of 4 rows are also 8 of 6, and SALib would analyse them so."""
    drawn = sobol_design(("a", "b"), 16, seed=1, second_order=False)
    rows = drawn.points[:48].copy()
    with pytest.raises(SensitivityError, match="second_order=True: were they drawn with other"):
        SensitivityDesign("sobol", ("a", "b"), ("a", "b"), rows, 8, 1, True)
    with pytest.raises(SensitivityError, match="16 blocks of 6 rows are 96 rows"):
        replace(drawn, second_order=True, points=drawn.points.copy())


def test_second_order_cannot_be_forgotten_either() -> None:
    drawn = sobol_design(("a", "b"), 8, seed=1, second_order=True)
    with pytest.raises(SensitivityError, match="second_order=False: were they drawn with other"):
        replace(drawn, second_order=False, base=12, points=drawn.points.copy())


@pytest.mark.parametrize("names", [("a", "b"), ("a", "b", "c", "d")])
def test_every_column_needs_its_name(names: tuple[str, ...]) -> None:
    drawn = sobol_design(NAMES, 8, seed=1)
    with pytest.raises(SensitivityError, match=f"{len(names)} names for points of shape"):
        replace(drawn, names=names, groups=names)


def test_names_must_differ() -> None:
    with pytest.raises(SensitivityError, match="each once"):
        sobol_design(("a", "a"), 8, seed=1)
    with pytest.raises(SensitivityError, match="each once"):
        sample_design((), 8, seed=1)


@pytest.mark.parametrize("make", [sobol_design, morris_design, sample_design])
def test_every_input_needs_its_group(make: type) -> None:
    with pytest.raises(SensitivityError, match="2 groups for 3 names"):
        make(NAMES, 8, seed=1, groups=("x", "y"))


def test_other_groups_are_another_design() -> None:
    drawn = sobol_design(NAMES, 8, seed=1, groups=("x", "y", "x"))
    with pytest.raises(SensitivityError, match="no sobol design of these factors"):
        replace(drawn, groups=("x", "y", "y"), points=drawn.points.copy())


def test_rows_in_another_order_are_no_design() -> None:
    for drawn in (sobol_design(NAMES, 8, seed=1), morris_design(NAMES, 8, seed=1)):
        order = np.random.default_rng(1).permutation(len(drawn.points))
        with pytest.raises(SensitivityError, match=f"no {drawn.method} design"):
            replace(drawn, points=drawn.points[order])


def test_points_belong_in_the_unit_cube() -> None:
    with pytest.raises(SensitivityError, match="unit cube"):
        SensitivityDesign("sample", ("a",), ("a",), np.array([[0.5], [1.5]]), 2, 1)
    with pytest.raises(SensitivityError, match="unit cube"):
        SensitivityDesign("sample", ("a",), ("a",), np.array([[0.5], [np.nan]]), 2, 1)


def test_unknown_methods_are_named() -> None:
    with pytest.raises(SensitivityError, match="unknown method 'fast'"):
        SensitivityDesign("fast", ("a",), ("a",), np.zeros((2, 1)), 2, 1)


@pytest.mark.parametrize("base", [0, 1, 3, 100])
@pytest.mark.parametrize("make", [sobol_design, sample_design])
def test_sobol_points_come_in_powers_of_two(make: type, base: int) -> None:
    with pytest.raises(SensitivityError, match="powers of two"):
        make(NAMES, base, seed=1)


# --- Morris


@pytest.mark.parametrize("groups", [None, ("x", "y", "x")])
def test_every_factor_moves_once_in_a_trajectory(groups: tuple[str, ...] | None) -> None:
    design = morris_design(NAMES, 10, seed=1, groups=groups)
    count = len(design.factors)
    assert (np.sort(design.moves(), axis=1) == np.arange(count)).all()
    step = np.abs(np.diff(design.blocks, axis=1)).max(axis=(1, 2))
    assert step == pytest.approx(np.full(10, 2.0 / 3.0))


@pytest.mark.parametrize("levels", [4, 6, 10])
def test_morris_points_lie_on_the_grid(levels: int) -> None:
    points = morris_design(NAMES, 30, seed=1, levels=levels).points * (levels - 1)
    assert points == pytest.approx(points.round(), abs=1e-9)


def test_chosen_trajectories_are_more_spread_than_plain_ones() -> None:
    def spread(design: SensitivityDesign) -> float:
        blocks = design.blocks
        gaps = blocks[:, None, :, None] - blocks[None, :, None, :]
        return float(np.linalg.norm(gaps, axis=-1).sum())

    plain = morris_design(NAMES, 6, seed=1)
    chosen = morris_design(NAMES, 6, seed=1, candidates=60)
    assert chosen.points.shape == plain.points.shape
    assert spread(chosen) > spread(plain)


@pytest.mark.parametrize("levels", [0, 1, 3, 5])
def test_levels_are_even(levels: int) -> None:
    with pytest.raises(SensitivityError, match="even number of levels"):
        morris_design(NAMES, 6, seed=1, levels=levels)


@pytest.mark.parametrize(("trajectories", "candidates"), [(1, None), (6, 6), (6, 3)])
def test_trajectories_are_chosen_from_more(trajectories: int, candidates: int | None) -> None:
    with pytest.raises(SensitivityError, match="more candidates than trajectories"):
        morris_design(NAMES, trajectories, seed=1, candidates=candidates)


# --- complete blocks


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("second_order", [True, False])
def test_one_bad_value_costs_its_block_and_no_more(bad: float, second_order: bool) -> None:
    design = sobol_design(NAMES, 16, seed=1, second_order=second_order)
    values = np.random.default_rng(1).normal(0.0, 1.0, (len(design.points), 3))
    values[5 * design.block + 2, 1] = bad
    found = design.complete(values)
    assert found.dropped == 1
    assert found.kept.tolist() == [i for i in range(16) if i != 5]
    cube = values.reshape(16, design.block, 3)
    assert (found.values == cube[found.kept]).all()


def test_one_value_a_row_is_one_replication() -> None:
    design = sample_design(NAMES, 8, seed=1)
    assert design.complete(np.arange(8.0)).values.shape == (8, 1, 1)


@pytest.mark.parametrize("shape", [(63,), (65, 2), (8, 8, 1), (64, 0)])
def test_values_must_be_those_of_the_rows(shape: tuple[int, ...]) -> None:
    design = sobol_design(NAMES, 8, seed=1)
    with pytest.raises(SensitivityError, match=r"the design has 64 rows.*must stay in its row"):
        design.complete(np.ones(shape))


@pytest.mark.parametrize("constant", [0.0, 7.5, -1e9])
def test_a_constant_output_has_no_indices(constant: float) -> None:
    design = sobol_design(NAMES, 8, seed=1)
    with pytest.raises(SensitivityError, match=r"constant.*all indices are undefined"):
        design.complete(np.full((64, 2), constant))
    rounding = constant * (1.0 + 1e-15 * np.random.default_rng(1).normal(0.0, 1.0, 64))
    with pytest.raises(SensitivityError, match="all indices are undefined"):
        design.complete(rounding)


def test_hardly_anything_complete_is_not_analysed() -> None:
    design = morris_design(NAMES, 6, seed=1)
    values = np.arange(24.0)
    values[::4] = np.nan
    with pytest.raises(SensitivityError, match="0 of 6 blocks are complete"):
        design.complete(values)
    values[0] = 1.0
    with pytest.raises(SensitivityError, match="1 of 6 blocks are complete"):
        design.complete(values)
