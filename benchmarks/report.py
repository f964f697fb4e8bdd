"""The text of README.md, all of it: results as tables, and how to read them."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import report_agreement, report_desim, report_speed
from benchmarks.findings import Findings
from benchmarks.markdown import table


def text(findings: Findings) -> str:
    """The whole file."""
    sections = (
        preface,
        report_speed.speeds,
        report_speed.sizes,
        report_agreement.agreements,
        report_desim.case,
        report_desim.runner,
        report_desim.parts,
        report_desim.starts,
        report_desim.memory,
        machine,
        failures,
    )
    told = ("\n".join(section(findings)) for section in sections)
    return "\n\n".join(part for part in told if part) + "\n"


def preface(findings: Findings) -> Iterator[str]:
    """What this is and how to read it."""
    yield "# Benchmarks"
    yield ""
    yield (
        "`make bench` writes this file. It plays three workloads in desim and in other engines, "
        "side by side in one go: every measurement in a process of its own, one at a time, "
        f"{findings.rounds} rounds interleaved, medians of processor time. **Ratios hold; "
        "absolute figures are this machine's.** `make bench QUICK=1` plays small sizes and prints "
        "the text instead."
    )
    if findings.quick:
        yield ""
        yield "*Small sizes (`--quick`): good for seeing that everything works, not to quote.*"
    yield ""
    yield (
        "An event is one entry of the calendar, counted alike everywhere: an arrival, the end of "
        "a service, the end of a trip. W1 is a single queue (M/M/1, 90 % busy). W2 is a network "
        "of 20 units with 3 staff and two classes of urgency, random routes and trips. W3 is "
        "coordination: 60 units in four tiers, lognormal work and trips, reports up, all 8 "
        "cities asked at once, orders down. `workloads.py` has them in full; `peers/` says the "
        "same by hand in each other engine."
    )


def machine(findings: Findings) -> Iterator[str]:
    """What it ran on."""
    yield "## Machine"
    yield ""
    yield from table(["", ""], [[name, value] for name, value in findings.facts.items()])


def failures(findings: Findings) -> Iterator[str]:
    """What went wrong, if anything."""
    if not findings.results.failed:
        return
    yield "## What failed"
    yield ""
    for key, reason in findings.results.failed.items():
        yield f"- {', '.join(key)}: {reason}"
