"""The mechanism a command asks for, one run of it, and the story of that run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desim.cli.failure import fail
from desim.cli.studies import discovered, say_unused

if TYPE_CHECKING:
    from desim.mechanism.mechanism import Mechanism
    from desim.plugin.catalogue import Catalogue
    from desim.trace import Trace


@dataclass(frozen=True)
class Asked:
    """What a command asks for: a case, policies with levers, and where else plug-ins are.

    Parameters
    ----------
    case
        Name or folder.
    policies
        ``NAME[=LEVER]``; a name can be a file or a module in which a policy is made.
    places
        Files and modules whose policies and outcomes can be named.
    """

    case: str
    policies: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @cached_property
    def catalogue(self) -> Catalogue:
        """What can be named."""
        from desim.plugin.source import is_place

        named = [text.partition("=")[0] for text in self.policies]
        return discovered(self.places, tuple(filter(is_place, named)))

    @cached_property
    def baseline(self) -> Mechanism:
        """The case's mechanism."""
        from desim.case import load

        found = load(self.catalogue.case(self.case)).mechanism
        say_unused(found)
        return found

    @cached_property
    def levers(self) -> dict[str, float]:
        """Lever by name of policy."""
        found: dict[str, float] = {}
        for name, lever in map(self._lever, self.policies):
            if name in found:
                fail(f"--policy {name}: given twice")
            found[name] = lever
        for offer in self.catalogue.clashes(found):
            click.echo(
                f"note: {offer.kind} {offer.name} of {offer.origin}: {offer.fault}", err=True
            )
        return found

    @cached_property
    def mechanism(self) -> Mechanism:
        """The mechanism with the policies applied."""
        from desim.policy import apply_policies

        return apply_policies(self.baseline, self.catalogue.policies, self.levers)

    def play(self, seed: int, replication: int, engine: str) -> Trace:
        """Play one run."""
        from desim.engine import play, warm_up
        from desim.engine.play import chosen
        from desim.policy.policy import processes
        from desim.program import lower

        beside = processes(self.catalogue.policies, self.levers)
        names = ", ".join(each.name for each in beside)
        if beside and engine == "compiled":
            fail(f"--engine compiled: {names}: a process in Python runs on the SimPy engine only")
        if beside and engine == "auto":
            click.echo(f"note: on the SimPy engine, for the process of {names}", err=True)
        program, taken = lower(self.mechanism), chosen(engine, beside)
        if taken == "compiled":
            warm_up(program, lambda text: click.echo(text, err=True))
        return play(program, seed=seed, replication=replication, engine=taken, processes=beside)

    def _lever(self, text: str) -> tuple[str, float]:
        from desim.policy import PolicyError

        name, given, value = text.partition("=")
        try:
            return self._name(name), float(value) if given else 1.0
        except PolicyError as error:
            fail(f"--policy {text}: {error}")
        except ValueError:
            fail(f"--policy {text}: {value!r} is not a number")

    def _name(self, text: str) -> str:
        """The name of a policy that is given by name, or by the place in which it is made."""
        from desim.plugin.source import MODULE, is_place, named

        if not is_place(text):
            return self.catalogue.policy(text).name
        offers = [offer for offer in named(text) if offer.kind in ("policy", MODULE)]
        if len(offers) != 1:
            names = ", ".join(offer.name for offer in offers) or "none"
            fail(f"--policy {text}: one policy is meant, found {names}; write {text}:NAME")
        if offers[0].fault:
            fail(f"--policy {text}: {offers[0].fault}")
        found = self.catalogue.policy(offers[0].name)
        if found is not offers[0].thing:
            first = self.catalogue.origin("policy", found.name)
            fail(f"--policy {text}: the name {found.name} is taken ({first}); rename yours")
        return found.name


def tell(played: Trace, item: str, csv: Path | None) -> None:
    """Tell the story of an item, or list the streams; write the trace where it is wanted."""
    from desim.mechanism.complaint import unknown
    from desim.trace.story import story
    from desim.trace.table import stream_counts, write_csv

    found = played.find(item) if item else None
    if item and found is None:
        fail(unknown("item", item, [played.name(i) for i in range(len(played.items))]))
    if csv is not None:
        write_csv(played, csv)
        click.echo(f"{len(played.records)} records written to {csv}")
    if found is not None:
        click.echo(story(played, found))
    elif csv is None:
        for first, count in stream_counts(played):
            click.echo(f"{count:>7} items  {first} ... ")
