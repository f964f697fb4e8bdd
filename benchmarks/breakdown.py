"""Where the compiled engine's time goes: differences between mechanisms that lack one thing.

    python -m benchmarks.breakdown WORKLOAD SIZE ROUNDS

plays in a process of its own and prints one line of JSON. Everything is measured from outside, by
playing programs; nothing here knows how the engine works.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import count
from statistics import median
from typing import Any

import numpy as np

from benchmarks import workloads
from benchmarks.job import Job, Results
from benchmarks.peers.peer import COORDINATION
from benchmarks.sichuan import CASE, SEED
from desim.case import load
from desim.distribution import Distribution, constant
from desim.engine.compiled import Machine
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Procedure, Profile, Unit
from desim.mechanism.steps import Work
from desim.program import lower
from desim.trace import Kind, Trace

SECTION = "breakdown"
SICHUAN = "sichuan"
TITLES = {COORDINATION: "W3", SICHUAN: "Sichuan baseline"}
HOURS = 5_000.0
QUICK_HOURS = 500.0
"""Length of W3 here; the Sichuan baseline has its own."""
PARTS = {
    "calendar": "entries that each only put their successor on the calendar (arrivals turned "
    "away, constant gaps): as many pending as in the run on average, less the same with one",
    "draws": "the run, less the same with every duration constant, which asks for no random number",
    "world": "the same mechanism with nobody arriving: the hourly world steps, and the changes "
    "of profiles and shifts",
    "queues and steps": "what is left: whose turn it is, looking up the next step, queues, staff, "
    "forks, boards, decisions",
    "trace": "writing records and items, less not writing them (without copying them out)",
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A machine, whether it writes its trace, and the events that its time is counted by."""

    machine: Machine
    traced: bool = False

    def play(self, replication: int) -> tuple[float, int]:
        """Seconds and events of one run."""
        began = time.process_time()
        events = self.machine.run(SEED, replication, traced=self.traced)
        return time.process_time() - began, events


def jobs(*, quick: bool) -> Iterator[Job]:
    """One round."""
    hours = QUICK_HOURS if quick else HOURS
    for workload in TITLES:
        words = [
            sys.executable, "-m", "benchmarks.breakdown", workload, str(hours),
            "5" if quick else "15",
        ]  # fmt: skip
        yield Job((SECTION, workload), words)


def breakdowns(results: Results) -> dict[str, dict[str, float]]:
    """Nanoseconds an event by part, medians over rounds, by workload."""
    return {
        workload: {part: median(r[part] for r in rounds) for part in (*PARTS, "events", "pending")}
        for workload in TITLES
        if (rounds := results.of(SECTION, workload))
    }


def variants(mechanism: Mechanism, pending: float, events: int) -> dict[str, Variant]:
    """Everything that is played, by name."""
    machine = Machine(lower(mechanism))
    nobody = replace(mechanism, arrivals=())
    return {
        "plain": Variant(machine),
        "traced": Variant(Machine(lower(mechanism)), traced=True),
        "certain": Variant(Machine(lower(without_luck(mechanism)))),
        "many pending": Variant(Machine(lower(calendar_alone(max(1, round(pending)), events)))),
        "one pending": Variant(Machine(lower(calendar_alone(1, events)))),
        **({"nobody": Variant(Machine(lower(nobody)))} if mechanism.world else {}),
    }


def without_luck(mechanism: Mechanism) -> Mechanism:
    """The same mechanism with every duration at its mean, give or take a thousandth.

    The thousandths differ from place to place, so that things do not start to happen at the same
    time.
    """
    number = count()

    def certain(value: Any) -> Any:
        if not isinstance(value, Distribution) or not value.random:
            return value
        shift = (next(number) * 0.6180339887498949) % 1.0
        return constant(value.mean * (1.0 + 1e-3 * shift), unit=value.unit)

    def settled(part: Any) -> Any:
        values = {f.name: getattr(part, f.name) for f in fields(part)}
        return replace(part, **{name: certain(value) for name, value in values.items()})

    # Arrivals keep their luck: without it the units of a tier would all work in step.
    return mechanism.mapped(links=settled).mapped_steps(lambda _, step: settled(step))


def calendar_alone(pending: int, events: int) -> Mechanism:
    """So many entries pending at any time; each that happens only puts its successor there."""
    gaps = np.geomspace(0.2, 5.0, pending)
    horizon = events / float((1.0 / gaps).sum())
    never = Condition(Level("profile", "open"), ">", 0.0)
    return Mechanism(
        "calendar_alone",
        workloads.START,
        horizon,
        units=(Unit("desk"),),
        profiles=(Profile("open", (0.0,), (0.0,)),),
        procedures=(Procedure("turned_away", (Work("work", "desk", constant(1.0)),)),),
        arrivals=tuple(
            Arrival(f"stream{i}", "turned_away", constant(float(gap)), when=never)
            for i, gap in enumerate(gaps)
        ),
    )


def mean_pending(trace: Trace) -> float:
    """How many entries were on the calendar, on average: works, trips, and a next arrival each."""
    horizon = trace.final_time

    def under_way(begins: Kind, ends: Kind) -> float:
        begun, ended = trace.select(begins)["time"], trace.select(ends)["time"]
        open_ = (len(begun) - len(ended)) * horizon
        return float(ended.sum() + open_ - begun.sum()) / horizon

    moving = under_way(Kind.START, Kind.FINISH) + under_way(Kind.SEND, Kind.DELIVERY)
    return moving + len(trace.program.mechanism.arrivals)


def measure(played: dict[str, Variant], rounds: int) -> dict[str, tuple[float, float]]:
    """Median seconds and events of every variant, played in turn."""
    seconds: dict[str, list[tuple[float, int]]] = {name: [] for name in played}
    for replication in range(-1, rounds):
        for name, variant in played.items():
            found = variant.play(max(0, replication))
            if replication >= 0:
                seconds[name].append(found)
    return {
        name: (median(s for s, _ in found), median(e for _, e in found))
        for name, found in seconds.items()
    }


def parts(found: dict[str, tuple[float, float]]) -> dict[str, float]:
    """Nanoseconds an event, by part."""
    nanoseconds = {name: 1e9 * seconds / events for name, (seconds, events) in found.items()}
    plain, events = nanoseconds["plain"], found["plain"][1]
    split = {
        "calendar": nanoseconds["many pending"] - nanoseconds["one pending"],
        "draws": plain - nanoseconds["certain"],
        "world": 1e9 * found["nobody"][0] / events if "nobody" in found else 0.0,
        "trace": nanoseconds["traced"] - plain,
    }
    left = plain - split["calendar"] - split["draws"] - split["world"]
    return {**split, "queues and steps": left, "events": events}


def _mechanism(workload: str, hours: float) -> Mechanism:
    found: dict[str, Callable[[], Mechanism]] = {
        COORDINATION: lambda: workloads.coordination(hours),
        SICHUAN: lambda: load(CASE).mechanism,
    }
    return found[workload]()


def main(workload: str, hours: float, rounds: int) -> None:
    """Play, measure and print."""
    mechanism = _mechanism(workload, hours)
    machine = Machine(lower(mechanism))
    pending = mean_pending(machine.play(SEED, 0))
    events = machine.run(SEED, 0, traced=False)
    found = measure(variants(mechanism, pending, events), rounds)
    print(json.dumps({**parts(found), "pending": pending}))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))
