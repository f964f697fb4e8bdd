"""A mechanism without randomness is sound wherever the one it is made of is."""

from __future__ import annotations

from desim.calibration.critical_path import certain, critical_path
from desim.distribution import constant
from desim.mechanism.checks import complaints
from desim.mechanism.levels import Condition, Level
from desim.mechanism.parts import Profile
from desim.mechanism.steps import Await, Branch, Choose, Work
from tests.small import one, unit


def test_a_way_that_only_giving_up_leads_to_stays_a_way() -> None:
    """Without randomness nobody gives up, but the step that this leads to has its way still."""
    never = Condition(Level("profile", "x"), ">=", 1.0)
    base = one(
        Await("wait", never, deadline=constant(1.0), otherwise="late"),
        Work("soon", "desk", constant(1.0)),
        Choose("done", (Branch("end", chance=1.0),)),
        Work("late", "desk", constant(2.0)),
        units=(unit("desk"),),
        profiles=(Profile("x", (0.0,), (0.0,)),),
    )
    plain = certain(base)
    assert complaints(plain) == ()
    assert critical_path(plain, "p") == 1.0
