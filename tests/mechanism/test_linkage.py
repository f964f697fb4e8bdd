"""Which links procedures use, and which lie idle, by kind."""

from __future__ import annotations

from dataclasses import replace

from desim.distribution import constant
from desim.mechanism.describe import explain
from desim.mechanism.linkage import idle_kinds, idle_links, links_of
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Link, Procedure
from desim.mechanism.steps import Send
from tests.small import link, mechanism, unit

PLACES = ("hill", "vale")


def between(name: str, origin: str, destination: str) -> Link:
    """A horizontal link."""
    return replace(link(name, origin, destination, constant(1.0)), orientation="horizontal")


def linked(*sends: str) -> Mechanism:
    """An office over two towns, with links between all; the sends are one procedure's."""
    towns = tuple(replace(unit(f"town.{place}"), place=place) for place in PLACES)
    down = tuple(link(f"down.{p}", "office", f"town.{p}", constant(1.0)) for p in PLACES)
    across = (
        between("across", "town.hill", "town.vale"), between("odd.name", "town.vale", "town.hill"),
    )  # fmt: skip
    steps = tuple(Send(f"s{number}", name) for number, name in enumerate(sends))
    return mechanism(
        units=(unit("office"), *towns), links=(*down, *across),
        procedures=(Procedure("p", steps),),
    )  # fmt: skip


def test_a_procedure_uses_each_link_once() -> None:
    assert links_of(linked("across", "down.hill", "across").procedures[0]) == (
        "across",
        "down.hill",
    )


def test_links_over_which_nobody_sends_are_idle() -> None:
    assert [k.name for k in idle_links(linked("across", "down.hill"))] == ["down.vale", "odd.name"]


def test_idle_links_of_all_places_are_one_kind() -> None:
    assert idle_kinds(linked("across")) == {
        "vertical": {"down.*": 2}, "horizontal": {"odd.name": 1},
    }  # fmt: skip


def test_a_mechanism_says_which_links_lie_idle() -> None:
    lines = explain(linked("across")).splitlines()
    start = lines.index("Links (4)")
    assert lines[start + 5 : start + 9] == [
        "  1 of 4 used by a procedure", "  idle, vertical (2): down.* (2)",
        "  idle, horizontal (1): odd.name", "",
    ]  # fmt: skip


def test_where_every_link_is_used_none_is_called_idle() -> None:
    text = explain(linked("down.hill", "down.vale", "across", "odd.name"))
    assert "  4 of 4 used by a procedure" in text.splitlines()
    assert "idle" not in text


def test_a_procedure_says_how_many_links_it_uses() -> None:
    assert "  uses 0 links" in explain(linked(), "p").splitlines()
    assert "  uses 1 link" in explain(linked("across", "across"), "p").splitlines()
    assert "  uses 2 links" in explain(linked("across", "down.hill"), "p").splitlines()
