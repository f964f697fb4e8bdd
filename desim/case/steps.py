"""Rows of the procedures' table to procedures: one row a step, or one row a pattern."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from functools import partial
from itertools import groupby
from pathlib import Path

from desim.case.reading import Reading, Row
from desim.case.table import read_table
from desim.distribution import constant
from desim.mechanism.complaint import unknown
from desim.mechanism.parts import Procedure
from desim.mechanism.procedures import approve, consult, refer
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

COLUMNS = (
    "procedure", "for_each", "draws?", "label", "step", "arguments", "purpose", "title", "source",
)  # fmt: skip
_OF_FIRST_ROWS = {"for_each": "for which places", "draws": "what its draws are keyed by"}
Arguments = dict[str, Row]


def read_procedures(reading: Reading, folder: Path) -> tuple[Procedure, ...]:
    """Every procedure; rows of one procedure stand together.

    Parameters
    ----------
    reading, folder
        Where complaints go, and where ``procedures.csv`` is.
    """

    def groups() -> list[list[Row]]:
        rows = read_table(reading, folder, "procedures.csv", COLUMNS)
        if any("procedure" in row.absent for row in rows):
            return []  # nobody knows which rows belong together
        return [each for group in _groups(rows) for each in _expanded(group)]

    def procedures() -> tuple[Procedure, ...]:
        expanded = reading.made(("procedures", "rows"), groups)
        names = [group[0].text("procedure") for group in expanded]
        return tuple(
            reading.made((*group[0].key, "part"), partial(_procedure, reading, group, names))
            for group in expanded
        )

    return reading.made(("procedures",), procedures)


def _groups(rows: Iterable[Row]) -> list[list[Row]]:
    return [list(group) for _, group in groupby(rows, key=lambda row: row.cells["procedure"])]


def _expanded(rows: list[Row]) -> list[list[Row]]:
    """The rows of one procedure, once for every place when its first row says so."""
    for row in rows[1:]:
        for column, what in _OF_FIRST_ROWS.items():
            if row.text(column):
                row.complain(column, f"only the first row of a procedure says {what}")
    return [[row.at(first.place) for row in rows] for first in rows[0].expanded()]


def _procedure(reading: Reading, rows: list[Row], names: list[str]) -> Procedure:
    name = rows[0].text("procedure")
    reading.origin["procedures", name, ""] = rows[0].where
    steps: list[Step] = []
    for row in rows:
        made = _made(row, names)
        for step in made:
            reading.origin["procedures", name, step.label] = row.where
        steps += made
    words = (rows[0].text("title"), rows[0].text("source"), rows[0].text("draws") or "item")
    return Procedure(name, tuple(steps), *words)


def _made(row: Row, names: list[str]) -> tuple[Step, ...]:
    kind = row.text("step")
    if kind not in _KINDS:
        row.complain("step", unknown("step", kind, _KINDS))
        return ()
    wanted, make = _KINDS[kind]
    arguments = row.arguments("arguments")
    allowed = {key.rstrip("?") for key in wanted}
    for key in arguments:
        if key not in allowed and not (kind == "choose" and key.startswith(("chance.", "when."))):
            row.complain("arguments", unknown(f"argument of {kind}", key, allowed))
    missing = [key for key in wanted if not key.endswith("?") and key not in arguments]
    for key in missing:
        row.complain("arguments", f"{kind} needs {key}")
    if missing:
        return ()
    return make(row, arguments, names)


def _text(arguments: Arguments, key: str) -> str:
    return arguments[key].text(key) if key in arguments else ""


def _number(arguments: Arguments, key: str, default: float) -> float:
    return arguments[key].number_in(key) if key in arguments else default


def _whole(arguments: Arguments, key: str, least: int | None = None) -> int | None:
    """A whole number, complained about when it is below the least that makes sense."""
    if key not in arguments:
        return None
    cell = arguments[key]
    found = cell.whole_in(key, 0 if least is None else least)
    if least is not None and found < least:
        cell.complain(key, f"{found} is less than {least}")
    return found


def _work(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    urgency = _whole(a, "urgency")
    duration = a["duration"].law("duration")
    return (Work(row.text("label"), _text(a, "unit"), duration, row.text("purpose"), urgency),)


def _send(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    return (Send(row.text("label"), _text(a, "link"), row.text("purpose")),)


def _branches(a: Arguments, names: list[str]) -> tuple[str, ...]:
    found: list[str] = []
    for pattern in a["branches"].words("branches"):
        found += [name for name in names if fnmatchcase(name, pattern)] or [pattern]
    return tuple(found)


def _fork(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    return (Fork(row.text("label"), _branches(a, names), row.text("purpose")),)


def _join(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    return (Join(row.text("label"), _text(a, "fork"), _whole(a, "quorum", 1), row.text("purpose")),)


def _choose(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    branches = []
    for key, cell in a.items():
        kind, _, to = key.partition(".")
        if kind == "chance":
            branches.append(Branch(to, chance=cell.number_in(key)))
        else:
            branches.append(Branch(to, when=cell.condition(key)))
    return (Choose(row.text("label"), tuple(branches), row.text("purpose")),)


def _take(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    amount = _number(a, "amount", 1.0)
    return (Take(row.text("label"), _text(a, "pool"), amount, row.text("purpose")),)


def _give(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    amount = _number(a, "amount", 1.0)
    return (Give(row.text("label"), _text(a, "pool"), amount, row.text("purpose")),)


def _await(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    when = a["when"].condition("when")
    if when is None:
        row.complain("arguments", "await needs a condition")
        return ()
    deadline = a["deadline"].law("deadline") if "deadline" in a else None
    otherwise = _text(a, "otherwise")
    return (Await(row.text("label"), when, deadline, otherwise, row.text("purpose")),)


def _observe(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    error, shared = _number(a, "error", 0.0), _number(a, "shared", 0.0)
    level, persistence = a["level"].level("level"), _number(a, "persistence", 24.0)
    words = (row.text("label"), level, error, shared, persistence, row.text("purpose"))
    return (Observe(*words),)


def _tell(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    return (Tell(row.text("label"), _text(a, "unit"), _text(a, "topic"), row.text("purpose")),)


def _decide(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    return (Decide(row.text("label"), _text(a, "rule"), row.text("purpose")),)


def _activate(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    amount = a["amount"].number_in("amount") if "amount" in a else None
    measure, place = _text(a, "measure"), _text(a, "place")
    add = "add" in a and a["add"].yes_in("add")
    unchecked = _number(a, "unchecked", 0.0)
    purpose = row.text("purpose")
    return (Activate(row.text("label"), measure, place, amount, add, unchecked, purpose),)


def _refer(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    times = _whole(a, "times", 1)
    return refer(
        row.text("label"), a["chance"].number_in("chance"), _text(a, "unit"), _text(a, "back"),
        a["triage"].law("triage"), times=3 if times is None else times,
    )  # fmt: skip


def _approve(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    return approve(
        row.text("label"), _text(a, "up"), _text(a, "approver"), a["work"].law("work"),
        _text(a, "down"), drafter=_text(a, "drafter"),
        revision=a["revision"].law("revision") if "revision" in a else constant(0.0),
        returned=_number(a, "returned", 0.0),
        delegated=_number(a, "delegated", 0.0) if "delegated" in a else None,
    )  # fmt: skip


def _consult(row: Row, a: Arguments, names: list[str]) -> tuple[Step, ...]:
    return consult(row.text("label"), _branches(a, names), quorum=_whole(a, "quorum", 1))


Make = Callable[[Row, Arguments, list[str]], tuple[Step, ...]]
_KINDS: dict[str, tuple[tuple[str, ...], Make]] = {
    "work": (("unit", "duration", "urgency?"), _work),
    "send": (("link",), _send),
    "fork": (("branches",), _fork),
    "join": (("fork", "quorum?"), _join),
    "choose": ((), _choose),
    "take": (("pool", "amount?"), _take),
    "give": (("pool", "amount?"), _give),
    "await": (("when", "deadline?", "otherwise?"), _await),
    "observe": (("level", "error?", "shared?", "persistence?"), _observe),
    "tell": (("unit", "topic"), _tell),
    "decide": (("rule",), _decide),
    "activate": (("measure", "place", "amount?", "add?", "unchecked?"), _activate),
    "refer": (("chance", "unit", "back", "triage", "times?"), _refer),
    "approve": (
        ("up", "approver", "work", "down", "drafter", "revision", "returned?", "delegated?"),
        _approve,
    ),
    "consult": (("branches", "quorum?"), _consult),
}
