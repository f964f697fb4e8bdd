"""What `desim new` writes works as it is, and its tests pass."""

from __future__ import annotations

from pathlib import Path
from runpy import run_path

import pytest

from desim.plugin import discover
from desim.scaffold import KINDS, ScaffoldError, write_new
from desim.testing import check_case, check_policy


def test_a_new_policy_keeps_its_contract_on_a_new_case(tmp_path: Path) -> None:
    write_new("case", "my_case", tmp_path)
    write_new("policy", "my_policy", tmp_path)
    check_case(str(tmp_path / "my_case"))
    found = discover([str(tmp_path / "my_policy.py")])
    check_policy(found.policy("my_policy"), str(tmp_path / "my_case"))


@pytest.mark.parametrize("kind", ["case", "study"])
def test_the_test_that_is_written_passes(kind: str, tmp_path: Path) -> None:
    *_, test = write_new(kind, "mine", tmp_path)
    own = run_path(str(test))
    if kind == "case":
        own["test_mine_conforms"]()
    else:
        own["test_mine_can_be_played"](tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_comes_with_a_test(kind: str, tmp_path: Path) -> None:
    assert tmp_path / "test_mine.py" in write_new(kind, "mine", tmp_path)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text("mine")
    with pytest.raises(ScaffoldError, match=r"test_mine.py is there already; nothing was written"):
        write_new("policy", "mine", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["test_mine.py"]


@pytest.mark.parametrize("name", ["My Policy", "class", "", "../mine", "1st"])
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match="cannot be a name"):
        write_new("policy", name, tmp_path)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("policy", "data_sharing"), ("policy", "no_coordination"), ("policy", "desim"),
        ("policy", "json"), ("policy", "numpy"), ("policy", "replace"), ("case", "sichuan_2022"),
    ],
)  # fmt: skip
def test_a_name_that_would_hide_something_is_refused(kind: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(ScaffoldError, match=f"'{name}' is the name of"):
        write_new(kind, name, tmp_path)
    assert not list(tmp_path.iterdir())
