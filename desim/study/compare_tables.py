"""Tables of comparison: what each point gave, how it differs, which is best, in words."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from desim.draw import name_key
from desim.study import compare, ranking
from desim.study.design import Setting
from desim.study.panel import Panel
from desim.study.precision import USUAL
from desim.study.target import Precision

NOTHING = (float("nan"),) * 3


def summary(panel: Panel) -> pd.DataFrame:
    """Mean and 95 % interval of an outcome at every point."""
    about = panel.about
    rows = []
    for column, point in enumerate(panel.points):
        values, dropped = panel.sample(column)
        sample = values[:, 0]
        rows.append(
            {
                "point": point.number,
                "label": point.label,
                "outcome": panel.outcome,
                "title": about.title,
                "unit": about.unit,
                "better": about.better,
                "replications": len(sample),
                **compare.interval(sample),
                "smallest": sample.min() if len(sample) else np.nan,
                "largest": sample.max() if len(sample) else np.nan,
                "dropped": dropped,
                "scenario": panel.scenario,
            }
        )
    return pd.DataFrame(rows)


def comparison(panel: Panel) -> pd.DataFrame:
    """Paired differences from the baseline, Holm-adjusted, and the coordination gap closed."""
    rows = []
    for column, point in list(enumerate(panel.points))[1:]:
        difference, dropped = panel.difference(column)
        found, closed = compare.interval(difference), _closed(panel, column)
        rows.append(
            {
                "point": point.number,
                "label": point.label,
                "outcome": panel.outcome,
                "unit": panel.about.unit,
                "difference": found["mean"],
                "half_width": found["half_width"],
                "low": found["low"],
                "high": found["high"],
                "p": compare.p_value(difference),
                "gap_closed": closed[0],
                "gap_closed_low": closed[1],
                "gap_closed_high": closed[2],
                "replications": len(difference),
                "dropped": dropped,
                "scenario": panel.scenario,
            }
        )
    table = pd.DataFrame(rows)
    return table.assign(p_holm=compare.holm(list(table["p"]))) if rows else table


def _closed(panel: Panel, column: int) -> tuple[float, float, float]:
    better = panel.about.better
    if panel.perfect is None or better == "neither":
        return NOTHING
    sample, _ = panel.sample(0, column, panel.perfect)
    base, policy, perfect = sample.T
    return compare.gap_closed(base, policy, perfect, name_key(panel.outcome))


def pairs(panel: Panel) -> pd.DataFrame:
    """Every pair of points by its paired difference, Holm-adjusted within the outcome."""
    able = panel.measured
    sample, dropped = panel.sample(*able)
    if len(sample) < 2 or len(able) < 2:
        return pd.DataFrame()
    found = ranking.all_pairs(sample, tuple(panel.points[i].label for i in able))
    return _about(found, panel, len(sample), dropped)


def best(panel: Panel) -> pd.DataFrame:
    """Multiple comparisons with the best of all points but the bounds, which nobody can choose."""
    better = panel.about.better
    able = [i for i in panel.measured if panel.points[i].kind != "bound"]
    sample, dropped = panel.sample(*able)
    if len(able) < 2 or len(sample) < 2 or better == "neither":
        return pd.DataFrame()
    labels = tuple(panel.points[i].label for i in able)
    found = ranking.compare_with_best(sample, labels, better)
    return _about(found, panel, len(sample), dropped)


def effects(panel: Panel, policies: tuple[str, ...]) -> pd.DataFrame:
    """Main effects and all interactions of the factorial points."""
    corners, levers = _corners(panel, policies)
    sample, dropped = panel.sample(*corners)
    if len(sample) < 2:
        return pd.DataFrame()
    table = compare.factorial_effects(levers, sample, policies)
    table.insert(0, "outcome", panel.outcome)
    table = table.assign(unit=panel.about.unit)
    return table.assign(replications=len(sample), dropped=dropped)


def aliased_effects(panel: Panel, policies: tuple[str, ...]) -> pd.DataFrame:
    """Effects of a fractional factorial: each of all terms that it cannot tell apart, together.

    Source: Montgomery (2017), chapter 8. Terms have one sign pattern over the corners, or the
    opposite one (then with a minus); a term that is the same everywhere is told apart from none.
    """
    # after the baseline, in the order of the design
    corners = [i for i, p in enumerate(panel.points) if i and p.kind == "fractional"]
    signs = 2.0 * np.array([[panel.points[i].levers[n] for n in policies] for i in corners]) - 1.0
    sample, dropped = panel.sample(*corners)
    if len(sample) < 2:
        return pd.DataFrame()
    classes: dict[bytes, list[str]] = {}
    for order in range(1, len(policies) + 1):
        for chosen in combinations(range(len(policies)), order):
            contrast, name = signs[:, chosen].prod(axis=1), " × ".join(policies[i] for i in chosen)
            if (-contrast).tobytes() in classes:
                classes[(-contrast).tobytes()].append(f"-({name})")
            else:
                classes.setdefault(contrast.tobytes(), []).append(name)
    rows = []
    for content, terms in classes.items():
        contrast = np.frombuffer(content) / (len(corners) / 2.0)
        if abs(contrast.sum()) > 1.0:
            continue  # the same at all corners: an alias of the mean
        found = compare.interval(sample @ contrast)
        row = {"term": terms[0], "aliases": " = ".join(terms[1:]), "effect": found.pop("mean")}
        rows.append(row | found | {"p": compare.p_value(sample @ contrast)})
    table = pd.DataFrame(rows)
    table = table.assign(p_holm=compare.holm(list(table["p"])))
    return _about(table, panel, len(sample), dropped)


def shapley(panel: Panel, policies: tuple[str, ...]) -> pd.DataFrame:
    """Each policy's part of what all policies do together."""
    corners, levers = _corners(panel, policies)
    sample, dropped = panel.sample(*corners)
    if len(sample) < 2:
        return pd.DataFrame()
    table = ranking.shapley(levers, sample, policies, name_key(panel.outcome))
    return _about(table, panel, len(sample), dropped)


def _corners(panel: Panel, policies: tuple[str, ...]) -> tuple[list[int], np.ndarray[Any, Any]]:
    corners = [i for i, point in enumerate(panel.points) if point.kind == "factorial"]
    levers = [[panel.points[i].levers[name] for name in policies] for i in corners]
    return corners, np.array(levers)


def doses(panel: Panel, settings: tuple[Setting, ...], share: float = 0.9) -> pd.DataFrame:
    """Dose and response: what each value of a lever gives, and how much of it is enough.

    A dose is enough where it surely reaches a share of what the last one of its list does: where
    the lower end of the paired bootstrap interval of that ratio is at least `share`.
    """
    full = {setting.dose: i for i, setting in enumerate(settings) if setting.dose}
    rows = []
    for column, setting in enumerate(settings):
        if not setting.dose:
            continue
        sample, dropped = panel.sample(0, column, full[setting.dose])
        base, mine, last = sample.T
        of_full = compare.gap_closed(base, mine, last, name_key(panel.outcome))
        found = compare.interval(sample[:, 1] - sample[:, 0])
        rows.append(
            {
                "dose": setting.dose, "amount": setting.amount, "mean": sample[:, 1].mean()
                if len(sample) else np.nan, "difference": found.pop("mean"), **found,
                "of_full": of_full[0], "of_full_low": of_full[1], "of_full_high": of_full[2],
                "enough": bool(of_full[1] >= share), "replications": len(sample),
                "dropped": dropped,
            }
        )  # fmt: skip
    about = panel.about
    table = pd.DataFrame(rows)
    return table.assign(outcome=panel.outcome, title=about.title, unit=about.unit)


def sentences(panel: Panel, wanted: dict[str, Precision]) -> pd.DataFrame:
    """What each point does to the outcome, in one plain sentence."""
    about = panel.about
    rows = []
    for column, point in list(enumerate(panel.points))[1:]:
        difference, dropped = panel.difference(column)
        if len(difference) < 2:
            text = f"{point.label}: too few runs have a value of {about.title.lower()} to compare"
        else:
            text = ranking.sentence(
                point.label, difference, about.title.lower(), about.unit, about.better,
                wanted.get(panel.outcome, USUAL),
            )  # fmt: skip
            text += f"; {dropped} replications without a value were dropped" if dropped else ""
        rows.append({"point": point.number, "outcome": panel.outcome, "sentence": text + "."})
    return pd.DataFrame(rows).assign(scenario=panel.scenario)


def regret(panels: list[Panel]) -> pd.DataFrame:
    """How far each setting falls short of the best one, over the scenarios, of one outcome.

    The regret of a setting in a scenario is how much worse its mean is than the best mean there
    (Savage 1951, Journal of the American Statistical Association 46:55). Intervals are a paired
    percentile bootstrap over replications; bounds are left out, for nobody can choose them.
    """
    about = panels[0].about
    if about.better == "neither":
        return pd.DataFrame()
    able = [i for i, point in enumerate(panels[0].points) if point.kind != "bound"]
    sign = 1.0 if about.better == "lower" else -1.0
    samples = [sign * panel.sample(*able)[0] for panel in panels]
    if min(map(len, samples)) < 2:
        return pd.DataFrame()
    rng = np.random.default_rng(name_key(panels[0].outcome))

    def regrets(means: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.asarray(means - means.min(axis=1, keepdims=True))

    truth = regrets(np.array([sample.mean(axis=0) for sample in samples]))
    again = np.array(
        [
            regrets(np.array([s[rng.integers(0, len(s), len(s))].mean(axis=0) for s in samples]))
            for _ in range(compare.BOOTSTRAPS // 4)
        ]
    )
    rows = []
    for k, column in enumerate(able):
        low, high = np.quantile(again[:, :, k].max(axis=1), [0.025, 0.975])
        rows.append(
            {
                "outcome": about.name, "setting": panels[0].points[column].setting,
                "label": panels[0].points[column].label.partition(": ")[2],
                "largest_regret": truth[:, k].max(), "low": low, "high": high,
                "regret_p90": float(np.quantile(truth[:, k], 0.9)),
                "worst_scenario": panels[int(truth[:, k].argmax())].scenario, "unit": about.unit,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _about(table: pd.DataFrame, panel: Panel, replications: int, dropped: int) -> pd.DataFrame:
    about = panel.about
    return table.assign(
        outcome=panel.outcome, unit=about.unit, replications=replications, dropped=dropped,
        scenario=panel.scenario,
    )  # fmt: skip
