"""Ranking: known answers, simultaneous coverage, and the probability of correct selection."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from desim.study import compare, ranking, selection
from desim.study.selection import Selection, select_in_two_stages, select_sequentially
from desim.study.target import Precision

PROMISED = 0.95
TRIALS = 5000
SYSTEMS = 5
DEVIATIONS = np.linspace(1.5, 2.5, SYSTEMS)


def proportion(successes: int, trials: int) -> tuple[float, float]:
    """The exact 99.9 % interval of a proportion (Clopper & Pearson 1934)."""
    found = stats.binomtest(successes, trials).proportion_ci(0.999)
    return float(found.low), float(found.high)


# --- all pairs


def test_all_pairs_are_paired_t_tests_with_holm() -> None:
    values = np.random.default_rng(1).normal([1.0, 1.2, 3.0], 1.0, (12, 3))
    table = ranking.all_pairs(values, ("a", "b", "c"))
    assert list(zip(table["a"], table["b"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
    expected = [stats.ttest_rel(values[:, i], values[:, j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert table["p"].to_numpy() == pytest.approx([found.pvalue for found in expected])
    assert table["p_holm"].to_numpy() == pytest.approx(compare.holm(list(table["p"])))
    low, high = expected[1].confidence_interval(0.95)
    assert table.loc[1, ["low", "high"]].to_list() == pytest.approx([low, high])


def test_one_point_has_no_pairs() -> None:
    assert ranking.all_pairs(np.ones((4, 1)), ("a",)).empty


# --- multiple comparisons with the best


def test_mcb_by_hand() -> None:
    """Hsu's constrained intervals with one common width, written out."""
    low, high = ranking.bounds_on_best(np.array([10.0, 9.0, 4.0]), np.full((3, 3), 2.0))
    assert high.tolist() == pytest.approx([3.0, 1.0, 0.0])
    assert low.tolist() == pytest.approx([-1.0, -3.0, -8.0])


def test_the_only_contender_is_at_least_as_good_as_the_others() -> None:
    low, high = ranking.bounds_on_best(np.array([10.0, 4.0]), np.full((2, 2), 2.0))
    assert (low[0], high[0]) == (0.0, 8.0)
    assert (low[1], high[1]) == (-8.0, 0.0)


def test_equal_points_without_luck_may_all_be_best() -> None:
    table = ranking.compare_with_best(np.ones((3, 2)), ("a", "b"), "higher")
    assert table["may_be_best"].all()
    assert (table[["low", "high"]] == 0.0).all(axis=None)


def test_mcb_of_a_cost_is_that_of_its_negative() -> None:
    values = np.random.default_rng(2).normal([3.0, 1.0, 2.0], 1.0, (9, 3))
    names = ("a", "b", "c")
    cost = ranking.compare_with_best(values, names, "lower")
    gain = ranking.compare_with_best(-values, names, "higher")
    assert cost["difference"].to_numpy() == pytest.approx(-gain["difference"].to_numpy())
    assert cost["low"].to_numpy() == pytest.approx(-gain["high"].to_numpy())
    assert cost["high"].to_numpy() == pytest.approx(-gain["low"].to_numpy())
    assert cost["may_be_best"].equals(gain["may_be_best"])
    assert cost["mean"].to_numpy() == pytest.approx(values.mean(axis=0))


def test_common_luck_decides_what_separate_luck_cannot() -> None:
    rng = np.random.default_rng(3)
    luck = rng.normal(0.0, 10.0, (10, 1))
    values = luck + rng.normal([0.0, 1.0, 1.5], 0.1, (10, 3))
    table = ranking.compare_with_best(values, ("a", "b", "c"), "higher")
    assert table["may_be_best"].to_list() == [False, False, True]
    apart = np.column_stack([rng.permutation(column) for column in values.T])
    assert ranking.compare_with_best(apart, ("a", "b", "c"), "higher")["may_be_best"].all()


@pytest.mark.parametrize("better", ["less", "neither"])
def test_mcb_needs_a_direction(better: str) -> None:
    with pytest.raises(ValueError, match="'higher' or 'lower'"):
        ranking.compare_with_best(np.ones((3, 2)), ("a", "b"), better)


def test_mcb_needs_two_points() -> None:
    with pytest.raises(ValueError, match="two points and two replications"):
        ranking.compare_with_best(np.ones((3, 1)), ("a",), "lower")


@pytest.mark.parametrize("correlation", [0.0, 0.9])
@pytest.mark.parametrize("means", [(0.0, 0.0, 0.0, 0.0), (0.0, 0.5, 1.0, 1.2)])
def test_all_mcb_intervals_hold_together(correlation: float, means: tuple[float, ...]) -> None:
    rng, truth = np.random.default_rng(4), np.array(means)
    deviations = np.array([0.5, 1.0, 1.5, 2.0])
    others = np.array([np.delete(truth, i).max() for i in range(4)])
    held = 0
    for _ in range(1500):
        common, own = rng.standard_normal((8, 1)), rng.standard_normal((8, 4))
        luck = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own
        values = truth + luck * deviations
        means_found = values.mean(axis=0)
        variances = ranking.difference_variances(values)
        width = stats.t.ppf(1.0 - 0.05 / 3.0, 7) * np.sqrt(variances / 8.0)
        low, high = ranking.bounds_on_best(means_found, width)
        held += bool(((low <= truth - others) & (truth - others <= high)).all())
    assert proportion(held, 1500)[1] > PROMISED
    assert held / 1500 > 0.94


# --- Shapley shares


def corners(count: int) -> np.ndarray:
    return np.array(list(product((0.0, 1.0), repeat=count)))


def test_shapley_contributions_are_averages_over_all_orders() -> None:
    levers = corners(4)
    values = np.random.default_rng(5).normal(0.0, 1.0, (3, 16))
    table = ranking.shapley(levers, values, ("a", "b", "c", "d"), 1)
    at = {tuple(row): column for row, column in zip(levers, values.mean(axis=0), strict=True)}
    expected = np.zeros(4)
    for order in permutations(range(4)):
        present = np.zeros(4)
        for policy in order:
            before = at[tuple(present)]
            present[policy] = 1.0
            expected[policy] += (at[tuple(present)] - before) / 24.0
    assert table["contribution"].to_numpy() == pytest.approx(expected)


def test_contributions_sum_to_the_joint_change_and_shares_to_one() -> None:
    levers = corners(3)
    rng = np.random.default_rng(6)
    values = 50.0 + rng.normal(0.0, 5.0, (20, 1)) + levers @ [-3.0, -1.0, -6.0]
    values = values + 2.0 * levers[:, 0] * levers[:, 1] + rng.normal(0.0, 0.2, (20, 8))
    table = ranking.shapley(levers, values, ("a", "b", "c"), 1)
    joint = (values[:, 7] - values[:, 0]).mean()
    assert table["contribution"].sum() == pytest.approx(joint)
    assert table["share"].sum() == pytest.approx(1.0)
    assert table["contribution"].to_numpy() == pytest.approx([-2.0, 0.0, -6.0], abs=0.2)
    assert table["share"].to_numpy() == pytest.approx([0.25, 0.0, 0.75], abs=0.03)
    assert ((table["share_low"] <= table["share"]) & (table["share"] <= table["share_high"])).all()


def test_the_order_of_the_corners_does_not_matter() -> None:
    levers = corners(3)
    values = np.random.default_rng(7).normal(5.0, 1.0, (6, 8))
    order = np.random.default_rng(8).permutation(8)
    one = ranking.shapley(levers, values, ("a", "b", "c"), 1)
    other = ranking.shapley(levers[order], values[:, order], ("a", "b", "c"), 1)
    pd.testing.assert_frame_equal(one, other)


def test_shares_of_nothing_are_not_given() -> None:
    values = np.random.default_rng(9).normal(0.0, 1.0, (10, 4))
    values[:, 3] = values[:, 0] + np.tile([1.0, -1.0], 5)
    table = ranking.shapley(corners(2), values, ("a", "b"), 1)
    assert table["contribution"].notna().all()
    assert table[["share", "share_low", "share_high"]].isna().all(axis=None)


def test_shapley_needs_every_corner_once() -> None:
    levers = corners(2)
    levers[3] = levers[0]
    with pytest.raises(ValueError, match="each of 4 corners once"):
        ranking.shapley(levers, np.ones((3, 4)), ("a", "b"), 1)


def test_intervals_of_contributions_cover() -> None:
    levers = corners(2)
    rng = np.random.default_rng(10)
    truth = np.array([-3.0 + 0.5, 2.0 + 0.5])
    mean = levers @ [-3.0, 2.0] + levers.prod(axis=1)
    covered = np.zeros(2)
    weights = ranking._shapley_weights(levers, 2)
    for _ in range(1500):
        values = mean + rng.normal(0.0, 4.0, (12, 1)) + rng.normal(0.0, 1.0, (12, 4))
        parts = values @ weights
        covered += np.abs(parts.mean(axis=0) - truth) <= compare.half_width(parts)
    for count in covered:
        low, high = proportion(int(count), 1500)
        assert low <= 0.95 <= high


# --- selection procedures

Select = Callable[..., Selection]


def correct(select: Select, correlation: float, indifference: float, trials: int) -> int:
    """How often the best is selected when it is better than all others by the indifference."""
    rng = np.random.default_rng(11)
    right = 0
    for trial in range(trials):
        best = trial % SYSTEMS
        common, own = rng.standard_normal((1000, 1)), rng.standard_normal((1000, SYSTEMS))
        luck = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own
        values = luck * DEVIATIONS
        values[:, best] += indifference
        rows = values.tolist()

        def simulate(system: int, replication: int, rows: list[list[float]] = rows) -> float:
            return rows[replication][system]

        found = select(simulate, SYSTEMS, indifference=indifference, better="higher")
        right += found.best == best
    return right


@pytest.mark.parametrize(("correlation", "indifference"), [(0.0, 1.0), (0.9, 0.4)])
@pytest.mark.parametrize("select", [select_sequentially, select_in_two_stages])
def test_the_best_is_selected_as_often_as_promised(
    select: Select, correlation: float, indifference: float
) -> None:
    """Least favourable means, unequal variances, without and with common random numbers."""
    right = correct(select, correlation, indifference, TRIALS)
    # the whole 99.9 % interval lies above the promise, not only the estimate
    assert proportion(right, TRIALS)[0] >= PROMISED


def test_the_test_of_selection_would_notice_a_wrong_variance() -> None:
    """KN that is told too small a variance in its first stage falls far below its promise."""

    def misled(simulate: Callable[[int, int], float], systems: int, **kw: float) -> Selection:
        def calm(system: int, replication: int) -> float:
            return simulate(system, replication) * (0.2 if replication < 10 else 1.0)

        return select_sequentially(calm, systems, better="higher", indifference=1.0)

    assert proportion(correct(misled, 0.0, 1.0, 300), 300)[1] < 0.9


def normal_rows(seed: int, means: list[float], common: float, own: float) -> list[list[float]]:
    rng = np.random.default_rng(seed)
    shape = (2000, len(means))
    luck = rng.normal(0.0, common, (2000, 1)) + rng.normal(0.0, own, shape)
    return (np.array(means) + luck).tolist()


@pytest.mark.parametrize("select", [select_sequentially, select_in_two_stages])
def test_common_random_numbers_save_replications(select: Select) -> None:
    together = normal_rows(12, [0.0, 0.5, 1.0], 3.0, 0.3)
    apart = normal_rows(12, [0.0, 0.5, 1.0], 0.0, 3.0)
    runs = [
        sum(
            select(
                lambda s, r, rows=rows: rows[r][s], 3, indifference=0.5, better="higher"
            ).replications
        )
        for rows in (together, apart)
    ]
    assert runs[0] * 5 < runs[1]


@pytest.mark.parametrize("select", [select_sequentially, select_in_two_stages])
def test_a_cost_is_minimised(select: Select) -> None:
    rows = normal_rows(13, [5.0, 1.0, 3.0], 1.0, 0.5)
    found = select(lambda s, r: rows[r][s], 3, indifference=1.0, better="lower")
    assert found.best == 1
    assert found.guaranteed
    assert found.means == pytest.approx((5.0, 1.0, 3.0), abs=0.8)


def test_the_sequential_procedure_drops_who_is_clearly_worse() -> None:
    rows = normal_rows(14, [0.0, 20.0, 19.5], 0.0, 3.0)
    found = select_sequentially(lambda s, r: rows[r][s], 3, indifference=0.5, better="higher")
    assert found.replications[0] < 15
    assert min(found.replications[1:]) > 50


def test_no_run_is_asked_for_twice() -> None:
    rows = normal_rows(15, [0.0, 0.4, 0.8], 0.0, 1.0)
    for select in (select_sequentially, select_in_two_stages):
        asked: list[tuple[int, int]] = []

        def simulate(system: int, replication: int, asked: list[tuple[int, int]] = asked) -> float:
            asked.append((system, replication))
            return rows[replication][system]

        found = select(simulate, 3, indifference=0.4, better="higher")
        expected = {(s, r) for s, count in enumerate(found.replications) for r in range(count)}
        assert len(asked) == len(set(asked))
        assert set(asked) == expected


@pytest.mark.parametrize("select", [select_sequentially, select_in_two_stages])
def test_a_cap_ends_the_promise(select: Select) -> None:
    rows = normal_rows(16, [0.0, 0.0], 0.0, 5.0)
    found = select(lambda s, r: rows[r][s], 2, indifference=0.1, better="higher", cap=30)
    assert max(found.replications) == 30
    assert not found.guaranteed


@pytest.mark.parametrize("select", [select_sequentially, select_in_two_stages])
def test_systems_without_luck_need_only_the_first_stage(select: Select) -> None:
    found = select(lambda s, r: float(s), 3, indifference=0.1, better="higher", first=4)
    assert found == Selection(2, (0.0, 1.0, 2.0), (4, 4, 4), True)


def test_identical_systems_come_to_an_end() -> None:
    found = select_sequentially(lambda s, r: 1.0 + r, 3, indifference=0.1, better="higher")
    assert found.guaranteed
    assert found.replications == (10, 10, 10)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"systems": 1}, "two systems"),
        ({"first": 1}, "two replications"),
        ({"indifference": 0.0}, "indifference must be positive"),
        ({"confidence": 0.2}, "above a guess"),
        ({"better": "best"}, "'higher' or 'lower'"),
    ],
)
def test_bad_parameters_are_refused(bad: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"systems": 3, "indifference": 1.0, "better": "lower"} | bad
    for select in (select_sequentially, select_in_two_stages):
        with pytest.raises(ValueError, match=message):
            select(lambda s, r: 0.0, **arguments)  # type: ignore[arg-type]


def test_a_run_that_failed_is_never_selected_over() -> None:
    def simulate(system: int, replication: int) -> float:
        return float("nan") if (system, replication) == (1, 3) else float(system + replication % 2)

    for select in (select_sequentially, select_in_two_stages):
        with pytest.raises(ValueError, match="system 1, replication 3 gave nan"):
            select(simulate, 3, indifference=1.0, better="lower")
    with pytest.raises(ValueError, match="system 1, replication 3 gave nan"):
        selection.select_within_budget(simulate, 3, budget=30, better="lower")


def test_an_incomplete_replication_is_never_ranked() -> None:
    values = np.random.default_rng(20).normal(0.0, 1.0, (6, 4))
    values[2, 1] = np.nan
    names = ("a", "b", "c", "d")
    with pytest.raises(ValueError, match="1 of 6 replications are incomplete"):
        ranking.all_pairs(values, names)
    with pytest.raises(ValueError, match="1 of 6 replications are incomplete"):
        ranking.compare_with_best(values, names, "lower")
    with pytest.raises(ValueError, match="1 of 6 replications are incomplete"):
        ranking.shapley(corners(2), values, ("a", "b"), 1)


# --- optimal computing budget allocation


def test_shares_satisfy_the_theorem() -> None:
    means, deviations = np.array([5.0, 4.0, 3.0, 1.0]), np.array([1.0, 2.0, 1.0, 3.0])
    shares = selection.ocba_shares(means, deviations)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[1] / shares[2] == pytest.approx((2.0 / 1.0) ** 2 / (1.0 / 2.0) ** 2)
    assert shares[3] / shares[2] == pytest.approx((3.0 / 4.0) ** 2 / (1.0 / 2.0) ** 2)
    others = shares[1:] / deviations[1:]
    assert shares[0] == pytest.approx(deviations[0] * np.sqrt((others**2).sum()))


def test_ties_and_certainty_leave_the_shares_finite() -> None:
    tied = selection.ocba_shares(np.array([1.0, 1.0, 0.0]), np.ones(3))
    assert np.isfinite(tied).all()
    assert tied[2] < 1e-6
    certain = selection.ocba_shares(np.array([1.0, 0.5]), np.zeros(2))
    assert certain == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_spending_where_it_tells_beats_spending_equally(correlation: float) -> None:
    """The textbook case of Chen et al.: equally spaced means, the same deviation."""
    rng = np.random.default_rng(17)
    means, budget, trials = np.arange(8.0), 160, 300
    right = {"equal": 0, "ocba": 0}
    for _ in range(trials):
        common, own = rng.standard_normal((160, 1)), rng.standard_normal((160, 8))
        luck = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * own
        rows = means + 4.0 * luck
        right["equal"] += int(rows[: budget // 8].mean(axis=0).argmax()) == 7
        found = selection.select_within_budget(
            lambda s, r, rows=rows: float(rows[r, s]), 8, budget=budget, better="higher", step=5
        )
        assert sum(found.replications) == budget
        right["ocba"] += found.best == 7
    if correlation == 0.0:
        assert proportion(right["ocba"], trials)[0] > right["equal"] / trials
    else:
        # pairing is lost where systems get different numbers: nothing is promised, little lost
        assert right["ocba"] / trials > 0.8


def test_a_budget_must_reach_every_system() -> None:
    with pytest.raises(ValueError, match="does not give 3 systems 5"):
        selection.select_within_budget(lambda s, r: 0.0, 3, budget=14, better="lower")


def test_a_fixed_budget_minimises_costs_and_promises_nothing() -> None:
    rows = normal_rows(18, [5.0, 1.0, 3.0], 0.0, 1.0)
    found = selection.select_within_budget(
        lambda s, r: rows[r][s], 3, budget=40, better="lower", step=7
    )
    assert found.best == 1
    assert not found.guaranteed
    assert sum(found.replications) == 40


# --- sentences


def test_a_saving_is_said_plainly() -> None:
    difference = -12.3 + np.random.default_rng(19).normal(0.0, 2.0, 30)
    found = ranking.sentence("B", difference, "residential supply", "GWh", "lower")
    mean, width = -difference.mean(), float(compare.half_width(difference))
    assert found == (
        f"B saves {mean:.2f} ± {width:.2f} GWh of residential supply; "
        "10 replications would have been enough"
    )


@pytest.mark.parametrize(
    ("mean", "better", "verb"),
    [
        (5.0, "lower", "costs"), (-5.0, "lower", "saves"), (5.0, "higher", "gains"),
        (-5.0, "higher", "loses"), (5.0, "neither", "adds"), (-5.0, "neither", "removes"),
    ],
)  # fmt: skip
def test_the_verb_tells_good_from_bad(mean: float, better: str, verb: str) -> None:
    difference = mean + np.tile([0.1, -0.1], 10)
    found = ranking.sentence("B", difference, "supply", "GWh", better)
    assert found.startswith(f"B {verb} 5.000 ± 0.048 GWh of supply; 3 replications would have")


def test_no_sure_difference_is_said_as_that() -> None:
    difference = 0.1 + np.tile([1.0, -1.0], 10)
    found = ranking.sentence("B", difference, "supply", "GWh", "lower")
    assert found.startswith("B makes no sure difference to supply (+0.10 ± 0.48 GWh); about ")
    assert found.endswith("further replications would tell")


def test_too_few_replications_are_not_called_enough() -> None:
    difference = 10.0 + np.tile([3.0, -3.0], 5)
    found = ranking.sentence("B", difference, "hours", "h", "lower", Precision(absolute=0.5))
    assert found == "B costs 10.0 ± 2.3 h of hours; 10 replications are not enough for ± 0.5 h"


def test_the_wanted_precision_is_said_when_it_is_missed() -> None:
    difference = 10.0 + np.tile([3.0, -3.0], 5)
    found = ranking.sentence("B", difference, "hours", "h", "lower")
    assert found.endswith("; 10 replications are not enough for ± 10 %")
    both = Precision(absolute=1.0, relative=0.05)
    assert ranking.sentence("B", difference, "hours", "h", "lower", both).endswith(
        "for ± 1 h and ± 5 %"
    )


def test_large_numbers_are_not_given_to_many_digits() -> None:
    difference = -12345.0 + np.tile([1000.0, -1000.0], 20)
    found = ranking.sentence("B", difference, "outage", "customer-hours", "lower")
    assert found.startswith("B saves 12345 ± 324 customer-hours of outage; ")


def test_a_policy_that_changes_nothing_is_told_as_certain() -> None:
    said = ranking.sentence("B", np.zeros(6), "referrals", "count", "lower")
    assert said == "B makes no difference to referrals: it is the same in each of 6 replications"


def test_the_bootstrap_of_shares_needs_little_memory_and_its_slabs_do_not_matter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chance = np.random.default_rng(3)
    parts = chance.normal(1.0, 0.1, (50, 3))
    whole = ranking._resampled_shares(parts, parts.sum(axis=1), 7)
    monkeypatch.setattr(compare, "RESAMPLED", 7 * parts.size)
    assert np.array_equal(ranking._resampled_shares(parts, parts.sum(axis=1), 7), whole)
    many = chance.normal(1.0, 0.1, (20_000, 3))
    tracemalloc.start()
    ranking._resampled_shares(many, many.sum(axis=1), 7)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6
