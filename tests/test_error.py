"""Errors of desim are of one kind, and keep their complaints wherever they are sent."""

from __future__ import annotations

import copy
import pickle
from importlib import import_module

import pytest

from desim.error import DesimError
from desim.mechanism.complaint import Complaint

ERRORS = [
    "calibration.batch.CalibrationError", "case.case.CaseError", "case.expression.ExpressionError",
    "case.toml.TomlError", "engine.error.EngineError", "figure.figure.FigureError",
    "mechanism.complaint.MechanismError", "outcome.outcome.OutcomeError", "paper.entry.PaperError",
    "plugin.origin.PluginError", "policy.policy.PolicyError", "scaffold.write.ScaffoldError",
    "study.question.StudyError", "study.sensitivity_design.SensitivityError",
]  # fmt: skip


def kind(dotted: str) -> type[DesimError]:
    module, _, name = dotted.rpartition(".")
    found: type[DesimError] = getattr(import_module(f"desim.{module}"), name)
    return found


@pytest.mark.parametrize("dotted", ERRORS)
def test_an_error_survives_a_copy_and_another_process(dotted: str) -> None:
    error = kind(dotted)((Complaint("units", "office", "", "has no staff"), "and more"))
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(other) is type(error)
        assert str(other) == "units office: has no staff\nand more"
        assert other.complaints == error.complaints


def test_a_single_sentence_is_one_complaint() -> None:
    assert DesimError("no such thing").complaints == ("no such thing",)
