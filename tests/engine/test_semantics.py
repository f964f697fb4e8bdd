"""The numbered semantics, one by one. Each docstring names its number; `test_all_are_covered`
looks after completeness."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from desim.distribution import constant, exponential, lognormal
from desim.mechanism.complaint import MechanismError
from desim.mechanism.levels import Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Arrival, Energy, Measure, Pool, Procedure, Profile, Rule, Topic
from desim.mechanism.steps import (
    Activate,
    Await,
    Branch,
    Choose,
    Decide,
    Fork,
    Give,
    Join,
    Observe,
    Send,
    Take,
    Tell,
    Work,
)
from desim.mechanism.world import PowerBalance
from desim.program import lower
from desim.trace import Kind, Trace
from tests.accounting import named, played
from tests.random_worlds import flat_world
from tests.small import NOTHING, link, mechanism, once, one, unit

DESK = (unit("desk"),)


def times(trace: Trace, kind: Kind, label: str) -> dict[str, float]:
    """Time of the (last) record of a kind at a step, by item."""
    row = trace.program.labels.index(label)
    mine = trace.select(kind)
    mine = mine[mine["step"] == row]
    return {trace.name(int(r["item"])): float(r["time"]) for r in mine}


def order(trace: Trace, kind: Kind, label: str) -> list[str]:
    """Items in the order of their records of a kind at a step."""
    row = trace.program.labels.index(label)
    return [trace.name(int(r["item"])) for r in trace.select(kind) if r["step"] == row]


def test_time_is_hours_since_the_start() -> None:
    """Semantics 1: a noon start moves shifts by half a day; no duration may be negative."""
    shifts = (unit("desk", ((8.0, 1), (20.0, 0))),)
    at_night = one(Work("w", "desk", constant(1.0)), times=(9.0,), units=shifts)
    noon = replace(at_night, start=at_night.start.replace(hour=12))
    assert times(played(at_night), Kind.START, "p.w") == {"c/1": 9.0}
    assert times(played(noon), Kind.START, "p.w") == {"c/1": 20.0}
    with pytest.raises(MechanismError, match="negative"):
        lower(one(Work("w", "desk", constant(-1.0)), units=DESK))


def test_calendar_order_is_time_rank_item() -> None:
    """Semantics 2: the order of streams, units and procedures changes no record."""
    streams = tuple(once(f"c{i}", "p", 1.0, 2.0) for i in range(6))
    steps = (Work("w", "desk", constant(1.0)), Send("s", "way"))
    ways = (link("way", "desk", "desk", constant(1.0)),)
    base = mechanism(units=DESK, links=ways, procedures=(Procedure("p", steps),), arrivals=streams)
    turned = replace(base, arrivals=streams[::-1])
    assert list(named(played(base))) == list(named(played(turned)))


def test_calendar_order_of_simultaneous_changes_is_by_name() -> None:
    """Semantics 2: two shifts that change in one instant do so in the order of their names."""
    shifts = ((0.0, 0), (5.0, 1))
    both = (unit("a", shifts), unit("b", shifts))
    steps = (Await("free", Condition(Level("busy", "a"), ">=", 1.0)), Work("w", "b", NOTHING))
    base = mechanism(
        units=both,
        procedures=(
            Procedure("busy", (Work("w", "a", constant(1.0)),)),
            Procedure("late", steps),
            Procedure("early", (Work("w", "b", constant(1.0)),)),
        ),
        arrivals=(once("x", "busy"), once("y", "late", urgency=1), once("z", "early")),
    )
    turned = replace(base, units=both[::-1])
    assert list(named(played(base))) == list(named(played(turned)))


def test_ranks_order_one_instant() -> None:
    """Semantics 3: change, finish, delivery, deadline, arrival, observation."""
    never = Condition(Level("profile", "flag"), "<", 0.0)
    parts = mechanism(
        units=(unit("desk"),),
        links=(link("way", "desk", "desk", constant(1.0)),),
        profiles=(Profile("flag", (0.0, 1.0), (0.0, 1.0)),),
        procedures=(
            Procedure("finish", (Work("w", "desk", constant(1.0)),)),
            Procedure("deliver", (Send("s", "way"),)),
            Procedure("give_up", (Await("a", never, constant(1.0)),)),
            Procedure("arrive", (Choose("here"),)),
            Procedure("see", (Observe("o", Level("profile", "flag")),)),
            Procedure("change", (Await("a", Condition(Level("profile", "flag"), ">", 0.0)),)),
        ),
        arrivals=(
            once("see", "see", 1.0),
            once("arrive", "arrive", 1.0),
            once("finish", "finish"),
            once("deliver", "deliver"),
            once("give_up", "give_up"),
            once("change", "change"),
        ),
    )
    trace = played(parts)
    done = [trace.name(int(r["item"])) for r in trace.select(Kind.DONE)]
    assert done == ["change/1", "finish/1", "deliver/1", "give_up/1", "arrive/1", "see/1"]
    assert set(trace.select(Kind.DONE)["time"]) == {1.0}


def test_an_observation_sees_the_end_of_its_instant() -> None:
    """Semantics 3: what arrives and queues in the same instant is seen."""
    queue = Observe("look", Level("queue", "desk"))
    base = mechanism(
        units=DESK,
        procedures=(
            Procedure("see", (queue,)),
            Procedure("p", (Work("w", "desk", constant(9.0)),)),
        ),
        arrivals=(once("a_see", "see", 1.0), *(once(f"c{i}", "p", 1.0) for i in range(4))),
    )
    seen = played(base).select(Kind.OBSERVE)
    assert seen["value"].tolist() == [3.0]


def test_the_item_in_hand_goes_on_then_its_children_then_the_admitted() -> None:
    """Semantics 4: in one instant, in this order."""
    child = Procedure("child", (Give("give2", "stock"),))
    parent = Procedure("parent", (Give("give1", "stock"), Fork("f", ("child",)), Join("j", "f")))
    taker = Procedure("taker", (Take("take", "stock"), Choose("end_here")))
    base = mechanism(
        units=DESK,
        pools=(Pool("stock", 0.0),),
        procedures=(parent, child, taker, Procedure("keep", (Work("w", "desk", NOTHING),))),
        arrivals=(once("t", "taker", 0.0), once("p", "parent", 1.0)),
    )
    with pytest.raises(MechanismError):
        lower(base)  # the taker never gives back, so this is rewritten with a Give
    takes = (Take("take", "stock"), Give("back", "stock"))
    base = replace(base, procedures=(parent, child, Procedure("taker", takes)))
    trace = played(replace(base, links=(link("l", "desk", "desk", NOTHING),)))
    at_one = trace.records[trace.records["time"] == 1.0]
    what = [(trace.name(int(r["item"])), Kind(int(r["kind"])).name) for r in at_one]
    assert what == [
        ("p/1", "ARRIVAL"),
        ("p/1", "GIVE"),
        ("p/1", "FORK"),
        ("p/1/child", "ARRIVAL"),
        ("p/1/child", "GIVE"),
        ("p/1/child", "DONE"),
        ("t/1", "GRANT"),
        ("t/1", "GIVE"),
        ("t/1", "DONE"),
        ("p/1", "JOIN"),
        ("p/1", "DONE"),
    ]


def test_the_agenda_is_emptied_before_the_calendar_moves() -> None:
    """Semantics 4: who is admitted by a finish goes on before the next finish of that instant."""
    base = one(
        Work("w", "desk", constant(1.0)),
        units=(unit("desk", 2),),
        times=(0.0,),
        arrivals=tuple(once(f"d{i}", "p") for i in range(3)),
    )
    records = played(base).records
    kinds = [Kind(int(k)).name for k in records["kind"][records["time"] == 1.0]]
    assert kinds == ["FINISH", "DONE", "START", "FINISH", "DONE", "START"]


def test_a_unit_admits_by_urgency_then_first_come() -> None:
    """Semantics 5: the urgent one overtakes, equals keep their order."""
    base = mechanism(
        units=DESK,
        procedures=(Procedure("p", (Work("w", "desk", constant(10.0)),)),),
        arrivals=(
            once("first", "p", 0.0),
            once("slow", "p", 1.0, 2.0),
            once("fast", "p", 3.0, 4.0, urgency=1),
        ),
    )
    assert order(played(base), Kind.START, "p.w") == [
        "first/1",
        "fast/1",
        "fast/2",
        "slow/1",
        "slow/2",
    ]


def test_a_step_of_its_own_urgency_counts_before_the_items() -> None:
    """Semantics 5: a Work's own urgency replaces that of the item."""
    base = mechanism(
        units=DESK,
        procedures=(
            Procedure("p", (Work("w", "desk", constant(5.0)),)),
            Procedure("q", (Work("w", "desk", constant(5.0), urgency=3),)),
        ),
        arrivals=(once("a", "p", 0.0, 1.0, urgency=2), once("b", "q", 2.0)),
    )
    trace = played(base)
    assert times(trace, Kind.START, "q.w") == {"b/1": 5.0}
    assert times(trace, Kind.START, "p.w")["a/2"] == 10.0


def test_a_finishing_item_frees_its_place_before_its_next_step() -> None:
    """Semantics 5: going back to the same unit means going to the end of its queue."""
    base = one(
        Work("w1", "desk", constant(1.0)),
        Work("w2", "desk", constant(1.0)),
        units=DESK,
        arrivals=(once("d", "p", 0.5),),
    )
    trace = played(base)
    assert times(trace, Kind.START, "p.w1") == {"c/1": 0.0, "d/1": 1.0}
    assert times(trace, Kind.START, "p.w2") == {"c/1": 2.0, "d/1": 3.0}


def pool_mechanism(overtaking: bool) -> Mechanism:
    """One holds 2 of 3; then one asks for 2 and a later one for 1."""

    def borrow(name: str, amount: float, hours: float) -> Procedure:
        steps = (
            Take("t", "stock", amount),
            Work("w", "crowd", constant(hours)),
            Give("g", "stock", amount),
        )
        return Procedure(name, steps)

    return mechanism(
        units=(unit("crowd", 9),),
        pools=(Pool("stock", 3.0, overtaking=overtaking),),
        procedures=(borrow("two", 2.0, 10.0), borrow("one", 1.0, 1.0)),
        arrivals=(once("a", "two", 0.0), once("b", "two", 1.0), once("c", "one", 2.0)),
    )


def test_a_pool_serves_its_head_and_nobody_overtakes() -> None:
    """Semantics 6: the small request waits behind the large one."""
    trace = played(pool_mechanism(overtaking=False))
    assert times(trace, Kind.GRANT, "two.t") == {"a/1": 0.0, "b/1": 10.0}
    assert times(trace, Kind.GRANT, "one.t") == {"c/1": 10.0}


def test_a_pool_that_says_so_lets_a_small_request_overtake() -> None:
    """Semantics 6: unless the pool says so."""
    trace = played(pool_mechanism(overtaking=True))
    assert times(trace, Kind.GRANT, "one.t") == {"c/1": 2.0}
    assert times(trace, Kind.GRANT, "two.t") == {"a/1": 0.0, "b/1": 10.0}


def test_a_shift_change_never_interrupts_work_in_hand() -> None:
    """Semantics 7: work begun by day is finished at night; who waits, waits for the morning."""
    shifts = (unit("desk", ((8.0, 2), (18.0, 0))),)
    base = one(
        Work("w", "desk", constant(4.0)), times=(16.0, 17.0, 17.5), horizon=48.0, units=shifts
    )
    trace = played(base)
    assert times(trace, Kind.FINISH, "p.w") == {"c/1": 20.0, "c/2": 21.0, "c/3": 36.0}
    assert times(trace, Kind.START, "p.w")["c/3"] == 32.0


def test_a_larger_shift_admits_those_who_wait() -> None:
    """Semantics 7: at once, as many as there are new places."""
    shifts = (unit("desk", ((0.0, 1), (6.0, 3))),)
    base = one(Work("w", "desk", constant(9.0)), times=(1.0, 2.0, 3.0, 4.0), units=shifts)
    starts = times(played(base), Kind.START, "p.w")
    assert starts == {"c/1": 1.0, "c/2": 6.0, "c/3": 6.0, "c/4": 10.0}


def luck(trace: Trace, label: str) -> dict[str, float]:
    """Hours of service by item."""
    begun, ended = times(trace, Kind.START, label), times(trace, Kind.FINISH, label)
    return {name: round(end - begun[name], 9) for name, end in ended.items()}


def test_a_draw_depends_on_seed_replication_label_item_and_visit_only() -> None:
    """Semantics 8: more servers, other streams and earlier steps leave every draw as it was."""
    law = lognormal(1.0, 0.8)
    work = Work("w", "desk", law)
    base = one(work, times=tuple(map(float, range(20))), units=DESK)
    more_staff = replace(base, units=(unit("desk", 5),))
    crowded = replace(base, arrivals=(*base.arrivals, once("other", "p", 0.5, 1.5, urgency=1)))
    longer = replace(
        base, procedures=(Procedure("p", (Work("before", "desk", exponential(1.0)), work)),)
    )
    lucks = [luck(played(m), "p.w") for m in (base, more_staff, crowded, longer)]
    assert len(set(lucks[0].values())) == 20
    for other in lucks[1:]:
        shared = lucks[0].keys() & other.keys()
        assert len(shared) >= 18
        assert all(other[name] == pytest.approx(lucks[0][name], abs=1e-8) for name in shared)


def test_seed_replication_label_and_visit_each_change_the_draw() -> None:
    """Semantics 8: and nothing else is needed to change it."""
    again = Choose("again", (Branch("w", when=Condition(Level("profile", "day"), "<", 1.0)),))
    day = (Profile("day", (0.0, 2.5), (0.0, 1.0)),)
    loop = one(Work("w", "desk", exponential(1.0)), again, units=DESK, profiles=day)
    relabelled = one(Work("v", "desk", exponential(1.0)), units=DESK)
    trace = played(loop)
    begins = trace.select(Kind.START)["time"]
    ends = trace.select(Kind.FINISH)["time"]
    hours = [*(ends - begins[: len(ends)])]
    assert len(hours) >= 2
    hours += [next(iter(luck(played(loop, seed=2), "p.w").values()))]
    hours += [next(iter(luck(played(loop, replication=1), "p.w").values()))]
    hours += [next(iter(luck(played(relabelled), "p.v").values()))]
    assert len({round(float(h), 9) for h in hours}) == len(hours)


def test_an_error_belongs_to_what_is_read_and_when() -> None:
    """Semantics 8: whoever reads it at that time errs alike; it drifts with time."""
    look = Observe("look", Level("profile", "day"), 0.3, persistence=24.0)
    base = one(
        Choose("here"), look, times=(0.0, 1.0, 60.0), profiles=(Profile("day", (0.0,), (1.0,)),)
    )
    other = replace(base, procedures=(Procedure("p", (look,)),), arrivals=(once("d", "p", 1.0),))
    here, there = (trace.select(Kind.OBSERVE)["value"] for trace in (played(base), played(other)))
    assert here[1] == there[0]
    assert here[1] == pytest.approx(here[0], rel=0.05)
    assert here[2] != pytest.approx(here[0], rel=0.05)


def test_draws_of_a_procedure_may_be_keyed_by_the_day() -> None:
    """Semantics 8: the day on which what is carried was true when the item began."""
    crowd = (unit("desk", 9),)
    base = one(Work("w", "desk", exponential(1.0)), times=(1.0, 7.0, 30.0), units=crowd)
    by_day = replace(base, procedures=(replace(base.procedures[0], draws="day"),))
    hours = luck(played(by_day), "p.w")
    assert hours["c/1"] == hours["c/2"] != hours["c/3"]
    assert len(set(luck(played(base), "p.w").values())) == 3


def test_items_are_named_by_stream_and_ordinal_children_by_parent_and_branch() -> None:
    """Semantics 9: names and keys stay when streams, candidates or forks are added."""
    child = Procedure("child", (Work("w", "desk", exponential(1.0)),))
    base = one(
        Fork("f", ("child",)),
        Join("j", "f"),
        times=(0.0, 1.0),
        units=DESK,
        procedures=(child,),
    )
    second = Procedure("second", (Choose("nothing"),))
    steps = (Fork("before", ("second",)), *base.procedures[0].steps)
    more = replace(
        base,
        procedures=(replace(base.procedures[0], steps=steps), child, second),
        arrivals=(once("a", "child", 0.5), *base.arrivals),
    )
    keys = []
    for trace in (played(base), played(more)):
        items = enumerate(trace.items["key"].tolist())
        keys.append({trace.name(i): key for i, key in items})
    assert set(keys[0]) == {"c/1", "c/2", "c/1/child", "c/2/child"}
    assert keys[0].items() <= keys[1].items()


def test_thinned_candidates_keep_their_ordinals() -> None:
    """Semantics 9: the candidate that is not kept leaves a gap, not a new name."""
    day = (Profile("day", (0.0, 3.5), (0.0, 1.0)),)
    base = one(Work("w", "desk", constant(0.1)), units=DESK, profiles=day)
    only = Condition(Level("profile", "day"), ">", 0.0)
    stream = Arrival("d", "p", constant(1.0), when=only, until=6.0)
    trace = played(replace(base, arrivals=(stream,)))
    assert order(trace, Kind.START, "p.w") == ["d/4", "d/5"]


def test_what_cannot_run_is_found_before_running() -> None:
    """Semantics 10: all of it is reported together."""
    wrong = mechanism(
        units=(*DESK, unit("island")),
        links=(link("way", "desk", "nowhere", NOTHING),),
        pools=(Pool("stock", 1.0),),
        procedures=(
            Procedure("p", (Choose("go", (Branch("absent", 0.5),)), Take("take", "stock"))),
        ),
        arrivals=(once("c", "p"),),
    )
    with pytest.raises(MechanismError) as caught:
        lower(wrong)
    text = str(caught.value)
    for part in ("absent", "never gives back", "island", "nowhere"):
        assert part in text
    assert len(caught.value.complaints) == 4


def test_nothing_scheduled_at_the_horizon_happens() -> None:
    """Semantics 11: arrivals, finishes, changes and world steps at the horizon are left out."""
    base = one(
        Work("w", "desk", constant(1.0)), times=(0.0, 1.0, 3.0, 4.0), horizon=4.0, units=DESK
    )
    trace = played(base)
    assert times(trace, Kind.FINISH, "p.w") == {"c/1": 1.0, "c/2": 2.0}
    assert len(trace.items) == 3
    just_before = replace(base, horizon=math.nextafter(4.0, 5.0))
    assert len(played(just_before).items) == 4


def test_the_world_steps_every_full_hour_before_the_horizon() -> None:
    """Semantics 11: an hour that begins at the horizon is not part of the run."""
    trace = played(replace(all_steps(), horizon=6.0))
    assert trace.world.shape[0] == 6
    assert np.all(trace.series("need") == 4.0)


def test_a_profile_change_comes_before_the_world_steps() -> None:
    """Semantics 3: a shift or profile of the full hour counts in that hour's world."""
    rise = Await("a", Condition(Level("profile", "load"), ">", 0.0))
    start = Activate("go", "cut", "here", 1.0)
    base = replace(
        all_steps(),
        procedures=(Procedure("q", (rise, start)), *all_steps().procedures),
        arrivals=(once("q", "q"),),
    )
    trace = played(base)
    assert trace.series("curtailed")[:4].tolist() == [0.0, 0.0, 0.5, 0.5]


def all_steps() -> Mechanism:
    """A mechanism that uses every kind of step."""
    flat = np.ones((6, 1, 4))
    main = (
        Observe("see", Level("world", "need_ahead")),
        Send("report", "way"),
        Work("read", "desk", constant(0.5)),
        Tell("tell", "desk", "need"),
        Decide("decide", "sizing"),
        Fork("ask", ("answer",)),
        Join("answers", "ask"),
        Take("take", "trucks"),
        Await("wait", Condition(Level("plan", "cut"), ">", 0.0), constant(1.0)),
        Activate("act", "cut", "here", 1.0),
        Give("give", "trucks"),
        Observe("order", Level("profile", "load")),
        Fork("slowly", ("late",)),
        Send("hence", "way"),
        Observe("newer", Level("profile", "load")),
        Activate("first", "cut", "here"),
        Choose("stop"),
    )
    return mechanism(
        6.0,
        units=DESK,
        links=(
            link("way", "desk", "desk", constant(0.25)),
            link("slow", "desk", "desk", constant(2.0)),
        ),
        pools=(Pool("trucks", 1.0),),
        profiles=(Profile("load", (0.0, 2.0), (0.0, 1.0)),),
        topics=(Topic("need"),),
        measures=(Measure("cut", "curtail", {"here": 0.5}, "industrial"),),
        rules=(Rule("sizing", "size", "desk", ("need",), (), ("cut",), (1.0,)),),
        procedures=(
            Procedure("p", main),
            Procedure("answer", (Work("w", "desk", constant(0.25)),)),
            Procedure("late", (Send("way", "slow"), Activate("old", "cut", "here"))),
        ),
        arrivals=(once("c", "p", 0.5),),
        world=PowerBalance(
            ("here",),
            flat,
            np.full(6, 9.0),
            np.zeros(6),
            0.0,
            0.0,
            0.0,
            np.ones(4),
            np.ones(1),
            np.full(1, 99.0),
            np.ones(1),
        ),
    )


def test_the_trace_records_everything_that_happens() -> None:
    """Semantics 12: arrival, queue, start, finish, send, delivery, ask, grant, give, fork, join,
    observe, tell, decide, activate, file, done."""
    documented = re.findall(
        r"[a-z]+", (test_the_trace_records_everything_that_happens.__doc__ or "").split(":")[1]
    )
    trace = played(all_steps())
    recorded = {Kind(k).name.lower() for k in set(trace.records["kind"].tolist())}
    assert recorded == set(documented) == {kind.name.lower() for kind in Kind}


def test_an_order_older_than_the_one_in_force_is_filed() -> None:
    """Semantics 13: what is read at 0 arrives at 5, after what is read at 1 has at 2."""
    ways = (
        link("slow", "desk", "desk", constant(5.0)),
        link("fast", "desk", "desk", constant(1.0)),
    )

    def order(way: str) -> Procedure:
        steps = (Observe("see", Level("profile", "day")), Send("send", way))
        return Procedure(way, (*steps, Activate("act", "alarm", "here")))

    base = mechanism(
        units=DESK,
        links=ways,
        profiles=(Profile("day", (0.0, 1.0), (3.0, 2.0)),),
        measures=(Measure("alarm", "signal", {"here": 1.0}, most=9.0),),
        procedures=(order("slow"), order("fast")),
        arrivals=(once("a", "slow", 0.0), once("b", "fast", 1.0)),
    )
    trace = played(base)
    assert times(trace, Kind.ACTIVATE, "fast.act") == {"b/1": 2.0}
    assert times(trace, Kind.FILE, "slow.act") == {"a/1": 5.0}
    assert trace.select(Kind.FILE)["value"].tolist() == [3.0]


def test_a_budget_spreads_the_store_over_the_horizon_that_needs_most() -> None:
    """Semantics 14: 4 GW of need against 1 of fixed supply, then 6; 24 GWh are in store.

    The first day wants 4 - 1 - 24 / 24 = 2 GW, both together 5 - 1 - 24 / 48 = 3.5 GW."""
    need = np.repeat([1.0, 1.5], 24).repeat(4).reshape(48, 1, 4)
    about = {
        "need": (4.0, Level("world", "need_ahead", "here")),
        "fixed": (1.0, Level("world", "fixed_ahead")),
        "store": (24.0, Level("world", "store")),
        "inflow": (0.0, Level("world", "inflow_ahead")),
    }
    energy = Energy("budget", "store", "inflow", 9.0, days=2)
    rule = Rule(
        "r", "size", "desk", ("need",), ("fixed",), ("cut",), (1.0,), margin=0.5, energy=energy
    )
    base = one(
        Decide("d", "r"),
        horizon=48.0,
        units=DESK,
        links=(link("way", "desk", "desk", NOTHING),),
        topics=tuple(Topic(name, told, level=level) for name, (told, level) in about.items()),
        measures=(Measure("cut", "signal", {"here": 1.0}),),
        rules=(rule,),
        world=flat_world(48, need=need, fixed=np.ones(48), store=24.0, store_full=99.0),
    )
    assert played(base).select(Kind.DECIDE)["value"].tolist() == pytest.approx([3.5])


def test_all_are_covered() -> None:
    """Every number from 1 to 14 has a test that names it."""
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    docs = [
        ast.get_docstring(node) or ""
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    numbers = {int(m[1]) for doc in docs if (m := re.match(r"Semantics (\d+):", doc))}
    assert numbers == set(range(1, 15))
