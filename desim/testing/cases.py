"""The contract of a case: it can be read, run at all its values, and played alike by engines."""

from __future__ import annotations

from collections.abc import Iterator

from desim.case.case import Case, CaseError
from desim.case.load import Tables
from desim.engine import play
from desim.mechanism.diff import digest
from desim.outcome.catalogue import OUTCOMES
from desim.program import lower
from desim.testing.fault import Fault, demand, said


def check_case(case: str) -> None:
    """Hold a case to its contract.

    Parameters
    ----------
    case
        Name or folder.

    Raises
    ------
    NotConforming
        With every fault, each with what to do.
    """
    demand(f"case {case}", case_faults(case))


def case_faults(case: str) -> tuple[Fault, ...]:
    """Every fault of a case; parameters as of `check_case`."""
    try:
        tables = Tables(case)
        found = tables.case()
    except CaseError as error:
        return tuple(
            Fault("can be read", line, "mend the table") for line in str(error).splitlines()
        )
    return tuple(_faults(tables, found))


def _faults(tables: Tables, case: Case) -> Iterator[Fault]:
    if not case.title:
        yield Fault("says what it is", "case.toml has no title", "give it one")
    yield from _ranges(tables, case)
    program = lower(case.mechanism)
    trace = play(program, seed=7, replication=0)
    if not len(trace.records):
        advice = "give it streams that begin before the horizon"
        yield Fault("does something", "nothing happens in a run", advice)
    if play(program, seed=7, replication=0, engine="simpy").digest != trace.digest:
        yield Fault("plays alike on both engines", "traces differ", "tell the authors of desim")
    for outcome in OUTCOMES:
        if outcome.needs_world and not len(trace.world):
            continue
        try:
            outcome(trace)
        except Exception as error:  # noqa: BLE001 - said as a fault
            shown = f"outcome {outcome.name} raises {said(error)}"
            yield Fault("can be measured", shown, "tell the authors of desim")


def _ranges(tables: Tables, case: Case) -> Iterator[Fault]:
    """Every parameter does something, and can be at both ends of its range."""
    best = digest(case.mechanism)
    for p in case.parameters:
        digests = {best}
        for value in (p.low, p.high):
            try:
                digests.add(digest(tables.case({p.name: value}).mechanism))
            except CaseError as error:
                shown = f"{p.name} = {value:g}: {str(error).splitlines()[0]}"
                yield Fault("can run at all its values", shown, "narrow its range")
                digests.add("")
        if len(digests) == 1 and p.low < p.high:
            shown = f"parameter {p.name} changes nothing between {p.low:g} and {p.high:g}"
            yield Fault("has no idle numbers", shown, "use it in a table, or take its row out")
