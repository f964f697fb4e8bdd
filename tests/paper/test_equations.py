"""The equations that the paper prints are those of the code: each is written out once more here."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from desim import balance, decision
from desim.mechanism.world import SECTORS, columns
from tests.paper.fabricated import CASE

Floats = NDArray[np.float64]
POWER = CASE.mechanism.world
assert POWER is not None
PLACES = POWER.places
NEED = POWER.need.sum(axis=2)
MARGIN, HYDRO, DAYS, FLOOR, GROWTH = 0.06, 44.0, 4, 500.0, 0.15
HOURS, SPREAD = 14.0, 3.0


def mean(series: Floats, hour: int, days: int) -> float:
    """The true mean over some days; beyond the end the last day goes on."""
    ahead = series[hour : hour + 24 * days]
    missing = 24 * days - len(ahead)
    return float((ahead.sum() + missing * series[-24:].mean()) / (24 * days))


def outlook(series: Floats, hour: int, days: int, rho: float, growth: float) -> float:
    return max(0.0, mean(series, hour, days) * (1 + (rho - 1) * (1 + growth * (days - 1))))


def printed_gap(plan: int, board: Floats, when: NDArray[np.int64]) -> float:
    """The gap by the paper's equations: the last three lines are other supply, store, inflow."""
    r, (fixed, store, inflow) = board[:-3], board[-3:]
    if plan == decision.PEAK:
        return (1 + MARGIN) * r.sum() - fixed - min(HYDRO, (inflow + store / SPREAD) / HOURS)
    gaps = [(1 + MARGIN) * r.sum() - fixed - HYDRO]
    for d in range(1, (DAYS if plan == decision.BUDGET else 1) + 1):
        needs = sum(
            outlook(NEED[:, p], t, d, r[p] / NEED[t : t + 24, p].max(), GROWTH)
            for p, t in enumerate(when[:-3])
        )
        rho = fixed / mean(POWER.fixed, when[-3], 1)
        others = outlook(POWER.fixed, when[-3], d, rho, 0.0)
        rho = inflow / (24 * mean(POWER.inflow, when[-1], 1))
        others += outlook(POWER.inflow, when[-1], d, rho, GROWTH)
        gaps.append(needs - others - (store - FLOOR) / (24 * d))
    return max(gaps)


@pytest.mark.parametrize("plan", [decision.PEAK, decision.DAILY, decision.BUDGET])
def test_the_gap(plan: int) -> None:
    random = np.random.default_rng(plan)
    world = balance.lower_world(POWER, CASE.mechanism.measures)
    figures = np.zeros(6)
    figures[decision.HYDRO_MOST], figures[decision.DAYS] = HYDRO, DAYS
    figures[decision.FLOOR], figures[decision.GROWTH] = FLOOR, GROWTH
    figures[decision.PEAK_HOURS], figures[decision.DRAW_DAYS] = HOURS, SPREAD
    size = len(PLACES)
    lines = np.arange(size + 3)
    for _ in range(40):
        when = random.integers(0, len(NEED), size + 3)
        true = [NEED[t : t + 24, p].max() for p, t in enumerate(when[:-3])]
        board = np.array([*true, 13.0, random.uniform(0, 4000), 500.0])
        board *= random.uniform(0.5, 1.5, len(board))
        found = decision.energy_gap(
            world, plan, MARGIN, figures, 0, board, lines, 0, size, when.astype(float), lines, 0,
            size, lines, 0, size, 1, board[-2], board[-1], float(when[-1]),
        )  # fmt: skip
        assert found == pytest.approx(printed_gap(plan, board, when), abs=1e-9)


def printed_size(gap: float, plan: Floats, ended: list[bool], capacity: Floats) -> Floats:
    q, slack, left, found = 0.1, 3.0, gap, []
    for old, over, c in zip(plan, ended, capacity, strict=True):
        w = min(1.0, q * math.ceil(max(0.0, left) / (q * c)))
        v = min(1.0, q * math.ceil(max(0.0, left + slack) / (q * c)))
        x = w if w > old else min(old, v) if over else old
        found.append(x)
        left -= c * x
    return np.array(found)


def test_sizing_with_granularity_slack_and_term() -> None:
    random = np.random.default_rng(1)
    capacity, term = np.array([1.5, 1.8, 0.75, 7.0, 6.0]), 72.0
    rows = np.arange(len(capacity))
    plan, change, raised = np.zeros((3, len(rows)))
    begun = np.zeros(len(rows))
    for step in range(300):
        now, gap = 24.0 * step, random.uniform(-6.0, 20.0)
        before, ended = plan.copy(), [now - t >= term for t in begun]
        wanted = printed_size(gap, before, ended, capacity)
        decision.size(
            gap, rows, 0, capacity, 0, len(rows), 0.1, 3.0, 0.0, term, now, plan, change, raised
        )
        assert plan == pytest.approx(wanted)
        # a term begins when a measure is raised, and again whenever one ends
        begun = np.where((wanted > before) | (np.array(ended) & (before > 0.0)), now, begun)


def printed_shedding(short: float, demand: Floats, world: balance.World) -> Floats:
    exposed, shed = np.outer(world.weights, world.exposure), np.zeros_like(demand)
    for _ in range(demand.size):
        left = exposed * (demand - shed)
        if short <= 1e-12 or left.sum() <= 1e-12:
            break
        cut = np.minimum(short * left / left.sum(), demand - shed)
        shed, short = shed + cut, short - cut.sum()
    rest = (demand - shed).sum()
    return shed + (demand - shed) * min(1.0, short / rest) if short > 1e-12 else shed


def test_dispatch_and_shedding() -> None:
    """Without faults and with wide local networks, so that nothing is shed where it is."""
    random = np.random.default_rng(2)
    power = replace(POWER, line_limit=np.full(len(PLACES), 1e3))
    measures = CASE.mechanism.measures
    world, pairs = balance.lower_world(power, measures), balance.slots(measures)
    names = columns(PLACES)
    places = [PLACES.index(place) if place in PLACES else -1 for _, place in pairs]
    short = 0
    for _ in range(60):
        hour, store = int(random.integers(0, len(NEED))), random.choice([100.0, 350.0, 5990.0])
        target = random.uniform(0.0, 1.0, len(pairs)) * random.integers(0, 2)
        target[[m.kind in ("fault", "quota") for m, _ in pairs]] = 0.0
        habituation, trust = random.uniform(0.0, 1.0, 2)
        state, row = np.array([store, habituation, trust]), np.zeros(len(names))
        active = target.copy()
        balance.step(world, hour, target, active, state, row)

        need = POWER.need[hour]
        cut, supply, support, appeal = np.zeros_like(need), 0.0, 0.0, 0.0
        for (m, place), p, a in zip(pairs, places, target, strict=True):
            if m.kind == "curtail":
                cut[p, SECTORS.index(m.sector)] += m.effects[place] * a
            supply += m.effects[place] * a if m.kind == "supply" else 0.0
            support += m.effects[place] * a if m.kind == "support" else 0.0
            appeal = max(appeal, a) if m.kind == "appeal" else appeal
        public = POWER.public
        answer = public.reach * public.response * trust * math.exp(-habituation) * appeal
        demand = np.maximum(0.0, need - need * cut)
        demand[:, :2] *= 1.0 - answer
        supply += min(POWER.ties, POWER.surplus[hour] * support)
        wanted = max(0.0, demand.sum() - POWER.fixed[hour] - supply)
        hydro = min(wanted, POWER.hydro_most, POWER.inflow[hour] + max(0.0, store - POWER.floor))
        missing = wanted - hydro
        told = dict(zip(names, row, strict=True))
        assert told["hydro"] == pytest.approx(hydro)
        assert told["shortage"] == pytest.approx(missing, abs=1e-9)
        assert state[0] == pytest.approx(min(POWER.store_full, store + POWER.inflow[hour] - hydro))
        shed = printed_shedding(missing, demand, world)
        found = [[told[f"shed_{s}@{p}"] for s in SECTORS] for p in PLACES]
        assert np.array(found) == pytest.approx(shed, abs=1e-9)
        short += missing > 0.0
    assert short > 5
