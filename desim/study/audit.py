"""Audits of a study: does the other engine agree, and how much luck do points have in common?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from desim.study.engine import because, with_process
from desim.study.outputs import Outputs
from desim.study.plan import Plan
from desim.study.question import StudyError
from desim.study.replay import trace_of
from desim.trace import Kind
from desim.trace.story import story
from desim.trace.trace import Trace, first_difference

OTHER = {"compiled": "simpy", "simpy": "compiled"}
DRAWING = (Kind.ARRIVAL, Kind.START, Kind.SEND, Kind.OBSERVE, Kind.FORK)
"""Records of which each stands for a draw or a child's name (semantics 8 and 9)."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Audit:
    """What replaying some runs on the other engine showed.

    Parameters
    ----------
    planned, replayed, differing
        Runs of the study, runs replayed, and those with another trace.
    engine
        What they were replayed with.
    difference
        The first difference in words, with both stories; empty when there is none.
    """

    planned: int
    replayed: int
    differing: int
    engine: str
    difference: str = ""


def audit(outputs: Outputs, share: float, progress: Progress) -> Audit:
    """Replay a random share of a study's runs on the other engine and compare the traces.

    Parameters
    ----------
    outputs
        Of all its runs.
    share
        In (0, 1]; at least one run is replayed. The same share always takes the same runs.
    progress
        Called with the number of replayed runs and of all that will be.

    Returns
    -------
    Audit
        Its engine is the one that the first run was not played with.

    Raises
    ------
    StudyError
        When a policy of the study can only be played on one engine.
    """
    plan = outputs.plan
    if names := with_process(plan.study):
        raise StudyError((f"{plan.study.name}: no other engine can play it: {because(names)}",))
    runs = outputs.table(("status", "digest", "engine")).to_pandas()
    ok = runs[runs["status"] == "ok"]
    count = min(len(ok), max(1, round(share * len(ok))))
    chance = np.random.default_rng(int(plan.digest[:15], 16))
    chosen = ok.iloc[np.sort(chance.choice(len(ok), count, replace=False))]
    differing, words = 0, ""
    for done, run in enumerate(chosen.itertuples(index=False)):
        progress(done, count)
        number, replication = int(str(run.point)), int(str(run.replication))
        frame = replace(plan.frame, engine=OTHER[str(run.engine)])
        trace = trace_of(plan, frame, number, replication)
        if trace.digest != run.digest:
            differing += 1
            words = words or _difference(plan, trace, number, replication, str(run.engine))
    progress(count, count)
    engine = OTHER[str(chosen["engine"].iloc[0])] if count else ""
    return Audit(len(ok), count, differing, engine, words)


def _difference(plan: Plan, trace: Trace, number: int, replication: int, engine: str) -> str:
    """The first difference between a run on both engines, with the stories of both items."""
    other = trace_of(plan, replace(plan.frame, engine=engine), number, replication)
    label = plan.design.point(number).label
    head = f"{label}, replication {replication}: "
    found = first_difference(other, trace)
    if not found:
        return f"{head}both engines agree now; the results were made by other code"
    place = _first_place(other, trace)
    stories = [
        f"{name}:\n{story(each, int(each.records['item'][place]))}"
        for name, each in ((engine, other), (OTHER[engine], trace))
        if place < len(each.records)
    ]
    return "\n".join([head + found, *stories])


def _first_place(one: Trace, other: Trace) -> int:
    """Number of the first record that differs."""
    count = min(len(one.records), len(other.records))
    same = [one.records[i].tobytes() == other.records[i].tobytes() for i in range(count)]
    return same.index(False) if False in same else count


def common_luck(plan: Plan, replication: int = 0) -> pd.DataFrame:
    """How much luck each point has in common with its baseline in one replication.

    A draw is a function of seed, replication, label, item and visit (semantics 8), so two runs
    have it in common when both have the item come to the label as often.

    Parameters
    ----------
    plan
        A study's plan; of a sampling design only the first row is looked at.
    replication
        Which one.

    Returns
    -------
    pandas.DataFrame
        Columns point, label, items and draws (of both runs together), items_common and
        draws_common (shares of these), items_kept and draws_kept (shares of the baseline's).
    """
    settings = len(plan.design.settings)
    rows, base = [], None
    for number in range(len(plan.design) if not plan.sampling else settings):
        trace = trace_of(plan, plan.frame, number, replication)
        items, draws = np.unique(trace.items["key"]), _draws(trace)
        if number % settings == 0:
            base = items, draws
            continue
        assert base is not None
        about = {"point": number, "label": plan.design.point(number).label}
        rows.append(about | _shared("items", base[0], items) | _shared("draws", base[1], draws))
    return pd.DataFrame(rows)


def _draws(trace: Trace) -> NDArray[np.generic]:
    """Names of all draws of a run: item, label and visit."""
    records = trace.select(*DRAWING)
    labels = np.array(trace.program.labels, dtype=object)[records["step"]]
    table = pd.DataFrame(
        {"item": trace.items["key"][records["item"]], "label": labels, "kind": records["kind"]}
    )
    visit = table.groupby(["item", "label", "kind"], sort=False).cumcount()
    keys = pd.util.hash_pandas_object(table.assign(visit=visit), index=False)
    return np.unique(keys.to_numpy())


def _shared(what: str, base: NDArray[np.generic], other: NDArray[np.generic]) -> dict[str, float]:
    """How many names two runs have together, and which shares are in common."""
    both = len(np.intersect1d(base, other, assume_unique=True))
    every = len(base) + len(other) - both
    shares = {f"{what}_common": both / max(1, every), f"{what}_kept": both / max(1, len(base))}
    return {what: every, **shares}
