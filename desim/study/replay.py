"""Play single runs of a study again: alone, with their trace, on either engine."""

from __future__ import annotations

from dataclasses import dataclass

from desim.study.plan import Plan
from desim.study.saved import SavedRun
from desim.study.work import Frame, Plays, PointRuns
from desim.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run that was played again.

    Parameters
    ----------
    trace
        What happened.
    label
        Its point.
    same
        Whether the trace is what it was; None when the run had failed.
    known
        Whether the run is still one of the study: otherwise file or source have changed.
    """

    trace: Trace
    label: str
    same: bool | None
    known: bool


def replay(plan: Plan, saved: SavedRun) -> Replayed:
    """Play a run again.

    Parameters
    ----------
    plan
        Of the study in the run's folder.
    saved
        The run.
    """
    known = saved.point < len(plan.design)
    number, replication = saved.point if known else 0, saved.replication
    names = plan.names(number, range(replication, replication + 1))
    trace = trace_of(plan, plan.frame, number, replication)
    label = plan.design.point(number).label
    same = trace.digest == saved.digest if saved.digest else None
    return Replayed(trace, label, same, known and names == [saved.name])


def trace_of(plan: Plan, frame: Frame, number: int, replication: int) -> Trace:
    """The trace of one run of a study.

    Parameters
    ----------
    plan
        The study's plan.
    frame
        Its frame, with the engine that is wanted.
    number, replication
        Point and replication.
    """
    point = plan.design.point(number)
    runs = PointRuns(
        number, dict(point.levers), dict(point.values), point.seed, (), (replication,), ("",)
    )
    return Plays(frame).play(runs, replication)
