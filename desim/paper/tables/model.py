"""Tables of the model: reforms, parameters, sources, outcomes, experiments."""

from __future__ import annotations

from desim.outcome.catalogue import OUTCOMES
from desim.paper.entry import Origin
from desim.paper.numbers.model import number_as_given, parameters
from desim.paper.reforms import changes
from desim.paper.sources import Sources
from desim.paper.tables.table import Column, Table
from desim.paper.wording import number
from desim.policy.catalogue import REFORMS

_MODEL = "the case and the policies, as they are loaded"


def reforms(sources: Sources) -> Table:
    """Each reform in a sentence, and how much of the mechanism it changes."""
    rows = []
    for reform in REFORMS:
        found = changes(sources, reform.name)
        kinds = sorted({row.what.split(" ", 1)[0] for row in found})
        rows.append((
            reform.title, reform.summary, ", ".join(kinds), number(sum(r.count for r in found), 0),
        ))  # fmt: skip
    columns = (
        Column("Reform", "left", 1.0), Column("What it changes", "left", 3.0),
        Column("Parts touched", "left", 1.4), Column("Changes", "right"),
    )  # fmt: skip
    return Table("reforms", columns, tuple(rows), Origin(__name__, rows=_MODEL))


def diffs(sources: Sources) -> Table:
    """Everything that each reform in full changes, places drawn together."""
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    for reform in REFORMS:
        lines.append(len(rows))
        for number_, row in enumerate(changes(sources, reform.name)):
            rows.append((
                reform.title if number_ == 0 else "", row.what, row.before or "(absent)",
                row.after or "(absent)", number(row.count, 0),
            ))  # fmt: skip
    columns = (
        Column("Reform", "left", 1.2), Column("Where in the mechanism", "left", 2.6),
        Column("Before", "left", 2.0), Column("After", "left", 2.0), Column("Parts", "right"),
    )  # fmt: skip
    origin = Origin(__name__, rows="desim.mechanism.diff of the baseline and each reform in full")
    return Table("diffs", columns, tuple(rows), origin, lines=tuple(lines[1:]))


def ledger(sources: Sources) -> Table:
    """Every uncertain number: value, range, unit, meaning, source and tag."""
    rows, links, marks = [], {}, {}
    for row, parameter in enumerate(parameters(sources)):
        keys = parameter.source.split()
        if keys and keys[0] in sources.case.sources:
            links[row, 5] = f"source-{keys[0]}"
        marks[row, 0] = f"parameter-{parameter.name}"
        values = [number_as_given(v) for v in (parameter.value, parameter.low, parameter.high)]
        rows.append((
            parameter.name, values[0], f"{values[1]} to {values[2]}", parameter.unit,
            f"{parameter.meaning}. {parameter.note}".removesuffix(" ").strip(),
            parameter.source or "none", parameter.tag,
        ))  # fmt: skip
    columns = (
        Column("Name"), Column("Value", "right"), Column("Range", "right"), Column("Unit"),
        Column("Meaning, and arithmetic or reason", "left", 1.0), Column("Source"), Column("Tag"),
    )  # fmt: skip
    return Table("ledger", columns, tuple(rows), Origin(__name__, rows=_MODEL), marks, links)


def evidence(sources: Sources) -> Table:
    """Every source of the case by its key."""
    rows = tuple((key, text) for key, text in sorted(sources.case.sources.items(), key=_order))
    marks = {(row, 0): f"source-{key}" for row, (key, _) in enumerate(rows)}
    columns = (Column("Key"), Column("Source", "left", 1.0))
    return Table("evidence", columns, rows, Origin(__name__, rows="sources.csv of the case"), marks)


def _order(item: tuple[str, str]) -> tuple[str, int, str]:
    digits = "".join(letter for letter in item[0] if letter.isdigit())
    return item[0][:1], int(digits or 0), item[0]


def outcomes(sources: Sources) -> Table:
    """Every outcome, its unit and its definition."""
    rows = tuple(
        (o.title, o.unit, o.better, f"{o.summary} {o.unfinished}".strip().replace("`", ""))
        for o in OUTCOMES
    )
    columns = (
        Column("Outcome", "left", 1.3), Column("Unit"), Column("Better"),
        Column("Definition, and what is done about what is unfinished", "left", 3.0),
    )  # fmt: skip
    return Table("outcomes", columns, rows, Origin(__name__, rows="desim.outcome.catalogue"))


def experiments(sources: Sources) -> Table:
    """Every study behind the paper: its question, size and seed."""
    rows, tables = [], []
    for name in sources.used:
        about, asked = sources.provenance(name), sources.study(name)
        tables.append(f"{name}/runs")
        rows.append((
            name, str(about["question"]), str(asked.design["kind"]).replace("_", " "),
            *(number(int(about[key]), 0) for key in ("points", "replications", "runs")),
            str(about["seed"]),
        ))  # fmt: skip
    columns = (
        Column("Study"), Column("Question", "left", 1.0), Column("Design"),
        Column("Points", "right"), Column("Replications", "right"), Column("Runs", "right"),
        Column("Seed", "right"),
    )  # fmt: skip
    origin = Origin(__name__, tuple(tables), rows="provenance of each study")
    return Table("experiments", columns, tuple(rows), origin)
