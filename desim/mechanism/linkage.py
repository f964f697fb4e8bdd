"""Which links the procedures of a mechanism use, and which lie idle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import ORIENTATIONS, Link, Procedure
from desim.mechanism.steps import Send


def links_of(procedure: Procedure) -> tuple[str, ...]:
    """Names of the links over which a procedure sends, each once, in the order of its steps."""
    return tuple(dict.fromkeys(s.link for s in procedure.steps if isinstance(s, Send)))


def idle_links(mechanism: Mechanism) -> tuple[Link, ...]:
    """Links over which no procedure sends, whether a stream starts the procedure or not."""
    used = {name for procedure in mechanism.procedures for name in links_of(procedure)}
    return tuple(link for link in mechanism.links if link.name not in used)


def idle_kinds(mechanism: Mechanism) -> Mapping[str, Mapping[str, int]]:
    """Idle links by orientation: how many there are of each kind.

    The links of one kind differ in their place only. It is written as ``*`` where it is the last
    part of the name: ``bureau_to_county.*`` stands for those of all places.
    """
    places = {unit.name: unit.place for unit in mechanism.units}
    idle = idle_links(mechanism)
    return {
        orientation: Counter(_kind(k, places) for k in idle if k.orientation == orientation)
        for orientation in ORIENTATIONS
    }


def _kind(link: Link, places: Mapping[str, str]) -> str:
    stem, dot, last = link.name.rpartition(".")
    own = {places.get(link.origin, ""), places.get(link.destination, "")}
    return f"{stem}.*" if dot and last in own else link.name
