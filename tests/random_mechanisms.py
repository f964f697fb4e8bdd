"""Random valid mechanisms over the whole family of steps, made to force ties.

Durations are mostly whole hours, so that many things happen in the same instant. The mechanisms
have shifts, urgency, forks and joins with a quorum, pools, loss, deadlines, thinning, decisions,
boards and often a small world. `random_mechanism` takes any source of randomness: a seeded
`random.Random` in loops, or hypothesis's own through `mechanisms`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random

import numpy as np
from hypothesis import strategies as st

from desim.distribution import (
    Distribution,
    constant,
    empirical,
    exponential,
    lognormal,
    mixture,
    uniform,
)
from desim.mechanism.checks import check
from desim.mechanism.levels import CARRIED, COMPARATORS, Condition, Level
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import (
    PLANS,
    Arrival,
    Energy,
    Keep,
    Link,
    Measure,
    Pool,
    Procedure,
    Profile,
    Rule,
    Shift,
    Topic,
    Unit,
)
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
    Step,
    Take,
    Tell,
    Work,
)
from desim.mechanism.world import PowerBalance, Public

PLACES = ("east", "west")


def mechanisms() -> st.SearchStrategy[Mechanism]:
    """Random mechanisms for hypothesis; a failing one is named by its seed alone."""
    return st.integers(0, 2**32 - 1).map(lambda seed: random_mechanism(Random(seed)))


def random_mechanism(random: Random) -> Mechanism:
    """One random mechanism without complaints."""
    return check(_Maker(random).mechanism())


@dataclass
class _Maker:
    """Makes parts that refer to one another, from one source of randomness."""

    random: Random
    units: tuple[Unit, ...] = ()
    links: tuple[Link, ...] = ()
    pools: tuple[Pool, ...] = ()
    profiles: tuple[Profile, ...] = ()
    topics: tuple[Topic, ...] = ()
    measures: tuple[Measure, ...] = ()
    rules: tuple[Rule, ...] = ()
    labels: Iterator[int] = field(default_factory=lambda: count(1))
    with_world: bool = False
    horizon: float = 24.0

    def mechanism(self) -> Mechanism:
        r = self.random
        self.with_world = r.random() < 0.5
        self.horizon = float(r.randint(12, 60)) - r.choice((0.0, 0.5))
        start = datetime(2022, 8, 1, r.choice((0, 0, 7, 12)), r.choice((0, 30)))
        self.units = tuple(self.unit(f"u{i}") for i in range(r.randint(1, 4)))
        self.links = tuple(self.link(i) for i in range(len(self.units)))
        self.pools = tuple(self.pool(f"pool{i}") for i in range(r.randint(1, 2)))
        self.profiles = tuple(self.profile(f"profile{i}") for i in range(r.randint(1, 2)))
        self.topics = (*self.board(), *self.energy_board())
        self.measures = tuple(self.measure(i) for i in range(r.randint(2, 4)))
        self.rules = self.both_rules()
        procedures = self.procedures()
        return Mechanism(
            "random",
            start,
            self.horizon,
            units=self.units,
            links=self.links,
            pools=self.pools,
            profiles=self.profiles,
            topics=self.topics,
            measures=self.measures,
            rules=self.rules,
            procedures=procedures,
            arrivals=self.arrivals(procedures),
            world=self.world() if self.with_world else None,
        )

    # Parts.

    def unit(self, name: str) -> Unit:
        hours = sorted(self.random.sample(range(24), self.random.randint(1, 3)))
        staff = [self.random.randint(0, 2) for _ in hours]
        staff[self.random.randrange(len(staff))] = self.random.randint(1, 2)
        return Unit(name, staff=tuple(map(Shift, map(float, hours), staff)))

    def duration(self) -> Distribution:
        r = self.random
        kind = r.randrange(10)
        if kind < 6:
            return constant(r.choice((0.0, 1.0, 1.0, 2.0, 3.0)))
        laws: tuple[Callable[[], Distribution], ...] = (
            lambda: empirical((0.0, 1.0, 2.0), (1.0, 2.0, 1.0)),
            lambda: mixture((constant(1.0), uniform(0.0, 2.0)), (3.0, 1.0)),
            lambda: exponential(1.0),
            lambda: lognormal(1.0, 0.5),
        )
        return laws[kind - 6]()

    def link(self, i: int) -> Link:
        r = self.random
        return Link(
            f"link{i}",
            self.units[i].name,
            self.units[(i + 1) % len(self.units)].name,
            r.choice(("vertical", "horizontal")),
            r.choice(("written", "phone", "platform")),
            self.duration(),
            loss=r.choice((0.0, 0.0, 0.3, 0.6)),
            resend=constant(float(r.randint(0, 2))),
            error=r.choice((0.0, 0.0, 0.2)),
        )

    def pool(self, name: str) -> Pool:
        r = self.random
        return Pool(name, float(r.randint(1, 3)), overtaking=r.random() < 0.3)

    def profile(self, name: str) -> Profile:
        r = self.random
        later = sorted(r.sample(range(1, 60), r.randint(0, 6)))
        times = (0.0, *map(float, later))
        return Profile(name, times, tuple(float(r.randint(0, 4)) for _ in times))

    def measure(self, i: int) -> Measure:
        r = self.random
        kinds = ("signal", "supply", "support", "support", "curtail", "appeal", "fault", "quota")
        kind = "signal" if i == 0 else r.choice(kinds)
        places = r.sample(PLACES, r.randint(1, 2))
        effects = {place: r.choice((0.25, 0.5, 1.0)) for place in places}
        sector = r.choice(("residential", "commercial", "industrial")) if kind == "curtail" else ""
        ramps = [float(r.choice((0, 1, 2, 4))) for _ in range(2)]
        most = max(r.choice((1.0, 2.0, 4.0)), 3.0 if i == 0 else 1.0)  # as far as the grade goes
        return Measure(f"measure{i}", kind, effects, sector, *ramps, most)

    def board(self) -> tuple[Topic, ...]:
        need = Level("world", "need_ahead", "east") if self.with_world else None
        fixed = Level("world", "fixed_ahead") if self.with_world else None
        supply = float(self.random.randint(4, 8))
        return Topic("need", 8.0, "GW", need), Topic("supply", supply, "GW", fixed)

    def energy_board(self) -> tuple[Topic, ...]:
        if not self.with_world:
            return ()
        store, inflow = Level("world", "store"), Level("world", "inflow_ahead")
        return Topic("store", 10.0, "GWh", store), Topic("inflow", 40.0, "GWh/day", inflow)

    def energy(self) -> Energy | None:
        r = self.random
        if not self.with_world or r.random() < 0.3:
            return None
        figures = (float(r.randint(0, 4)), r.randint(1, 4), r.choice((0.0, 5.0)))
        plan = r.choice(tuple(PLANS))
        return Energy(plan, "store", "inflow", *figures, growth=r.choice((0.0, 0.5)))

    def both_rules(self) -> tuple[Rule, ...]:
        r = self.random
        unit = r.choice(self.units).name
        names = tuple(m.name for m in self.measures)
        size = Rule(
            "size",
            "size",
            unit,
            ("need",),
            ("supply",),
            names[1:],
            capacities=tuple(float(r.randint(1, 3)) for _ in names[1:]),
            margin=r.choice((0.0, 0.1)),
            granularity=r.choice((0.0, 0.25, 0.5)),
            slack=r.choice((0.0, 0.5)),
            hold=float(r.choice((0, 6))),
            term=float(r.choice((0, 0, 5))),
            energy=self.energy(),
        )
        thresholds = (0.0, 0.25, 0.5)
        grade = Rule(
            "grade",
            "grade",
            unit,
            ("need",),
            ("supply",),
            names[:1],
            thresholds=thresholds,
            release=0.75,
            hold=float(r.choice((0, 6))),
            energy=self.energy(),
        )
        return size, grade

    def world(self) -> PowerBalance:
        r = self.random
        hours, places = int(np.ceil(self.horizon)), len(PLACES)
        draws = np.random.default_rng(r.randrange(2**32))
        return PowerBalance(
            places=PLACES,
            need=draws.integers(0, 4, (hours, places, 4)).astype(float),
            fixed=draws.integers(2, 10, hours).astype(float),
            inflow=draws.integers(0, 4, hours).astype(float),
            store=float(r.randint(0, 20)),
            store_full=20.0,
            hydro_most=float(r.randint(1, 6)),
            floor=r.choice((0.0, 5.0)),
            outlook=r.randint(1, 3),
            surplus=draws.choice((0.0, 0.5, 1.0), hours),
            ties=r.choice((0.5, 4.0)),
            exposure=np.array([1.0, 1.0, 0.5, 0.25]),
            weights=np.array([1.0, 2.0]),
            line_limit=np.array([8.0, 12.0]),
            customers=np.array([1000.0, 2000.0]),
            public=Public(0.8, 0.2, 0.1, 24.0, 0.01, 0.1, 0.5),
        )

    # Levels and conditions.

    def level(self, *, waited_for: bool = False) -> Level:
        r = self.random
        measure = r.choice(self.measures)
        place = r.choice(sorted(measure.effects))
        rule_unit = self.rules[0].unit
        choices = [
            Level("profile", r.choice(self.profiles).name),
            Level("queue", r.choice(self.units).name),
            Level("busy", r.choice(self.units).name),
            Level("stock", r.choice(self.pools).name),
            Level("target", measure.name, place),
            Level("measure", measure.name, place),
            Level("board", rule_unit, "need"),
            Level("plan", measure.name),
            Level("change", measure.name),
        ]
        if not waited_for:
            choices.append(Level("overdue", measure.name, place))
            choices.append(Level("age", rule_unit, "need"))
        if self.with_world:
            choices += [
                Level("world", "need"),
                Level("world", "shed", r.choice(PLACES)),
                Level("world", "need_residential", r.choice(PLACES)),
            ]
        return r.choice(choices)

    def condition(self, *, waited_for: bool = False) -> Condition:
        comparator = self.random.choice(COMPARATORS)
        return Condition(
            self.level(waited_for=waited_for), comparator, float(self.random.randint(0, 4))
        )

    # Procedures: blocks that are whole in themselves, so that every path is sound.

    def procedures(self) -> tuple[Procedure, ...]:
        names = [f"p{i}" for i in range(self.random.randint(1, 4))]
        return tuple(
            Procedure(name, (*self.blocks(names[i + 1 :], 2), self.place()), draws=self.keyed())
            for i, name in enumerate(names)
        )

    def keyed(self) -> str:
        return self.random.choice(("item", "item", "day"))

    def label(self) -> str:
        return f"s{next(self.labels)}"

    def place(self) -> Step:
        return Choose(self.label())

    def blocks(self, later: list[str], depth: int) -> list[Step]:
        steps: list[Step] = []
        for _ in range(self.random.randint(1, 4)):
            steps += self.block(later, depth)
        return steps

    def block(self, later: list[str], depth: int) -> list[Step]:
        simple = (self.work, self.send, self.look, self.tell, self.decide, self.act, self.wait)
        nested = (self.stocked, self.skipped, self.repeated, self.when)
        if later and self.random.random() < 0.25:
            return self.forked(later)
        if depth and self.random.random() < 0.35:
            return self.random.choice(nested)(later, depth - 1)
        if self.random.random() < 0.4:
            return self.work()
        return self.random.choice(simple)()

    def work(self) -> list[Step]:
        r = self.random
        urgency = r.choice((None, None, None, 0, 1, 2))
        return [Work(self.label(), r.choice(self.units).name, self.duration(), urgency=urgency)]

    def send(self) -> list[Step]:
        return [Send(self.label(), self.random.choice(self.links).name)]

    def look(self) -> list[Step]:
        error, shared = self.random.choice((0.0, 0.0, 0.2)), self.random.choice((0.0, 0.5, 1.0))
        persistence = self.random.choice((1.0, 24.0, 48.0))
        return [Observe(self.label(), self.level(), error, shared, persistence)]

    def tell(self) -> list[Step]:
        seen = Observe(self.label(), self.level())
        topic = self.random.choice(self.topics).name
        if self.with_world and self.random.random() < 0.5:
            about = self.random.choice([t for t in self.topics if t.level is not None])
            topic, seen = about.name, Observe(self.label(), about.level, 0.1, 0.5)
        return [seen, *self.send(), Tell(self.label(), self.rules[0].unit, topic)]

    def decide(self) -> list[Step]:
        return [Decide(self.label(), self.random.choice(("size", "grade")))]

    def act(self) -> list[Step]:
        r = self.random
        measure = r.choice(self.measures)
        place = r.choice(sorted(measure.effects))
        amount = r.choice((None, 0.0, 0.5, 1.0, -1.0))
        add, unchecked = r.random() < 0.3, r.choice((0.0, 0.0, 0.5))
        return [Activate(self.label(), measure.name, place, amount, add, unchecked)]

    def wait(self) -> list[Step]:
        r = self.random
        deadline = None if r.random() < 0.2 else self.duration()
        if deadline is None or r.random() < 0.5:
            return [Await(self.label(), self.condition(waited_for=True), deadline)]
        after = self.place()
        wait = Await(self.label(), self.condition(waited_for=True), deadline, after.label)
        return [wait, *self.work(), after]

    def forked(self, later: list[str]) -> list[Step]:
        r = self.random
        branches = tuple(r.sample(later, r.randint(1, len(later))))
        for branch in branches:
            later.remove(branch)  # children of two forks to one branch would share a name
        fork = Fork(self.label(), branches)
        if r.random() < 0.3:
            return [fork]
        quorum = r.choice((None, r.randint(1, len(branches))))
        between = self.work() if r.random() < 0.3 else []
        return [fork, *between, Join(self.label(), fork.label, quorum)]

    def stocked(self, later: list[str], depth: int) -> list[Step]:
        pool = self.random.choice(self.pools)
        amount = float(self.random.randint(1, int(pool.stock)))
        inner = self.blocks(later, 0)
        return [
            Take(self.label(), pool.name, amount),
            *inner,
            Give(self.label(), pool.name, amount),
        ]

    def skipped(self, later: list[str], depth: int) -> list[Step]:
        after = self.place()
        chance = self.random.choice((0.25, 0.5, 0.75))
        skip = Choose(self.label(), (Branch(after.label, chance),))
        return [skip, *self.blocks(later, depth), after]

    def repeated(self, later: list[str], depth: int) -> list[Step]:
        again = self.place()
        inner = self.blocks([], depth)
        return [again, *inner, Choose(self.label(), (Branch(again.label, 0.4),))]

    def when(self, later: list[str], depth: int) -> list[Step]:
        middle, after = self.place(), self.place()
        condition = self.condition()
        carried = Condition(CARRIED, self.random.choice(COMPARATORS), 1.0)
        branches = (Branch(after.label, when=carried), Branch(middle.label, when=condition))
        choice = Choose(self.label(), branches)
        inner = self.blocks(later, depth)
        return [choice, *inner, middle, *self.blocks(later, depth), after]

    # Streams.

    def arrivals(self, procedures: tuple[Procedure, ...]) -> tuple[Arrival, ...]:
        number = self.random.randint(1, 3)
        first = self.arrival("stream0", procedures[0].name)
        others = (self.arrival(f"stream{i}", self.some(procedures)) for i in range(1, number))
        return (first, *others)

    def some(self, procedures: tuple[Procedure, ...]) -> str:
        return self.random.choice(procedures).name

    def arrival(self, name: str, procedure: str) -> Arrival:
        r = self.random
        interval, first, times = None, None, ()
        if r.random() < 0.25:
            times = tuple(map(float, sorted(r.sample(range(40), r.randint(1, 6)))))
        else:
            interval = r.choice((constant(1.0), constant(3.0), exponential(3.0)))
            first = r.choice((None, 0.0, 2.0))
        return Arrival(
            name,
            procedure,
            interval,
            first,
            times,
            until=r.choice((None, None, 20.0)),
            when=self.condition() if r.random() < 0.25 else None,
            keep=Keep(self.level(), 0.25, 0.25) if r.random() < 0.25 else None,
            urgency=r.choice((0, 0, 1)),
        )
