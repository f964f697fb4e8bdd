"""The sections about speed: all engines, all workloads."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import speed
from benchmarks.engines import CPP, SIMPY, Engine
from benchmarks.findings import SHORT, UNIT, Findings
from benchmarks.markdown import NONE, megabytes, significant, table
from benchmarks.peers.peer import WORKLOADS
from benchmarks.speed import Speed

NOTES = (
    "Everybody but the compiled engine without its trace also sums up times in the system; it "
    "tells only how many events there were. With its trace, every record is written and copied "
    "out.",
    "The C++ loop draws from one `std::mt19937_64` through the standard distributions, and "
    "breaks ties as it likes. desim computes every draw from what it decides, so that a "
    "customer has the same luck whatever else changes, and has a rule for ties.",
    "Cimba runs with the recording of levels off, salabim with its monitors on as it comes and "
    "in its style of generators. A customer is a process, component or spawned model, but for W1 "
    "in Cimba, which is two processes around a store, as in its own benchmark.",
)


def speeds(findings: Findings) -> Iterator[str]:
    """Nanoseconds an event, and ratios."""
    yield "## Speed"
    yield ""
    found = speed.speeds(findings.results, findings.engines)
    against = [f"{SHORT[w]} against {name}" for name in ("SimPy", "C++") for w in WORKLOADS]
    rows = [_speeds(engine, found) for engine in findings.engines]
    rows += [[title, *([NONE] * 3 * len(WORKLOADS))] for title in findings.missing]
    yield from table(["engine", *(f"{SHORT[w]}, ns/event" for w in WORKLOADS), *against], rows)
    yield ""
    yield (
        "Against SimPy, more is faster: how many times as fast as plain SimPy. Against C++, less "
        "is faster: how many times as long as the loop written by hand for the model. A dash: "
        "the engine is not here, or cannot say the workload (Ciw cannot ask several units and "
        "wait for all answers)."
    )
    yield ""
    for note in NOTES:
        yield f"- {note}"
    for title, reason in findings.missing.items():
        yield f"- Not played: {title}, {reason}."


def _speeds(engine: Engine, found: dict[tuple[str, str], Speed]) -> list[str]:
    def nanoseconds(name: str, workload: str) -> float | None:
        own = found.get((name, workload))
        return own.nanoseconds if own else None

    def ratio(over: str, under: str, workload: str) -> str:
        top, bottom = nanoseconds(over, workload), nanoseconds(under, workload)
        return f"{significant(top / bottom)}x" if top and bottom else NONE

    own = [nanoseconds(engine.name, workload) for workload in WORKLOADS]
    return [
        engine.title,
        *(f"{value:,.0f}" if value else NONE for value in own),
        *(ratio(SIMPY, engine.name, workload) for workload in WORKLOADS),
        *(ratio(engine.name, CPP, workload) for workload in WORKLOADS),
    ]


def sizes(findings: Findings) -> Iterator[str]:
    """What each engine played, how much rounds differed, how it started and what it held."""
    yield "### Sizes, spread, start and memory"
    yield ""
    yield (
        "Slow engines play less. In each cell: the size, then the slowest round less the fastest "
        "as a share of the median. Start: imports and a first short run, in seconds, with all "
        "caches there are. Peak: the most memory the process held, in MB, by workload, at these "
        "sizes."
    )
    yield ""
    found = speed.speeds(findings.results, findings.engines)
    rows = [_sizes(engine, found, quick=findings.quick) for engine in findings.engines]
    yield from table(["engine", *(SHORT[w] for w in WORKLOADS), "start", "peak"], rows)


def _sizes(engine: Engine, found: dict[tuple[str, str], Speed], *, quick: bool) -> list[str]:
    own = {w: found[engine.name, w] for w in WORKLOADS if (engine.name, w) in found}

    def size(workload: str) -> str:
        if workload not in own:
            return NONE
        played = speed.size_of(engine, workload, quick=quick)
        return f"{played:,.0f} {UNIT[workload]}; {own[workload].spread:.0%}"

    ready = f"{max(each.ready for each in own.values()):.1f}" if own else NONE
    peaks = " / ".join(megabytes(own[w].peak) if w in own else NONE for w in WORKLOADS)
    return [engine.title, *map(size, WORKLOADS), ready, peaks]
