"""The section that says whether all engines play the same model."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import agreement
from benchmarks.agreement import Verdict
from benchmarks.findings import SHORT, UNIT, Findings
from benchmarks.markdown import NONE, table
from benchmarks.peers.peer import WORKLOADS


def agreements(findings: Findings) -> Iterator[str]:
    """How far each engine is from desim's compiled one."""
    quick = findings.quick
    found = agreement.verdicts(findings.results, quick=quick)
    sizes = ", ".join(
        f"{SHORT[w]} {agreement.runs_of(w, quick=quick):,} runs of "
        f"{agreement.SIZES[w]:,.0f} {UNIT[w]}"
        for w in WORKLOADS
    )
    yield "## Do they play the same model?"
    yield ""
    yield (
        "Mean time in the system and events a run, compared with desim's compiled engine: the "
        f"relative difference with its {100 * agreement.CONFIDENCE:g} % interval, over many short "
        f"runs from an empty start ({sizes}; the reference plays {agreement.REFERENCE_TIMES} "
        "times as many, with other seeds). Agreement needs an interval that holds 0 and is no "
        "wider than the half-width asked for. The urgent customers of W2 are compared by "
        "themselves, for serving the wrong class first does not change the mean over all."
    )
    yield ""
    heads = [(w, measure) for w in WORKLOADS for measure in agreement.measures_of(w)]
    rows = [row for engine in findings.engines if (row := _row(engine.title, engine.name, found))]
    widest = (f"{100 * agreement.widest_of(w, quick=quick):g} %" for w, _ in heads)
    rows.append(["*half-width asked for*", *widest, ""])
    yield from table(["engine", *(f"{SHORT[w]} {m}" for w, m in heads), "agrees"], rows)
    yield ""
    same = all(agreement.same_run(findings.results, workload) for workload in WORKLOADS)
    yield (
        "desim's two engines must do more than agree: same seed, same run. Here they "
        f"{'played the very same runs' if same else '**did not play the same runs**'}."
    )


def _row(title: str, engine: str, found: list[Verdict]) -> list[str]:
    own = {(v.workload, v.measure): v for v in found if v.engine == engine}
    if not own:
        return []
    heads = [(w, measure) for w in WORKLOADS for measure in agreement.measures_of(w)]
    cells = [_difference(own[head]) if head in own else NONE for head in heads]
    return [title, *cells, "yes" if all(v.agrees for v in own.values()) else "**no**"]


def _difference(verdict: Verdict) -> str:
    text = f"{100 * verdict.difference:+.1f} ± {100 * verdict.half_width:.1f} %"
    return text if verdict.agrees else f"**{text}**"
