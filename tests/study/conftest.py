"""A small study on a small case, for tests of studies."""

from __future__ import annotations

from pathlib import Path

import pytest

SMALL = Path(__file__).parent.parent / "cases" / "small"
TEXT = """
question = "Does it work?"
case = "{case}"
seed = 5
replications = {replications}
quick_replications = 2
outcomes = ["coordination_hours", "age_of_information", "referrals", "decision_to_field"]
tables = ["record", "structure", "delays", "bottlenecks", "ages"]

[design]
kind = "factorial"
policies = ["clear_responsibilities", "joint_regional"]
bounds = true
"""


def write_study(folder: Path, case: Path = SMALL, replications: int = 6) -> Path:
    """Write the study file into a folder."""
    path = folder / "small_study.toml"
    path.write_text(TEXT.format(case=case, replications=replications), encoding="utf-8")
    return path


@pytest.fixture
def study_file(tmp_path: Path) -> Path:
    return write_study(tmp_path)
