"""Sugar: the common patterns of coordination, each returning plain steps.

Nothing here is a new kind of step. What comes back can be printed, changed and diffed like
steps written by hand.
"""

from __future__ import annotations

from desim.distribution import Distribution
from desim.mechanism.levels import Level
from desim.mechanism.parts import Procedure
from desim.mechanism.steps import (
    Activate,
    Branch,
    Choose,
    Fork,
    Join,
    Observe,
    Send,
    Step,
    Tell,
    Work,
)


def report_up(
    level: Level,
    hops: tuple[tuple[str, str, Distribution], ...],
    topic: str,
    *,
    error: float = 0.0,
) -> tuple[Step, ...]:
    """Observe a level and carry it up, hop by hop, to the last unit's board.

    Parameters
    ----------
    level
        What is observed.
    hops
        ``(link, unit, work)``: the link to travel, the unit that then processes the report, and
        for how long (hours).
    topic
        The line on the last unit's board.
    error
        Coefficient of variation of the reading.
    """
    steps: list[Step] = [Observe("observe", level, error, purpose="report")]
    for number, (link, unit, work) in enumerate(hops, start=1):
        steps.append(Send(f"hop{number}", link, purpose="report"))
        steps.append(Work(f"handle{number}", unit, work, purpose="report"))
    steps.append(Tell("tell", hops[-1][1], topic, purpose="report"))
    return tuple(steps)


def consult(
    label: str, branches: tuple[str, ...], *, quorum: int | None = None
) -> tuple[Step, ...]:
    """Ask several units at once and go on when `quorum` of them have answered.

    Parameters
    ----------
    label
        Prefix of the two labels.
    branches
        Procedures of those asked, see `consulted`.
    quorum
        How many answers are enough; ``None`` for all.
    """
    return (
        Fork(f"{label}.ask", branches, purpose="consultation"),
        Join(f"{label}.answers", f"{label}.ask", quorum, purpose="consultation"),
    )


def consulted(name: str, unit: str, there: str, back: str, work: Distribution) -> Procedure:
    """The procedure of one unit that is consulted: receive, work, answer.

    Parameters
    ----------
    name
        Name of the procedure.
    unit, work
        Who answers, and how long it works on it (hours).
    there, back
        The links of question and answer.
    """
    return Procedure(
        name,
        (
            Send("ask", there, purpose="consultation"),
            Work("consider", unit, work, purpose="consultation"),
            Send("answer", back, purpose="consultation"),
        ),
    )


def refer(
    label: str, chance: float, unit: str, back: str, triage: Distribution, *, times: int = 3
) -> tuple[Step, ...]:
    """The item may first land at the wrong unit, which finds out and passes it on.

    Parameters
    ----------
    label
        Prefix of the labels.
    chance
        Chance in [0, 1] to be at the wrong unit, at each of at most `times` attempts.
    unit, triage
        The wrong unit and its time to find out (hours).
    back
        The link over which it is passed on.
    times
        After so many referrals the next landing is right (a forced ruling).
    """
    steps: list[Step] = []
    for n in range(1, times + 1):
        steps += [
            Choose(f"{label}.land{n}", (Branch(f"{label}.wrong{n}", chance),), "referral"),
            Choose(f"{label}.right{n}", (Branch(f"{label}.there", 1.0),)),
            Work(f"{label}.wrong{n}", unit, triage, purpose="referral"),
            Send(f"{label}.pass{n}", back, purpose="referral"),
        ]
    return (*steps, Choose(f"{label}.there"))


def approve(
    label: str,
    up: str,
    approver: str,
    work: Distribution,
    down: str,
    *,
    drafter: str,
    revision: Distribution,
    returned: float = 0.0,
    delegated: float | None = None,
) -> tuple[Step, ...]:
    """Send a draft up, have it approved or returned for revision, and get it back.

    Parameters
    ----------
    label
        Prefix of the labels.
    up, down
        The links to the approver and back.
    approver, work
        Who decides, and how long it takes (hours).
    drafter, revision
        Who revises a returned draft, and how long (hours).
    returned
        Chance in [0, 1) that a draft comes back for revision.
    delegated
        Chance in [0, 1] that the matter was delegated in advance and needs no approval; None when
        it cannot be delegated.
    """
    in_advance: tuple[Step, ...] = ()
    if delegated is not None:
        granted = (Branch(f"{label}.granted", delegated),)
        in_advance = (Choose(f"{label}.delegated", granted, "approval"),)
    return (
        *in_advance,
        Send(f"{label}.up", up, purpose="approval"),
        Work(f"{label}.approve", approver, work, purpose="approval"),
        Send(f"{label}.down", down, purpose="approval"),
        Choose(f"{label}.verdict", (Branch(f"{label}.revise", returned),), "return"),
        Choose(f"{label}.passed", (Branch(f"{label}.granted", 1.0),)),
        Work(f"{label}.revise", drafter, revision, purpose="return"),
        Choose(f"{label}.again", (Branch(f"{label}.up", 1.0),)),
        Choose(f"{label}.granted"),
    )


def order_down(
    hops: tuple[tuple[str, str, Distribution], ...],
    measure: str,
    place: str,
    *,
    amount: float | None = None,
) -> tuple[Step, ...]:
    """Carry an order down, hop by hop, and activate a measure in the field.

    Parameters
    ----------
    hops
        ``(link, unit, work)`` as in `report_up`, downwards.
    measure, place
        What is activated, and where.
    amount
        Its target; ``None``: what the order carries.
    """
    steps: list[Step] = []
    for number, (link, unit, work) in enumerate(hops, start=1):
        steps.append(Send(f"hop{number}", link, purpose="order"))
        steps.append(Work(f"carry{number}", unit, work, purpose="order"))
    steps.append(Activate("activate", measure, place, amount, purpose="field"))
    return tuple(steps)
