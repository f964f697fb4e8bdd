"""State-dependent rates by thinning (Lewis & Shedler 1979) have the right hourly means."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from desim.distribution import exponential
from desim.engine import play
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Keep, Procedure, Profile
from desim.mechanism.steps import Choose
from desim.program import lower
from desim.trace import Kind
from tests.accounting import played
from tests.estimation import assert_counts
from tests.small import mechanism

MOST = 6.0
REPLICATIONS = 150
RATES = tuple(2.0 + 2.0 * math.sin(2.0 * math.pi * hour / 24.0) for hour in range(24))


def thinned(keep: Keep, when: Condition | None = None) -> Mechanism:
    """Candidates at the largest rate, kept by an hourly profile of rates."""
    stream = Arrival("c", "p", exponential(1.0 / MOST), keep=keep, when=when)
    return mechanism(
        24.0,
        profiles=(Profile("rate", tuple(map(float, range(24))), RATES),),
        procedures=(Procedure("p", (Choose("here"),)),),
        arrivals=(stream,),
    )


def hourly_counts(thin: Mechanism) -> NDArray[np.float64]:
    """Arrivals in each hour, summed over all replications."""
    program = lower(thin)
    played(thin)
    counts = np.zeros(24)
    for replication in range(REPLICATIONS):
        arrivals = play(program, seed=11, replication=replication).select(Kind.ARRIVAL)
        counts += np.bincount(arrivals["time"].astype(int), minlength=24)
    return counts


def test_hourly_means_are_the_integral_of_the_rate() -> None:
    counts = hourly_counts(thinned(Keep(Level("profile", "rate"), 0.0, 1.0 / MOST)))
    expected = np.array(RATES) * REPLICATIONS
    open_hours = expected > 0.0
    assert_counts(counts[open_hours], expected[open_hours])
    assert counts.sum() == pytest.approx(expected.sum(), abs=3.3 * math.sqrt(expected.sum()))


def test_a_chance_is_cut_to_0_and_1() -> None:
    """Base 2 - rate: certain below rate 1, impossible above rate 2, and straight between."""
    counts = hourly_counts(thinned(Keep(Level("profile", "rate"), 2.0, -1.0)))
    expected = np.clip(2.0 - np.array(RATES), 0.0, 1.0) * MOST * REPLICATIONS
    assert np.all(counts[expected == 0.0] == 0.0)
    assert_counts(counts[expected > 0.0], expected[expected > 0.0])


def test_a_condition_closes_a_stream_while_it_does_not_hold() -> None:
    by_day = Condition(Level("profile", "rate"), ">=", 2.0)
    counts = hourly_counts(thinned(Keep(Level("profile", "rate"), 1.0, 0.0), by_day))
    expected = np.where(np.array(RATES) >= 2.0, MOST * REPLICATIONS, 0.0)
    assert np.all(counts[expected == 0.0] == 0.0)
    assert_counts(counts[expected > 0.0], expected[expected > 0.0])


def test_raising_the_chance_only_adds_items() -> None:
    """Candidates keep their names and their luck, whatever the state."""
    low = thinned(Keep(Level("profile", "rate"), 0.0, 0.5 / MOST))
    high = replace(
        low, arrivals=(replace(low.arrivals[0], keep=Keep(Level("profile", "rate"), 0.0, 0.1)),)
    )
    traces = played(low), played(high)
    times = [
        {t.name(int(r["item"])): float(r["time"]) for r in t.select(Kind.ARRIVAL)} for t in traces
    ]
    assert len(times[0]) < len(times[1])
    assert times[0].items() <= times[1].items()
