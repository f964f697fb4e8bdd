"""What the model itself says to items of STRESS-DES."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterable
from importlib.metadata import version

import desim
from desim.engine.play import SEMANTICS
from desim.mechanism.steps import Work
from desim.outcome.catalogue import OUTCOMES
from desim.paper.numbers.model import parameters
from desim.paper.sources import NEEDED, Sources
from desim.paper.wording import listed, number
from desim.policy.catalogue import REFORMS

_LIBRARIES = ("simpy", "numpy", "scipy", "numba", "pandas", "pyarrow", "SALib", "statsmodels",
              "matplotlib", "seaborn")  # fmt: skip


def _outputs(sources: Sources) -> str:
    return "Outputs: " + "; ".join(f"{o.title} ({o.unit})" for o in OUTCOMES) + "."


def _aims(sources: Sources) -> str:
    studies = [sources.study(name) for name in NEEDED]
    return "Studies: " + " ".join(f"{s.question} ({s.name}, {s.kind})" for s in studies)


def _diagram(sources: Sources) -> str:
    m = sources.case.mechanism
    vertical = sum(link.orientation == "vertical" for link in m.links)
    return f"{len(m.units)} units, {vertical} vertical and {len(m.links) - vertical} other links."


def _logic(sources: Sources) -> str:
    m = sources.case.mechanism
    families = _families(p.name for p in m.procedures)
    steps = sum(len(p.steps) for p in m.procedures)
    return f"{len(m.procedures)} procedures with {steps} steps, of {len(families)} kinds: " + (
        ", ".join(families) + "."
    )


def _families(names: Iterable[str]) -> list[str]:
    """Names without the place, each once."""
    return list(dict.fromkeys(name.rpartition(".")[0] or name for name in names))


def _scenarios(sources: Sources) -> str:
    return " ".join(f"{reform.title}: {reform.summary}" for reform in REFORMS)


def _entities(sources: Sources) -> str:
    m = sources.case.mechanism
    streams = Counter(arrival.purpose or "other" for arrival in m.arrivals)
    kinds = listed([f"{count} of {purpose}" for purpose, count in sorted(streams.items())])
    return (
        f"Items are reports, assessments, orders, requests, faults and inquiries: {kinds} streams."
    )


def _activities(sources: Sources) -> str:
    works = [s for p in sources.case.mechanism.procedures for s in p.steps if isinstance(s, Work)]
    purposes = listed(sorted({w.purpose for w in works if w.purpose}))
    return f"{len(works)} steps of work, whose laws desim explain prints; purposes: {purposes}."


def _resources(sources: Sources) -> str:
    m = sources.case.mechanism
    staff = sum(max((s.staff for s in unit.staff), default=0) for unit in m.units)
    pools = _families(pool.name for pool in m.pools)
    return f"{len(m.units)} units with {staff} staff on the largest shifts; pools: {listed(pools)}."


def _entries(sources: Sources) -> str:
    m = sources.case.mechanism
    into = _families(dict.fromkeys(a.procedure for a in m.arrivals))
    return f"{len(m.arrivals)} streams enter {len(into)} kinds of procedure: {', '.join(into)}."


def _data(sources: Sources) -> str:
    case = sources.case
    return f"{len(case.sources)} sources and {len(case.record)} rows of the record."


def _inputs(sources: Sources) -> str:
    every = parameters(sources)
    tags = Counter(p.tag for p in every)
    laws = Counter(p.law for p in every)
    shown = listed([f"{count} {tag}" for tag, count in tags.most_common()])
    drawn = listed([f"{count} {law}" for law, count in laws.most_common()])
    return (
        f"{len(every)} uncertain numbers, {shown}; each with best value, range, unit, source and "
        f"note in the ledger. Laws of their uncertainty: {drawn}. No correlations."
    )


def _start(sources: Sources) -> str:
    return f"The run starts on {sources.case.mechanism.start:%-d %B %Y, %H:%M} local time."


def _length(sources: Sources) -> str:
    hours = sources.case.mechanism.horizon
    return f"{number(hours, 0)} hours, {number(hours / 24.0, 0)} days. No warm-up, no batches."


def _replications(sources: Sources) -> str:
    parts = []
    for name in NEEDED:
        rule = sources.study(name).replications
        many = f"{rule.at_least}"
        if rule.sequential:
            many = f"{rule.at_least} to {rule.at_most}, by precision"
        parts.append(f"{name} {many}")
    return "Replications: " + "; ".join(parts) + "."


def _software(sources: Sources) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    major = ".".join(platform.python_version_tuple()[:2])
    return (
        f"desim {desim.__version__} on Python {major}, with {libraries}. Every package is pinned "
        "by its hash in requirements.txt."
    )


def _sampling(sources: Sources) -> str:
    seeds = listed([f"{name} {sources.study(name).seed}" for name in NEEDED])
    return f"Seeds: {seeds}."


def _execution(sources: Sources) -> str:
    return f"Version {SEMANTICS} of the numbered rules in docs/semantics.md."


FACTS: dict[str, Callable[[Sources], str]] = {
    "1.2": _outputs, "1.3": _aims, "2.1": _diagram, "2.2": _logic, "2.3": _scenarios,
    "2.5.1": _entities, "2.5.2": _activities, "2.5.3": _resources, "2.5.5": _entries,
    "3.1": _data, "3.3": _inputs, "4.1": _start, "4.2": _length, "4.3": _replications,
    "5.1": _software, "5.2": _sampling, "5.3": _execution,
}  # fmt: skip
"""Items that the model fills, or adds to."""
