"""Policies: visible changes of a mechanism, with levers from 0 (absent) to 1 (full)."""

from desim.policy.catalogue import REFORMS, find_policy
from desim.policy.policy import Policy, PolicyError, apply_policies

__all__ = ["REFORMS", "Policy", "PolicyError", "apply_policies", "find_policy"]
