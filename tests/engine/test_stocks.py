"""Stock is counted so that sums which are equal in decimals are equal, on both engines (rule 6)."""

from __future__ import annotations

import pytest

from desim.engine.play import play
from desim.mechanism.checks import complaints
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Pool, Procedure, Profile
from desim.mechanism.steps import Await, Give, Take
from desim.outcome import find_outcome
from desim.program import lower
from desim.trace import Kind, Trace
from tests.small import mechanism, once, one

LATER = Await("wait", Condition(Level("profile", "clock"), ">=", 1.0))
CLOCK = Profile("clock", (0.0, 10.0), (0.0, 1.0))


def holding(name: str, amount: float) -> Procedure:
    """An item that holds some stock until hour 10."""
    return Procedure(name, (Take("take", "fuel", amount), LATER, Give("give", "fuel", amount)))


@pytest.fixture(params=["compiled", "simpy"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def played(what: Mechanism, engine: str) -> Trace:
    return play(lower(what), seed=1, replication=0, engine=engine)


@pytest.mark.parametrize(
    ("amount", "count"), [(0.1, 3), (0.1, 7), (1.0 / 7.0, 7), (2.0 / 3.0, 3), (123456.7, 7)]
)
def test_all_that_fits_is_served_at_once(engine: str, amount: float, count: int) -> None:
    stock = float(f"{amount * count:.12g}")
    times = tuple(float(i) for i in range(count))
    found = played(
        mechanism(
            pools=(Pool("fuel", stock),), profiles=(CLOCK,), procedures=(holding("p", amount),),
            arrivals=(once("s", "p", *times),),
        ),
        engine,
    )  # fmt: skip
    granted = [r["time"] for r in found.select(Kind.GRANT)]
    assert granted[:count] == list(times)


def test_stock_that_has_all_come_back_is_the_whole_stock(engine: str) -> None:
    found = played(
        mechanism(
            pools=(Pool("fuel", 0.7),), profiles=(CLOCK,),
            procedures=(holding("a", 0.2), holding("b", 0.1), holding("q", 0.7)),
            arrivals=(once("s", "a", 0.0), once("t", "b", 1.0), once("u", "q", 20.0)),
        ),
        engine,
    )  # fmt: skip
    assert find_outcome("unfinished_items")(found) == 0.0


def test_what_is_too_much_still_waits(engine: str) -> None:
    found = played(
        mechanism(
            pools=(Pool("fuel", 0.3),), profiles=(CLOCK,),
            procedures=(holding("p", 0.1), holding("q", 0.200001)),
            arrivals=(once("s", "p", 0.0), once("t", "q", 1.0)),
        ),
        engine,
    )  # fmt: skip
    assert [r["time"] for r in found.select(Kind.GRANT)][1] == 10.0


def test_taking_in_parts_what_there_is_is_no_complaint() -> None:
    parts = tuple(Take(f"t{i}", "fuel", 0.1) for i in range(3))
    whole = one(*parts, Give("g", "fuel", 0.3), pools=(Pool("fuel", 0.3),))
    assert complaints(whole) == ()
    short = one(*parts, Give("g", "fuel", 0.3), pools=(Pool("fuel", 0.29),))
    assert "then holds 0.3 of pool 'fuel', which never has more than 0.29" in str(complaints(short))
