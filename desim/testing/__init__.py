"""Hold policies, outcomes and cases from outside to the contracts of the built-in ones."""

from desim.testing.cases import case_faults, check_case
from desim.testing.fault import Fault, NotConforming
from desim.testing.outcomes import check_outcome, outcome_faults
from desim.testing.policies import check_policy, policy_faults

__all__ = [
    "Fault", "NotConforming", "case_faults", "check_case", "check_outcome", "check_policy",
    "outcome_faults", "policy_faults",
]  # fmt: skip
