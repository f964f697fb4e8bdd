"""Tables from which the figures of calibration and validation can be drawn: small and made up."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from desim.figure.style import BOUNDS, REFORMS

Tables = dict[str, pd.DataFrame]
NAMES = [f"theme_{i}.parameter_{i}" for i in range(20)]
LABELS = [
    " + ".join(name for name, there in zip(REFORMS, corner, strict=True) if there) or "baseline"
    for corner in product((0, 1), repeat=len(REFORMS))
]
GENERATOR = np.random.default_rng(1)


def validation_tables() -> Tables:
    """Every table that a figure of `desim.figure.validation` reads."""
    return {**_space(), **_posterior(), **_checks(), **_theory(), **_results(), **_assumed()}


def _space() -> Tables:
    rows = [
        {"wave": wave, "parameter": name, "low": 0.05 + 0.02 * wave, "median": 0.4,
         "high": 0.95 - 0.1 * wave * (i % 3), "width": 1.0 - 0.1 * wave * (i % 3)}
        for wave in (1, 2, 3) for i, name in enumerate(NAMES)
    ]  # fmt: skip
    points = pd.DataFrame(GENERATOR.random((90, len(NAMES))), columns=NAMES)
    return {
        "calibration/space": pd.DataFrame(rows),
        "calibration/waves": pd.DataFrame({"wave": [1, 2, 3], "share": [0.7, 0.2, 0.043]}),
        "calibration/plausible": points.assign(wave=np.repeat([1, 2, 3], 30)),
        "calibration/population": points[:30],
    }


def _posterior() -> Tables:
    count = len(NAMES)
    width = np.linspace(0.2, 1.0, count)
    marginals = pd.DataFrame(
        {
            "parameter": NAMES, "tag": ["assumed", "derived"] * (count // 2), "by_hand": 1.5,
            "prior_low": 1.0, "prior_high": 3.0, "share_low": 0.5 - 0.45 * width,
            "share_median": 0.5, "share_high": 0.5 + 0.45 * width, "width": width,
            "moved": width < 0.8, "identifiable": width < 0.5,
        }
    )  # fmt: skip
    record = [
        {"of": of, "key": f"row_{i}", "label": f"Something that was measured, number {i}",
         "use": ("fit", "hold_out", "input")[i % 3], "record": 10.0, "record_low": 8.0,
         "record_high": 12.0, "low": 7.0 + i * wide, "median": 9.0 + i * wide,
         "high": 11.0 + 2 * i * wide, "within": i < 4}
        for of, wide in (("posterior", 0.3), ("prior", 0.6)) for i in range(12)
    ]  # fmt: skip
    record.append({**record[0], "of": "posterior", "key": "never", "low": np.nan,
                   "median": np.nan, "high": np.nan, "within": False})  # fmt: skip
    record.append({**record[-1], "of": "prior"})
    return {
        "calibration/marginals": marginals,
        "calibration/predictive": pd.DataFrame(record),
    }


def _checks() -> Tables:
    names = NAMES[:7]
    truth = GENERATOR.random((20, len(names)))
    recovery = pd.DataFrame(
        [
            {"record": r, "parameter": name, "truth": truth[r, i], "median": 0.5 * truth[r, i],
             "low": 0.5 * truth[r, i] - 0.2, "high": 0.5 * truth[r, i] + 0.3, "covered": r % 9 > 0}
            for r in range(20) for i, name in enumerate(names)
        ]
    )  # fmt: skip
    coverage = pd.DataFrame(
        {"parameter": [*names, "all"], "records": 20, "coverage": 0.88, "low": 0.75, "high": 0.96}
    )
    tolerance = pd.DataFrame(
        [
            {"generation": g, "tolerance": t, "parameter": name, "low": 0.1, "median": 0.4,
             "high": 0.6 + 0.1 * t}
            for g, t in ((1, 3.0), (2, 1.8), (3, 1.0)) for name in NAMES
        ]
    )  # fmt: skip
    generations = pd.DataFrame(
        {"generation": [1, 2, 3], "tolerance": [3.0, 1.8, 1.0], "accepted": [0.6, 0.3, 0.1]}
    )
    return {
        "calibration/recovery": recovery,
        "calibration/coverage": coverage,
        "calibration/tolerance": tolerance,
        "calibration/generations": generations,
    }


def _theory() -> Tables:
    loads = np.array([0.1, 0.4, 0.8, 1.2, 2.0, 2.8])
    rows = []
    for name, most in (("star", 1.1), ("ring", 3.7)):
        time = np.where(loads < most, 2.0 / np.maximum(1.0 - loads / most, 0.01), np.nan)
        shown = np.where(np.isnan(time), 500.0, time) + (1.6 if name == "ring" else 0.0)
        rows.append(
            pd.DataFrame(
                {"organisation": name, "load": loads, "mean": shown, "half_width": 0.1,
                 "theory": time, "busiest": loads / most}
            )
        )  # fmt: skip
    links = pd.DataFrame(
        {"links": [0, 1, 4, 8, 16, 32], "network": 0, "mean": [15, 12, 8, 6, 4.5, 3.4],
         "half_width": 0.5, "theory": [15, 12, 8, 6, 4.5, 3.4],
         "busiest": [0.9, 0.85, 0.7, 0.6, 0.4, 0.25]}
    )  # fmt: skip
    path = pd.DataFrame(
        {"procedure": [f"p{i}" for i in range(20)], "title": [f"Procedure {i}" for i in range(20)],
         "played": np.geomspace(1.1, 120.0, 20), "path": np.geomspace(1.1, 120.0, 20)}
    )  # fmt: skip
    return {
        "theory/crossover": pd.concat(rows, ignore_index=True),
        "theory/horizontal_links": links,
        "theory/critical_path": path,
    }


def _results() -> Tables:
    labels = [*LABELS[1:], *BOUNDS]
    middle = -np.linspace(20.0, 180.0, len(labels))
    middle[-3:-1] = 2500.0, 600.0
    differences = pd.DataFrame(
        {
            "label": labels, "kind": ["factorial"] * 15 + ["bound"] * len(BOUNDS),
            "outcome": "residential_energy_not_served", "low": middle - 60.0, "median": middle,
            "high": middle + 50.0, "gap_closed": -middle / 200.0,
            "gap_closed_low": -middle / 200.0 - 0.1, "gap_closed_high": -middle / 200.0 + 0.1,
        }
    )  # fmt: skip
    best = pd.DataFrame(
        {"group": "combinations", "label": LABELS, "outcome": "residential_energy_not_served",
         "chance_best": np.linspace(0.0, 0.3, 16)}
    )  # fmt: skip
    return {
        "posterior_reforms/sample_differences": differences,
        "posterior_reforms/sample_best": best,
    }


def _assumed() -> Tables:
    names = [*REFORMS, "all_four"]
    corners = ["middle", *(f"{name}:unseen" for name in names), *names]
    effects = [
        {"corner": corner, "outcome": "residential_energy_not_served", "label": label,
         "kind": "scenarios", "difference_mean": -50.0 + 10.0 * i,
         "difference_half_width": 15.0}
        for i, corner in enumerate(corners) for label in LABELS[1:]
    ]  # fmt: skip
    ends = [
        {"reform": reform, "parameter": name, "at_low": -40.0, "at_high": -40.0 + 7.0 * i,
         "worse": "high" if i % 3 else ""}
        for reform in (*REFORMS, "all_four") for i, name in enumerate(NAMES)
    ]  # fmt: skip
    record = [
        {"corner": corner, "key": f"row_{i}", "label": f"Fitted row {i}",
         "deviation": (i - 5) * 1.2}
        for corner in corners for i in range(12)
    ]  # fmt: skip
    return {
        "calibration/corners": pd.DataFrame(effects),
        "calibration/worse_ends": pd.DataFrame(ends),
        "calibration/corner_record": pd.DataFrame(record),
    }
