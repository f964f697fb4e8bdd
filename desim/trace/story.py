"""The story of one item, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from desim.mechanism.steps import Activate, Await, Decide, Fork, Give, Send, Step, Take, Tell, Work
from desim.trace.record import Kind
from desim.trace.trace import Trace


def story(trace: Trace, item: int) -> str:
    """Tell what happened to one item, from its arrival to its end, record by record.

    Parameters
    ----------
    trace
        A trace.
    item
        Row of the item, see `Trace.find`.
    """
    return "\n".join(_lines(trace, item))


def clock_time(trace: Trace, hours: float) -> str:
    """Local date and time of an hour of the run."""
    start: datetime = trace.program.mechanism.start
    return f"{start + timedelta(hours=hours):%d %b %H:%M}"


def _lines(trace: Trace, item: int) -> Iterator[str]:
    steps = _steps(trace)
    rows = np.flatnonzero(trace.records["item"] == item)
    mine = trace.records[rows]
    yield f"{trace.name(item)}"
    began = float(mine["time"][0])
    before = began
    carries = _carries_from(trace, item)
    for row, record in zip(rows.tolist(), mine, strict=True):
        time = float(record["time"])
        waited = f" (+{time - before:.2f} h)" if time > before else ""
        words = _words(trace, record, steps[int(record["step"])], carries=row >= carries)
        yield f"  {clock_time(trace, time)}{waited:<11} {words}"
        before = time
    last = Kind(int(mine["kind"][-1]))
    if last == Kind.DONE:
        yield f"  It took {before - began:.2f} hours."
    else:
        since = trace.final_time - began
        yield f"  It is not done at the horizon, {since:.2f} hours after arriving."
    children = np.flatnonzero(trace.items["parent"] == item)
    if len(children):
        yield f"  Its children: {', '.join(trace.name(int(child)) for child in children)}"


def _steps(trace: Trace) -> list[Step | None]:
    return [s for p in trace.program.mechanism.procedures for s in (*p.steps, None)]


def _carries_from(trace: Trace, item: int) -> int:
    """Row of the record from which on an item carries something that was observed.

    A child begins with what its parent carries; the number of records when nothing ever is.
    """
    mine = trace.records["item"] == item
    begins = int(np.flatnonzero(mine)[0])
    parent = int(trace.items["parent"][item])
    if parent >= 0 and _carries_from(trace, parent) < begins:
        return begins
    seen = np.flatnonzero(mine & (trace.records["kind"] == Kind.OBSERVE))
    return int(seen[0]) if len(seen) else len(trace.records)


def _words(trace: Trace, record: np.void, step: Step | None, *, carries: bool) -> str:
    kind = Kind(int(record["kind"]))
    value = float(record["value"])
    if kind == Kind.ARRIVAL:
        return f"begins {trace.program.procedures[int(record['step'])]}"
    if kind == Kind.DONE or step is None:
        return "is done"
    purpose = f" ({step.purpose})" if step.purpose else ""
    match step:
        case Work():
            verb = {Kind.QUEUE: "queues at", Kind.START: "is taken up by", Kind.FINISH: "leaves"}
            return f"{verb[kind]} {step.unit}{purpose}"
        case Send() if kind == Kind.SEND:
            again = f", attempt {value:g}" if value > 1 else ""
            return f"is sent over {step.link}{again}{purpose}"
        case Send():
            carrying = f", carrying {value:.4g}" if carries else ""
            return f"arrives over {step.link}{carrying}{purpose}"
        case Fork():
            return f"starts {value:g} branches{purpose}"
        case Take() | Give():
            moves = {Kind.ASK: "asks for", Kind.GRANT: "gets", Kind.GIVE: "gives back"}
            return f"{moves[kind]} {step.amount:g} of {step.pool}"
        case Await() if kind == Kind.ASK:
            return f"waits until {step.when}"
        case Await():
            return "goes on" if value else "gives up waiting"
        case Tell() if not carries:
            return f"tells {step.unit} about {step.topic}, without having observed anything"
        case Tell():
            return f"tells {step.unit} that {step.topic} was {value:.4g}{_when(trace, record)}"
        case Decide():
            return f"decides by {step.rule}: finds {value:.4g}, board{_when(trace, record)}"
        case Activate() if kind == Kind.FILE:
            what = f"{step.measure} at {step.place}: {value:.4g}{_when(trace, record)}"
            return f"files the order for {what}, a newer one is in force"
        case Activate():
            return f"sets {step.measure} at {step.place} to {value:.4g}"
        case _ if kind == Kind.OBSERVE:
            return f"observes {value:.4g}{purpose}"
        case _:
            return f"has {value:g} answers{purpose}"


def _when(trace: Trace, record: np.void) -> str:
    since = float(record["since"])
    return f" (true at {clock_time(trace, since)})"
