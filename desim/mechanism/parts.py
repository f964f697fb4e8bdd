"""The parts of a mechanism beside its procedures: who, over what, with what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from desim.distribution import Distribution, constant
from desim.mechanism.levels import Condition, Level
from desim.mechanism.steps import Step

TIERS = ("central", "province", "prefecture", "county", "society", "neighbour")
CHANNELS = ("written", "phone", "meeting", "platform", "road", "media")
ORIENTATIONS = ("vertical", "horizontal")


@dataclass(frozen=True, slots=True)
class Shift:
    """From `hour` of each day (0 to 24) on, `staff` people are on duty."""

    hour: float
    staff: int


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation with finite staff, at which items queue.

    Parameters
    ----------
    name, title, title_zh
        Identifier, and English and Chinese names for print.
    tier
        One of `TIERS`.
    place
        Prefecture or other place, empty for the province as a whole.
    staff
        People on duty: one `Shift` or more, in order of hour, repeating daily. The last shift of
        a day lasts until the first of the next.
    source
        Source key, or ``assumed`` with the reason.
    """

    name: str
    tier: str = "province"
    staff: tuple[Shift, ...] = (Shift(0.0, 1),)
    place: str = ""
    title: str = ""
    title_zh: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A way for information or resources from one unit to another.

    Parameters
    ----------
    origin, destination
        Units.
    orientation
        ``vertical`` or ``horizontal``.
    channel
        One of `CHANNELS`.
    delay
        Time under way, hours.
    loss
        Chance in [0, 1) that a dispatch is lost; it is then sent again after `resend`.
    resend
        Time until a loss is noticed, hours.
    error
        Coefficient of variation of a lognormal factor of mean 1 on the value carried, per trip.
    """

    name: str
    origin: str
    destination: str
    orientation: str
    channel: str
    delay: Distribution
    loss: float = 0.0
    resend: Distribution = field(default_factory=lambda: constant(0.0))
    error: float = 0.0
    source: str = ""


GRAINS = 1e9
"""Grains in 1 of a stock, which is counted in them: sums that are equal in decimals are equal
(semantics 6)."""


@dataclass(frozen=True, slots=True)
class Pool:
    """A stock of things that are taken and given back, such as generator trucks.

    `overtaking` lets a smaller request be served before a larger one ahead of it (semantics 6).
    """

    name: str
    stock: float
    place: str = ""
    unit: str = ""
    overtaking: bool = False
    title: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A given series: `values[i]` holds from `times[i]` (hours) until the next time."""

    name: str
    times: tuple[float, ...]
    values: tuple[float, ...]
    unit: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """A line on a board.

    Parameters
    ----------
    initial
        What it shows before any report has come, in `unit`.
    level
        The quantity of the world that reports on this line are about; a plan over several days
        takes the outlook behind a report from it (semantics 14).
    """

    name: str
    initial: float = 0.0
    unit: str = ""
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """The chance that a candidate arrival is kept: base + slope * level, cut to [0, 1].

    State-dependent rates are made by thinning (Lewis & Shedler 1979), so that candidates keep
    their names and their draws whatever the state.
    """

    level: Level
    base: float = 0.0
    slope: float = 1.0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A stream of items into a procedure.

    Parameters
    ----------
    name
        The stream: items are called ``name/1``, ``name/2``, ... (semantics 9).
    procedure
        What each item goes through.
    interval
        Time between candidates, hours: constant for a timetable, exponential for Poisson.
    first
        Time of the first candidate; ``None``: one interval after the start.
    times
        Given times instead of an interval.
    until
        No candidate at or after this time; ``None``: the horizon.
    when
        A candidate is kept only while this holds.
    keep
        Chance to be kept.
    urgency
        Higher goes first at every unit (semantics 5).
    """

    name: str
    procedure: str
    interval: Distribution | None = None
    first: float | None = None
    times: tuple[float, ...] = ()
    until: float | None = None
    when: Condition | None = None
    keep: Keep | None = None
    urgency: int = 0
    purpose: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that can be activated and then ramps towards its target.

    Parameters
    ----------
    kind
        ``curtail`` cuts a share of a sector's need, ``supply`` adds GW, ``support`` adds GW from
        neighbours as far as they have a surplus and the ties carry it, ``appeal`` asks the
        public, ``fault`` takes GW of residential supply away, ``quota`` does so by order of who
        runs the local grid, ``signal`` has no physical effect (a response level, an agreement).
    sector
        For ``curtail``: the sector.
    effects
        For each place, the effect of a target of 1: share of the sector's need for ``curtail``,
        GW for ``supply``, ``support``, ``fault`` and ``quota``, 1 for the others. Its keys are
        where it can be activated.
    ramp_up, ramp_down
        Hours for the activation to rise or fall by 1; 0 is at once.
    most
        The largest target.
    """

    name: str
    kind: str
    effects: Mapping[str, float]
    sector: str = ""
    ramp_up: float = 0.0
    ramp_down: float = 0.0
    most: float = 1.0
    title: str = ""
    title_zh: str = ""
    source: str = ""


MEASURE_KINDS = ("curtail", "supply", "appeal", "fault", "signal", "support", "quota")


@dataclass(frozen=True, slots=True)
class Energy:
    """What a rule needs to plan energy and not only the lines of its board (semantics 14).

    Parameters
    ----------
    plan
        One of `PLANS`.
    store, inflow
        Topics: usable hydropower energy (GWh), inflow of the coming day (GWh/day).
    hydro_most
        Largest hydropower output, GW.
    days
        ``budget`` covers every horizon of 1 to `days` whole days.
    reserve
        Energy that a plan leaves in the store above the world's floor, GWh.
    growth
        By how much the deviation of a forecast grows with each further day of lead, 1/day.
    peak_hours, draw_days
        ``peak`` only: equivalent hours over which a day's hydro energy is used, and days over
        which the store is spread.
    """

    plan: str
    store: str
    inflow: str
    hydro_most: float
    days: int = 1
    reserve: float = 0.0
    growth: float = 0.0
    peak_hours: float = 14.0
    draw_days: float = 3.0


PLANS: dict[str, str] = {
    "peak": "the largest need of the coming day against power, hydro energy turned into power by "
    "a fixed number of hours",
    "daily": "the larger of a power gap and the energy gap of the coming day",
    "budget": "the larger of a power gap and the energy gaps of all horizons up to some days",
}
"""How a rule finds its gap where it plans energy."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a unit turns its board into plans: a closed family of two kinds.

    The board gives ``gap = (1 + margin) * sum(needs) - sum(supplies)``; with `energy` the gap is
    that of its plan.

    ``size``: walk through `measures` in merit order and fill each up to `capacities` until the
    gap is covered; plans are shares of capacity, rounded up to `granularity`; a plan is lowered
    only when the gap leaves `slack` (GW) to spare and at least `hold` hours after it was last
    raised. With a `term` (hours) orders run for it: at its end a plan is eased, as far as the gap
    and the slack allow, or else extended by another term.

    ``grade``: the plan of the one measure named is the number of `thresholds` that gap/need
    reaches (0 to 4 for warning levels); it falls by one when the share is below `release` times
    the threshold, at least `hold` hours after it last moved.
    """

    name: str
    kind: str
    unit: str
    needs: tuple[str, ...]
    supplies: tuple[str, ...]
    measures: tuple[str, ...]
    capacities: tuple[float, ...] = ()
    thresholds: tuple[float, ...] = ()
    margin: float = 0.0
    granularity: float = 0.1
    slack: float = 0.0
    release: float = 1.0
    hold: float = 0.0
    term: float = 0.0
    energy: Energy | None = None
    source: str = ""


RULE_KINDS = ("size", "grade")


@dataclass(frozen=True, slots=True)
class Procedure:
    """A named list of steps.

    Parameters
    ----------
    draws
        One of `DRAWS`: what the draws of an item in it are keyed by (semantics 8).
    """

    name: str
    steps: tuple[Step, ...]
    title: str = ""
    source: str = ""
    draws: str = "item"


DRAWS: dict[str, str] = {
    "item": "the item's own name",
    "day": "the day on which what the item carries was true when it began",
}
