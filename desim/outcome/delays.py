"""Where the hours of orders went: from what was observed to the effect in the field, in parts.

The account of an order begins with the observations behind its decision and ends when its measure
has moved in the field. It is made of the trace's own records:

- *The decision* is the one whose plan the order carries: the last before the order read the plan.
- *Before it*, each need on the board has its own way, and these count equally: from the
  observation through the report's records to the board, then on the board until the item that
  decides arrives, then through that item's records. So what the item did before the report came
  did not keep that report waiting, and is left out.
- *After it*, the way leads through the order's records and those of the items that started it.
- *A stretch* between two records of an item counts by the earlier of them and by the purpose of
  its step: waiting for staff, work, under way on a link. Reports wait and travel as orders do.
- *A Join* is waiting for others, whatever they do meanwhile.
- *The ramp* is how long the measure needs from its old target to the new one.

An order that carries no plan has no decision: its account begins with what it carries.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from desim.mechanism.steps import PURPOSES
from desim.outcome.basis import decisions_behind, reports_behind
from desim.outcome.bottleneck import LASTING, Bottleneck, Sites
from desim.outcome.outcome import Outcome
from desim.outcome.timing import NOTHING, is_order
from desim.outcome.way import Floats, Ints, Stretches, Ways
from desim.program.program import Op
from desim.trace.record import Kind
from desim.trace.trace import Trace

PARTS: dict[str, tuple[str, str]] = {
    "observing": ("Not yet taken up", "What the board shows or was decided lies on a desk."),
    "reporting": ("Reporting", "Work on reports: compiling, verifying, receiving."),
    "waiting": ("Waiting at desks", "Waiting for staff, on the way of reports and of orders."),
    "condition": ("Waiting for a condition", "Waiting until something is so, such as a level."),
    "assessing": ("Assessing", "Work of no other purpose, before and after the decision."),
    "consulting": ("Consulting", "Work on consultation and negotiation, and waiting for answers."),
    "approving": ("Approving", "A superior's work on consent."),
    "referring": ("Referrals and returns", "Work at the wrong unit, and on what was sent back."),
    "ordering": ("Passing orders on", "Work on orders and notices on their way down."),
    "transmitting": ("Transmitting", "Under way on links, losses and repeats included."),
    "field": ("Field work", "Work and transport in the field, and waiting for equipment."),
    "ramp": ("Ramp", "The measure moves to its target."),
}
"""Parts of an order's time, in the order in which they are told: title, and what it is."""
_PART = {name: number for number, name in enumerate(PARTS)}
_BY_PURPOSE = {
    "report": "reporting",
    "forecast": "reporting",
    "monitoring": "reporting",
    "verification": "reporting",
    "inquiry": "reporting",
    "feedback": "reporting",
    "fallback": "reporting",
    "consultation": "consulting",
    "negotiation": "consulting",
    "approval": "approving",
    "return": "referring",
    "referral": "referring",
    "orphan": "referring",
    "duplicate": "referring",
    "order": "ordering",
    "notice": "ordering",
    "field": "field",
}
"""Part to which work of a purpose counts; work of other purposes is assessing."""
_WORK = np.array([_PART[_BY_PURPOSE.get(purpose, "assessing")] for purpose in PURPOSES])
_JOIN = np.array([_PART[_BY_PURPOSE.get(purpose, "consulting")] for purpose in PURPOSES])


@dataclass(frozen=True, eq=False)
class Delays:
    """Where the hours of each order went.

    Parameters
    ----------
    slot
        int64 (orders,): the measure and place, a row of the program's slots.
    decided
        float64 (orders,): hour of the decision; of what is carried where there is none.
    hours
        float64 (orders, parts): hours by part, in the order of `PARTS`.
    total
        float64 (orders,): from the observation (mean over the needs) to the effect in the field.
    bottlenecks
        Units, links and pools, those with most hours first.
    """

    slot: Ints
    decided: Floats
    hours: Floats
    total: Floats
    bottlenecks: tuple[Bottleneck, ...]


_KNOWN: WeakKeyDictionary[Trace, Delays] = WeakKeyDictionary()
"""The decomposition of a trace is the same each time, and a dozen outcomes ask for it."""


def decomposition(trace: Trace) -> Delays:
    """Where the hours of each order that reached the field went, see the module's text.

    Parameters
    ----------
    trace
        A trace.

    Returns
    -------
    Delays
        One row an order, in the order in which they reached the field. None of the parts is
        negative, and together they are the total.
    """
    found = _KNOWN.get(trace)
    if found is None:
        found = _KNOWN[trace] = _Account(trace).delays()
    return found


def bottlenecks(trace: Trace) -> tuple[Bottleneck, ...]:
    """Units, links and pools at which orders spent their hours, those with most hours first.

    Time before the decision counts once for each order that rests on it. Where an item waited
    for answers, the hours are those of the child whose answer it waited for.

    Parameters
    ----------
    trace
        A trace.
    """
    return decomposition(trace).bottlenecks


class _Account:
    """The account of one trace while it is being made."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.ways = trace, Ways(trace)
        self.sites = Sites(trace)

    def delays(self) -> Delays:
        """The finished account."""
        ways, records = self.ways, self.trace.records
        rows = np.flatnonzero(records["kind"] == Kind.ACTIVATE)
        rows = rows[is_order(self.trace, records[rows])]
        orders = ways.place[rows]
        decisions = decisions_behind(ways, orders)
        has = decisions >= 0
        used, which, uses = np.unique(decisions[has], return_inverse=True, return_counts=True)
        decided = records["since"][rows].copy()
        decided[has] = ways.time[used[which]]
        hours = self._hours(orders, decided, np.ones(len(orders)))
        before, observed = self._before(used, uses)
        hours[has] += before[which]
        begun = decided.copy()
        begun[has] = observed[which]
        slot = self.trace.program.steps.target[records["step"][rows]]
        hours[:, _PART["ramp"]] = ramp = _ramps(self.trace)[rows]
        total = ways.time[orders] - begun + ramp
        return Delays(slot, decided, hours, total, self.sites.ranked())

    def _before(self, decisions: Ints, uses: Ints) -> tuple[Floats, Floats]:
        """Hours by part before each decision, and the hour at which its needs were observed."""
        ways, records = self.ways, self.trace.records
        owner, told = reports_behind(ways, decisions)
        weight = 1.0 / np.bincount(owner, minlength=len(decisions))[owner]
        reported = told >= 0
        since, until = np.zeros(len(told)), np.zeros(len(told))
        since[reported] = records["since"][ways.row[told[reported]]]
        until[reported] = ways.time[told[reported]]
        counts = weight * uses[owner]
        found = self._hours(decisions[owner], until, counts)
        found[reported] += self._hours(told[reported], since[reported], counts[reported])
        hours = np.zeros((len(decisions), len(PARTS)))
        np.add.at(hours, owner, found * weight[:, None])
        observed = np.bincount(owner, since * weight, minlength=len(decisions))
        return hours, observed.astype(np.float64)

    def _hours(self, ends: Ints, since: Floats, counts: Floats) -> Floats:
        """Hours by part of the ways to some places; what is spent where is noted, `counts` times.

        Returns
        -------
        numpy.ndarray
            float64 (ways, parts).
        """
        stretches, unused = self.ways.back(ends, since)
        cells = stretches.owner * len(PARTS) + _parts(self.ways, stretches)
        size = len(ends) * len(PARTS)
        spent = np.bincount(cells, stretches.hours, minlength=size)
        hours: Floats = spent.astype(np.float64).reshape(-1, len(PARTS))
        hours[:, _PART["observing"]] += unused
        self._note(stretches, counts)
        return hours

    def _note(self, stretches: Stretches, counts: Floats) -> None:
        """Note where hours were spent; in place of waiting for answers, what the last one did."""
        ways = self.ways
        while len(stretches.owner):
            times = counts[stretches.owner]
            self.sites.add(ways, stretches, times)
            waits = ~np.isin(ways.kind[stretches.place], LASTING)
            joins, which = np.unique(stretches.place[waits] + 1, return_inverse=True)
            ends = ways.answers(joins)[which]
            counts = times[waits]
            stretches, _ = ways.back(ends, stretches.begin[waits])


def _parts(ways: Ways, stretches: Stretches) -> Ints:
    """The part of each stretch, by the record with which it begins and its step's purpose."""
    program, place = ways.trace.program, stretches.place
    kind, step = ways.kind[place], ways.step[place]
    purpose = program.purpose[step]
    in_field = _WORK[purpose] == _PART["field"]
    equipment = in_field | (program.steps.op[step] == Op.TAKE)
    found: Ints = np.select(
        [kind == Kind.QUEUE, kind == Kind.START, kind == Kind.SEND, kind == Kind.ASK],
        [
            np.full(len(kind), _PART["waiting"]),
            _WORK[purpose],
            np.where(in_field, _PART["field"], _PART["transmitting"]),
            np.where(equipment, _PART["field"], _PART["condition"]),
        ],
        _JOIN[program.purpose[ways.step[place + 1]]],
    )
    return found


def _ramps(trace: Trace) -> Floats:
    """Hours that each activation's measure needs from its old target; 0 for other records."""
    records = trace.records
    rows = np.flatnonzero(records["kind"] == Kind.ACTIVATE)
    slot = trace.program.steps.target[records["step"][rows]]
    rows = rows[np.argsort(slot, kind="stable")]
    slot = np.sort(slot, kind="stable")
    value = records["value"][rows]
    change = np.diff(value, prepend=0.0)
    first = np.diff(slot, prepend=-1) > 0
    change[first] = value[first]
    measures = {measure.name: measure for measure in trace.program.mechanism.measures}
    pace = np.array([(measures[m].ramp_up, measures[m].ramp_down) for m, _ in trace.program.slots])
    hours = np.zeros(len(records))
    hours[rows] = np.abs(change) * pace.reshape(-1, 2)[slot, (change < 0.0).astype(np.int64)]
    return hours


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else NOTHING


def _outcome(part: str) -> Outcome:
    title, what = PARTS[part]
    return Outcome(
        f"delay_{part}", f"Hours of an order: {title[0].lower()}{title[1:]}", "h", "lower",
        f"Mean hours of an order from observation to effect in the field, this part. {what}",
        _UNFINISHED, lambda trace: _mean(decomposition(trace).hours[:, _PART[part]]),
    )  # fmt: skip


_UNFINISHED = (
    "Only orders that reached the field count; a ramp counts in full. Not a number when none "
    "reached it."
)
DELAYS: tuple[Outcome, ...] = (
    Outcome(
        "delay_total", "Hours of an order: all", "h", "lower",
        "Mean hours of an order from the observation of need to the measure's effect in the field.",
        _UNFINISHED, lambda trace: _mean(decomposition(trace).total),
    ),
    *map(_outcome, PARTS),
)  # fmt: skip
