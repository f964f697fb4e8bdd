"""The sections about desim alone: its case, its start, its memory, where its time goes."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import breakdown, replications, sichuan, start_up, studies
from benchmarks.findings import Findings
from benchmarks.markdown import NONE, megabytes, significant, table
from benchmarks.sichuan import Rate

UNMEASURED = "Not measured."


def case(findings: Findings) -> Iterator[str]:
    """How fast the built-in case is played."""
    found = sichuan.rates(findings.results)
    yield "## The Sichuan baseline"
    yield ""
    if not found:
        yield UNMEASURED
        return
    entries = max(rate.entries for rate in found.values())
    yield (
        f"One replication of the built-in case: about {significant(entries)} calendar entries, "
        "an hourly world among them. On one core; outcomes are all there are."
    )
    yield ""
    heads = [
        "engine", "events a second", "ns/event", "replications a second",
        "the same with outcomes", "against the SimPy engine", "peak, MB",
    ]  # fmt: skip
    slow = found.get("simpy")
    yield from table(heads, [_rate(engine, rate, slow) for engine, rate in found.items()])


def _rate(engine: str, rate: Rate, slow: Rate | None) -> list[str]:
    with_outcomes = significant(1.0 / (rate.play + rate.outcomes))
    per_event = rate.play / rate.entries
    ratio = slow.play / slow.entries / per_event if slow else None
    return [
        sichuan.TITLES[engine],
        f"{significant(1e-6 / per_event)} million",
        f"{1e9 * per_event:,.0f}",
        significant(1.0 / rate.play),
        with_outcomes if engine != "untraced" else NONE,
        f"{significant(ratio)}x" if ratio else NONE,
        megabytes(rate.peak),
    ]


def runner(findings: Findings) -> Iterator[str]:
    """What a study costs beside the engine."""
    yield "## A study of it"
    yield ""
    found = studies.cost(findings.results)
    if found is None:
        yield UNMEASURED
        return
    yield (
        "Replications of the Sichuan baseline, each with four outcomes and the digest of its "
        "trace. As a study each also gets a name and a row on disk, and can be taken up again."
    )
    yield ""
    rows = [
        ["nothing around them, ms of processor time a replication", f"{1e3 * found.alone:.1f}"],
        ["as a study in one process, until the last row is written", f"{1e3 * found.study:.1f}"],
        ["**what the runner adds**", f"**{100.0 * found.added:+.1f} %**"],
        ["the study's tables, once, s", f"{found.tables:.1f}"],
        ["replications a second on all cores, start and tables included", f"{found.rate:.0f}"],
        ["finding out that nothing is left to do, s", f"{found.again:.2f}"],
        ["most memory of the process that runs the study, MB", megabytes(found.peak)],
    ]
    yield from table(["", ""], rows)


def parts(findings: Findings) -> Iterator[str]:
    """Where the compiled engine's time goes."""
    found = breakdown.breakdowns(findings.results)
    yield "## Where the compiled engine's time goes"
    yield ""
    if not found:
        yield UNMEASURED
        return
    yield (
        "Nanoseconds an event, from differences between runs that lack one thing. A processor "
        "does several things at once, so parts overlap: a guide, not an account."
    )
    yield ""
    rows = [
        [part, *(f"{split[part]:.0f}" for split in found.values()), how]
        for part, how in breakdown.PARTS.items()
    ]
    whole = [sum(split[part] for part in breakdown.PARTS) for split in found.values()]
    rows.append(["**all**", *(f"**{value:.0f}**" for value in whole), ""])
    pending = [f"{split['pending']:,.0f}" for split in found.values()]
    rows.append(["*entries pending*", *pending, "on average, the next arrivals included"])
    yield from table(["part", *(breakdown.TITLES[w] for w in found), "measured as"], rows)


def starts(findings: Findings) -> Iterator[str]:
    """How long it takes to the first run."""
    yield "## Start-up"
    yield ""
    yield (
        "Seconds in a fresh process. Cold: numba's cache is empty, as after an installation or a "
        "change of the engine; warm: as on every later start."
    )
    yield ""
    rows = [
        [
            f"{start_up.TITLES[engine]}, {cache}",
            *(f"{value:.1f}" for value in (seconds.imports, seconds.first_run, seconds.wall)),
        ]
        for (engine, cache), seconds in start_up.start_ups(findings.results).items()
    ]
    yield from table(["", "imports", "first run", "whole process"], rows)
    if findings.compiling is not None:
        yield ""
        yield f"For comparison, compiling the C++ loop takes {findings.compiling:.1f} s."


def memory(findings: Findings) -> Iterator[str]:
    """Whether memory stays flat."""
    yield "## Memory over many replications"
    yield ""
    yield (
        "One process plays a tiny mechanism again and again, each time with its trace: what it "
        "holds after a tenth of the replications, and after all. Runs on SimPy leave circles of "
        "objects that Python clears now and then, hence some MB up and down."
    )
    yield ""
    rows = [
        [
            title,
            f"{found['count']:,}",
            f"{found['first'] / 1e6:.1f}",
            f"{found['last'] / 1e6:.1f}",
            f"{(found['last'] - found['first']) / found['count']:+.1f}",
            significant(found["count"] / found["seconds"]),
        ]
        for engine, title in replications.TITLES.items()
        for found in findings.results.of(replications.SECTION, engine)
    ]
    heads = [
        "engine", "replications", "MB, first", "MB, last", "bytes a replication",
        "replications a second",
    ]  # fmt: skip
    yield from table(heads, rows)
