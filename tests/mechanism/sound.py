"""A small mechanism without complaints that has one of everything, and ways to spoil it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from desim.distribution import constant, exponential
from desim.mechanism.checks import complaints
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import (
    Arrival,
    Energy,
    Keep,
    Measure,
    Pool,
    Procedure,
    Profile,
    Rule,
    Topic,
)
from desim.mechanism.steps import (
    Activate,
    Await,
    Branch,
    Choose,
    Decide,
    Fork,
    Give,
    Join,
    Observe,
    Send,
    Step,
    Take,
    Tell,
    Work,
)
from desim.mechanism.world import PowerBalance
from tests.small import link, mechanism, once, unit

HOURS = 24
HIGH = Condition(Level("profile", "water"), ">", 1.0)

STEPS: tuple[Step, ...] = (
    Observe("see", Level("profile", "water"), 0.1),
    Send("send", "up"),
    Work("read", "office", constant(0.5)),
    Tell("tell", "office", "need"),
    Decide("decide", "sizing"),
    Fork("ask", ("answer",)),
    Join("answers", "ask"),
    Choose("calm", (Branch("end", when=Condition(Level("plan", "pump"), "<=", 0.0)),)),
    Choose("again", (Branch("see", 0.2),), "return"),
    Take("take", "trucks", 2.0),
    Await("wait", HIGH, constant(1.0), "back"),
    Activate("act", "pump", "valley", 1.0),
    Give("back", "trucks", 2.0),
)


def world(hours: int = HOURS) -> PowerBalance:
    """A flat world of one place."""
    return PowerBalance(
        places=("valley",),
        need=np.ones((hours, 1, 4)),
        fixed=np.full(hours, 5.0),
        inflow=np.zeros(hours),
        store=0.0,
        store_full=0.0,
        hydro_most=0.0,
        exposure=np.ones(4),
        weights=np.ones(1),
        line_limit=np.full(1, 99.0),
        customers=np.ones(1),
    )


def sound(**changes: Any) -> Mechanism:
    """The mechanism, with some of its collections or fields replaced."""
    parts = mechanism(
        float(HOURS),
        units=(unit("office"), unit("team")),
        links=(link("up", "team", "office", constant(1.0), loss=0.1, resend=constant(1.0)),),
        pools=(Pool("trucks", 3.0, unit="team"),),
        profiles=(Profile("water", (0.0, 2.0), (0.0, 2.0)),),
        topics=(Topic("need"), Topic("supply")),
        measures=(
            Measure("alarm", "signal", {"province": 1.0}, most=4.0),
            Measure("pump", "supply", {"valley": 1.0}),
            Measure("cut", "curtail", {"valley": 0.5}, "industrial"),
        ),
        rules=(
            Rule("sizing", "size", "office", ("need",), ("supply",), ("pump",), (2.0,)),
            Rule("level", "grade", "office", ("need",), (), ("alarm",), thresholds=(0.1, 0.2)),
        ),
        procedures=(
            Procedure("p", STEPS),
            Procedure("answer", (Work("w", "team", constant(0.5)),)),
        ),
        arrivals=(
            once("c", "p"),
            Arrival("d", "answer", exponential(5.0), when=HIGH, keep=Keep(HIGH.level, 0.5, 0.1)),
        ),
        world=world(),
    )
    return replace(parts, **changes)


def planning(**changes: Any) -> Mechanism:
    """The same with a rule that plans energy, and what it reads."""
    base = sound()
    seen = {
        "load": Level("world", "need_ahead", "valley"),
        "given": Level("world", "fixed_ahead"),
        "lake": Level("world", "store"),
        "rain": Level("world", "inflow_ahead"),
    }
    energy = Energy("budget", "lake", "rain", 2.0)
    budget = Rule(
        "budget", "size", "office", ("load",), ("given",), ("cut",), (1.0,), energy=energy
    )
    topics = (*base.topics, *(Topic(name, level=level) for name, level in seen.items()))
    return replace(base, topics=topics, rules=(*base.rules, budget), **changes)


def spoilt(collection: str, name: str, base: Mechanism | None = None, **changes: Any) -> Mechanism:
    """The mechanism, or another, with fields of one part replaced."""
    base = base or sound()
    assert any(part.name == name for part in getattr(base, collection))
    return base.mapped(
        **{collection: lambda part: replace(part, **changes) if part.name == name else part}
    )


def with_step(step: Step) -> Mechanism:
    """The mechanism with one more step, in front of the others."""
    return spoilt("procedures", "p", steps=(step, *STEPS))


def with_steps(*steps: Step, **changes: Any) -> Mechanism:
    """The mechanism with another procedure ``q`` of these steps, which a stream starts."""
    base = sound(**changes)
    return replace(
        base,
        procedures=(*base.procedures, Procedure("q", steps)),
        arrivals=(*base.arrivals, once("q", "q")),
    )


def texts(mechanism: Mechanism) -> list[str]:
    """Every complaint about a mechanism, as text."""
    return [str(complaint) for complaint in complaints(mechanism)]
