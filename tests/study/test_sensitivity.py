"""Sensitivity indices: known answers with and without luck, unbiasedness, coverage, guards.

Each defect measured in SALib 1.6.0 has its test: one NaN among many outputs, a design analysed
with other options (in test_sensitivity_design.py), short names (there too), seed 0, and constant
output.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from SALib.analyze import sobol as salib_sobol
from SALib.test_functions import Sobol_G
from scipy import stats

from desim.study import sensitivity
from desim.study.screening import morris_screening, pawn_indices
from desim.study.sensitivity import (
    SobolIndices,
    sobol_convergence,
    sobol_indices,
)
from desim.study.sensitivity_design import (
    SensitivityDesign,
    SensitivityError,
    morris_design,
    sample_design,
    sobol_design,
)

NAMES = ("x1", "x2", "x3")
A, B = 7.0, 0.1


def ishigami(points: np.ndarray) -> np.ndarray:
    """Ishigami & Homma (1990) on the unit cube; its mean is A / 2."""
    x = np.pi * (2.0 * points - 1.0)
    return np.asarray(
        np.sin(x[..., 0]) + A * np.sin(x[..., 1]) ** 2 + B * x[..., 2] ** 4 * np.sin(x[..., 0])
    )


def ishigami_variances() -> dict[tuple[int, ...], float]:
    return {
        (0,): (1.0 + B * np.pi**4 / 5.0) ** 2 / 2.0,
        (1,): A**2 / 8.0,
        (0, 2): B**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0),
    }


def exact(parts: dict[tuple[int, ...], float], count: int) -> np.ndarray:
    """S1, ST and S2 from a decomposition of the variance, in the order of the table."""
    total = sum(parts.values())
    first = [parts.get((i,), 0.0) for i in range(count)]
    whole = [sum(v for term, v in parts.items() if i in term) for i in range(count)]
    pairs = [parts.get(pair, 0.0) for pair in combinations(range(count), 2)]
    return np.array([*first, *whole, *pairs]) / total


TRUTH = exact(ishigami_variances(), 3)
VARIANCE = sum(ishigami_variances().values())


def luck(design: SensitivityDesign, replications: int, kind: str, seed: int) -> np.ndarray:
    """Luck whose size depends on x1, with variance VARIANCE on average over the inputs."""
    rng = np.random.default_rng(seed)
    rows = len(design.points)
    draws = {
        "separate": lambda: rng.normal(0.0, 1.0, (rows, replications)),
        "block": lambda: rng.normal(0.0, 1.0, (design.base, replications)).repeat(
            design.block, axis=0
        ),
        "shared": lambda: np.tile(rng.normal(0.0, 1.0, replications), (rows, 1)),
    }[kind]()
    size = (0.5 + design.points[:, [0]]) / np.sqrt(13.0 / 12.0)
    return np.asarray(draws * size * np.sqrt(VARIANCE))


def covered(found: SobolIndices, truth: np.ndarray, confidence: float = 0.95) -> np.ndarray:
    """Whether intervals of this confidence hold the truth; the table's own are 95 %."""
    wider = stats.norm.ppf(0.5 + confidence / 2.0) / stats.norm.ppf(0.975)
    error = (found.table["estimate"] - truth).abs()
    return (error <= wider * found.table["half_width"]).to_numpy()


def holds(found: SobolIndices, truth: np.ndarray) -> bool:
    """Whether all 99.9 % intervals hold the truth: what a right analysis nearly always does."""
    return bool(covered(found, truth, 0.999).all())


# --- known answers without luck


@pytest.mark.parametrize("second_order", [True, False])
def test_ishigami_is_recovered(second_order: bool) -> None:
    design = sobol_design(NAMES, 2048, seed=1, second_order=second_order)
    found = sobol_indices(design, ishigami(design.points), seed=1)
    truth = TRUTH if second_order else TRUTH[:6]
    assert holds(found, truth)
    assert found.table["half_width"].max() < 0.065
    assert found.table["estimate"].to_numpy() == pytest.approx(truth, abs=0.03)
    assert found.variance == pytest.approx(VARIANCE, rel=0.02)
    assert np.isnan(found.luck)
    assert (found.blocks, found.dropped, found.replications) == (2048, 0, 1)
    assert (found.table["uncorrected"] == found.table["estimate"]).all()


def test_sobol_g_is_recovered() -> None:
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
    each = 1.0 / (3.0 * (1.0 + a) ** 2)
    parts = {
        term: float(np.prod(each[list(term)]))
        for order in range(1, 6)
        for term in combinations(range(5), order)
    }
    truth = exact(parts, 5)
    assert truth[:5] == pytest.approx(Sobol_G.sensitivity_index(a))
    assert truth[5:10] == pytest.approx(Sobol_G.total_sensitivity_index(a))
    design = sobol_design(("a", "b", "c", "d", "e"), 2048, seed=2)
    found = sobol_indices(design, Sobol_G.evaluate(design.points.copy(), a=a), seed=2)
    assert holds(found, truth)
    assert found.table["half_width"].max() < 0.08


def test_groups_have_the_indices_of_their_members_together() -> None:
    """x1 and x3 together hold all that is not x2's, and nothing interacts."""
    design = sobol_design(NAMES, 1024, seed=3, groups=("x13", "x2", "x13"))
    found = sobol_indices(design, ishigami(design.points), seed=3)
    share = A**2 / 8.0 / VARIANCE
    truth = np.array([1.0 - share, share, 1.0 - share, share, 0.0])
    assert list(found.table["factor"]) == ["x13", "x2", "x13", "x2", "x13"]
    assert found.table["partner"].iloc[-1] == "x2"
    assert holds(found, truth)


@pytest.mark.parametrize("second_order", [True, False])
def test_salib_agrees_where_there_is_no_luck(second_order: bool) -> None:
    design = sobol_design(NAMES, 1024, seed=4, second_order=second_order)
    outputs = ishigami(design.points)
    said = salib_sobol.analyze(design.problem, outputs, second_order, seed=1)
    theirs = [*said["S1"], *said["ST"]]
    widths = [*said["S1_conf"], *said["ST_conf"]]
    if second_order:
        theirs += [said["S2"][pair] for pair in combinations(range(3), 2)]
    table = sobol_indices(design, outputs, seed=1).table
    # ours also uses the mirror images, so with second order they differ within their errors
    near = 0.03 if second_order else 0.002
    assert table["estimate"].to_numpy() == pytest.approx(theirs, abs=near)
    if not second_order:
        assert table["half_width"].to_numpy() == pytest.approx(widths, rel=0.25)


# --- with luck


@pytest.mark.parametrize("kind", ["separate", "block"])
def test_indices_are_corrected_for_luck_and_salib_is_misled(kind: str) -> None:
    """As much luck as signal, two replications: ours hold the truth, SALib's do not."""
    design = sobol_design(NAMES, 2048, seed=5)
    values = ishigami(design.points)[:, None] + luck(design, 2, kind, 5)
    found = sobol_indices(design, values, seed=5)
    assert holds(found, TRUTH)
    assert found.table["half_width"].max() < 0.1
    assert found.variance == pytest.approx(VARIANCE, rel=0.1)
    assert found.luck == pytest.approx(VARIANCE, rel=0.05)
    assert found.luck_share == pytest.approx(0.5, abs=0.03)
    assert abs(found.shared) < 0.02
    said = salib_sobol.analyze(design.problem, values.mean(axis=1), True, seed=1)
    for factor in (0, 1):
        assert said["S1"][factor] + said["S1_conf"][factor] < TRUTH[factor]
    totals = said["ST"] - TRUTH[3:6]
    assert (np.abs(totals) > said["ST_conf"]).all()
    if kind == "separate":
        noise = VARIANCE / 2.0
        shrunk = TRUTH[:3] * VARIANCE / (VARIANCE + noise)
        inflated = (TRUTH[3:6] * VARIANCE + noise) / (VARIANCE + noise)
        assert said["S1"] == pytest.approx(shrunk, abs=0.04)
        assert said["ST"] == pytest.approx(inflated, abs=0.04)
        table = found.table["uncorrected"].to_numpy()
        assert table[:6] == pytest.approx([*shrunk, *inflated], abs=0.04)


def test_sobol_g_is_recovered_from_luck() -> None:
    a = np.array([0.0, 1.0, 4.5, 9.0])
    design = sobol_design(("a", "b", "c", "d"), 2048, seed=6, second_order=False)
    signal = Sobol_G.evaluate(design.points.copy(), a=a)
    rng = np.random.default_rng(6)
    values = signal[:, None] + rng.normal(0.0, signal.std(), (len(signal), 3))
    found = sobol_indices(design, values, seed=6)
    truth = np.array([*Sobol_G.sensitivity_index(a), *Sobol_G.total_sensitivity_index(a)])
    assert holds(found, truth)
    said = salib_sobol.analyze(design.problem, values.mean(axis=1), False, seed=1)
    assert (said["ST"] - said["ST_conf"] > truth[4:]).all()
    assert said["S1"][0] + said["S1_conf"][0] < truth[0]


def test_luck_shared_by_all_rows_is_known_as_such() -> None:
    design = sobol_design(NAMES, 512, seed=7)
    values = ishigami(design.points)[:, None] + luck(design, 8, "shared", 7)
    found = sobol_indices(design, values, seed=7, shared_seeds=True)
    assert holds(found, TRUTH)
    assert found.shared > 0.9
    with pytest.raises(SensitivityError, match="common to all blocks: say shared_seeds=True"):
        sobol_indices(design, values, seed=7)


@pytest.mark.parametrize("kind", ["separate", "block"])
def test_independent_blocks_are_not_accused_of_sharing(kind: str) -> None:
    for trial in range(200):
        design = sobol_design(NAMES, 16, seed=trial)
        values = (design.points @ [9.0, 6.0, 3.0])[:, None] + luck(design, 2, kind, trial) / 9.0
        assert sobol_indices(design, values, seed=1, resamples=20).replications == 2


def test_shared_seeds_widen_the_intervals() -> None:
    """All rows have the same few lucks, which more base points cannot average away."""
    design = sobol_design(NAMES, 512, seed=8)
    signal = ishigami(design.points)[:, None]
    honest, points_only = [], []
    for trial in range(12):
        values = signal + luck(design, 5, "shared", trial)
        found = sobol_indices(design, values, seed=8, shared_seeds=True)
        terms = sensitivity._terms(design.complete(values).values, design)
        honest.append(found.table["half_width"].iloc[0])
        points_only.append(1.96 * sensitivity._bootstrap(terms, 8, 200)[1])
    assert np.mean(honest) > 2.0 * np.mean(points_only)


def test_two_shared_seeds_are_too_few() -> None:
    design = sobol_design(NAMES, 16, seed=9)
    values = ishigami(design.points)[:, None] + luck(design, 2, "shared", 9)
    with pytest.raises(SensitivityError, match="need three replications"):
        sobol_indices(design, values, seed=9, shared_seeds=True)
    alone = sobol_indices(design, values[:, :1], seed=9, shared_seeds=True)
    assert alone.replications == 1


def test_replications_without_luck_change_nothing() -> None:
    design = sobol_design(NAMES, 256, seed=10)
    outputs = ishigami(design.points)
    once = sobol_indices(design, outputs, seed=1)
    thrice = sobol_indices(design, np.repeat(outputs[:, None], 3, axis=1), seed=1)
    assert thrice.table["estimate"].to_numpy() == pytest.approx(once.table["estimate"].to_numpy())
    assert (thrice.luck, thrice.luck_share, thrice.shared) == (0.0, 0.0, 0.0)


def test_pure_luck_has_no_indices() -> None:
    design = sobol_design(NAMES, 64, seed=11)
    values = np.random.default_rng(11).normal(0.0, 1.0, (len(design.points), 4))
    with pytest.raises(SensitivityError, match="not surely above zero beside the luck"):
        sobol_indices(design, values, seed=1)


@pytest.mark.parametrize("kind", ["separate", "block", "shared"])
def test_numerators_and_variance_are_unbiased(kind: str) -> None:
    """Eight independent base points, two replications, 4,000 times: no bias is to be seen."""
    rng = np.random.default_rng(12)
    pattern = sobol_design(NAMES, 8, seed=0)
    sums = []
    for _ in range(4000):
        left, right = rng.random((2, 8, 3))
        halves = [left[:, None], *(_swapped(left, right, j) for j in range(3))]
        halves += [*(_swapped(right, left, j) for j in range(3)), right[:, None]]
        blocks = np.concatenate(halves, axis=1)
        shape = {"separate": (8, 8, 2), "block": (8, 1, 2), "shared": (1, 1, 2)}[kind]
        noise = rng.normal(0.0, 3.0, shape) * (0.5 + blocks[..., [0]])
        # a mean far from zero would show any fault of centring
        values = 20.0 + ishigami(blocks)[..., None] + noise
        sums.append(sensitivity._terms(values, pattern).mean(axis=0))
    truth = np.array([1.0, *TRUTH]) * VARIANCE
    errors = (np.mean(sums, axis=0) - truth) / (np.std(sums, axis=0) / np.sqrt(len(sums)))
    # ten estimators in three settings: 3.9 standard errors keep the 99.9 % together
    assert np.abs(errors).max() < 3.9


def _swapped(left: np.ndarray, right: np.ndarray, column: int) -> np.ndarray:
    moved = left.copy()
    moved[:, column] = right[:, column]
    return moved[:, None]


@pytest.mark.parametrize(
    ("kind", "replications"), [("none", 1), ("separate", 3), ("block", 3), ("shared", 8)]
)
def test_intervals_cover_the_truth(kind: str, replications: int) -> None:
    hits = []
    for trial in range(120):
        design = sobol_design(NAMES, 256, seed=trial, second_order=False)
        values = ishigami(design.points)[:, None]
        if kind != "none":
            values = values + luck(design, replications, kind, 1000 + trial)
        shared = kind == "shared"
        found = sobol_indices(design, values, seed=trial, shared_seeds=shared, resamples=200)
        hits.append(covered(found, TRUTH[:6]))
    # Sobol points are better than the independent ones of the bootstrap: at least 95 %, often more
    assert np.mean(hits) > 0.94
    assert np.mean(hits, axis=0).min() > 0.9


# --- guards


def test_one_nan_among_thousands_drops_one_block() -> None:
    """SALib 1.6.0 then says that every index is exactly 0."""
    design = sobol_design(NAMES, 1024, seed=13)
    outputs = ishigami(design.points)
    outputs[1234] = np.nan
    found = sobol_indices(design, outputs, seed=1)
    assert (found.blocks, found.dropped) == (1023, 1)
    assert holds(found, TRUTH)
    assert found.table["estimate"].to_numpy() == pytest.approx(TRUTH, abs=0.05)


def test_dropped_blocks_are_as_if_never_drawn() -> None:
    design = sobol_design(NAMES, 64, seed=14)
    values = ishigami(design.points)[:, None] + luck(design, 2, "separate", 14)
    gone = values.copy()
    gone[32 * design.block :: design.block] = np.inf
    half = sobol_indices(design.first(32), values[: 32 * design.block], seed=1)
    found = sobol_indices(design, gone, seed=1)
    assert (found.blocks, found.dropped) == (32, 32)
    pd.testing.assert_frame_equal(found.table, half.table)


def test_seed_zero_gives_the_same_intervals_twice() -> None:
    design = sobol_design(NAMES, 64, seed=0)
    outputs = ishigami(design.points)
    one, again, other = (sobol_indices(design, outputs, seed=s).table for s in (0, 0, 1))
    pd.testing.assert_frame_equal(one, again)
    assert not one["half_width"].equals(other["half_width"])


def test_constant_output_is_explained() -> None:
    for design, analyse in (
        (sobol_design(NAMES, 8, seed=1), sobol_indices),
        (morris_design(NAMES, 8, seed=1), morris_screening),
        (sample_design(NAMES, 128, seed=1), pawn_indices),
    ):
        with pytest.raises(SensitivityError, match=r"constant.*all indices are undefined"):
            analyse(design, np.full(len(design.points), 3.0), seed=1)


def test_a_design_is_analysed_by_its_own_method_only() -> None:
    morris, sample = morris_design(NAMES, 8, seed=1), sample_design(NAMES, 64, seed=1)
    with pytest.raises(SensitivityError, match="needs a sobol design, not morris"):
        sobol_indices(morris, np.arange(32.0), seed=1)
    with pytest.raises(SensitivityError, match="needs a sobol design, not sample"):
        sobol_convergence(sample, np.arange(64.0), seed=1)
    with pytest.raises(SensitivityError, match="needs a morris design, not sample"):
        morris_screening(sample, np.arange(64.0), seed=1)
    with pytest.raises(SensitivityError, match="needs a sample or sobol design, not morris"):
        pawn_indices(morris, np.arange(32.0), seed=1)


def test_an_index_surely_below_zero_is_flagged() -> None:
    """Outputs that no function of the inputs could give: AB - A always opposes B."""
    design = sobol_design(("a", "b"), 64, seed=15, second_order=False)
    draws = np.random.default_rng(15).normal(0.0, 1.0, 64)
    cube = np.tile(draws[:, None], (1, 4))
    cube[:, 0], cube[:, 1], cube[:, 2] = -draws, -2.0 * draws, -draws
    table = sobol_indices(design, cube.ravel(), seed=1).table
    assert table["negative"].to_list() == [True, False, False, False]


def test_noise_around_zero_is_not_flagged() -> None:
    design = sobol_design(NAMES, 512, seed=16)
    values = ishigami(design.points)[:, None] + luck(design, 2, "separate", 16)
    assert not sobol_indices(design, values, seed=1).table["negative"].any()


# --- convergence


def test_convergence_is_on_nested_points() -> None:
    design = sobol_design(NAMES, 256, seed=17)
    outputs = ishigami(design.points)
    table = sobol_convergence(design, outputs, seed=1)
    assert list(dict.fromkeys(table["base"])) == [32, 64, 128, 256]
    for base in (32, 128, 256):
        part = sobol_indices(design.first(base), outputs[: base * design.block], seed=1).table
        rows = table[table["base"] == base].reset_index(drop=True)
        pd.testing.assert_frame_equal(rows[list(part.columns)], part)


def test_a_simple_function_converges_and_few_points_do_not() -> None:
    design = sobol_design(NAMES, 1024, seed=18, second_order=False)
    outputs = design.points @ [3.0, 2.0, 1.0]
    simple = sobol_convergence(design, outputs, seed=1, tolerance=0.1)
    assert simple["converged"].all()
    few = design.first(32)
    hard = sobol_convergence(few, ishigami(few.points), seed=1, tolerance=0.1)
    assert not hard["converged"].any()


def test_an_index_that_still_moves_has_not_converged() -> None:
    """The later half of the points tells something that the first half did not know."""
    design = sobol_design(("a", "b"), 1024, seed=19, second_order=False)
    outputs = design.points @ [1.0, 1.0]
    late = slice(512 * design.block, None)
    outputs[late] = design.points[late] @ [1.0, 2.0]
    table = sobol_convergence(design, outputs, seed=1, tolerance=0.1)
    last = table[table["base"] == 1024]
    assert (last["half_width"] <= 0.1).all()
    assert not last["converged"].all()


def test_luck_delays_convergence() -> None:
    design = sobol_design(NAMES, 512, seed=20, second_order=False)
    signal = design.points @ [3.0, 2.0, 1.0]
    noise = np.random.default_rng(20).normal(0.0, 3.0 * signal.std(), (len(signal), 2))
    quiet = sobol_convergence(design, signal, seed=1, tolerance=0.1)
    loud = sobol_convergence(design, signal[:, None] + noise, seed=1, tolerance=0.1)
    assert quiet["converged"].all()
    assert not loud["converged"].any()


def test_small_parts_may_be_undefined_and_the_whole_not() -> None:
    design = sobol_design(NAMES, 16, seed=21, second_order=False)
    outputs = design.points @ [3.0, 2.0, 1.0]
    outputs[: 2 * design.block] = 1.0
    table = sobol_convergence(design, outputs, seed=1)
    assert table["estimate"][table["base"] == 2].isna().all()
    assert table["estimate"][table["base"] == 16].notna().all()
    outputs[:] = 1.0
    with pytest.raises(SensitivityError, match="constant"):
        sobol_convergence(design, outputs, seed=1)


def test_convergence_needs_some_points() -> None:
    design = sobol_design(NAMES, 8, seed=1)
    with pytest.raises(SensitivityError, match="needs 16 base points"):
        sobol_convergence(design, ishigami(design.points), seed=1)


# --- Morris


def test_effects_of_a_linear_function_are_its_slopes() -> None:
    design = morris_design(NAMES, 10, seed=22)
    found = morris_screening(design, design.points @ [3.0, -2.0, 0.0], seed=1)
    table = found.table
    assert table["mu"].to_numpy() == pytest.approx([3.0, -2.0, 0.0])
    assert table["mu_star"].to_numpy() == pytest.approx([3.0, 2.0, 0.0])
    assert table["sigma"].to_numpy() == pytest.approx([0.0, 0.0, 0.0], abs=1e-9)
    assert table["matters"].to_list() == [True, True, False]
    assert table["by_luck"].isna().all()
    assert (found.blocks, found.dropped, found.replications) == (10, 0, 1)


def test_luck_alone_does_not_pass_for_an_effect() -> None:
    design = morris_design(NAMES, 40, seed=23)
    rng = np.random.default_rng(23)
    values = (design.points @ [5.0, 3.0, 0.0])[:, None]
    values = values + rng.normal(0.0, 1.0, (len(values), 4))
    table = morris_screening(design, values, seed=1).table
    # the error of an effect is sqrt(2 / 4) / (2 / 3); of its magnitude, sqrt(2 / pi) times that
    expected = np.sqrt(2.0 / np.pi) * np.sqrt(0.5) * 1.5
    assert table["by_luck"].to_numpy() == pytest.approx([expected] * 3, rel=0.15)
    assert table["mu_star"].iloc[2] == pytest.approx(expected, rel=0.3)
    assert table["matters"].to_list() == [True, True, False]


def test_luck_common_to_a_trajectory_cancels() -> None:
    design = morris_design(NAMES, 20, seed=24)
    values = (design.points @ [5.0, 1.0, 0.0])[:, None]
    common = np.random.default_rng(24).normal(0.0, 9.0, (20, 3)).repeat(4, axis=0)
    table = morris_screening(design, values + common, seed=1).table
    assert table["by_luck"].to_numpy() == pytest.approx([0.0] * 3, abs=1e-9)
    assert table["matters"].to_list()[:2] == [True, True]


def test_groups_are_screened_together() -> None:
    design = morris_design((*NAMES, "x4"), 30, seed=25, groups=("g", "h", "g", "i"), candidates=60)
    table = morris_screening(design, design.points @ [2.0, 1.0, 2.0, 0.0], seed=1).table
    assert list(table["factor"]) == ["g", "h", "i"]
    assert table["mu"].isna().to_list() == [True, False, False]
    assert table["mu_star"].iloc[1:].to_numpy() == pytest.approx([1.0, 0.0])
    # the two members move together or against each other: 4 or 0
    assert 0.5 < table["mu_star"].iloc[0] < 3.5
    assert table["matters"].to_list() == [True, True, False]


def test_an_incomplete_trajectory_is_left_out() -> None:
    design = morris_design(NAMES, 12, seed=26)
    outputs = ishigami(design.points)
    shorter = morris_screening(design.first(11), outputs[:44], seed=1).table
    outputs[46] = np.nan
    found = morris_screening(design, outputs, seed=1)
    assert (found.blocks, found.dropped) == (11, 1)
    pd.testing.assert_frame_equal(found.table, shorter)


def test_morris_seed_zero_gives_the_same_intervals_twice() -> None:
    design = morris_design(NAMES, 12, seed=0)
    outputs = ishigami(design.points)
    one, again, other = (morris_screening(design, outputs, seed=s).table for s in (0, 0, 1))
    pd.testing.assert_frame_equal(one, again)
    assert not one["half_width"].equals(other["half_width"])


# --- PAWN


def test_pawn_tells_inputs_from_dummies() -> None:
    design = sample_design((*NAMES, "mute"), 1024, seed=27)
    found = pawn_indices(design, ishigami(design.points), seed=1)
    table = found.table.set_index("factor")
    assert list(table["median"].sort_values().index) == ["mute", "x3", "x1", "x2"]
    assert table["matters"].to_dict() == {"x1": True, "x2": True, "x3": True, "mute": False}
    assert (table["maximum"] >= table["median"]).all()
    assert (found.blocks, found.dropped) == (1024, 0)


def test_pawn_sees_a_tail_that_the_mean_does_not_show() -> None:
    design = sample_design(("spread", "mute"), 1024, seed=28)
    rng = np.random.default_rng(28)
    values = (0.1 + design.points[:, [0]]) * rng.normal(0.0, 1.0, (1024, 4))
    assert pawn_indices(design, values, seed=1).table["matters"].to_list() == [True, False]


def test_pawn_of_saltelli_blocks_uses_only_draws_from_the_inputs() -> None:
    """The AB rows repeat A's inputs; counting them would feign independent runs."""
    design = sobol_design(NAMES, 128, seed=29)
    outputs = ishigami(design.points)
    middle = outputs.reshape(128, 8).copy()
    middle[:, 1:-1] += 1000.0
    one = pawn_indices(design, outputs, seed=1).table
    other = pawn_indices(design, middle.ravel(), seed=1).table
    pd.testing.assert_frame_equal(one, other)


def test_pawn_drops_incomplete_rows() -> None:
    design = sample_design(NAMES, 256, seed=30)
    outputs = ishigami(design.points)
    outputs[[3, 77]] = np.nan, np.inf
    found = pawn_indices(design, outputs, seed=1)
    assert (found.blocks, found.dropped) == (254, 2)
    assert np.isfinite(found.table["median"]).all()


def test_pawn_of_a_group_is_the_mean_of_its_members() -> None:
    apart = sample_design(NAMES, 256, seed=31)
    together = sample_design(NAMES, 256, seed=31, groups=("g", "x2", "g"))
    outputs = ishigami(apart.points)
    one = pawn_indices(apart, outputs, seed=1).table["median"]
    two = pawn_indices(together, outputs, seed=1).table
    assert list(two["factor"]) == ["g", "x2"]
    assert two["median"].to_numpy() == pytest.approx([(one[0] + one[2]) / 2.0, one[1]])


def test_pawn_seed_zero_is_a_seed() -> None:
    design = sample_design(NAMES, 256, seed=0)
    outputs = ishigami(design.points)
    one, again, other = (pawn_indices(design, outputs, seed=s).table for s in (0, 0, 1))
    pd.testing.assert_frame_equal(one, again)
    assert one["dummy"].iloc[0] != other["dummy"].iloc[0]


def test_pawn_slides_must_be_filled_and_cut() -> None:
    design = sample_design(NAMES, 64, seed=1)
    outputs = ishigami(design.points)
    with pytest.raises(SensitivityError, match="64 rows do not fill 10 slides"):
        pawn_indices(design, outputs, seed=1)
    with pytest.raises(SensitivityError, match="cannot cut 6 slides for rounding"):
        pawn_indices(design, outputs, seed=1, slides=6)
    assert len(pawn_indices(design, outputs, seed=1, slides=5).table) == 3
