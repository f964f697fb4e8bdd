"""A trace finds its items by name, and two traces are compared by what happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from desim.distribution import constant, exponential
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Procedure
from desim.mechanism.steps import Branch, Choose, Fork, Join, Work
from desim.trace import Kind, Trace
from desim.trace.trace import first_difference
from tests.accounting import played
from tests.small import one, unit


def looping() -> Mechanism:
    """Every second item or so forks twice at the same place."""
    child = Procedure("child", (Work("w", "desk", exponential(1.0)),))
    again = Choose("again", (Branch("f", 0.5),))
    return one(
        Fork("f", ("child",)),
        Join("j", "f"),
        again,
        times=(0.0, 1.0, 2.0, 3.0),
        units=(unit("desk", 9),),
        procedures=(child,),
    )


def test_every_name_finds_its_item() -> None:
    trace = played(looping())
    names = [trace.name(item) for item in range(len(trace.items))]
    assert len(set(names)) == len(names)
    assert [trace.find(name) for name in names] == list(range(len(names)))
    assert any(name.endswith("/child/1") for name in names)


def test_a_name_that_does_not_exist_finds_nothing() -> None:
    assert played(looping()).find("c/99") is None


def test_records_are_chosen_by_kind_in_order() -> None:
    trace = played(looping())
    found = trace.select(Kind.START, Kind.FINISH)
    assert set(found["kind"].tolist()) == {Kind.START, Kind.FINISH}
    assert np.all(np.diff(found["time"]) >= 0.0)


def test_the_same_run_has_the_same_digest_and_no_difference() -> None:
    one_, other = played(looping()), played(looping())
    assert one_.digest == other.digest
    assert first_difference(one_, other) == ""


def test_another_seed_differs() -> None:
    one_, other = played(looping()), played(looping(), seed=2)
    assert one_.digest != other.digest
    assert first_difference(one_, other).startswith("record ")


def test_a_shorter_trace_is_a_difference() -> None:
    base = one(Work("w", "desk", constant(1.0)), units=(unit("desk"),))
    short = played(replace(base, horizon=0.5))
    assert first_difference(short, played(base)) == "one trace has 3 records, the other 5"


def test_another_world_is_a_difference() -> None:
    trace = played(looping())
    flat, risen = np.zeros((3, 2)), np.array([[0.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    left, right = (
        Trace(trace.program, 1, 0, trace.records, trace.items, world) for world in (flat, risen)
    )
    assert first_difference(left, right) == "records agree, the world differs from hour 1 on"
