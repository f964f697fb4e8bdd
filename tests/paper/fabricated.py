"""Small results of every study that the paper reads: invented numbers, true names and columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd

from desim import __version__
from desim.case import load
from desim.figure.draw import FIGURES
from desim.figure.validation import VALIDATION
from desim.outcome import find_outcome
from desim.outcome.catalogue import OUTCOMES
from desim.paper import sources as names
from desim.paper.numbers.factorial import TOLD
from desim.policy.catalogue import BOUNDS, REFORMS
from desim.study.current import CONTENTS, chunk_folder
from desim.study.digests import study_digest
from desim.study.question import Study, read_study
from desim.study.target import Precision

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
PAPER = Path(__file__).parents[2] / "paper"
CASE = load(names.CASE)
RUNS = 4
LABELS = tuple(
    " + ".join(r.name for r, there in zip(REFORMS, chosen, strict=True) if there) or "baseline"
    for chosen in product((False, True), repeat=len(REFORMS))
)
ALL = LABELS[-1]
SETTINGS = ("baseline", *(reform.name for reform in REFORMS), ALL)
FACTORS = tuple(parameter.name for parameter in CASE.parameters[:14])


@cache
def study(name: str) -> Study:
    """A study as its file says."""
    return read_study(EXPERIMENTS / f"{name}.toml")


def interval(value: float, width: float = 2.0) -> dict[str, float]:
    """A value's interval as tables hold it."""
    return {"half_width": width, "low": value - width, "high": value + width}


def tables() -> dict[str, pd.DataFrame]:
    """Every table by ``study/table``."""
    base = names.BASELINE
    found = {
        f"{base}/summary": _summary((("baseline", ""),), _all_outcomes()),
        f"{base}/record": pd.DataFrame(map(_record_row, CASE.record)),
        **_factorial(names.FACTORIAL),
        f"{names.DOSES}/doses": _doses([reform.name for reform in REFORMS]),
        f"{names.ENOUGH}/doses": _doses(
            ["data_sharing", "clear_responsibilities.delegation", "joint_regional.trucks"]
        ),
        **_robust(),
        **_screening(),
        **_variance(),
    }
    for name in names.NEEDED:
        found[f"{name}/runs"] = _runs(name, 18 if name == names.FACTORIAL else 2)
    return found


def write_results(folder: Path, found: dict[str, pd.DataFrame] | None = None) -> Path:
    """Write tables as studies would, with what made them."""
    for name, table in (found or tables()).items():
        path = folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_parquet(path)
    for name in names.NEEDED:
        write_provenance(folder, name)
    return folder


def write_provenance(folder: Path, name: str, **other: Any) -> None:
    """Write what made a study's tables: they are whole and current."""
    asked = study(name)
    about = {
        "desim": __version__, "study": name, "question": asked.question, "seed": asked.seed,
        "case": asked.case, "start": CASE.mechanism.start.isoformat(), "quick": False,
        "semantics": 2, "engine": "compiled", "points": 2, "replications": RUNS,
        "runs": 2 * RUNS, "study_digest": study_digest(asked, quick=False),
        "mechanism_digest": "a" * 32, "source_digest": "b" * 32, "tables_digest": "c" * 32,
        "python": "3.11.0", "libraries": {"numpy": "2.0", "simpy": "4.1"}, "commit": "d" * 40,
        "complete": True, "failed": 0, "tables": {},
    }  # fmt: skip
    text = json.dumps({**about, **other}, indent=2)
    (folder / name / "provenance.json").write_text(text + "\n", encoding="utf-8")
    contents = chunk_folder(folder / name, asked.outcomes) / CONTENTS
    contents.parent.mkdir(parents=True, exist_ok=True)
    contents.write_text("{}", encoding="utf-8")


def write_posterior(folder: Path) -> str:
    """Write results of a calibration and of the factorial over its posterior; say its name."""
    differences = pd.DataFrame(
        [
            {"label": label, "outcome": names.MAIN, "rows": 50, "mean": -9.0, "low": -20.0,
             "high": -1.0, "chance_better": 0.97}
            for label in LABELS[1:]
        ]
    )  # fmt: skip
    best = pd.DataFrame(
        [
            {"label": label, "outcome": names.MAIN, "group": group, "chance_best": 0.25}
            for group, labels in (("reforms", SETTINGS[1:5]), ("combinations", LABELS))
            for label in labels
        ]
    )
    marginals = pd.DataFrame(
        [
            {"parameter": name, "moved": place < 3, "identifiable": place < 1, "width": 0.1}
            for place, name in enumerate(FACTORS)
        ]
    )
    predictive = pd.DataFrame(
        [
            {"of": of, "key": row.key, "label": row.label, "use": row.use, "within": True}
            for of in ("prior", "posterior")
            for row in CASE.record
        ]
    )
    found = {
        "posterior/sample_differences": differences, "posterior/sample_best": best,
        "posterior/runs": _runs("posterior", 2), "calibration/marginals": marginals,
        "calibration/predictive": predictive,
    }  # fmt: skip
    for name, table in found.items():
        (folder / name).parent.mkdir(exist_ok=True)
        table.to_parquet(folder / f"{name}.parquet")
    about = (folder / names.FACTORIAL / "provenance.json").read_bytes()
    (folder / "posterior" / "provenance.json").write_bytes(about)
    return "posterior"


def write_faster(folder: Path) -> None:
    """Write results of the reforms under other rules of the command."""
    asked = study(names.FASTER)
    settings = ["baseline", *(" + ".join(point) for point in asked.design["points"])]
    pairs = [(f"{name}: {label}", name) for name in asked.design["scenarios"] for label in settings]
    comparison = pd.DataFrame(
        [
            {"point": point, "label": label, "scenario": scenario, "outcome": name,
             "difference": -7.0, **interval(-7.0), "p_holm": 0.01}
            for name in asked.outcomes
            for point, (label, scenario) in enumerate(pairs)
            if not label.endswith("baseline")
        ]
    )  # fmt: skip
    found = {
        "comparison": comparison, "summary": _summary(pairs, asked.outcomes),
        "runs": _runs(names.FASTER, 2),
    }  # fmt: skip
    (folder / names.FASTER).mkdir(exist_ok=True)
    for name, table in found.items():
        table.to_parquet(folder / names.FASTER / f"{name}.parquet")
    write_provenance(folder, names.FASTER)


def write_figures(folder: Path) -> Path:
    """An empty picture under the name of every figure: drawing them is tested elsewhere."""
    folder.mkdir(parents=True, exist_ok=True)
    canvas = plt.figure(figsize=(2, 1))
    for figure in (*FIGURES, *VALIDATION):
        canvas.savefig(folder / f"{figure.name}.pdf", metadata={"CreationDate": None})
    plt.close(canvas)
    return folder


def _all_outcomes() -> Iterator[str]:
    return (outcome.name for outcome in OUTCOMES)


def _summary(labels: Iterable[tuple[str, str]], outcomes: Iterable[str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "point": point, "label": label, "outcome": name,
                "title": find_outcome(name).title, "unit": find_outcome(name).unit,
                "replications": RUNS, "mean": 100.0 - point, **interval(100.0 - point),
                "smallest": 90.0, "largest": 110.0, "scenario": scenario,
            }
            for name in outcomes
            for point, (label, scenario) in enumerate(labels)
        ]
    )  # fmt: skip


def _record_row(row: Any) -> dict[str, object]:
    """A row that the model meets exactly, but for two: one early, one high."""
    width = row.high - row.low
    shift = {"level_two": -2.0 * width, "commercial_cut": 2.0 * width}.get(row.key, 0.0)
    return {
        "key": row.key, "label": row.label, "kind": row.kind, "use": row.use, "unit": row.unit,
        "record": row.value, "record_low": row.low, "record_high": row.high,
        "model_mean": row.value + shift, "model_low": row.value + shift - width,
        "model_high": row.value + shift + width, "replications": RUNS, "dropped": 0,
        "source": row.source, "tag": row.tag, "inside": shift == 0.0,
    }  # fmt: skip


def _factorial(study: str) -> dict[str, pd.DataFrame]:
    labels = [*LABELS, *(bound.name for bound in BOUNDS)]
    kinds = ["factorial"] * len(LABELS) + ["bound"] * len(BOUNDS)
    points = pd.DataFrame({"point": range(len(labels)), "label": labels, "kind": kinds})
    every = [(label, "") for label in labels]
    comparison = pd.DataFrame(
        [
            {
                "point": point, "label": label, "outcome": name, "difference": -5.0,
                **interval(-5.0), "p": 0.001, "p_holm": 0.01, "gap_closed": 0.5,
                "gap_closed_low": 0.4, "gap_closed_high": 0.6,
            }
            for name in TOLD
            for point, label in list(enumerate(labels))[1:]
        ]
    )  # fmt: skip
    terms = [label.replace(" + ", " × ") for label in LABELS[1:]]
    effects = pd.DataFrame(
        [
            {
                "outcome": name, "term": term, "order": term.count("×") + 1, "effect": -4.0,
                **interval(-4.0), "p": 0.001, "p_holm": 0.01 if "×" not in term else 0.5,
            }
            for name in TOLD
            for term in sorted(terms, key=lambda term: term.count("×"))
        ]
    )  # fmt: skip
    replications = pd.DataFrame(
        [
            {
                "outcome": name, "quantity": "difference", "point": point, "replications": RUNS,
                "mean": -5.0, "half_width": 10.0, "limit": float(wanted.limit(-5.0)), "enough": 3,
                "more": 0, "label": label, "dropped": 0, "scenario": "",
            }
            for name, wanted in _asked(study).items()
            for point, label in list(enumerate(labels))[1:]
        ]
    )  # fmt: skip
    counts = {"enough": "Int64", "more": "Int64"}
    shapley = pd.DataFrame(
        [
            {"outcome": names.MAIN, "policy": reform.name, "share": 0.25, "share_low": 0.2,
             "share_high": 0.3}
            for reform in REFORMS
        ]
    )  # fmt: skip
    best = pd.DataFrame(
        [
            {"name": label, "mean": 100.0 - place, "may_be_best": place > 13,
             "outcome": names.MAIN}
            for place, label in enumerate(LABELS)
        ]
    )  # fmt: skip
    return {
        f"{study}/points": points, f"{study}/summary": _summary(every, TOLD),
        f"{study}/comparison": comparison, f"{study}/effects": effects,
        f"{study}/shapley": shapley, f"{study}/best": best,
        f"{study}/replications": replications.astype(counts),
    }  # fmt: skip


def _asked(name: str) -> Mapping[str, Precision]:
    """The half-widths of differences that a study asks for."""
    return study(name).replications.differences


def _doses(lists: Iterable[str]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "dose": dose, "amount": amount, "mean": 90.0, "difference": -10.0 * amount,
                **interval(-10.0 * amount), "of_full": amount, "of_full_low": amount - 0.1,
                "of_full_high": amount + 0.1, "enough": amount == 1.0, "outcome": names.MAIN,
            }
            for dose in lists
            for amount in (0.5, 1.0)
        ]
    )  # fmt: skip


def _robust() -> dict[str, pd.DataFrame]:
    scenarios = ("as_assumed", "hotter")
    pairs = [(f"{scenario}: {label}", scenario) for scenario in scenarios for label in SETTINGS]
    comparison = pd.DataFrame(
        [
            {"point": point, "label": label, "scenario": scenario, "outcome": names.MAIN,
             "difference": -6.0, **interval(-6.0), "p_holm": 0.01}
            for point, (label, scenario) in enumerate(pairs)
            if not label.endswith("baseline")
        ]
    )  # fmt: skip
    regret = pd.DataFrame(
        [
            {"outcome": names.MAIN, "label": label, "largest_regret": 20.0 - 3.0 * place,
             "low": 19.0 - 3.0 * place, "high": 21.0 - 3.0 * place, "worst_scenario": "hotter"}
            for place, label in enumerate(SETTINGS)
        ]
    )  # fmt: skip
    return {
        f"{names.ROBUST}/comparison": comparison, f"{names.ROBUST}/regret": regret,
        f"{names.ROBUST}/summary": _summary(pairs, [names.MAIN]),
    }  # fmt: skip


def _spread(labels: Iterable[str]) -> pd.DataFrame:
    rows = [("baseline", "value"), *((label, "difference") for label in labels)]
    return pd.DataFrame(
        [
            {"outcome": names.MAIN, "label": label, "quantity": quantity, "mean": -7.0,
             **interval(-7.0), "p5": -20.0, "median": -7.0, "p95": 3.0, "above_zero": 0.1}
            for label, quantity in rows
        ]
    )  # fmt: skip


def _screening() -> dict[str, pd.DataFrame]:
    rows = [("baseline", "value"), (ALL, "difference")]
    morris = pd.DataFrame(
        [
            {"outcome": names.MAIN, "label": label, "quantity": quantity, "factor": factor,
             "mu_star": 50.0 - place, "half_width": 5.0, "matters": place < 3, "rank": place + 1}
            for label, quantity in rows
            for place, factor in enumerate(FACTORS)
        ]
    )  # fmt: skip
    points = pd.DataFrame({"point": [0], **{factor: [1.0] for factor in FACTORS}})
    study = names.SCREENING
    return {
        f"{study}/morris": morris, f"{study}/points": points, f"{study}/spread": _spread([ALL]),
    }  # fmt: skip


def _variance() -> dict[str, pd.DataFrame]:
    study = names.VARIANCE[-1]
    rows = [("baseline", "value"), *((label, "difference") for label in SETTINGS[1:])]
    sobol = pd.DataFrame(
        [
            {"outcome": names.MAIN, "label": label, "quantity": quantity, "base": 32,
             "largest": True, "index": index, "factor": factor, "estimate": 0.5 - 0.1 * place,
             **interval(0.5 - 0.1 * place, 0.05), "converged": place == 0, "luck_share": 0.2}
            for label, quantity in rows
            for index in ("S1", "ST")
            for place, factor in enumerate(FACTORS[:3])
        ]
    )  # fmt: skip
    points = pd.DataFrame({"point": [0], **{factor: [1.0] for factor in FACTORS[:3]}})
    return {
        f"{study}/sobol": sobol, f"{study}/points": points,
        f"{study}/spread": _spread(SETTINGS[1:]),
    }  # fmt: skip


def _runs(study: str, points: int) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"point": point, "replication": replication, "seed": 1, "status": "ok", "error": "",
             "run": f"{study}-{point}-{replication}"}
            for point in range(points)
            for replication in range(RUNS)
        ]
    )  # fmt: skip
