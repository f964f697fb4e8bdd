"""Plug-ins: policies, outcomes and cases from outside, and the words to write them in.

from desim.plugin import Parameter, policy

@policy(title="First answer", summary="One answer is enough.")
def first_answer(mechanism, lever, values):
    return mechanism.mapped_steps(...)
"""

from dataclasses import replace

from desim.distribution import constant, exponential, lognormal, triangular, uniform
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.process import Run
from desim.outcome.declare import outcome
from desim.outcome.outcome import Outcome
from desim.parameter import Parameter
from desim.plugin.catalogue import Catalogue, discover
from desim.plugin.origin import Origin, PluginError
from desim.policy.declare import policy
from desim.policy.policy import Policy
from desim.trace.record import Kind
from desim.trace.trace import Trace

__all__ = [
    "Catalogue", "Condition", "Kind", "Level", "Mechanism", "Origin", "Outcome", "Parameter",
    "PluginError", "Policy", "Run", "Trace", "constant", "discover", "exponential", "lognormal",
    "outcome", "policy", "replace", "triangular", "uniform",
]  # fmt: skip
