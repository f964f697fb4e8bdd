"""Numbers of dose and response: how much of a reform is enough."""

from __future__ import annotations

import pandas as pd

from desim.paper.entry import Entry, Origin
from desim.paper.numbers.model import number_as_given, parameters
from desim.paper.numbers.names import outcome, policy, unit
from desim.paper.sources import DOSES, ENOUGH, MAIN, Sources
from desim.paper.wording import capital, estimate, number, percent
from desim.policy.catalogue import REFORMS

TABLES = {"dose": f"{DOSES}/doses", "enough": f"{ENOUGH}/doses"}
TOLD = (MAIN, "age_of_information", "decision_to_field", "residential_customer_hours")
NO_INTERVAL = "no clear effect at any dose"


def entries(sources: Sources) -> list[Entry]:
    """For each dose list: the effect of its last dose, and the first dose that is enough."""
    found = []
    for short, name in TABLES.items():
        about = sources.provenance(name.partition("/")[0])
        origin = Origin(__name__, (name,), rows="provenance of the study")
        found.append(Entry(f"{short}.replications", number(about["replications"], 0), origin))
        found.append(Entry(f"{short}.runs", number(about["runs"], 0), origin))
        table = sources.table(name)
        for dose in dict.fromkeys(table["dose"]) if len(table) else ():
            for told in (t for t in TOLD if t in set(table["outcome"])):
                found += _dose(sources, name, f"{short}.{dose}.{told}", dose, told)
    return [*found, *_sentences(sources)]


def _dose(sources: Sources, table: str, key: str, dose: str, told: str) -> list[Entry]:
    rows = sources.rows(table, dose=dose, outcome=told)
    last = rows.iloc[-1]
    origin = Origin(__name__, (table,), rows=f"dose = {dose}, outcome = {told}")
    text = estimate(last["difference"], last["low"], last["high"], unit(told), sign=True)
    return [
        Entry(f"{key}.last", text, origin),
        Entry(f"{key}.enough", first_enough(rows), origin),
        Entry(f"{key}.verdict", _verdict(sources, rows, dose, told), origin),
    ]


def is_clear(row: pd.Series) -> bool:
    """Whether a dose's interval excludes nothing."""
    return bool(row["low"] > 0.0 or row["high"] < 0.0)


def first_enough(rows: pd.DataFrame) -> str:
    """The first dose from which on every dose is surely enough; words where there is none."""
    if not is_clear(rows.iloc[-1]):
        return NO_INTERVAL
    enough = list(rows["enough"])
    from_here = next((i for i in range(len(enough)) if all(enough[i:])), len(enough) - 1)
    return number_as_given(float(rows.iloc[from_here]["amount"]))


def _verdict(sources: Sources, rows: pd.DataFrame, dose: str, told: str) -> str:
    """A sentence about a list of doses."""
    what, last = _dose_name(sources, dose), rows.iloc[-1]
    if not is_clear(last):
        size = estimate(last["difference"], last["low"], last["high"], unit(told), sign=True)
        return f"{capital(what)}: no clear effect on {outcome(told)} even at the last dose, {size}."
    change = "lowers" if last["difference"] < 0.0 else "raises"
    size = estimate(abs(last["difference"]), *_ends(last), unit(told))
    first = first_enough(rows)
    full = number_as_given(float(last["amount"]))
    enough = (
        "no dose short of it surely gives nine tenths of that"
        if first == full
        else f"a dose of {first} surely gives at least nine tenths of that"
    )
    return f"{capital(what)}: a dose of {full} {change} {outcome(told)} by {size}; {enough}."


def _ends(row: pd.Series) -> tuple[float, float]:
    low, high = sorted((abs(float(row["low"])), abs(float(row["high"]))))
    return low, high


def _dose_name(sources: Sources, dose: str) -> str:
    if dose in {reform.name for reform in REFORMS}:
        return policy(dose)
    meaning = next(p.meaning for p in parameters(sources) if p.name == dose)
    return f"{policy(dose.partition('.')[0])}, {meaning.removesuffix(' at full lever')}"


def _sentences(sources: Sources) -> list[Entry]:
    """All doses of a study in words, for the main outcome."""
    found = []
    for short, name in TABLES.items():
        table = sources.table(name)
        texts = [
            _verdict(sources, sources.rows(name, dose=dose, outcome=MAIN), dose, MAIN)
            for dose in (dict.fromkeys(table["dose"]) if len(table) else ())
        ]
        origin = Origin(__name__, (name,), rows=f"outcome = {MAIN}")
        found.append(Entry(f"{short}.sentences", " ".join(texts), origin))
    share = Origin(__name__, rows="desim.study.compare_tables.doses: share")
    return [*found, Entry("dose.share", percent(0.9), share)]
