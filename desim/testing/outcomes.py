"""The contract of an outcome, checked on runs of a case."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from desim.case.load import load
from desim.engine import Player
from desim.outcome.declare import BETTER
from desim.outcome.outcome import Outcome
from desim.program import lower
from desim.testing.fault import Fault, demand, said
from desim.testing.watch import watching
from desim.trace.trace import Trace

RUNS = 3


def check_outcome(outcome: Outcome, case: str = "sichuan_2022") -> None:
    """Hold an outcome to its contract on a few runs of a case.

    Parameters
    ----------
    outcome
        The outcome.
    case
        Name or folder of a case in which it can be measured.

    Raises
    ------
    NotConforming
        With every fault, each with what to do.
    """
    demand(f"outcome {outcome.name}", outcome_faults(outcome, case))


def outcome_faults(outcome: Outcome, case: str = "sichuan_2022") -> tuple[Fault, ...]:
    """Every fault of an outcome; parameters as of `check_outcome`."""
    return tuple(_faults(outcome, case))


def _faults(outcome: Outcome, case: str) -> Iterator[Fault]:
    yield from _declaration(outcome)
    mechanism = load(case).mechanism
    if outcome.needs_world and mechanism.world is None:
        shown = f"it needs a world, and case {case} has none"
        yield Fault("can be measured", shown, "check it on another with --case")
        return
    player = Player(lower(mechanism))
    traces = [player.play(7, replication) for replication in range(RUNS)]
    before = [_digest(trace) for trace in traces]
    found: list[float] = []
    with watching(outcome.measure) as noticed:
        wrong = list(_measured(outcome, traces, found))
    yield from wrong
    if noticed.draws:
        shown = f"it draws with {', '.join(dict.fromkeys(noticed.draws))}"
        yield Fault("draws no random numbers", shown, "read the trace, which holds all luck")
    if noticed.files:
        shown = f"it opens {', '.join(dict.fromkeys(noticed.files))}"
        yield Fault("reads no file", shown, "read the trace, or write the numbers into it")
    if [_digest(trace) for trace in traces] != before:
        shown = "it changed the trace that it was given"
        yield Fault("leaves the trace as it was", shown, "copy arrays before changing them")
    elif not wrong:
        again = [outcome(trace) for trace in traces]
        if repr(again) != repr(found):
            shown = f"{found[0]!r} and then {again[0]!r} of one run"
            yield Fault("gives the same each time", shown, "let nothing but the trace count")
        if all(math.isnan(value) for value in found):
            shown = f"it is not a number in any of {RUNS} runs of case {case}"
            yield Fault("says something", shown, "check it on a case that it is made for: --case")
    yield from _of_nothing(outcome, case)


def _declaration(outcome: Outcome) -> Iterator[Fault]:
    if outcome.better not in BETTER:
        text = f"better is {outcome.better!r}"
        yield Fault("says what it is", text, f"say one of {', '.join(BETTER)}")
    for key in ("title", "unit", "summary", "unfinished"):
        if not getattr(outcome, key):
            yield Fault("says what it is", f"{key} is empty", "say it in a few words")


def _measured(outcome: Outcome, traces: list[Trace], found: list[float]) -> Iterator[Fault]:
    for trace in traces:
        try:
            value: Any = outcome.measure(trace)
            if value is None:
                shown = "it gives back nothing"
                yield Fault("gives back a number", shown, "end it with `return` and the number")
                return
            found.append(float(value))
        except Exception as error:  # noqa: BLE001 - said as a fault
            advice = "mend it; what cannot be measured is float('nan')"
            yield Fault("gives back a number", f"it raises {said(error)}", advice)
            return
        if math.isinf(found[-1]):
            yield Fault("gives back a number", "it is infinite", "give float('nan') instead")
            return


def _of_nothing(outcome: Outcome, case: str) -> Iterator[Fault]:
    """Nothing happens at all: that must not be an error either."""
    quiet = Player(lower(replace(load(case).mechanism, arrivals=()))).play(7, 0)
    try:
        outcome(quiet)
    except Exception as error:  # noqa: BLE001 - said as a fault
        shown = f"in a run without any item it raises {said(error)}"
        yield Fault("can be measured", shown, "give float('nan') when there is nothing to measure")


def _digest(trace: Trace) -> str:
    found = hashlib.blake2b(digest_size=16)
    for array in (trace.records, trace.items, trace.world):
        found.update(array.tobytes())
    return found.hexdigest()
