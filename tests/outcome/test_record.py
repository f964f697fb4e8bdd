"""Known answers for every kind of row that a case's record can have."""

from __future__ import annotations

from math import isnan
from typing import Any

import numpy as np
import pytest

from desim.case import RecordRow
from desim.case.case import RECORD_KINDS
from desim.distribution import constant
from desim.mechanism.levels import Level
from desim.mechanism.parts import Measure, Procedure, Profile
from desim.mechanism.steps import Activate, Observe, Send
from desim.outcome.record import evaluate
from desim.trace import Trace
from tests.outcome.worlds import NEED, lived
from tests.small import link, once, unit

DAYS = 3
HOURS = 24 * DAYS


def row(kind: str, of: str = "", at: str = "", **numbers: float) -> RecordRow:
    given = {"threshold": 0.0, "begin": 0.0, "end": 0.0} | numbers
    return RecordRow(
        "key", "Label", kind, of, at, **given, value=0.0, low=0.0, high=0.0, unit="", use="fit",
        source="", tag="assumed",
    )  # fmt: skip


def order(name: str, hours: float) -> Procedure:
    """Carry the hour's water level to the pump; it takes some hours."""
    steps = (
        Observe("see", Level("profile", "water")),
        Send("send", f"h{hours:g}"),
        Activate("act", "pump", "a"),
    )
    return Procedure(name, steps)


def sets(name: str, measure: str, place: str, amount: float, *, add: bool = False) -> Procedure:
    return Procedure(name, (Activate("act", measure, place, amount, add),))


@pytest.fixture(scope="module")
def trace() -> Trace:
    """Three days: supply of 8, 7 and 6 GW; orders, signals and generators at known hours."""
    procedures = (
        order("quick", 2.0),
        order("slow", 6.0),
        sets("one", "severity", "province", 4.0),
        sets("none", "severity", "province", 0.0),
        sets("done_a", "implemented", "a", 4.0),
        sets("done_b", "implemented", "b", 4.0),
        sets("on", "generators", "b", 1.0, add=True),
        sets("off", "generators", "b", -1.0, add=True),
    )
    times: dict[str, tuple[float, ...]] = {
        "quick": (4.0, 40.0),
        "slow": (10.0,),
        "one": (20.0, 50.0),
        "none": (30.0, 60.0),
        "done_a": (26.0,),
        "done_b": (30.0, 55.0),
        "on": (10.0, 12.0),
        "off": (20.0, 32.0),
    }
    parts: dict[str, Any] = {
        "units": (unit("desk"),),
        "links": tuple(link(f"h{h}", "desk", "desk", constant(float(h))) for h in (2, 6)),
        "profiles": (Profile("water", (0.0, 8.0, 39.0), (1.0, 3.0, 0.0)),),
        "measures": (
            Measure("pump", "signal", {"a": 1.0}, most=9.0),
            Measure("severity", "signal", {"province": 1.0}, most=4.0),
            Measure("implemented", "signal", {"a": 1.0, "b": 1.0}, most=4.0),
            Measure("generators", "supply", {"b": 0.5}, most=9.0),
        ),
        "procedures": procedures,
        "arrivals": tuple(once(name, name, *hours) for name, hours in times.items()),
    }
    fixed = np.repeat([8.0, 7.0, 6.0], 24)
    return lived(tuple(fixed), parts)


@pytest.mark.parametrize(
    ("wanted", "value"),
    [
        # The pump is set to 1 at hour 6, to 3 at 16, and to 0 at 42.
        (row("first_at_least", "pump", "a", threshold=1.0), 6.0),
        (row("first_at_least", "pump", "a", threshold=2.0), 16.0),
        (row("last_below", "pump", "a", threshold=1.0), 42.0),
        (row("first_at_least", "severity", "province", threshold=4.0), 20.0),
        (row("last_below", "severity", "province", threshold=4.0), 60.0),
        (row("starts", "generators"), 2.0),
        # Orders were under way for 2, 6 and 2 hours.
        (row("field_lag", "pump"), 2.0),
        (row("field_lag_p90", "pump"), 2.0 + 0.8 * 4.0),
        # Level at 20; carried out at 26 in a and at 30 in b.
        (row("signal_lag", "severity", "implemented", threshold=4.0), 8.0),
        # One generator from 10 to 12 and 20 to 32, two in between: 0.5 GW each.
        (row("energy", "generators", begin=0.0, end=72.0), 0.5 * (2.0 + 16.0 + 12.0)),
        (row("energy", "generators", begin=11.0, end=14.0), 0.5 * (1.0 + 4.0)),
        (row("energy", "generators", begin=40.0, end=72.0), 0.0),
        (row("profile", "water", begin=7.9), 1.0),
        (row("profile", "water", begin=8.0), 3.0),
        (row("profile", "water", "generators", begin=13.0), 3.0 + 0.5 * 2.0),
        (row("profile", "water", "generators", begin=5.0), 1.0),
        (row("day_energy", "need", begin=24.0), 8.0 * 24.0),
        (row("day_energy", "fixed", begin=48.0), 6.0 * 24.0),
        (row("peak", "fixed", begin=24.0, end=72.0), 7.0),
        (row("mean", "fixed", begin=24.0, end=72.0), 6.5),
        (row("ratio", "fixed", begin=24.0, end=48.0), 6.0 / 7.0 - 1.0),
        (row("window_energy", "need", begin=0.0, end=48.0), 8.0 * 48.0),
        (row("window_energy", "fixed", begin=20.0, end=30.0), 4.0 * 8.0 + 6.0 * 7.0),
        # From hour 24 on 1 GW is missing; until 32 a generator gives half of it. Then it is 2.
        (row("gap", begin=0.0, end=24.0), 0.0),
        (row("gap", begin=0.0, end=32.0), 0.5),
        (row("gap", begin=0.0, end=48.0), 1.0),
        (row("gap", begin=24.0, end=72.0), 2.0),
        # On the third day 2 of the residents' 3 GW are missing, in both places the same share.
        (row("shed_hours", at="a", begin=48.0, end=72.0), 24.0 * 2.0 / 3.0),
        (row("shed_hours", at="b", begin=48.0, end=54.0), 6.0 * 2.0 / 3.0),
    ],
    ids=lambda found: f"{found.kind} {found.of}" if isinstance(found, RecordRow) else "",
)
def test_the_model_gives_the_known_answer(trace: Trace, wanted: RecordRow, value: float) -> None:
    assert evaluate(trace, wanted) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(
    "wanted",
    [
        row("first_at_least", "pump", "a", threshold=9.0),
        row("last_below", "implemented", "a", threshold=4.0),
        row("field_lag", "nothing"),
        row("field_lag_p90", "nothing"),
        row("signal_lag", "severity", "implemented", threshold=9.0),
    ],
    ids=lambda wanted: wanted.kind,
)
def test_what_did_not_happen_is_not_a_number(trace: Trace, wanted: RecordRow) -> None:
    assert isnan(evaluate(trace, wanted))


def test_every_kind_has_a_known_answer() -> None:
    marks = test_the_model_gives_the_known_answer.pytestmark  # type: ignore[attr-defined]
    assert {wanted.kind for wanted, _ in marks[0].args[1]} == set(RECORD_KINDS)


def test_the_world_of_these_tests_needs_eight_gigawatts() -> None:
    assert NEED.sum() == 8.0
