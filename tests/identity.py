"""Two engines, one trace: play both, and say where they part when they do."""

from __future__ import annotations

from desim.engine import Player
from desim.program import Program
from desim.trace import Trace
from desim.trace.story import story
from desim.trace.trace import first_difference


def assert_identical(program: Program, *, seed: int, replication: int) -> Trace:
    """Play one run on both engines, assert that the traces are the same, and return one."""
    players = [Player(program, engine) for engine in ("simpy", "compiled")]
    return compared(players[0], players[1], seed=seed, replication=replication)


def compared(one: Player, other: Player, *, seed: int, replication: int) -> Trace:
    """The same with players that are kept for further runs."""
    traces = [player.play(seed, replication) for player in (one, other)]
    assert traces[0].digest == traces[1].digest, parting(*traces)
    return traces[0]


def parting(one: Trace, other: Trace) -> str:
    """The first record that differs, and the stories of the two items it belongs to."""
    pairs = zip(one.records, other.records, strict=False)
    where = next((i for i, (a, b) in enumerate(pairs) if a.tobytes() != b.tobytes()), None)
    stories = []
    if where is not None:
        items = [int(trace.records[where]["item"]) for trace in (one, other)]
        stories = [story(t, item) for t, item in zip((one, other), items, strict=True)]
    return "\n".join((first_difference(one, other) or "the items differ", *stories))
