"""The contract of a policy, checked on a case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from desim.case.load import load
from desim.engine import play
from desim.mechanism.checks import complaints
from desim.mechanism.diff import diff, digest
from desim.mechanism.mechanism import COLLECTIONS, Mechanism
from desim.policy.catalogue import REFORMS
from desim.policy.policy import Policy, PolicyError, processes
from desim.policy.surge_staffing import SURGE_STAFFING
from desim.program import lower
from desim.testing.fault import Fault, demand, said
from desim.testing.labels import renamed
from desim.testing.watch import watching

LEVERS = (0.01, 0.5, 1.0)
OTHERS: tuple[Policy, ...] = (*REFORMS, SURGE_STAFFING)
SEED, FEW, LONG = 7, 3, 140


def check_policy(
    policy: Policy, case: str = "sichuan_2022", others: tuple[Policy, ...] = OTHERS
) -> None:
    """Hold a policy to its contract on a case.

    Parameters
    ----------
    policy
        The policy.
    case
        Name or folder of a case in which it should do something.
    others
        Policies with which it must commute, or say that it does not.

    Raises
    ------
    NotConforming
        With every fault, each with what to do.
    """
    demand(f"policy {policy.name}", policy_faults(policy, case, others))


def policy_faults(
    policy: Policy, case: str = "sichuan_2022", others: tuple[Policy, ...] = OTHERS
) -> tuple[Fault, ...]:
    """Every fault of a policy; parameters as of `check_policy`."""
    return tuple(_Check(policy, case, others).faults())


class _Broken(Exception):
    """The function cannot be applied, so nothing else can be said."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True)
class _Check:
    policy: Policy
    case: str
    others: tuple[Policy, ...]

    @cached_property
    def base(self) -> Mechanism:
        return load(self.case).mechanism

    @cached_property
    def full(self) -> Mechanism:
        return self.applied(1.0)

    def faults(self) -> Iterator[Fault]:
        """Fault after fault; one that keeps the function from working ends them."""
        try:
            yield from self._quiet()
            yield from self._pure()
            yield from self._neutral()
            yield from self._deterministic()
            yield from self._effective()
            yield from renamed(self.base, self.full)
            bad = tuple(self._bounded())
            yield from bad
            if not bad:
                yield from self._commuting()
                yield from self._same_on_both()
        except _Broken as broken:
            yield broken.fault

    def applied(self, lever: float, values: dict[str, float] | None = None) -> Mechanism:
        """The baseline under the policy."""
        try:
            return self.policy.apply(self.base, lever, values)
        except PolicyError as error:
            text = str(error).removeprefix(f"policy {self.policy.name}: ")
            shown, _, advice = text.partition("; ")
            raise _Broken(Fault("gives back a mechanism", shown, advice or "mend it")) from error
        except Exception as error:
            shown = f"at lever {lever:g} it raises {said(error)}"
            advice = "mend it; it must work for every lever in [0, 1] on any case"
            raise _Broken(Fault("gives back a mechanism", shown, advice)) from error

    def _quiet(self) -> Iterator[Fault]:
        """Watch the first application: nothing may depend on luck or on this machine."""
        digest(self.base)  # loaded before anything is watched
        with watching(self.policy.change) as noticed:
            broken = self._first()
        if noticed.draws:
            yield Fault(
                "draws no random numbers", f"it draws with {_few(noticed.draws)}",
                "put a distribution on a step, link or stream: the engine draws, by name",
            )  # fmt: skip
        if noticed.files:
            yield Fault(
                "reads no file", f"it opens {_few(noticed.files)}",
                "write its numbers as parameters with range and source, or in the case's tables",
            )  # fmt: skip
        if broken is not None:
            raise broken

    def _first(self) -> _Broken | None:
        try:
            self.applied(1.0)
        except _Broken as broken:
            return broken
        return None

    def _pure(self) -> Iterator[Fault]:
        untouched = digest(load(self.case).mechanism)
        if digest(self.base) != untouched:
            changes = diff(load(self.case).mechanism, self.base)
            yield Fault(
                "leaves the baseline as it was",
                f"it changed what it was given: {_few([str(c) for c in changes])}",
                "build new parts with dataclasses.replace, and copy arrays before changing them",
            )
            vars(self)["base"] = load(self.case).mechanism

    def _neutral(self) -> Iterator[Fault]:
        changes = diff(self.base, self.applied(0.0))
        if changes:
            yield Fault(
                "changes nothing at lever 0", _few([str(change) for change in changes]),
                "scale every change by the lever, or begin with "
                "`if lever == 0.0: return mechanism`",
            )  # fmt: skip

    def _deterministic(self) -> Iterator[Fault]:
        for lever in LEVERS[1:]:
            one, two = self.applied(lever), self.applied(lever)
            if digest(one) != digest(two):
                yield Fault(
                    "gives the same each time",
                    f"twice at lever {lever:g} differs: {_few([str(c) for c in diff(one, two)])}",
                    "let nothing depend on luck, time, or what earlier calls left behind",
                )
                return

    def _effective(self) -> Iterator[Fault]:
        if diff(self.base, self.full) or (self.policy.process and not self._idle()):
            return
        yield Fault(
            "does something", f"at lever 1 it changes nothing in case {self.case}",
            f"see what there is with `desim explain --case {self.case}`, or check it on the case "
            "that it is made for with --case",
        )  # fmt: skip

    def _idle(self) -> bool:
        """Whether a run with the policy's process is as one without."""
        program = lower(self.full)
        beside = processes((self.policy,), {self.policy.name: 1.0})
        with_it = play(program, seed=SEED, replication=0, processes=beside)
        return with_it.digest == play(program, seed=SEED, replication=0).digest

    def _bounded(self) -> Iterator[Fault]:
        """At every lever, and at the ends of every range, the mechanism can run."""
        ends: list[tuple[str, float, dict[str, float]]] = [
            (f"lever {lever:g}", lever, {}) for lever in LEVERS
        ]
        for p in self.policy.parameters:
            yield from (
                Fault("declares its parameters", f"{p.name}: {text}", "mend its declaration")
                for text in p.problems()
            )
            ends += [(f"{p.name} = {v:g}", 1.0, {p.name: v}) for v in (p.low, p.high)]
        for where, lever, values in ends:
            wrong = complaints(self.applied(lever, values))
            if wrong:
                yield Fault(
                    "gives a mechanism that can run",
                    f"at {where}: {_few([str(each) for each in wrong])}",
                    "name only what is there, and keep chances in [0, 1] and durations finite",
                )
                return

    def _commuting(self) -> Iterator[Fault]:
        for other in self.others:
            declared = (
                other.name in self.policy.order_matters_with
                or self.policy.name in other.order_matters_with
            )
            if other.name == self.policy.name or declared:
                continue
            one, two = self._both(other)
            if digest(_sorted(one)) == digest(_sorted(two)):
                continue
            changes = [str(change) for change in diff(_sorted(one), _sorted(two))]
            yield Fault(
                "commutes, or says with whom not",
                f"with {other.name} the order matters: {_few(changes)}",
                f'let it not matter, or declare order_matters_with=["{other.name}"]',
            )

    def _both(self, other: Policy) -> tuple[Mechanism, Mechanism]:
        """This one first, and the other first."""
        try:
            first = other.apply(self.full, 1.0)
            last = self.policy.apply(other.apply(self.base, 1.0), 1.0)
        except Exception as error:
            shown = f"together with {other.name}, applying both raises {said(error)}"
            advice = "take other policies' changes as they come; look parts up by purpose"
            raise _Broken(Fault("works beside others", shown, advice)) from error
        return first, last

    def _same_on_both(self) -> Iterator[Fault]:
        if self.policy.process is not None:
            yield from self._quiet_process()
            return
        program = lower(self.full)
        digests = {
            engine: play(program, seed=SEED, replication=0, engine=engine).digest
            for engine in ("compiled", "simpy")
        }
        if len(set(digests.values())) > 1:
            yield Fault("plays alike on both engines", str(digests), "tell the authors of desim")

    def _quiet_process(self) -> Iterator[Fault]:
        program = lower(self.full)
        beside = processes((self.policy,), {self.policy.name: 1.0})
        assert self.policy.process is not None
        digests = []
        with watching(self.policy.process) as noticed:
            for _ in range(2):
                trace = play(program, seed=SEED, replication=0, processes=beside)
                digests.append(trace.digest)
        if noticed.draws:
            yield Fault(
                "draws no random numbers", f"its process draws with {_few(noticed.draws)}",
                "ask `run.chance('what for')`, which depends on seed and replication alone",
            )  # fmt: skip
        if noticed.files:
            yield Fault(
                "reads no file", f"its process opens {_few(noticed.files)}",
                "write its numbers as parameters",
            )  # fmt: skip
        if len(set(digests)) > 1:
            yield Fault(
                "gives the same each time", "two runs of one seed and replication differ",
                "let its process depend on nothing but the run",
            )  # fmt: skip


def _sorted(mechanism: Mechanism) -> Mechanism:
    """A mechanism with its parts by name: their order means nothing (semantics 2)."""
    by_name: dict[str, Any] = {
        collection: tuple(sorted(getattr(mechanism, collection), key=lambda part: part.name))
        for collection in COLLECTIONS
    }
    return replace(mechanism, **by_name)


def _few(texts: list[str]) -> str:
    short = (text if len(text) <= LONG else f"{text[: LONG - 4]} ..." for text in texts)
    shown = list(dict.fromkeys(short))
    more = f" and {len(shown) - FEW} more" if len(shown) > FEW else ""
    return ", ".join(shown[:FEW]) + more
