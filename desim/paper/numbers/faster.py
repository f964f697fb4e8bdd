"""When faster coordination does harm: the same reforms under other rules of the command."""

from __future__ import annotations

import pandas as pd

from desim.paper.entry import Entry, Origin
from desim.paper.numbers.names import agree, outcome, setting, unit
from desim.paper.sources import FASTER, MAIN, Sources
from desim.paper.wording import capital, clear, in_words, listed, number, quantity, span

COMPARISON, SUMMARY = f"{FASTER}/comparison", f"{FASTER}/summary"
TOLD = (MAIN, "energy_curtailed")
RULES = {
    "as_assumed": "the command plans energy over some days, as assumed",
    "biased_rule": "the command turns a day's water into power by a fixed number of hours",
    "one_day_rule": "the command plans the energy of one day",
    "racing_orders": "nobody looks at the dates of orders or watches their execution",
}
"""What is other in each scenario, as it stands after *where*."""
_SETTINGS = {
    "data_sharing + overloaded_desk": "data sharing read by an overloaded desk",
    "perfect_communication": "perfect communication",
}


def entries(sources: Sources) -> list[Entry]:
    """Sentences by scenario, once the study was simulated."""
    if not sources.faster:
        return []
    about = sources.provenance(FASTER)
    origin = Origin(__name__, (SUMMARY,), rows="provenance of the study")
    names = scenarios(sources)
    found = [
        Entry("faster.replications", number(about["replications"], 0), origin),
        Entry("faster.runs", number(about["runs"], 0), origin),
        Entry("faster.scenarios", in_words(len(names)), origin),
    ]
    sentences = [_sentence(sources, name) for name in names]
    for name, text in zip(names, sentences, strict=True):
        where = Origin(__name__, (COMPARISON,), rows=f"scenario = {name}")
        found.append(Entry(f"faster.{name}", text, where))
    everything = Origin(__name__, (COMPARISON,), rows=f"outcome = {', '.join(TOLD)}")
    return [
        *found,
        Entry("faster.sentences", " ".join(sentences), everything),
        Entry("faster.harm", _harm(sources, names), everything),
    ]


def scenarios(sources: Sources) -> list[str]:
    """The scenarios, in the order of the study."""
    return list(dict.fromkeys(map(str, sources.table(SUMMARY)["scenario"])))


def rule(scenario: str) -> str:
    """What is other in a scenario."""
    return RULES.get(scenario, f"the scenario is {scenario.replace('_', ' ')}")


def who(label: str) -> str:
    """A setting of the study by its label, with the scenario's name or without."""
    plain = label.rpartition(": ")[2]
    return _SETTINGS.get(plain, setting(plain))


def _sentence(sources: Sources, scenario: str) -> str:
    """What is clear about every setting in one scenario."""
    parts = [_about(sources.rows(COMPARISON, scenario=scenario, outcome=n), n) for n in TOLD]
    return f"Where {rule(scenario)}, {'; '.join(parts)}."


def _about(rows: pd.DataFrame, name: str) -> str:
    """With which settings an outcome clearly falls or rises."""
    surely = rows[[clear(p) for p in rows["p_holm"]]]
    falls, rises = surely[surely["difference"] < 0.0], surely[surely["difference"] > 0.0]
    parts = [
        f"{verb} with {listed([_with(row, name) for _, row in chosen.iterrows()])}"
        for verb, chosen in (("falls", falls), ("rises", rises))
        if len(chosen)
    ]
    if not parts:
        return f"{outcome(name)} clearly changes with none of them"
    return f"{outcome(name)} clearly {', and '.join(parts)}"


def _with(row: pd.Series, name: str) -> str:
    sign = "+" if row["difference"] > 0.0 else ""
    size = f"{sign}{quantity(row['difference'], unit(name))}"
    if name == MAIN:  # the table has the other intervals
        size += f", {span(row['low'], row['high'])}"
    return f"{who(str(row['label']))} ({size})"


def _harm(sources: Sources, names: list[str]) -> str:
    """Which settings clearly raise what residents lose, and under which rules."""
    rows = sources.rows(COMPARISON, outcome=MAIN)
    surely = rows[[clear(p) for p in rows["p_holm"]]]
    worse = surely[surely["difference"] > 0.0]
    found: dict[str, list[str]] = {}
    for _, row in worse.iterrows():
        found.setdefault(who(str(row["label"])), []).append(str(row["scenario"]))
    what = outcome(MAIN)
    if not found:
        return (
            f"Under none of the {in_words(len(names))} rules does any setting clearly raise {what}."
        )
    parts = [
        f"{each} clearly {agree([each], 'raises', 'raise')} {what} {_under(where, names)}"
        for each, where in found.items()
    ]
    return f"{capital(listed(parts))}; no other setting does under any rule."


def _under(found: list[str], names: list[str]) -> str:
    if len(found) == len(names):
        return "under every rule"
    return listed([f"where {rule(name)}" for name in found])
