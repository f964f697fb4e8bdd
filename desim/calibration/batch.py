"""Points of the parameter space, played as a study like any other: kept, resumed, replayed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from desim.calibration.space import Space
from desim.error import DesimError
from desim.study.error_text import first_line
from desim.study.executors import Workers, local
from desim.study.folder import OF_CALIBRATION
from desim.study.outputs import Outputs
from desim.study.plan import Plan
from desim.study.question import study_from
from desim.study.run import Progress, Say, run
from desim.study.schema import CHUNK
from desim.study.store import Store

Floats = NDArray[np.float64]
PREFIX = OF_CALIBRATION
SAID = 5
"""Errors that are said of a batch."""


class CalibrationError(DesimError):
    """A calibration cannot go on; says why in words."""


@dataclass(frozen=True)
class Site:
    """Where and how batches are played.

    Parameters
    ----------
    case
        Name or folder of the case.
    space
        Its uncertain parameters.
    keys
        Rows of the record that are kept, in this order.
    results
        Folder of all results.
    start, show, say
        As `desim.study.run.run` wants them.
    engine
        As in `desim.study.plan.Plan`.
    outcome
        What is measured besides the record, since a study measures something.
    """

    case: str
    space: Space
    keys: tuple[str, ...]
    results: Path
    show: Progress
    say: Say
    start: Callable[[], Workers] = local
    engine: str = "auto"
    outcome: str = "energy_curtailed"

    def play(self, name: str, unit: Floats, replications: int, seed: int) -> Floats:
        """Play points and give their counterparts of the record.

        Parameters
        ----------
        name
            Of the batch; its study is called so after ``calibration_``.
        unit
            float64 (n, d): points in unit coordinates.
        replications
            Runs of each point, with luck of its own.
        seed
            Of the batch.

        Returns
        -------
        numpy.ndarray
            float64 (n, replications, k); NaN where something did not happen.

        Raises
        ------
        CalibrationError
            When a run failed: a calibration cannot leave points out that fail.
        """
        text = self._text(name, unit, replications, seed)
        plan = Plan(study_from(text, f"{PREFIX}{name}.toml"), engine=self.engine)
        report = run(plan, self.results, self.show, start=self.start, say=self.say)
        if report.failed:
            errors = "; ".join(map(first_line, report.errors[:SAID]))
            raise CalibrationError(f"{plan.study.name}: {report.failed} runs failed: {errors}")
        return self._values(plan, replications)

    def _text(self, name: str, unit: Floats, replications: int, seed: int) -> str:
        rows = ",\n".join(
            "[" + ", ".join(map(repr, row)) + "]" for row in self.space.values(unit).tolist()
        )
        names = ", ".join(f'"{each}"' for each in self.space.names)
        return (
            f'question = "Calibration: how do {len(unit)} points of {name} meet the record?"\n'
            f'case = "{self.case}"\nseed = {seed}\nreplications = {replications}\n'
            f'outcomes = ["{self.outcome}"]\ntables = ["record"]\nprofile = "large"\n\n'
            f'[design]\nkind = "sample"\nnames = [{names}]\nrows = [\n{rows}\n]\n'
        )

    def _values(self, plan: Plan, replications: int) -> Floats:
        store = Store(self.results, plan.study.name, plan.study.outcomes)
        played = Outputs(plan, store, replications).table(("run", CHUNK, "status"))
        about = played.to_pandas()
        wide = store.read("record", played).pivot(index="run", columns="key", values="value")
        chosen = wide[list(self.keys)].reindex(about["run"]).to_numpy(dtype=np.float64)
        found = np.full((len(plan.design), replications, len(self.keys)), np.nan)
        found[about["point"].to_numpy(), about["replication"].to_numpy()] = chosen
        return found
