"""How far the field is from what was decided: both ways count, hour by hour, while it lasts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from desim.distribution import constant
from desim.mechanism.levels import Level
from desim.mechanism.parts import Arrival, Link, Measure, Procedure, Profile, Rule, Topic, Unit
from desim.mechanism.steps import Activate, Decide, Observe, Send, Tell
from desim.outcome.stale import stale_power
from desim.trace import Trace
from tests.outcome.worlds import lived, measured

HOURS = 12
GAPS = Profile("gap", (0.0, 6.0), (1.0, 0.0), "GW")
"""The decision of 1 h plans the cut in full, that of 7 h takes it back."""


def ordered(under_way: float, kind: str = "curtail") -> Trace:
    """A cut of half a GW that is ordered at 1 h and lifted at 7 h; orders take some hours."""
    cut = Measure("cut", kind, {"a": 0.5}, "industrial" if kind == "curtail" else "")
    rule = Rule("size", "size", "desk", ("need",), ("none",), ("cut",), (1.0,), granularity=1.0)
    decide = (
        Observe("see", Level("profile", "gap")),
        Tell("tell", "desk", "need"),
        Decide("decide", "size"),
        Observe("order", Level("plan", "cut")),
        Send("send", "down"),
        Activate("act", "cut", "a"),
    )
    parts: dict[str, Any] = {
        "units": (Unit("desk"),),
        "links": (Link("down", "desk", "desk", "vertical", "phone", constant(under_way)),),
        "profiles": (GAPS,),
        "topics": (Topic("need"), Topic("none")),
        "measures": (cut,),
        "rules": (rule,),
        "procedures": (Procedure("decide", decide),),
        "arrivals": (Arrival("decide", "decide", times=(1.0, 7.0)),),
    }
    return lived((8.0,) * HOURS, parts)


def test_the_decided_cut_counts_until_it_is_in_force_and_the_lifted_one_until_it_is_gone() -> None:
    """Half of the 1 GW of industry of a, from 1 h to 3 h and from 7 h to 9 h."""
    wanted = np.zeros(HOURS)
    wanted[[1, 2, 7, 8]] = 0.5
    trace = ordered(2.0)
    assert stale_power(trace) == pytest.approx(wanted)
    assert measured(trace, "stale_orders") == pytest.approx(2.0)


def test_what_is_carried_out_at_once_is_never_stale() -> None:
    assert measured(ordered(0.0), "stale_orders") == 0.0


def test_an_order_that_never_arrives_counts_to_the_end_of_the_run() -> None:
    """Both are under way for longer than the run: the cut of 1 h counts until it is taken back."""
    assert measured(ordered(99.0), "stale_orders") == pytest.approx(3.0)


def test_only_curtailment_counts() -> None:
    assert measured(ordered(2.0, "supply"), "stale_orders") == 0.0
