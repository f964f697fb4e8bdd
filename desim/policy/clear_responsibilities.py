"""A sound division of responsibilities among the units that manage the emergency.

What it changes: how often an order or request lands at the wrong unit, at none or at two, how
often a draft comes back for revision, who must be consulted, and what is delegated in advance. No
before-and-after study of role clarity exists (coordination evidence, section 0.3), so its
parameters have the widest ranges of the four reforms and every effect of it rests on assumption.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Procedure
from desim.mechanism.steps import Choose, Fork, Join, Step
from desim.parameter import Parameter
from desim.policy.chances import scaled
from desim.policy.policy import Policy

PARAMETERS = (
    Parameter(
        "clear_responsibilities.referral_cut", 0.76, 0.3, 0.95, "uniform", "share",
        "share of wrong, missing and double landings avoided at full lever",
        note="prior 0.25 falls to 0.06 (modes of coordination evidence 2.3); no study found",
    ),
    Parameter(
        "clear_responsibilities.return_cut", 0.5, 0.0, 0.8, "uniform", "share",
        "share of returns for revision avoided at full lever", note="no study found",
    ),
    Parameter(
        "clear_responsibilities.delegation", 0.5, 0.1, 0.9, "uniform", "share",
        "share of approvals settled by advance delegation at full lever", note="no study found",
    ),
    Parameter(
        "clear_responsibilities.consultation_cut", 0.4, 0.0, 0.7, "uniform", "share",
        "share of consulted units whose answer need not be awaited at full lever",
        note="no study found; Waring et al. 2018 report less redundant deliberation, no figure",
    ),
)  # fmt: skip


def change(mechanism: Mechanism, lever: float, values: Mapping[str, float]) -> Mechanism:
    """Scale chances of wrong landings and returns, delegate approvals, shorten consultations."""
    wrong = lever * values["clear_responsibilities.referral_cut"]
    cut = {
        "referral": wrong,
        "orphan": wrong,
        "duplicate": wrong,
        "return": lever * values["clear_responsibilities.return_cut"],
    }
    delegated = lever * values["clear_responsibilities.delegation"]
    spared = lever * values["clear_responsibilities.consultation_cut"]

    def clearer(procedure: Procedure, step: Step) -> Step:
        if isinstance(step, Choose) and step.purpose in cut:
            return scaled(step, 1.0 - cut[step.purpose])
        if isinstance(step, Choose) and step.purpose == "approval":
            return scaled(step, 1.0 - delegated, delegated)
        if isinstance(step, Join) and step.purpose == "consultation":
            return _shortened(step, procedure, spared)
        return step

    return mechanism.mapped_steps(clearer)


def _shortened(step: Join, procedure: Procedure, spared: float) -> Join:
    asked = next(
        len(s.branches) for s in procedure.steps if isinstance(s, Fork) and s.label == step.fork
    )
    wanted = asked if step.quorum is None else step.quorum
    fewer = max(1, wanted - math.floor(spared * wanted + 1e-9))
    return step if fewer == wanted else replace(step, quorum=fewer)


CLEAR_RESPONSIBILITIES = Policy(
    "clear_responsibilities",
    "Clear responsibilities",
    "Fewer misdirected orders and returned drafts, fewer to consult, more delegated in advance.",
    change,
    PARAMETERS,
)
