"""The sequence on a model whose posterior is known, and its parts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from desim.calibration.moves import Shape
from desim.calibration.plausible import Plausible
from desim.calibration.population import (
    Population,
    effective_size,
    next_tolerance,
    resample,
    weights,
)
from desim.calibration.sequential import Reference, sequence
from desim.calibration.space import to_normal
from tests.calibration.toy import TOY_BUDGET, Toy, toy_posterior

GENERATOR = np.random.default_rng(1)


def a_population(count: int = 400) -> Population:
    normal = GENERATOR.standard_normal((count, 2))
    return Population(normal, (normal[:, :1] * 3.0) ** 2 + GENERATOR.random((count, 2)))


def test_the_next_tolerance_keeps_the_effective_size_that_is_wanted() -> None:
    population = a_population()
    tolerance, weight = next_tolerance(population, np.inf, 0.01, 200.0)
    assert effective_size(weight) == pytest.approx(200.0, rel=1e-3)
    after, _ = next_tolerance(population, tolerance, 0.01, 200.0)
    assert after < tolerance


def test_the_last_tolerance_is_not_passed() -> None:
    assert next_tolerance(a_population(), np.inf, 50.0, 10.0)[0] == 50.0


def test_acceptance_is_the_mean_over_the_runs_of_a_point() -> None:
    population = Population(np.zeros((1, 1)), np.array([[2.0, 8.0]]))
    expected = np.log((np.exp(-1.0) + np.exp(-4.0)) / 2.0)
    assert population.log_acceptance(1.0) == pytest.approx([expected])


def test_weights_of_nothing_new_are_equal() -> None:
    same = np.array([-3.0, -900.0, -5.0])
    assert weights(same, same) == pytest.approx([1 / 3] * 3)


def test_resampling_takes_each_as_often_as_its_weight_or_one_more() -> None:
    weight = np.array([0.5, 0.3, 0.2, 0.0])
    counts = np.bincount(resample(weight, 101, np.random.default_rng(2)), minlength=4)
    assert (np.abs(counts - 101 * weight) < 1.0).all()


def test_steps_leave_the_law_of_the_population_as_it_is() -> None:
    """Means and covariances after many steps are those before, within 99.9 % intervals."""
    generator = np.random.default_rng(3)
    law = stats.multivariate_normal([1.0, -0.5], [[0.3, 0.2], [0.2, 0.4]])
    count = 20_000
    normal = np.column_stack([law.rvs(count, random_state=4), generator.standard_normal(count)])
    shape = Shape.of(normal, count, np.ones(3, dtype=bool))
    assert shape.moved.tolist() == [0, 1]
    points = normal
    for _ in range(3):
        points = shape.step(points, np.full(points.shape, 0.6), generator)
    width = stats.norm.isf(0.0005) * normal.std(axis=0) / np.sqrt(count)
    assert (np.abs(points.mean(axis=0) - normal.mean(axis=0)) <= 2.0 * width).all()
    wanted = shape.factor @ shape.factor.T
    assert np.cov(points[:, :2].T) == pytest.approx(wanted, abs=0.03)


def test_the_prior_over_the_law_is_a_ratio_of_densities() -> None:
    generator = np.random.default_rng(5)
    normal = generator.standard_normal((500, 3)) * np.array([0.3, 1.0, 1.0]) + [2.0, 0.0, 0.0]
    shape = Shape.of(normal, 500, np.ones(3, dtype=bool))
    assert shape.moved.tolist() == [0]
    law = stats.norm(shape.mean[0], shape.factor[0, 0])
    exact = stats.norm.logpdf(normal[:, 0]) - law.logpdf(normal[:, 0])
    found = shape.log_prior_over_law(normal)
    assert found - found[0] == pytest.approx(exact - exact[0])


def test_the_sequence_finds_a_posterior_that_is_known() -> None:
    """Mean and deviation of the moved coordinate within 99.9 % intervals of half the posterior's
    own deviation at the most; the other coordinates stay as the prior has them."""
    toy = Toy()
    unit = np.random.default_rng(6).random((TOY_BUDGET.reference_points, toy.dimensions))
    begin = Reference(unit, toy.deviations(unit, TOY_BUDGET.replications, 7))
    found = sequence(toy.site(), Plausible(toy.dimensions), toy.targets(), TOY_BUDGET, begin)
    assert found[-1].tolerance == TOY_BUDGET.tolerance
    normal = found[-1].population.normal
    mean, deviation = toy_posterior(toy)
    # copies of one ancestor are not independent: the number of distinct points counts
    distinct = len(np.unique(normal, axis=0)) / 4.0
    width = stats.norm.isf(0.0005) * deviation / np.sqrt(distinct)
    assert width < deviation / 2.0
    assert abs(normal[:, 0].mean() - mean) <= width
    assert normal[:, 0].std() == pytest.approx(deviation, rel=0.3)
    assert np.abs(normal[:, 1:].mean(axis=0)).max() < 0.35
    assert normal[:, 1:].std(axis=0) == pytest.approx(np.ones(toy.dimensions - 1), rel=0.3)


def test_normal_coordinates_of_a_generation_are_within_the_cube() -> None:
    unit = np.random.default_rng(8).random((5, 2))
    assert np.isfinite(to_normal(unit)).all()
