"""Small tables of results, for tests of figures: the Sichuan organisation, invented numbers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from desim.case import load
from desim.case.case import RecordRow
from desim.figure import combinations, dose_response, effects, timeline, where_the_hours_go
from desim.figure.style import BOUNDS, REFORMS
from desim.study import structure

CASE = load("sichuan_2022")
HOURS = np.arange(96)
REACHED, RUNS = 3, 4


def tables() -> dict[str, pd.DataFrame]:
    """Every table that a figure reads, by its name within the results."""
    return {
        "baseline_against_record/units": structure.units(CASE.mechanism),
        "baseline_against_record/links": structure.links(CASE.mechanism),
        "baseline_against_record/series": _series(),
        "baseline_against_record/record": pd.DataFrame([_row(row) for row in CASE.record]),
        "four_reforms/points": _points(),
        "four_reforms/summary": _summary(),
        "four_reforms/effects": _effects(),
        "four_reforms/ages": _ages(),
        "four_reforms/delays": _delays(),
        "four_reforms/bottlenecks": _bottlenecks(),
        "dose_response/doses": _doses(REFORMS, (0.25, 0.5, 1.0)),
        "how_much_is_enough/doses": _doses(dose_response.AMOUNTS, (1.0, 0.6, 0.3)),
        "what_matters_screening/morris": _morris(),
        "robust/comparison": _robust(),
    }


def write_results(folder: Path) -> Path:
    """Write every table as a study would."""
    for name, table in tables().items():
        path = folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_parquet(path)
    return folder


def _series() -> pd.DataFrame:
    names = ("need", "served", "severity", "store", "active", *timeline.MEASURES)
    hourly = [_band(name, HOURS) for name in names]
    return pd.concat([*hourly, _band("shed_residential_day", HOURS[12::24])], ignore_index=True)


def _band(name: str, hours: NDArray[np.int_]) -> pd.DataFrame:
    mean = 2.0 + np.sin(hours / 24.0)
    return pd.DataFrame(
        {"quantity": name, "hour": hours, "mean": mean, "low": mean - 1, "high": mean + 1}
    )


def _row(row: RecordRow) -> dict[str, object]:
    """A row of the record that the model overshoots; one milestone is not always reached."""
    half = (row.high - row.low) / 2.0
    return {
        "key": row.key, "label": row.label, "kind": row.kind, "use": row.use, "unit": row.unit,
        "record": row.value, "record_low": row.low, "record_high": row.high,
        "model_mean": row.value + half, "model_low": row.value - half,
        "model_high": row.value + 9.0 * half,
        "replications": REACHED if row.key == "level_one" else RUNS,
    }  # fmt: skip


def _points() -> pd.DataFrame:
    rows = [
        {"label": "", "kind": "factorial", **dict(zip(REFORMS, levers, strict=True))}
        for levers in product((0.0, 1.0), repeat=len(REFORMS))
    ]
    rows += [{"label": name, "kind": "bound", **dict.fromkeys(REFORMS, 0.0)} for name in BOUNDS]
    return pd.DataFrame(rows).rename_axis("point").reset_index()


def _summary() -> pd.DataFrame:
    """No coordination and local response lie far off the combinations, the last bound beside."""
    points = np.arange(16 + len(BOUNDS))
    means = np.select([points == 16, points == 17], [4000.0, 900.0], 100.0 + points)
    return pd.concat(
        [
            pd.DataFrame({"point": points, "outcome": name, "mean": means, "half_width": 5.0})
            for name in combinations.SHOWN
        ]
    )


def _effects() -> pd.DataFrame:
    terms = [
        [name for name, there in zip(REFORMS, chosen, strict=True) if there]
        for chosen in product((True, False), repeat=len(REFORMS))
        if any(chosen)
    ]
    return pd.DataFrame(
        [
            {
                "outcome": outcome, "term": " × ".join(term), "order": len(term), "effect": -3.0,
                "half_width": 2.0, "p_holm": 0.01 if len(term) == 1 else 1.0, "unit": "GWh",
            }
            for outcome in effects.SHOWN
            for term in terms
        ]
    )  # fmt: skip


def _ages() -> pd.DataFrame:
    points = ("baseline", *REFORMS, " + ".join(REFORMS))
    return pd.DataFrame(
        [
            {
                "policy_point": point, "kind": "decision", "time": float(hour),
                "age": 3.0 + hour % 5, "observation_to_decision": 2.0 + hour % 7,
                "decision_to_field": 4.0 + hour % 3,
            }
            for point in points
            for hour in HOURS
        ]
    )  # fmt: skip


def _delays() -> pd.DataFrame:
    """Two runs of each setting, in which each part of an order takes longer than the one before."""
    return pd.DataFrame(
        [
            {
                "policy_point": point, "replication": replication, "measure": measure,
                "part": part, "hours": 0.4 * place, "orders": 2,
            }
            for point in where_the_hours_go.SHOWN
            for replication in range(2)
            for measure in ("industrial", "appeal")
            for place, part in enumerate(where_the_hours_go.PARTS)
        ]
    )  # fmt: skip


def _bottlenecks() -> pd.DataFrame:
    """Every unit and link of the baseline, half of the hours at units in line."""
    units = [("unit", unit.name) for unit in CASE.mechanism.units]
    links = [("link", link.name) for link in CASE.mechanism.links]
    return pd.DataFrame(
        [
            {
                "policy_point": "baseline", "replication": 0, "kind": kind, "name": name,
                "hours": 5.0 + place % 7, "waiting": 2.5 if kind == "unit" else 0.0, "orders": 2,
            }
            for place, (kind, name) in enumerate((*units, *links))
        ]
    )  # fmt: skip


def _doses(names: Iterable[str], amounts: tuple[float, ...]) -> pd.DataFrame:
    """Doses of which only the last is enough."""
    return pd.DataFrame(
        [
            {
                "dose": name, "amount": amount, "difference": -40.0, "low": -50.0, "high": -30.0,
                "enough": amount == amounts[-1], "outcome": dose_response.MAIN,
            }
            for name in names
            for amount in amounts
        ]
    )  # fmt: skip


def _morris() -> pd.DataFrame:
    """Numbers that move less and less, the first ones by more than luck."""
    names = [parameter.name for parameter in CASE.parameters][:20]
    return pd.DataFrame(
        [
            {
                "outcome": dose_response.MAIN, "label": label, "quantity": quantity,
                "factor": name, "mu_star": 900.0 - 40.0 * place, "half_width": 200.0,
                "by_luck": 300.0, "matters": place < 8,
            }
            for label, quantity in (
                ("baseline", "value"), (" + ".join(REFORMS), "value"),
                (" + ".join(REFORMS), "difference"),
            )
            for place, name in enumerate(names)
        ]
    )  # fmt: skip


def _robust() -> pd.DataFrame:
    scenarios = ("as_assumed", "hotter", "drier", "less_help", "slower_offices", "all_at_once")
    return pd.DataFrame(
        [
            {
                "label": f"{scenario}: {setting}", "scenario": scenario,
                "outcome": dose_response.MAIN, "difference": -80.0, "low": -300.0, "high": 100.0,
                "p_holm": 0.01 if scenario == "drier" else 0.5,
            }
            for scenario in scenarios
            for setting in (*REFORMS, " + ".join(REFORMS))
        ]
    )  # fmt: skip
