"""The page that shows a calibration in tables, so that no number of it is copied by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd

from desim.calibration.calibrate import FOLDER, PROVENANCE
from desim.calibration.day_by_day import STUDY, USES, said
from desim.case import Case
from desim.policy.catalogue import POLICIES
from desim.study.sample_pairing import NOISE

OUTCOME = "residential_energy_not_served"
PAIRED = ("energy_curtailed", OUTCOME)
AGE = "age_of_information"
PARTS: dict[str, str] = {
    "energy_curtailed": "curtailed",
    "water_left": "water left",
    "curtailed_shed_and_drawn": "curtailed, shed and drawn",
    "residential_shortage": "residents: shortage",
    "residential_quota": "quotas",
    "residential_local": "local",
    "shortage_risk": "runs with a shortage",
}
"""Outcomes that say where a difference comes from, with the headings of their columns."""
STRUCTURES = "other_structures"
"""The study of what is assumed about structure."""
SCENARIOS: dict[str, str] = {
    "as_assumed": "as assumed",
    "smallest_quotas": "quotas a fifth as large",
    "no_shared_reserve": "no shared reserve",
    "errors_stay": "perfect communication with wrong forecasts",
}
"""Scenarios of that study, in words."""
_STRUCTURE_OUTCOMES = (OUTCOME, "curtailed_shed_and_drawn")
_KINDS = ("correlation", "within")
_MIDDLE = "middle"
_JOIN = " + "


def page(case: Case, results: Path) -> str:
    """The page, as Markdown.

    Parameters
    ----------
    case
        The case that was calibrated.
    results
        Folder of results with the tables of the calibration; those of the study of the posterior
        are shown when they are there.
    """
    tables = {p.stem: pd.read_parquet(p) for p in sorted((results / FOLDER).glob("*.parquet"))}
    about = json.loads((results / FOLDER / PROVENANCE).read_text(encoding="utf-8"))
    budget = about["budget"]
    sections = [
        _head(case, budget),
        _waves(tables["waves"]),
        _generations(tables["generations"]),
        _identifiable(tables["marginals"], tables["coverage"]) if "coverage" in tables else (),
        _rows(tables["predictive"], case.mechanism.start),
    ]
    posterior = results / STUDY
    if (posterior / "sample_differences.parquet").is_file():
        names = ("sample_summary", "sample_differences", "sample_best")
        summary, differences, best = (pd.read_parquet(posterior / f"{n}.parquet") for n in names)
        sections += [_reforms(summary, differences, best), _parts(summary, differences)]
    if (posterior / "sample_bound.parquet").is_file():
        pairs = pd.read_parquet(posterior / "sample_pairing.parquet")
        sections.append(_bounds(pd.read_parquet(posterior / "sample_bound.parquet"), pairs))
    if (results / STRUCTURES / "comparison.parquet").is_file():
        sections.append(_structures(pd.read_parquet(results / STRUCTURES / "comparison.parquet")))
    if "corners" in tables:
        sections.append(_corners(tables["corners"]))
    return "\n".join(line for section in sections for line in (*section, "")).rstrip() + "\n"


def _head(case: Case, budget: dict[str, object]) -> Iterator[str]:
    yield f"# The calibration of {case.name} in tables"
    yield ""
    yield (
        "Written by `desim chronicle` from the results of `desim calibrate`; what the numbers mean "
        f"stands in [calibration.md](calibration.md). {budget['reference_points']} points began "
        f"the sequence, {budget['particles']} were carried on, with {budget['replications']} runs "
        "of each. Bands hold the middle 90 % unless another share is named."
    )


def _waves(waves: pd.DataFrame) -> Iterator[str]:
    yield "## History matching"
    yield ""
    yield "| wave | points | runs of each | share of the prior not ruled out |"
    yield "|---|---|---|---|"
    for row in waves.itertuples():
        yield f"| {row.wave} | {row.points} | {row.replications} | {row.share:.0%} |"


def _generations(generations: pd.DataFrame) -> Iterator[str]:
    yield "## The sequence"
    yield ""
    yield "| generation | tolerance | effective size | distinct after resampling | moves accepted |"
    yield "|---|---|---|---|---|"
    for row in generations.itertuples():
        yield (
            f"| {row.generation} | {row.tolerance:.2f} | {row.effective:.0f} "
            f"| {row.distinct:.0f} | {row.accepted:.0%} |"
        )


def _identifiable(marginals: pd.DataFrame, coverage: pd.DataFrame) -> Iterator[str]:
    yield "## Parameters that the record identifies"
    yield ""
    yield "Coverage is the share of 90 % intervals from synthetic records that hold the truth;"
    yield "width is the median one's, in shares of the prior's."
    yield ""
    yield "| parameter | set by hand | posterior: median, band | coverage | width |"
    yield "|---|---|---|---|---|"
    both = marginals.merge(coverage, on="parameter", suffixes=("", "_of_coverage"))
    for _, own in both.sort_values("width").iterrows():
        unit = f" {own['unit']}" if own["unit"] else ""
        yield (
            f"| `{own['parameter']}` | {own['by_hand']:g}{unit} "
            f"| {_three(own['median'])} ({_three(own['low'])} to {_three(own['high'])}) "
            f"| {own['coverage']:.0%} | {own['narrowed']:.2f} |"
        )


def _rows(predictive: pd.DataFrame, start: datetime) -> Iterator[str]:
    yield "## Fitted and held-out rows"
    yield ""
    yield "Accepted is the share of runs of the posterior within the accepted band of the row."
    yield ""
    yield "| row | use | record | posterior | prior | accepted | |"
    yield "|---|---|---|---|---|---|---|"
    prior = predictive[predictive["of"] == "prior"].set_index("key")
    posterior = predictive[predictive["of"] == "posterior"]
    for use, words in USES.items():
        for _, row in posterior[posterior["use"] == use].iterrows():
            bands = [
                " to ".join(said(float(band[end]), row, start) for end in ("low", "high"))
                for band in (row, prior.loc[row["key"]])
            ]
            outside = "" if row["within"] else "outside"
            yield (
                f"| {row['label']} | {words} | {said(float(row['record']), row, start)} "
                f"| {bands[0]} | {bands[1]} | {row['accepted']:.0%} | {outside} |"
            )


def _reforms(summary: pd.DataFrame, differences: pd.DataFrame, best: pd.DataFrame) -> Iterator[str]:
    baseline = summary[(summary["outcome"] == OUTCOME) & (summary["label"] == "baseline")].iloc[0]
    yield "## The reforms over the posterior"
    yield ""
    yield (
        f"Residential energy not served, {baseline['unit']}; the baseline leaves "
        f"{baseline['median']:.0f} ({baseline['low']:.0f} to {baseline['high']:.0f}) over "
        f"{baseline['rows']} draws. Less is better. The gap closed is the ratio of means with its "
        "95 % interval."
    )
    yield ""
    yield (
        "| reform | difference: median, band | chance to help | gap closed "
        "| best of all combinations | best of single reforms |"
    )
    yield "|---|---|---|---|---|---|"
    own = best[best["outcome"] == OUTCOME]
    chances = {
        group: rows.set_index("label")["chance_best"] for group, rows in own.groupby("group")
    }
    for _, row in differences[differences["outcome"] == OUTCOME].iterrows():
        label = str(row["label"])
        low, middle, high = (_number(float(row[end])) for end in ("low", "median", "high"))
        closed = " to ".join(f"{row[f'gap_closed_{end}']:.2f}" for end in ("low", "high"))
        of_all, of_reforms = (
            f"{chances[group][label]:.0%}" if label in chances[group] else ""
            for group in ("combinations", "reforms")
        )
        gap = "" if row["kind"] == "bound" else f"{row['gap_closed']:.2f} ({closed})"
        yield (
            f"| {_words(label)} | {middle} ({low} to {high}) | {row['chance_better']:.0%} "
            f"| {gap} | {of_all} | {of_reforms} |"
        )


def _parts(summary: pd.DataFrame, differences: pd.DataFrame) -> Iterator[str]:
    """Where differences come from; nothing of a study that did not measure it."""
    measured = set(differences["outcome"])
    if not measured.issuperset(PARTS):
        return
    yield "## Where the differences come from"
    yield ""
    yield "Means over the posterior, GWh: of the baseline, and differences from it. Curtailed, shed"
    yield "and drawn is what customers went without and by how much the reservoirs are emptier at"
    yield "the end; supply from elsewhere counts as free. What residents lose is split by cause;"
    yield "runs with a shortage are those in which the whole province sheds residents."
    yield ""
    yield f"| | {' | '.join(PARTS.values())} |"
    yield "|---" * (1 + len(PARTS)) + "|"
    for table, labels in ((summary, ["baseline"]), (differences, _told(differences))):
        means = table.set_index(["label", "outcome"])["mean"]
        for label in labels:
            cells = (_part(float(means[label, name]), name) for name in PARTS)
            yield f"| {_words(label)} | {' | '.join(cells)} |"


def _told(differences: pd.DataFrame) -> list[str]:
    """Single reforms, all together, and the bounds."""
    rows = differences[differences["outcome"] == OUTCOME]
    labels = list(rows["label"])
    most = max(label.count(_JOIN) for label in labels)
    return [label for label in labels if label.count(_JOIN) in (0, most)]


def _part(value: float, outcome: str) -> str:
    return f"{100.0 * value:.0f} %" if outcome == "shortage_risk" else _number(value)


def _structures(comparison: pd.DataFrame) -> Iterator[str]:
    yield "## Under other structures"
    yield ""
    yield "With the values set by hand: differences from the baseline of the same structure, GWh,"
    yield "with 95 % intervals. Supply before curtailment is another merit order of the command's."
    yield ""
    heads = [f"{_words(name)}: {words}" for name in _STRUCTURE_OUTCOMES
             for words in SCENARIOS.values()]  # fmt: skip
    yield f"| | {' | '.join(heads)} |"
    yield "|---" * (1 + len(heads)) + "|"
    rows = comparison.assign(setting=comparison["label"].str.rpartition(": ")[2])
    own = {(r["setting"], r["outcome"], r["scenario"]): r for _, r in rows.iterrows()}
    for setting in dict.fromkeys(rows["setting"]):
        found = [own[setting, o, s] for o in _STRUCTURE_OUTCOMES for s in SCENARIOS]
        cells = [
            f"{_number(float(f['difference']))} ± {_number(float(f['half_width']))}" for f in found
        ]
        yield f"| {_words(setting)} | {' | '.join(cells)} |"


def _bounds(bound: pd.DataFrame, pairing: pd.DataFrame) -> Iterator[str]:
    yield "## The bound, and common random numbers"
    yield ""
    yield "In how many draws perfect coordination is no worse than the best of all combinations, or"
    yield f"within {NOISE:g} standard errors of the paired difference; and the largest excess."
    yield ""
    yield "| outcome | draws | holds | largest excess |"
    yield "|---|---|---|---|"
    for _, row in bound[bound["outcome"].isin(PAIRED)].iterrows():
        worst = f"{_number(max(0.0, float(row['worst'])))} {row['unit']}"
        yield f"| {_words(row['outcome'])} | {row['rows']} | {row['held']:.0%} | {worst} |"
    yield ""
    yield "Correlation of each reform's runs with those of the baseline: over all draws and"
    yield "replications, and between replications of the same draw. The last column is the share"
    yield "of draws in which the command's board is older than the baseline's."
    yield ""
    yield "| reform | curtailed | within a draw | residents | within a draw | older |"
    yield "|---|---|---|---|---|---|"
    own = pairing.set_index(["label", "outcome"])
    labels = pairing[pairing["kind"] == "factorial"]["label"]
    for label in (each for each in dict.fromkeys(labels) if _JOIN not in each):
        cells = (own.loc[(label, outcome), kind] for outcome in PAIRED for kind in _KINDS)
        older = own.loc[(label, AGE), "above"]
        yield f"| {_words(label)} | {' | '.join(f'{c:.2f}' for c in cells)} | {older:.0%} |"


def _corners(corners: pd.DataFrame) -> Iterator[str]:
    yield "## The reforms at the least favourable values"
    yield ""
    yield "The same outcome, as paired differences with 95 % intervals over luck: at the medians of"
    yield "the posterior; where what no fitted row depends on is at its worst for the reform; and"
    yield "where all that is assumed is."
    yield ""
    yield "| reform | medians | unseen at its worst | assumed at its worst | without reform there |"
    yield "|---|---|---|---|---|"
    rows = corners[corners["outcome"] == OUTCOME]
    own = {(str(row["corner"]), str(row["label"])): row for _, row in rows.iterrows()}
    together = max((label for _, label in own), key=lambda label: label.count(_JOIN))
    alone = [(p.name, p.name) for p in POLICIES if (p.name, p.name) in own]
    for corner, label in (*alone, ("all_four", together)):
        effects = (
            f"{_number(float(own[where, label]['difference_mean']))} ± "
            f"{_number(float(own[where, label]['difference_half_width']))}"
            for where in (_MIDDLE, f"{corner}:unseen", corner)
        )
        left = _number(float(own[corner, "baseline"]["mean"]))
        yield f"| {_words(corner)} | {' | '.join(effects)} | {left} |"


def _three(value: float) -> str:
    """A number with three digits, without an exponent."""
    return f"{float(f'{value:.3g}'):g}"


def _number(value: float) -> str:
    """A number of GWh, with a decimal where it is small, and never a negative nothing."""
    digits = 1 if abs(value) < 10.0 else 0
    return f"{round(value, digits) + 0.0:.{digits}f}"


def _words(label: str) -> str:
    return label.replace("_", " ")
