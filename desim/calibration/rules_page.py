"""The page that asks when faster coordination does harm: the same reforms under other rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from desim.mechanism.mechanism import Mechanism
from desim.policy import find_policy
from desim.policy.overloaded_desk import OVERLOADED_DESK, offered_load

STUDY = "faster_and_worse"
RESIDENTS, CURTAILED = "residential_energy_not_served", "energy_curtailed"
ALL_GIVEN = "curtailed_shed_and_drawn"
AGE, STALE = "age_of_information", "stale_orders"
CLEAR = 0.05
"""A difference is called clear when its p-value, adjusted by Holm's method, is below this."""
SCENARIOS: dict[str, tuple[str, str]] = {
    "as_assumed": (
        "As it is",
        "The command plans energy over some days, orders carry dates and are watched, and a "
        "platform shows the latest value.",
    ),
    "one_day_rule": (
        "A rule that looks one day ahead",
        "The same plan with a horizon of one day: it sees today's gap and spends tomorrow's water.",
    ),
    "biased_rule": (
        "A rule that errs in one direction",
        "The command turns a day's energy into power by a fixed fourteen hours, while the wanted "
        "hydropower runs for fifteen to nineteen. So it believes in power for which there is no "
        "water, and eases too soon.",
    ),
    "racing_orders": (
        "Orders that race",
        "Nobody looks at the date of an order and nobody watches its execution: an older order "
        "that arrives late overwrites a newer one, and stays.",
    ),
}
"""Scenarios of the study: a heading, and what is other than in the model as it is."""
SETTINGS: dict[str, str] = {
    "data_sharing": "data sharing",
    "clear_responsibilities": "clear responsibilities",
    "data_sharing + clear_responsibilities": "both",
    "data_sharing + clear_responsibilities + joint_regional + public_engagement": "all four",
    "data_sharing + overloaded_desk": "data sharing, every message read",
    "perfect_communication": "perfect communication: the same command, without delay or error",
}
"""Settings of the study, in words."""
_OUTCOMES = (RESIDENTS, CURTAILED, ALL_GIVEN, AGE)
READS: dict[str, dict[str, tuple[str, ...]]] = {
    "comparison": {
        "scenario": tuple(SCENARIOS),
        "label": tuple(f"{scenario}: {label}" for scenario in SCENARIOS for label in SETTINGS),
        "outcome": _OUTCOMES,
        **dict.fromkeys(("difference", "half_width", "p_holm"), ()),
    },
    "summary": {
        "scenario": tuple(SCENARIOS),
        "outcome": (*_OUTCOMES, STALE),
        **dict.fromkeys(("label", "mean", "replications"), ()),
    },
}
"""Columns that the page reads of each table, and values that must be in them."""


def page(mechanism: Mechanism, results: Path) -> str:
    """The page, as Markdown.

    Parameters
    ----------
    mechanism
        The baseline of the case.
    results
        Folder of results with those of the study.
    """
    tables = {
        name: pd.read_parquet(results / STUDY / f"{name}.parquet")
        for name in ("comparison", "summary")
    }
    sections = [_head(tables["summary"])]
    for scenario in SCENARIOS:
        own = {name: table[table["scenario"] == scenario] for name, table in tables.items()}
        sections.append(_scenario(scenario, own["comparison"], own["summary"]))
    sections.append(_end(mechanism))
    return "\n".join(line for section in sections for line in (*section, "")).rstrip() + "\n"


def _head(summary: pd.DataFrame) -> Iterator[str]:
    yield "# When does faster coordination do harm?"
    yield ""
    yield (
        "Written by `desim chronicle` from the study `experiments/faster_and_worse.toml`: "
        f"{summary['replications'].max():.0f} paired replications of each setting, with the "
        "values set by hand. Differences are from the baseline under the same rule, with 95 % "
        f"intervals; they are called clear when p, adjusted by Holm's method, is below {CLEAR:g}."
    )
    yield ""
    yield (
        "If a command's rule is the best one for what it knows, orders are carried out in the "
        "order of their dates, and whoever decides looks at the latest value, then knowing sooner "
        "and acting sooner cannot hurt on average: whatever the slow command does, the fast one "
        "could do as well. Each of the three conditions can fail. Below each fails alone, in the "
        "same summer, with the same random numbers. An earlier form of this model had all three "
        "defects at once and found that combinations of reforms beat perfect coordination; that "
        "was the defects. No command's rule is the best one, also not the one that is assumed: "
        "it looks some days ahead only. So the last column charges for water and shedding, where "
        "a gain in curtailment may vanish."
    )


def _scenario(name: str, comparison: pd.DataFrame, summary: pd.DataFrame) -> Iterator[str]:
    title, words = SCENARIOS[name]
    means = summary[summary["label"].str.endswith("baseline")].set_index("outcome")["mean"]
    yield f"## {title}"
    yield ""
    yield (
        f"{words} In the baseline {means[RESIDENTS]:,.0f} GWh of residential energy are not "
        f"served and {means[CURTAILED]:,.0f} GWh are curtailed; the board is "
        f"{means[AGE]:.1f} h old when it is decided, and {means[STALE]:,.0f} GWh of curtailment "
        "are not what was last decided."
    )
    yield ""
    yield (
        "| | residential energy not served, GWh | energy curtailed, GWh "
        "| age of the board, h | curtailed, shed and drawn, GWh |"
    )
    yield "|---|---|---|---|---|"
    for label, setting in SETTINGS.items():
        shown = (RESIDENTS, CURTAILED, AGE, ALL_GIVEN)
        cells = (_cell(_row(comparison, name, label, o)) for o in shown)
        yield f"| {setting} | {' | '.join(cells)} |"
    yield ""
    yield _said(name, comparison)


def _row(comparison: pd.DataFrame, scenario: str, label: str, outcome: str) -> pd.Series:
    mine = comparison["outcome"] == outcome
    return comparison[mine & (comparison["label"] == f"{scenario}: {label}")].iloc[0]


def _cell(row: pd.Series) -> str:
    size, width = float(row["difference"]), float(row["half_width"])
    digits = 0 if max(abs(size), width) >= 10.0 else 1
    mark = " \\*" if float(row["p_holm"]) < CLEAR else ""
    return f"{round(size, digits) + 0.0:+,.{digits}f} ± {width:,.{digits}f}{mark}"


def _said(scenario: str, comparison: pd.DataFrame) -> str:
    """Which settings clearly help residents, which clearly harm them, and where it is open."""
    verdicts: dict[str, list[str]] = {"helps": [], "harms": [], "open": []}
    for label, setting in SETTINGS.items():
        row = _row(comparison, scenario, label, RESIDENTS)
        clear = float(row["p_holm"]) < CLEAR
        verdict = "open" if not clear else "helps" if float(row["difference"]) < 0.0 else "harms"
        verdicts[verdict].append(setting)
    said = {
        "helps": "Residents clearly lose less with",
        "harms": "They clearly lose more with",
        "open": "It is open for",
    }
    return " ".join(
        f"{said[verdict]} {_listed(settings)}."
        for verdict, settings in verdicts.items()
        if settings
    )


def _listed(words: list[str]) -> str:
    return "; ".join(words)


def _load(mechanism: Mechanism) -> str:
    """How much work reading every message is, beside those who are there to do it."""
    platform = find_policy("data_sharing").apply(mechanism, 1.0)
    read = {p.name: p.value for p in OVERLOADED_DESK.parameters}
    found = offered_load(OVERLOADED_DESK.apply(platform, 1.0, read))
    minutes = 60.0 * read["overloaded_desk.reading"]
    load, staff = max(found.values(), key=lambda each: each[0] / each[1])
    return (
        f"At {minutes:.0f} minutes a message it takes {load:.1f} people at every hour to read "
        f"them, and {staff:.0f} are there on average, day and night: the queue grows by itself "
        f"from {minutes * staff / load:.1f} minutes a message on."
    )


def _end(mechanism: Mechanism) -> Iterator[str]:
    yield "## What follows"
    yield ""
    yield (
        "Before an organisation is made faster, three things are worth a look: whether its rule "
        "errs in one direction (then better data make the same mistake sooner), whether orders "
        "carry dates that somebody looks at, and whether those who receive more messages have to "
        "read them all. The last is the worst by far: a desk that cannot keep up turns data "
        f"that are fresh into a picture that is days old. {_load(mechanism)}"
    )
    yield ""
    yield (
        "Rules of the command and of orders are parameters of the case (`decide.rule`, "
        "`order.unchecked`, `watch.until`), and the desk is a policy (`overloaded_desk`), so any "
        "study can switch them."
    )
