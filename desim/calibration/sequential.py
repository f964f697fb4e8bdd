"""Sequential approximate Bayesian computation: a population led to smaller and smaller tolerances.

At each tolerance the population is weighted, resampled and moved; moves leave the posterior of
that tolerance as it is, so weights never degenerate in the many dimensions. Source: Del Moral,
Doucet & Jasra (2012), Statistics and Computing 22:1009, doi:10.1007/s11222-011-9271-y.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from desim.calibration.batch import Site
from desim.calibration.budget import Budget
from desim.calibration.moves import Shape
from desim.calibration.plausible import Plausible
from desim.calibration.population import Population, effective_size, next_tolerance, resample
from desim.calibration.space import to_normal, to_unit
from desim.calibration.target import Targets

Floats = NDArray[np.float64]
KEEP = 0.5
"""Share of the population whose worth is kept from one tolerance to the next."""
STRIDES = (0.1, 0.2, 0.4)
"""Strides of moves, one drawn for each: acceptance is limited by luck, which shorter ones do not
lessen, so that a stride fitted to it would shrink until nothing moves."""
AT_LAST = 3
"""How many times the usual number of moves is made at the last tolerance."""
_ABOUT = ("generation", "tolerance", "effective", "distinct", "accepted", "ruled_out")


@dataclass(frozen=True)
class Reference:
    """Points of the plausible prior and what their runs gave.

    Parameters
    ----------
    unit
        float64 (n, d).
    deviations
        float64 (n, replications, k): rows of the record, in standard deviations of the record.
    """

    unit: Floats
    deviations: Floats


@dataclass(frozen=True)
class Generation:
    """The population at one tolerance.

    Parameters
    ----------
    number, tolerance
        From 1; in standard deviations of the record.
    population
        After its moves.
    about
        Effective size after weighting, distinct points, and shares of moves accepted and ruled
        out by the emulators.
    """

    number: int
    tolerance: float
    population: Population
    about: dict[str, float]

    @property
    def unit(self) -> Floats:
        """Its points in unit coordinates, float64 (n, d)."""
        return to_unit(self.population.normal)


def reference(site: Site, space: Plausible, targets: Targets, budget: Budget) -> Reference:
    """Play points of the plausible prior: where the sequence begins.

    Parameters
    ----------
    site
        Where batches are played.
    space
        What history matching has left.
    targets
        Rows that are fitted.
    budget
        Points, replications and seeds.
    """
    unit, _ = space.sample(budget.reference_points, budget.seed_of("reference space"))
    seed = budget.seed_of("reference")
    values = site.play("reference", unit, budget.replications, seed)
    return Reference(unit, targets.deviations(values[:, :, : len(targets.keys)]))


def sequence(
    site: Site, space: Plausible, targets: Targets, budget: Budget, begin: Reference
) -> tuple[Generation, ...]:
    """Lead a population to the last tolerance, or as far as the budget goes.

    Parameters
    ----------
    site, space, targets, budget
        As in `reference`.
    begin
        What `reference` gave.
    """
    everything = Population(to_normal(begin.unit), (begin.deviations**2).sum(axis=2))
    population, tolerance = everything, np.inf
    found: list[Generation] = []
    mover = _Mover(site, space, targets, budget)
    for number in range(1, budget.generations + 1):
        keep = budget.particles * (1.0 if number == 1 else KEEP)
        keep = min(keep, KEEP * len(population))
        tolerance, weight = next_tolerance(population, tolerance, budget.tolerance, keep)
        generator = np.random.default_rng(budget.seed_of(f"generation {number}"))
        chosen = resample(weight, budget.particles, generator)
        population = population.taken(chosen)
        last = tolerance <= budget.tolerance or number == budget.generations
        about = {"effective": effective_size(weight), "distinct": float(len(np.unique(chosen)))}
        moves = budget.moves * (AT_LAST if last else 1)
        accepted, ruled_out = [], []
        for move in range(1, moves + 1):
            name = f"generation_{number:02d}_move_{move}"
            population, ok, out = mover.move(population, tolerance, name)
            accepted.append(ok)
            ruled_out.append(out)
        about |= {"accepted": float(np.mean(accepted)), "ruled_out": float(np.mean(ruled_out))}
        found.append(Generation(number, tolerance, population, about))
        site.say(
            f"generation {number}: tolerance {tolerance:.2f}, "
            f"{about['accepted']:.0%} of moves accepted"
        )
        if last:
            break
    return tuple(found)


@dataclass(frozen=True)
class _Mover:
    site: Site
    space: Plausible
    targets: Targets
    budget: Budget

    def move(
        self, population: Population, tolerance: float, name: str
    ) -> tuple[Population, float, float]:
        """Move every point once; the population, and shares of moves accepted and ruled out.

        Parameters that no emulator looks at are drawn anew in every move.
        """
        generator = np.random.default_rng(self.budget.seed_of(name))
        distinct = len(np.unique(population.normal, axis=0))
        able = self.space.active
        shape = Shape.of(population.normal, distinct, able)
        strides = generator.choice(STRIDES, (len(population), 1))
        trial = shape.step(population.normal, np.where(able, strides, 1.0), generator)
        chance = np.log(generator.random(len(population)))
        tried = np.flatnonzero(self.space.holds(to_unit(trial)))
        if not len(tried):
            return population, 0.0, 1.0
        before, after = population.taken(tried), self._played(trial[tried], name)
        gain = after.log_acceptance(tolerance) - before.log_acceptance(tolerance)
        gain += shape.log_prior_over_law(after.normal) - shape.log_prior_over_law(before.normal)
        good = chance[tried] < gain
        normal, squares = population.normal.copy(), population.squares.copy()
        moved = tried[good]
        normal[moved], squares[moved] = after.normal[good], after.squares[good]
        accepted = float(good.sum() / len(population))
        return Population(normal, squares), accepted, 1.0 - len(tried) / len(population)

    def _played(self, normal: Floats, name: str) -> Population:
        seed = self.budget.seed_of(f"{name} luck")
        values = self.site.play(name, to_unit(normal), self.budget.replications, seed)
        deviations = self.targets.deviations(values[:, :, : len(self.targets.keys)])
        return Population(normal, (deviations**2).sum(axis=2))


def generation_table(generations: tuple[Generation, ...]) -> pd.DataFrame:
    """One row a generation: its tolerance, and how its moves went."""
    rows = [
        {"generation": each.number, "tolerance": each.tolerance, **each.about}
        for each in generations
    ]
    return pd.DataFrame(rows, columns=list(_ABOUT))
