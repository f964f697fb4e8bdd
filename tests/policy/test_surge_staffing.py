"""Surge staffing: a team is called when a backlog passes a threshold, and let go afterwards."""

from __future__ import annotations

from datetime import datetime

import pytest

from desim.distribution import constant
from desim.engine import play
from desim.mechanism.checks import complaints
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Procedure, Shift, Unit
from desim.mechanism.steps import Branch, Choose, Work
from desim.policy import find_policy
from desim.program import lower
from desim.trace import Kind, Trace

POLICY = find_policy("surge_staffing")
VALUES = {"surge_staffing.threshold": 3.0, "surge_staffing.call": 1.0}
RUSH = tuple(0.1 * number for number in range(12))


def busy(times: tuple[float, ...] = RUSH, tier: str = "county") -> Mechanism:
    """One office of one; each item takes an hour."""
    work = Work("work", "office", constant(1.0))
    return Mechanism(
        "busy", datetime(2024, 1, 1), 60.0, (Unit("office", tier, (Shift(0.0, 1),)),),
        procedures=(Procedure("answer", (work,)),),
        arrivals=(Arrival("call", "answer", times=times),),
    )  # fmt: skip


def played(mechanism: Mechanism, engine: str = "compiled") -> Trace:
    return play(lower(mechanism), seed=1, replication=0, engine=engine)


def starts(trace: Trace, label: str) -> list[float]:
    rows = trace.select(Kind.START)
    return [float(r["time"]) for r in rows if trace.program.labels[r["step"]] == label]


def signals(trace: Trace) -> list[tuple[float, float]]:
    return [(float(r["time"]), float(r["value"])) for r in trace.select(Kind.ACTIVATE)]


def test_both_engines_play_it_alike() -> None:
    surged = POLICY.apply(busy(), 1.0, VALUES)
    assert played(surged).digest == played(surged, "simpy").digest


def test_the_team_is_called_once_and_let_go() -> None:
    found = signals(played(POLICY.apply(busy((*RUSH, 5.0, 5.1, 5.2)), 1.0, VALUES)))
    assert [value for _, value in found] == [1.0, 0.0]


def test_the_team_works_only_while_it_is_called() -> None:
    trace = played(POLICY.apply(busy((*RUSH, 3.0, 3.1, 3.2, 40.0, 40.1)), 1.0, VALUES))
    (begin, _), (end, _) = signals(trace)
    by_team = starts(trace, "answer.work.surge")
    assert by_team
    assert all(begin <= time for time in by_team)
    assert all(time < end + 10.0 for time in by_team)


def test_a_backlog_below_the_threshold_calls_nobody() -> None:
    trace = played(POLICY.apply(busy((0.0, 0.1, 0.2)), 1.0, VALUES))
    assert signals(trace) == []
    assert starts(trace, "answer.work") == starts(played(busy((0.0, 0.1, 0.2))), "answer.work")


def test_the_work_is_done_sooner() -> None:
    times = tuple(0.3 * number for number in range(40))
    base, surged = played(busy(times)), played(POLICY.apply(busy(times), 1.0, VALUES))
    last = [float(trace.select(Kind.FINISH)["time"].max()) for trace in (base, surged)]
    assert last[1] < last[0] - 5.0


@pytest.mark.parametrize(("lever", "team"), [(0.0, 0), (0.4, 0), (0.6, 1), (1.0, 1)])
def test_the_lever_is_the_size_of_the_team(lever: float, team: int) -> None:
    units = POLICY.apply(busy(), lever).units
    assert sum(unit.staff[0].staff for unit in units if unit.name == "surge.office") == team


def test_offices_outside_government_get_no_team() -> None:
    assert POLICY.apply(busy(tier="neighbour"), 1.0) == busy(tier="neighbour")


def test_a_jump_to_work_leads_past_the_choice() -> None:
    """Whoever is sent back to an office may find the team there too."""
    work = Work("work", "office", constant(1.0))
    again = Choose("again", (Branch("work", chance=0.5),), purpose="return")
    base = busy()
    looped = Mechanism(
        "looped", base.start, base.horizon, base.units,
        procedures=(Procedure("answer", (work, again)),), arrivals=base.arrivals,
    )  # fmt: skip
    surged = POLICY.apply(looped, 1.0, VALUES)
    assert complaints(surged) == ()
    (jump,) = [s for s in surged.procedures[0].steps if s.label == "again"]
    assert isinstance(jump, Choose)
    assert jump.branches[0].to == "work.who"
    assert played(surged).digest == played(surged, "simpy").digest
