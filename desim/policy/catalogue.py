"""The policies there are, by name."""

from __future__ import annotations

from desim.mechanism.complaint import unknown
from desim.policy.bounds import NO_COORDINATION, PERFECT_COMMUNICATION, PERFECT_COORDINATION
from desim.policy.clear_responsibilities import CLEAR_RESPONSIBILITIES
from desim.policy.data_sharing import DATA_SHARING
from desim.policy.joint_regional import JOINT_REGIONAL
from desim.policy.local_response import LOCAL_RESPONSE
from desim.policy.overloaded_desk import OVERLOADED_DESK
from desim.policy.policy import Policy, PolicyError
from desim.policy.public_engagement import PUBLIC_ENGAGEMENT
from desim.policy.supply_first import SUPPLY_FIRST
from desim.policy.surge_staffing import SURGE_STAFFING

REFORMS: tuple[Policy, ...] = (
    DATA_SHARING,
    CLEAR_RESPONSIBILITIES,
    JOINT_REGIONAL,
    PUBLIC_ENGAGEMENT,
)
"""The four reforms of the founding study, in the order in which they are applied."""

BOUNDS: tuple[Policy, ...] = (
    NO_COORDINATION,
    LOCAL_RESPONSE,
    PERFECT_COMMUNICATION,
    PERFECT_COORDINATION,
)
"""Imaginary mechanisms to measure policies against, from the least coordination to the most."""

POLICIES: tuple[Policy, ...] = (*REFORMS, OVERLOADED_DESK, SURGE_STAFFING, SUPPLY_FIRST, *BOUNDS)


def find_policy(name: str) -> Policy:
    """The policy with a name.

    Raises
    ------
    PolicyError
        When there is none, with the nearest name.
    """
    for policy in POLICIES:
        if policy.name == name:
            return policy
    raise PolicyError(unknown("policy", name, [policy.name for policy in POLICIES]))
