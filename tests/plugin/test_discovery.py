"""Plug-ins are found by entry point, file and dotted name; a broken one hides no other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from desim.plugin import discover
from desim.plugin.catalogue import BUILT_IN, Catalogue, at
from desim.plugin.origin import PluginError
from desim.policy import PolicyError
from desim.policy.catalogue import POLICIES

POLICY = """
from desim.plugin import policy

@policy(title="{name}", summary="{summary}")
def {name}(mechanism, lever, values):
    return mechanism
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file with a policy."""

    def file(name: str = "quicker", summary: str = "All is quicker.", text: str = POLICY) -> Path:
        path = tmp_path / f"{name}.py"
        path.write_text(text.format(name=name, summary=summary), encoding="utf-8")
        return path

    return file


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Have a module with some text installed, with entry points to it."""
    offered: list[EntryPoint] = []

    def offer(module: str, text: str, *points: tuple[str, str, str]) -> None:
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        offered.extend(EntryPoint(name, value, group) for group, name, value in points)

    def found(group: str) -> EntryPoints:
        return EntryPoints(offered).select(group=group)

    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("desim.plugin.source.entry_points", found)
    before = set(sys.modules)
    yield offer
    for name in set(sys.modules) - before:
        del sys.modules[name]


def policy(name: str) -> tuple[str, str, str]:
    return "desim.policies", name, f"mine:{name}"


def fault(catalogue: Catalogue, name: str) -> str:
    return next(offer.fault for offer in catalogue.broken if offer.name == name)


def test_without_plug_ins_there_is_what_is_built_in(package: Callable[..., None]) -> None:
    assert discover().policies == POLICIES
    assert discover().broken == ()


def test_a_file_gives_its_policy_with_its_place_and_digest(write: Write) -> None:
    path = write()
    found = discover([str(path)])
    assert found.policy("quicker").summary == "All is quicker."
    assert found.origin("policy", "quicker").place == str(path)
    assert len(found.origin("policy", "quicker").digest) == 32


def test_the_digest_of_a_file_is_that_of_its_text(write: Write) -> None:
    one = discover([str(write())]).origin("policy", "quicker").digest
    two = discover([str(write(summary="All is slower."))])
    assert two.policy("quicker").summary == "All is slower."
    assert two.origin("policy", "quicker").digest != one
    assert discover([str(write())]).origin("policy", "quicker").digest == one


def test_one_thing_of_a_file_is_named_after_a_colon(write: Write) -> None:
    text = POLICY + POLICY.replace("{name}", "other")
    path = write(text=text)
    assert {p.name for p in discover([str(path)]).policies} >= {"quicker", "other"}
    assert "quicker" not in {p.name for p in discover([f"{path}:other"]).policies}


@pytest.mark.parametrize("place", ["mine", "mine:quicker", "mine.quicker"])
def test_a_dotted_name_gives_its_policy(package: Callable[..., None], place: str) -> None:
    package("mine", POLICY.format(name="quicker", summary="All is quicker."))
    assert discover([place]).policy("quicker").title == "quicker"


def test_an_entry_point_gives_its_policy(package: Callable[..., None]) -> None:
    package("mine", POLICY.format(name="quicker", summary="s."), policy("quicker"))
    assert discover().policies[len(POLICIES) :] == (discover().policy("quicker"),)


def test_plug_ins_come_after_built_in_ones_by_name(package: Callable[..., None]) -> None:
    text = "".join(POLICY.format(name=name, summary="s.") for name in ("b_second", "a_first"))
    package("mine", text, policy("b_second"), policy("a_first"))
    assert [p.name for p in discover().policies[len(POLICIES) :]] == ["a_first", "b_second"]


BROKEN = {
    "raises on import": ("raise RuntimeError('no licence')", "RuntimeError: no licence; mend"),
    "leaves on import": ("raise SystemExit(3)", "SystemExit: 3; mend"),
    "does not parse": ("def (", "SyntaxError"),
    "is no policy": ("def quicker(): ...", "is a function and no policy; decorate"),
    "has another name": (
        POLICY.format(name="slower", summary="s.") + "quicker = slower", "give both one name",
    ),
    "is not there": ("", "AttributeError"),
    "has no title": (
        POLICY.format(name="quicker", summary="s.").replace('"quicker"', '""'), "needs a title",
    ),
    "imports what is not there": ("import nowhere_to_be_found", "No module named"),
}  # fmt: skip


@pytest.mark.parametrize("why", BROKEN)
def test_a_broken_plug_in_is_named_and_hides_no_other(
    package: Callable[..., None], write: Write, why: str
) -> None:
    text, wanted = BROKEN[why]
    package("mine", text, policy("quicker"))
    found = discover([str(write("sound"))])
    assert wanted in fault(found, "quicker")
    assert found.policy("sound")
    with pytest.raises(PolicyError, match=r"policy quicker of .* cannot be used"):
        found.policy("quicker")


def test_a_clash_with_a_built_in_name_is_reported_and_the_built_in_wins(write: Write) -> None:
    found = discover([str(write("data_sharing"))])
    assert found.policies == POLICIES
    assert "the name is taken: policy data_sharing of built in is used; rename yours" in (
        fault(found, "data_sharing")
    )


def test_a_file_that_is_named_comes_before_what_is_installed(
    package: Callable[..., None], write: Write, tmp_path: Path
) -> None:
    package("mine", POLICY.format(name="quicker", summary="Installed."), policy("quicker"))
    found = discover([str(write("quicker", summary="Here."))])
    assert found.policy("quicker").summary == "Here."
    assert "rename yours" in fault(found, "quicker")


def test_a_parameter_that_is_not_called_after_its_policy_is_refused(write: Write) -> None:
    text = POLICY.replace(
        'summary="{summary}"', 'summary="s.", parameters=[Parameter("x", 1, 0, 2)]'
    )
    text = text.replace("import policy", "import Parameter, policy")
    found = discover([str(write(text=text))])
    assert "parameter x: call it quicker.x" in fault(found, "quicker")


def test_a_case_is_the_folder_of_a_package(tmp_path: Path, package: Callable[..., None]) -> None:
    folder = tmp_path / "my_flood"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "case.toml").write_text("")
    package("other", "", ("desim.cases", "flood", "my_flood"), ("desim.cases", "dry", "other"))
    found = discover()
    assert found.case("flood") == str(folder)
    assert "has no case.toml; name a package that has one" in fault(found, "dry")


def test_a_worker_wants_the_very_plug_ins_of_the_study(write: Write) -> None:
    path = write()
    found = discover([str(path)])
    used = found.used(["quicker", "data_sharing"])
    assert [each[:2] for each in used] == [("policy", "quicker")]
    assert at(found.places, used).policy("quicker")
    write(summary="Edited meanwhile.")
    with pytest.raises(PluginError, match="not the one that the study was started with"):
        at(found.places, used)
    path.unlink()
    with pytest.raises(PluginError, match="this worker must have it too"):
        at(found.places, used)


def test_a_worker_of_a_study_without_plug_ins_looks_for_none() -> None:
    assert at(("nowhere.py",), ()) is BUILT_IN


def test_an_edited_module_is_not_played_as_it_was(package: Callable[..., None]) -> None:
    package("mine", POLICY.format(name="quicker", summary="s."), policy("quicker"))
    assert discover().policy("quicker")
    package("mine", POLICY.format(name="quicker", summary="Edited."))
    assert "has changed since it was imported; start this process again" in (
        fault(discover(), "quicker")
    )
