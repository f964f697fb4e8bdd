"""The policies, outcomes and cases that can be named here: the built-in ones, and plug-ins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from desim.case.case import CaseError
from desim.case.load import BUILT_IN as CASES
from desim.case.load import is_case
from desim.case.load import names as case_names
from desim.mechanism.complaint import unknown
from desim.outcome.catalogue import OUTCOMES
from desim.outcome.outcome import Outcome, OutcomeError
from desim.plugin.origin import Origin, PluginError
from desim.plugin.source import MODULE, Offer, installed, named, whole_place
from desim.policy.catalogue import POLICIES
from desim.policy.policy import Policy, PolicyError

_ERRORS: dict[str, type[ValueError]] = {
    "policy": PolicyError,
    "outcome": OutcomeError,
    "case": CaseError,
}


def _built_in_cases() -> Mapping[str, Path]:
    return {name: CASES / name for name in case_names()}


@dataclass(frozen=True)
class Catalogue:
    """What can be named, and what cannot be used.

    Parameters
    ----------
    policies
        The built-in ones in their order, then plug-ins by name: the order of application.
    outcomes
        The built-in ones, then plug-ins by name.
    cases
        Folder by name of case.
    origins
        Where each plug-in comes from, by kind and name; what is built in is not there.
    broken
        Plug-ins that cannot be used, with the reason.
    places
        Files (whole paths) and dotted names that were looked at besides what is installed.
    """

    policies: tuple[Policy, ...] = POLICIES
    outcomes: tuple[Outcome, ...] = OUTCOMES
    cases: Mapping[str, Path] = field(default_factory=_built_in_cases)
    origins: Mapping[tuple[str, str], Origin] = field(default_factory=dict)
    broken: tuple[Offer, ...] = ()
    places: tuple[str, ...] = ()

    def policy(self, name: str) -> Policy:
        """The policy with a name.

        Raises
        ------
        PolicyError
            When there is none, with the nearest name, or with what is wrong with it.
        """
        found = {policy.name: policy for policy in self.policies}
        if name not in found:
            raise PolicyError(self.why_not("policy", name, found))
        return found[name]

    def outcome(self, name: str) -> Outcome:
        """The outcome with a name.

        Raises
        ------
        OutcomeError
            When there is none, with the nearest name, or with what is wrong with it.
        """
        found = self._outcomes
        if name not in found:
            raise OutcomeError(self.why_not("outcome", name, found))
        return found[name]

    def case(self, name: str) -> str:
        """The name or folder under which a case can be loaded.

        Raises
        ------
        CaseError
            When there is none, with the nearest name, or with what is wrong with it.
        """
        if name in case_names():
            return name
        if name in self.cases:
            return str(self.cases[name])
        if is_case(Path(name)):
            return name
        raise CaseError((self.why_not("case", name, self.cases),))

    def origin(self, kind: str, name: str) -> Origin:
        """Where a policy, outcome or case comes from."""
        return self.origins.get((kind, name), Origin())

    def clashes(self, names: Iterable[str]) -> tuple[Offer, ...]:
        """Broken plug-ins that are called as something that is used."""
        wanted = set(names)
        return tuple(offer for offer in self.broken if offer.name in wanted)

    def used(
        self, policies: Iterable[str] = (), outcomes: Iterable[str] = (), cases: Iterable[str] = ()
    ) -> tuple[tuple[str, ...], ...]:
        """Kind, name and digest of the source of every plug-in among these, in order."""
        wanted = [("policy", name) for name in policies] + [("outcome", n) for n in outcomes]
        wanted += [("case", name) for name in cases]
        return tuple(
            (*each, self.origins[each].digest) for each in sorted(set(wanted) & set(self.origins))
        )

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """The policy of every parameter that belongs to a policy."""
        found = {p.name: policy.name for policy in self.policies for p in policy.parameters}
        return MappingProxyType(found)

    @cached_property
    def _outcomes(self) -> Mapping[str, Outcome]:
        return MappingProxyType({outcome.name: outcome for outcome in self.outcomes})

    def why_not(self, kind: str, name: str, known: Iterable[str]) -> str:
        """Why something cannot be used: it is broken, or there is nothing of the name."""
        for offer in self.broken:
            if offer.kind in (kind, MODULE) and offer.name == name:
                return f"{kind} {name} of {offer.origin} cannot be used: {offer.fault}"
        return unknown(kind, name, tuple(known))


BUILT_IN = Catalogue()
"""What there is without any plug-in."""


def discover(places: Iterable[str] = ()) -> Catalogue:
    """The built-in policies, outcomes and cases, and the plug-ins that are found now.

    Nothing is kept between two calls, so what is installed or edited meanwhile is found.

    Parameters
    ----------
    places
        Files and dotted names besides what is installed; on a clash of names the built-in comes
        first, then these, then what is installed, and the others are reported as broken.
    """
    looked_at = tuple(dict.fromkeys(places))
    offers = [offer for place in looked_at for offer in named(place)] + list(installed())
    taken: dict[tuple[str, str], Any] = {("policy", p.name): p for p in POLICIES}
    taken |= {("outcome", o.name): o for o in OUTCOMES}
    taken |= {("case", name): folder for name, folder in _built_in_cases().items()}
    origins: dict[tuple[str, str], Origin] = {}
    broken: list[Offer] = []
    for offer in offers:
        key = (offer.kind, offer.name)
        if offer.fault:
            broken.append(offer)
        elif key not in taken:
            taken[key], origins[key] = offer.thing, offer.origin
        elif offer.thing is not taken[key]:
            first = origins.get(key, Origin())
            text = f"the name is taken: {offer.kind} {offer.name} of {first} is used; rename yours"
            broken.append(Offer(offer.kind, offer.name, None, offer.origin, text))
    mine = {kind: sorted(n for k, n in origins if k == kind) for kind in _ERRORS}
    return Catalogue(
        (*POLICIES, *(taken["policy", name] for name in mine["policy"])),
        (*OUTCOMES, *(taken["outcome", name] for name in mine["outcome"])),
        {name: folder for (kind, name), folder in taken.items() if kind == "case"},
        MappingProxyType(origins),
        tuple(broken),
        tuple(map(whole_place, looked_at)),
    )


def at(places: tuple[str, ...], wanted: tuple[tuple[str, ...], ...]) -> Catalogue:
    """The catalogue of a worker, which must have the very plug-ins that a study was started with.

    Parameters
    ----------
    places
        Files and dotted names.
    wanted
        Kind, name and digest of every plug-in that the study uses.

    Raises
    ------
    PluginError
        When one is absent here, or is made of other source.
    """
    if not wanted:
        return BUILT_IN
    found = discover(places)
    for kind, name, digest in wanted:
        if (kind, name) not in found.origins:
            raise PluginError(f"{found.why_not(kind, name, ())}; this worker must have it too")
        if found.origins[kind, name].digest != digest:
            text = f"{kind} {name} is not the one that the study was started with"
            raise PluginError(f"{text}; install the same here")
    return found
