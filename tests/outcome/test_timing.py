"""Known answers for time and information: small mechanisms with constant durations."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

import numpy as np
import pytest

from desim.distribution import constant
from desim.mechanism.levels import Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Measure, Procedure, Profile, Rule, Topic
from desim.mechanism.steps import Activate, Decide, Observe, Send, Tell
from desim.outcome import OUTCOMES
from desim.trace import Trace
from tests.accounting import played
from tests.outcome.worlds import lived, measured
from tests.small import link, mechanism, once, unit

WATER = Level("profile", "water")


def tell(name: str, link_: str, topic: str) -> Procedure:
    """Observe, travel, and write on the office's board."""
    steps = (Observe("see", WATER), Send("send", link_), Tell("tell", "office", topic))
    return Procedure(name, steps)


def order(name: str, link_: str, measure: str = "pump") -> Procedure:
    """Decide, and carry what was decided to the field."""
    steps = (
        Decide("decide", "size"),
        Observe("plan", Level("plan", measure)),
        Send("send", link_),
        Activate("act", measure, "here"),
    )
    return Procedure(name, steps)


def office(*procedures: Procedure, times: dict[str, Sequence[float]], **changes: Any) -> Mechanism:
    """An office with a board of two needs and a supply, and links of 1, 2, 3 and 5 hours."""
    parts: dict[str, Any] = {
        "units": (unit("office"),),
        "links": tuple(link(f"h{h}", "office", "office", constant(float(h))) for h in (1, 2, 3, 5)),
        "profiles": (Profile("water", (0.0,), (4.0,)),),
        "topics": (Topic("need"), Topic("more"), Topic("supply")),
        "measures": (
            Measure("pump", "supply", {"here": 1.0}),
            Measure("alarm", "signal", {"here": 1.0}),
        ),
        "rules": (
            Rule("size", "size", "office", ("need",), ("supply",), ("pump",), (9.0,)),
            Rule("both", "size", "office", ("need", "more"), (), ("alarm",), (9.0,)),
        ),
        "procedures": procedures,
        "arrivals": tuple(once(name, name, *hours) for name, hours in times.items() if hours),
    }
    return mechanism(20.0, **(parts | changes))


DECIDE = Procedure("decide", (Decide("decide", "size"),))
BOTH = Procedure("decide", (Decide("decide", "both"),))
NEED = tell("need", "h2", "need")


def reported(*observed: float, decided: Sequence[float]) -> Trace:
    """Observations that take two hours to the board, and decisions."""
    return played(office(NEED, DECIDE, times={"need": observed, "decide": decided}))


# From observation to decision.


def test_a_report_waits_for_the_first_decision_that_uses_it() -> None:
    trace = reported(1.0, decided=(6.0, 9.0))
    assert measured(trace, "observation_to_decision") == pytest.approx(5.0)


def test_of_several_reports_before_a_decision_the_newest_is_used() -> None:
    trace = reported(1.0, 2.0, decided=(6.0,))
    assert measured(trace, "observation_to_decision") == pytest.approx(4.0)


def test_a_report_that_comes_after_the_last_decision_is_left_out() -> None:
    trace = reported(1.0, 5.0, decided=(6.0,))
    assert measured(trace, "observation_to_decision") == pytest.approx(5.0)


def test_each_report_that_is_used_counts_once() -> None:
    """Observed at 1 and used at 4; observed at 5 and used at 12."""
    trace = reported(1.0, 5.0, decided=(4.0, 12.0, 13.0))
    assert measured(trace, "observation_to_decision") == pytest.approx((3.0 + 7.0) / 2.0)
    assert measured(trace, "observation_to_decision_p90") == pytest.approx(3.0 + 0.9 * 4.0)


def test_an_old_report_that_comes_late_does_not_age_the_board() -> None:
    slow = tell("slow", "h5", "need")
    times = {"slow": (1.0,), "need": (2.0,), "decide": (8.0,)}
    trace = played(office(slow, NEED, DECIDE, times=times))
    assert measured(trace, "observation_to_decision") == pytest.approx(6.0)


def test_reports_of_supply_are_no_observations_of_need() -> None:
    supply = tell("supply", "h1", "supply")
    times = {"supply": (5.0,), "need": (1.0,), "decide": (8.0,)}
    trace = played(office(supply, NEED, DECIDE, times=times))
    assert measured(trace, "observation_to_decision") == pytest.approx(7.0)


# How old the picture is.


def test_what_no_report_has_changed_is_as_old_as_the_run() -> None:
    assert measured(reported(decided=(5.0,)), "age_of_information") == pytest.approx(5.0)


def test_the_age_of_a_picture_counts_from_its_observation() -> None:
    assert measured(reported(1.0, decided=(5.0,)), "age_of_information") == pytest.approx(4.0)


def test_the_age_is_a_mean_over_decisions_and_its_peak_the_largest() -> None:
    """4 hours at 5, 9 at 10; then observed at 11: 2 at 13."""
    trace = reported(1.0, 11.0, decided=(5.0, 10.0, 13.0))
    assert measured(trace, "age_of_information") == pytest.approx((4.0 + 9.0 + 2.0) / 3.0)
    assert measured(trace, "age_of_information_peak") == pytest.approx(9.0)


def test_the_age_is_a_mean_over_the_needs_on_the_board() -> None:
    """One need observed at 1, the other at 3: at 6 they are 5 and 3 hours old."""
    more = tell("more", "h1", "more")
    times = {"need": (1.0,), "more": (3.0,), "decide": (6.0,)}
    trace = played(office(NEED, more, BOTH, times=times))
    assert measured(trace, "age_of_information") == pytest.approx(4.0)


# From decision to field.


def field(orders: dict[str, Procedure], times: dict[str, Sequence[float]]) -> Trace:
    return played(office(NEED, *orders.values(), times={"need": (0.0,), **times}))


def test_an_order_takes_as_long_as_its_way_to_the_field() -> None:
    trace = field({"o": order("o", "h3")}, {"o": (4.0,)})
    assert measured(trace, "decision_to_field") == pytest.approx(3.0)


def test_orders_are_averaged_and_their_quantile_taken() -> None:
    trace = field({"o": order("o", "h1"), "q": order("q", "h5")}, {"o": (4.0,), "q": (6.0,)})
    assert measured(trace, "decision_to_field") == pytest.approx(3.0)
    assert measured(trace, "decision_to_field_p90") == pytest.approx(1.0 + 0.9 * 4.0)


def test_an_order_under_way_at_the_horizon_is_left_out() -> None:
    trace = field({"o": order("o", "h3")}, {"o": (4.0, 18.0)})
    assert measured(trace, "decision_to_field") == pytest.approx(3.0)


def test_signals_are_no_orders() -> None:
    trace = field(
        {"o": order("o", "h3"), "q": order("q", "h5", "alarm")}, {"o": (4.0,), "q": (4.0,)}
    )
    assert measured(trace, "decision_to_field") == pytest.approx(3.0)


def test_a_fixed_amount_is_no_order() -> None:
    by_hand = Procedure("hand", (Send("send", "h5"), Activate("act", "pump", "here", 1.0)))
    trace = field({"o": order("o", "h3"), "hand": by_hand}, {"o": (4.0,), "hand": (1.0,)})
    assert measured(trace, "decision_to_field") == pytest.approx(3.0)


# Nothing to measure.


@pytest.mark.parametrize(
    "name",
    [
        "age_of_information",
        "age_of_information_peak",
        "observation_to_decision",
        "observation_to_decision_p90",
        "decision_to_field",
        "decision_to_field_p90",
    ],
)
def test_who_never_decides_is_not_quick_about_it(name: str) -> None:
    """The mean of nothing is no hour: not a number, and the outcome says so."""
    trace = played(office(NEED, times={"need": (1.0,)}))
    assert isnan(measured(trace, name))
    assert "not a number" in next(o for o in OUTCOMES if o.name == name).unfinished.lower()


def test_decisions_without_reports_use_no_observation() -> None:
    assert isnan(measured(reported(decided=(5.0,)), "observation_to_decision"))


# From crossing to level I.


def declared(level: float, *hours: float, need: float = 14.0) -> Trace:
    """8 GW of need, from hour 30 on more, against 10 of supply; a level declared at some hours.

    The dispatchers look a day ahead: with 14 GW, the gap is 4 of 14, seen from hour 7 on.
    """
    demand = np.zeros((48, 2, 4))
    demand[:, 0, 0] = np.where(np.arange(48) < 30, 8.0, need)
    parts = {
        "measures": (Measure("severity", "signal", {"province": 1.0}, most=4.0),),
        "procedures": (Procedure("p", (Activate("act", "severity", "province", level),)),),
        "arrivals": (once("c", "p", *hours),) if hours else (),
    }
    return lived((10.0,) * 48, parts, need=demand)


def test_the_time_to_level_one_counts_from_the_crossing() -> None:
    assert measured(declared(4.0, 12.5), "time_to_level_one") == pytest.approx(5.5)


def test_the_first_declaration_counts() -> None:
    assert measured(declared(4.0, 12.5, 20.0), "time_to_level_one") == pytest.approx(5.5)


def test_a_lower_level_is_not_level_one() -> None:
    assert measured(declared(3.0, 12.5), "time_to_level_one") == pytest.approx(48.0 - 7.0)


def test_never_declared_is_the_time_to_the_horizon() -> None:
    assert measured(declared(4.0), "time_to_level_one") == pytest.approx(48.0 - 7.0)


def test_without_a_crossing_there_is_nothing_to_wait_for() -> None:
    assert measured(declared(4.0, 12.5, need=12.0), "time_to_level_one") == 0.0
