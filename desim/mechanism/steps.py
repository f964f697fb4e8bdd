"""The closed family of steps a procedure is made of. Prefer composing them to adding one.

Every step has a label, unique in its procedure. Draws are keyed by ``procedure.label``, so a
label is a promise: what keeps its label keeps its luck (semantics 8). `purpose` says what a step
is for (see `PURPOSES`); policies find the steps they change by it, and outcomes count by it.
"""

from __future__ import annotations

from dataclasses import dataclass

from desim.distribution import Distribution
from desim.mechanism.levels import Condition, Level

END = "end"
"""The reserved label of a procedure's end."""

PURPOSES: dict[str, str] = {
    "": "ordinary work",
    "report": "information on its way up",
    "forecast": "a forecast that neighbours have data for",
    "monitoring": "comparing what meters show with what was ordered",
    "verification": "checking what was reported",
    "consultation": "asking those who must be heard",
    "approval": "a superior's consent",
    "return": "sent back for revision",
    "referral": "landed at the wrong unit and is passed on",
    "orphan": "landed where nobody takes it up, and is lost",
    "duplicate": "two units take up the same order",
    "negotiation": "agreeing terms with another region",
    "order": "an instruction on its way down",
    "notice": "telling enterprises or the public",
    "inquiry": "answering the public",
    "feedback": "what the public tells the authorities",
    "field": "carrying it out",
    "fallback": "the manual way while a platform is down",
}


@dataclass(frozen=True, slots=True)
class Work:
    """Queue at a unit, hold one of its staff for a duration, release (semantics 5 and 7)."""

    label: str
    unit: str
    duration: Distribution
    purpose: str = ""
    urgency: int | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """Travel a link: its delay, its chance of loss and resend, its error on what is carried."""

    label: str
    link: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Fork:
    """Start one child item in each named procedure; the item itself goes on."""

    label: str
    branches: tuple[str, ...]
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Join:
    """Wait until `quorum` children of a fork are done (all of them when ``None``)."""

    label: str
    fork: str
    quorum: int | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """Where to go, and by what chance or under what condition (exactly one of the two)."""

    to: str
    chance: float | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Choose:
    """Jump by chance, or to the first branch whose condition holds; otherwise go on.

    The branches are all by chance (one uniform decides between them) or all by condition.
    Without branches it is a label to jump to.
    """

    label: str
    branches: tuple[Branch, ...] = ()
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Take:
    """Wait in order for `amount` of a pool's stock (semantics 6)."""

    label: str
    pool: str
    amount: float = 1.0
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Give:
    """Bring `amount` back to a pool."""

    label: str
    pool: str
    amount: float = 1.0
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Await:
    """Wait until a condition holds; give up after `deadline` and jump to `otherwise`.

    Without a deadline it waits as long as it takes; without `otherwise` it goes on with the next
    step after giving up.
    """

    label: str
    when: Condition
    deadline: Distribution | None = None
    otherwise: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Observe:
    """Read a level: the item now carries its value and the time at which it was true.

    `error` is the coefficient of variation of a lognormal factor of mean 1 on the value read. The
    factor belongs to what is read and when, not to who reads it, and drifts within `persistence`
    hours; `shared` is the share of its variance that all places of a quantity have in common
    (semantics 8).
    """

    label: str
    level: Level
    error: float = 0.0
    shared: float = 0.0
    persistence: float = 24.0
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Tell:
    """Put what the item carries on a unit's board, if newer than what is there."""

    label: str
    unit: str
    topic: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Decide:
    """A unit applies a rule to its board and lays down plans."""

    label: str
    rule: str
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Activate:
    """Give a measure at a place its target: `amount`, or what the item carries when ``None``.

    With `add` the amount is added to the target there is (generators connected one by one).
    What is carried is an order with a date: one that is older than the order in force is filed
    and not carried out (semantics 13), but for a chance `unchecked` that nobody looks at the date.
    """

    label: str
    measure: str
    place: str
    amount: float | None = None
    add: bool = False
    unchecked: float = 0.0
    purpose: str = ""


Step = Work | Send | Fork | Join | Choose | Take | Give | Await | Observe | Tell | Decide | Activate
