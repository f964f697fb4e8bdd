"""Every reform with the assumed parameters at the values that are least favourable to it.

First each assumed parameter goes to either end, the others staying at the posterior's medians,
and the reform's effect is looked at; then all go to the end at which that effect was the worse,
where the difference was more than luck. Ends of the case's parameters are those of their 90 %
posterior intervals; policies' own parameters, of which the record knows nothing, go to the ends
of their ranges. There are two corners a reform. In one only those parameters are moved that no
fitted row of the record depends on, so that it is as plausible as the middle. In the other all
are: it need not be plausible, and how well the baseline still meets the record there is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from desim.policy.catalogue import POLICIES
from desim.study.uncertainty import owners

MAIN = "residential_energy_not_served"
"""What a reform is judged by here: energy that households did not get."""
LUCK = 2.0
"""Standard errors by which the ends must differ."""
REFORMS = (
    "data_sharing", "clear_responsibilities", "joint_regional", "public_engagement",
)  # fmt: skip
ALL = "all_four"
UNSEEN = ":unseen"
"""Ending of the corners in which only what the record does not see is moved."""
Scenarios = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Ends:
    """The middle, and the two ends of every assumed parameter.

    Parameters
    ----------
    middle
        Value of every parameter.
    ends
        Low and high end by parameter.
    seen
        Parameters that fitted rows of the record depend on.
    """

    middle: Mapping[str, float]
    ends: Mapping[str, tuple[float, float]]
    seen: frozenset[str] = frozenset()

    @classmethod
    def of(cls, marginals: pd.DataFrame) -> Ends:
        """From the posterior's marginals and the reforms' own ranges."""
        middle = dict(zip(marginals["parameter"], marginals["median"], strict=True))
        assumed = marginals[marginals["tag"] == "assumed"]
        ends = {
            str(name): (float(low), float(high))
            for name, low, high in zip(
                assumed["parameter"], assumed["low"], assumed["high"], strict=True
            )
        }
        for policy in POLICIES:
            for each in policy.parameters if policy.name in REFORMS else ():
                middle[each.name] = each.value
                if each.tag == "assumed" and each.low < each.high:
                    ends[each.name] = (each.low, each.high)
        seen = frozenset(map(str, marginals[marginals["moved"]]["parameter"]))
        return cls(middle, ends, seen)

    def one_by_one(self) -> Scenarios:
        """The middle, and each parameter at either end with the others in the middle."""
        found: Scenarios = {"middle": dict(self.middle)}
        for name, (low, high) in self.ends.items():
            found[f"{name}:low"] = {**self.middle, name: low}
            found[f"{name}:high"] = {**self.middle, name: high}
        return found

    def corner(self, worse: Mapping[str, str]) -> dict[str, float]:
        """All parameters at the ends named, the others in the middle."""
        chosen = {
            name: self.ends[name][0 if end == "low" else 1] for name, end in worse.items() if end
        }
        return {**self.middle, **chosen}


def study_text(
    question: str, case: str, seed: int, replications: int, outcomes: tuple[str, ...],
    scenarios: Scenarios, *, whole: bool,
) -> str:  # fmt: skip
    """A study file that plays every scenario: reforms alone and together, or all combinations.

    Parameters
    ----------
    question, case, seed, replications, outcomes
        As in a study file.
    scenarios
        Parameter values by scenario.
    whole
        All sixteen combinations and the bounds, with the record of the baseline.
    """
    points = list(_combinations() if whole else _alone())
    lines = [
        f'question = "{question}"', f'case = "{case}"', f"seed = {seed}",
        f"replications = {replications}", f"outcomes = {list(outcomes)!r}".replace("'", '"'),
        'profile = "large"', *(['tables = ["record"]'] if whole else []), "", "[design]",
        'kind = "scenarios"', *(["bounds = true"] if whole else []), "points = [",
        *("  { " + ", ".join(f"{n} = 1.0" for n in point) + " }," for point in points),
        "]", "",
    ]  # fmt: skip
    for name, values in scenarios.items():
        lines.append(f'[design.scenarios."{name}"]')
        lines += [f'"{parameter}" = {value!r}' for parameter, value in values.items()]
    return "\n".join(lines) + "\n"


def _alone() -> Iterator[tuple[str, ...]]:
    yield from ((name,) for name in REFORMS)
    yield REFORMS


def _combinations() -> Iterator[tuple[str, ...]]:
    for number in range(1, 2 ** len(REFORMS)):
        yield tuple(name for place, name in enumerate(REFORMS) if number >> place & 1)


def worse_ends(differences: Mapping[tuple[str, str], np.ndarray], ends: Ends) -> pd.DataFrame:
    """Which end of every assumed parameter is worse for every reform.

    Parameters
    ----------
    differences
        By scenario and reform: float64 (replications,), paired, of the effect on `MAIN`.
    ends
        What was played.

    Returns
    -------
    pandas.DataFrame
        Columns reform, parameter, at_low, at_high (mean effects, GWh), worse (``low``, ``high``
        or empty where the difference may be luck).
    """
    owner, rows = owners(), []
    for reform in (*REFORMS, ALL):
        for name in ends.ends:
            own = owner.get(name)
            if own is not None and reform not in (own, ALL):
                continue  # the parameter of a reform that is not in
            low = differences[f"{name}:low", reform]
            high = differences[f"{name}:high", reform]
            apart = high - low
            error = float(apart.std(ddof=1)) / np.sqrt(len(apart))
            matters = abs(float(apart.mean())) > LUCK * error and bool(apart.any())
            worse = ("high" if apart.mean() > 0.0 else "low") if matters else ""
            rows.append(
                {
                    "reform": reform, "parameter": name, "at_low": float(low.mean()),
                    "at_high": float(high.mean()), "worse": worse,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def corners(worse: pd.DataFrame, ends: Ends) -> Scenarios:
    """The middle, and the two least favourable corners of every reform."""
    found: Scenarios = {"middle": dict(ends.middle)}
    for reform, part in worse.groupby("reform", sort=False):
        for ending, rows in ((UNSEEN, part[~part["parameter"].isin(ends.seen)]), ("", part)):
            chosen = dict(zip(rows["parameter"], rows["worse"], strict=True))
            found[f"{reform}{ending}"] = ends.corner(chosen)
    return found
