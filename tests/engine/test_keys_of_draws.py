"""What the draws of runs are keyed by: errors by what is read, others by item or by day
(semantics 8)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from desim.distribution import constant, exponential
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Measure, Procedure, Profile
from desim.mechanism.steps import Activate, Await, Branch, Choose, Fork, Observe, Send, Step, Work
from desim.trace import Kind, Trace
from tests.accounting import played, records_of
from tests.random_worlds import flat_world
from tests.small import link, mechanism, once, unit

WATER = Level("profile", "water")


def seen(trace: Trace, label: str) -> list[float]:
    """What was observed at a step, in order."""
    row = trace.program.labels.index(label)
    return [r.value for r in records_of(trace) if r.row == row and r.kind == Kind.OBSERVE]


def readers(*levels: Level, shared: float = 0.0, second: float | None = None) -> Mechanism:
    """Two readers of some levels, of 1 and of 100 GW, at the same hours."""
    hours = tuple(map(float, range(100)))

    def steps(share: float) -> tuple[Step, ...]:
        return tuple(Observe(f"see{i}", lv, 0.2, share) for i, lv in enumerate(levels))

    other = shared if second is None else second
    need = np.broadcast_to(np.array([[[0.25] * 4, [25.0] * 4]]), (100, 2, 4))
    world = flat_world(
        100, places=("a", "b"), need=need, weights=np.ones(2), line_limit=np.full(2, 999.0),
        customers=np.ones(2),
    )  # fmt: skip
    return mechanism(
        profiles=(Profile("water", (0.0,), (1.0,)), Profile("air", (0.0,), (1.0,))),
        procedures=(Procedure("one", steps(shared)), Procedure("two", steps(other))),
        arrivals=(once("x", "one", *hours), once("y", "two", *hours)),
        world=world,
    )


def test_two_readers_of_one_quantity_at_one_time_see_the_same() -> None:
    trace = played(readers(WATER))
    assert seen(trace, "one.see0") == seen(trace, "two.see0")
    assert len(set(seen(trace, "one.see0"))) == 100


def test_other_quantities_have_other_errors() -> None:
    trace = played(readers(WATER, Level("profile", "air")))
    assert seen(trace, "one.see0") != seen(trace, "one.see1")


def test_errors_change_with_the_run() -> None:
    base = readers(WATER)
    runs = [played(base), played(base, seed=2), played(base, replication=1)]
    assert len({tuple(seen(trace, "one.see0")) for trace in runs}) == 3


def test_what_is_shared_in_full_makes_all_places_of_a_quantity_err_alike() -> None:
    levels = Level("world", "need", "a"), Level("world", "need", "b")
    alike = played(readers(*levels, shared=1.0))
    here, there = seen(alike, "one.see0"), seen(alike, "one.see1")
    assert here == pytest.approx([value / 100.0 for value in there])
    assert len(set(here)) == 100
    apart = played(readers(*levels))
    assert seen(apart, "one.see0") != pytest.approx(
        [value / 100.0 for value in seen(apart, "one.see1")]
    )


def test_what_is_shared_belongs_to_one_quantity() -> None:
    levels = Level("world", "need", "a"), Level("world", "need_ahead", "a")
    trace = played(readers(*levels, shared=1.0))
    assert seen(trace, "one.see0") != seen(trace, "one.see1")


def daily(*steps: Step, times: tuple[float, ...], draws: str = "day") -> Mechanism:
    """One procedure whose draws are keyed so, of items that come at these times."""
    return mechanism(
        200.0,
        units=(unit("crowd", 99),),
        links=(link("way", "crowd", "crowd", exponential(1.0), loss=0.5, error=0.2),),
        profiles=(Profile("water", (0.0,), (1.0,)),),
        measures=(Measure("pump", "signal", {"valley": 1.0}),),
        procedures=(Procedure("p", steps, draws=draws),),
        arrivals=(once("c", "p", *times),),
    )


def hours_of(trace: Trace) -> dict[str, float]:
    """How long each item took."""
    began: dict[int, float] = {}
    took: dict[str, float] = {}
    for r in records_of(trace):
        began.setdefault(r.item, r.time)
        if r.kind == Kind.DONE:
            took[trace.name(r.item)] = round(r.time - began[r.item], 9)
    return {trace.name(item): took[trace.name(item)] for item in began}


CHANCE = Choose("c", (Branch("end", 0.5),))
NEVER = Condition(WATER, ">", 9.0)


@pytest.mark.parametrize(
    "steps",
    [
        (Work("w", "crowd", exponential(1.0)),),
        (Observe("o", WATER), Send("s", "way")),
        (CHANCE, Work("w", "crowd", constant(1.0))),
        (Await("a", NEVER, exponential(1.0)),),
    ],
    ids=["work", "send", "choose", "await"],
)
def test_items_of_one_day_draw_the_same_and_those_of_other_days_others(
    steps: tuple[Step, ...],
) -> None:
    days = 7
    times = tuple(24.0 * day + hour for day in range(days) for hour in (0.0, 5.0, 23.5))
    took = list(hours_of(played(daily(*steps, times=times))).values())
    by_day = [took[3 * day : 3 * day + 3] for day in range(days)]
    assert all(len(set(day)) == 1 for day in by_day)
    assert len({day[0] for day in by_day}) > 1
    by_item = list(hours_of(played(daily(*steps, times=times, draws="item"))).values())
    assert any(len(set(by_item[3 * day : 3 * day + 3])) > 1 for day in range(days))


def test_an_order_that_is_late_goes_unchecked_by_the_day() -> None:
    """All orders of a day fare alike; each is older than one that was carried out before."""
    times = tuple(24.0 * day + hour for day in range(8) for hour in (1.0, 2.0, 3.0))
    steps = (
        Observe("o", WATER),
        Work("w", "crowd", constant(30.0)),
        Activate("a", "pump", "valley", unchecked=0.5),
    )
    base = daily(*steps, times=times)
    newer = Procedure("new", (Observe("o", WATER), Activate("a", "pump", "valley")))
    stream = once("n", "new", *(time + 29.9 for time in times))
    base = replace(base, procedures=(*base.procedures, newer), arrivals=(*base.arrivals, stream))
    row = base.procedures[0].steps.index(steps[2])
    fates = [r.kind for r in records_of(played(base)) if r.row == row and r.time == round(r.time)]
    fates = [kind for kind in fates if kind in (Kind.ACTIVATE, Kind.FILE)]
    days = [set(fates[i : i + 3]) for i in range(0, 18, 3)]
    assert all(len(day) == 1 for day in days)
    assert set.union(*days) == {Kind.ACTIVATE, Kind.FILE}


def test_a_child_draws_by_the_day_of_what_it_carries() -> None:
    """Both parents looked on the first day; one forks on the second."""
    base = daily(Work("w", "crowd", exponential(1.0)), times=(3.0, 30.0))
    look = Observe("o", WATER)
    parents = (
        Procedure("soon", (look, Fork("f", ("p",)))),
        Procedure("late", (look, Work("wait", "crowd", constant(24.0)), Fork("f", ("p",)))),
    )
    base = replace(
        base,
        procedures=(*base.procedures, *parents),
        arrivals=(*base.arrivals, once("s", "soon", 5.0), once("l", "late", 5.0)),
    )
    took = hours_of(played(base))
    assert took["s/1/p"] == took["l/1/p"] == took["c/1"]
    assert took["c/2"] != took["c/1"]


def test_another_visit_of_the_day_is_another_draw() -> None:
    """Two items go round twice: both visits of one are those of the other."""
    again = Choose("again", (Branch("w", when=Condition(Level("carried"), "<=", 0.0)),))
    steps = (Work("w", "crowd", exponential(1.0)), again)
    trace = played(replace(daily(*steps, times=(1.0, 2.0)), horizon=12.0))
    starts: dict[str, list[float]] = {}
    for r in records_of(trace):
        if r.kind == Kind.START:
            starts.setdefault(trace.name(r.item), []).append(r.time)
    one, two = np.diff(starts["c/1"]), np.diff(starts["c/2"])
    both = min(len(one), len(two))
    assert both >= 2
    assert one[:both] == pytest.approx(two[:both])
    assert len(set(one.round(9))) == len(one)
