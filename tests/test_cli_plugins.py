"""The command line with plug-ins: found, listed, checked, written, and refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.test_cli import SMALL, Desim, Said
from tests.test_cli import desim as desim  # noqa: PLC0414 - a fixture, which tests name

POLICY = """
from desim.plugin import policy, replace

@policy(title="Quicker", summary="Links are quicker.", lever="share of links")
def quicker(mechanism, lever, values):
    left = 1.0 - lever / 2.0

    def sooner(link):
        by_post = link.channel == "written"
        return replace(link, delay=link.delay.scaled(left)) if by_post else link

    return mechanism.mapped(links=sooner)
"""
PROCESS = """
from desim.plugin import policy

def patrol(run, lever, values):
    while True:
        yield run.wait(1.0)
        run.staff("office", 0 if run.now < 6.0 else 1)

@policy(title="Patrol", summary="Nobody is there early.", process=patrol)
def patrolled(mechanism, lever, values):
    return mechanism
"""
STUDY = """
question = "Does it work?"
case = "{case}"
seed = 5
replications = 2
outcomes = ["coordination_hours"]

[design]
kind = "list"
points = [{{ {policy} = 0.5 }}]
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(POLICY, encoding="utf-8")
    (tmp_path / "patrol.py").write_text(PROCESS, encoding="utf-8")
    for policy in ("quicker", "patrolled"):
        text = STUDY.format(case=SMALL, policy=policy)
        (tmp_path / f"{policy}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_policy_is_given_by_its_file_and_lever(desim: Desim, mine: Path) -> None:
    said = desim("diff", "--case", SMALL, "-p", "./mine.py=0.5")
    assert said.code == 0
    assert "~ link up delay: lognormal(mean 1.5, cv 0.5) h -> lognormal(mean 1.125" in said.out


def test_a_file_that_is_not_there_is_bad_input(desim: Desim, mine: Path) -> None:
    said = desim("run", "--case", SMALL, "-p", "./yours.py")
    assert said == Said(2, "", "--policy ./yours.py: yours.py: no such file\n")


def test_a_file_whose_policy_has_a_built_in_name_is_refused(desim: Desim, mine: Path) -> None:
    (mine / "mine.py").write_text(POLICY.replace("quicker", "data_sharing"))
    said = desim("run", "--case", SMALL, "-p", "./mine.py")
    assert said.code == 2
    assert said.err.endswith("the name data_sharing is taken (built in); rename yours\n")


def test_one_of_several_policies_of_a_file_must_be_named(desim: Desim, mine: Path) -> None:
    (mine / "mine.py").write_text(POLICY + POLICY.replace("quicker", "sooner"))
    said = desim("diff", "--case", SMALL, "-p", "./mine.py")
    assert said.code == 2
    assert "one policy is meant, found quicker, sooner; write ./mine.py:NAME" in said.err
    assert desim("diff", "--case", SMALL, "-p", "./mine.py:sooner").code == 0


def test_policies_are_listed_with_origin_lever_and_purpose(desim: Desim, mine: Path) -> None:
    said = desim("policies", "--with", "mine.py")
    assert "data_sharing, built in: Connected bodies report by platform" in said.out
    assert "quicker, mine.py: Links are quicker.\n  lever [0, 1]: share of links\n" in said.out
    assert said.err == ""


def test_one_policy_is_shown_with_ranges_and_sources(desim: Desim) -> None:
    said = desim("policies", "surge_staffing")
    assert "surge_staffing.call = 2 h [0.25, 12], loguniform, assumed: " in said.out
    assert "order matters with: data_sharing" in said.out


def test_a_broken_one_is_listed_by_name_and_hides_no_other(desim: Desim, mine: Path) -> None:
    (mine / "broken.py").write_text("1 / 0")
    said = desim("policies", "--with", "broken.py", "--with", "mine.py")
    assert said.code == 2
    assert "quicker, mine.py" in said.out
    wanted = "broken: module broken of broken.py: importing it raised ZeroDivisionError"
    assert said.err.startswith(wanted)


def test_a_study_with_a_policy_of_a_file_is_played_and_replayed(desim: Desim, mine: Path) -> None:
    asked = ("experiment", "quicker.toml", "--executor", "serial")
    assert "unknown policy 'quicker'" in desim(*asked).err
    assert desim(*asked, "--with", "mine.py").code == 0
    assert "nothing to do" in desim(*asked, "--with", "mine.py").err
    assert "4 of 4 runs finished" in desim("status", "quicker.toml", "--with", "mine.py").out
    assert "0 differ" in desim("audit", "quicker.toml", "--with", "mine.py").out


def test_a_place_with_nothing_in_it_is_bad_input(desim: Desim, mine: Path) -> None:
    said = desim("experiment", "quicker.toml", "--with", "yours.py")
    assert said == Said(2, "", "--with yours.py: yours.py: no such file\n")


def test_a_process_is_played_on_simpy_which_is_said(desim: Desim, mine: Path) -> None:
    said = desim("run", "--case", SMALL, "-p", "patrol.py")
    assert said.code == 0
    assert said.err == "note: on the SimPy engine, for the process of patrolled\n"
    asked = ("experiment", "patrolled.toml", "--with", "patrol.py", "--executor", "serial")
    assert "patrolled: on the SimPy engine: policy patrolled runs a process" in desim(*asked).err


@pytest.mark.parametrize(
    "command",
    [("run", "--case", str(SMALL), "-p", "patrol.py"),
     ("experiment", "patrolled.toml", "--with", "patrol.py")],
)  # fmt: skip
def test_the_compiled_engine_is_refused_with_the_reason(
    desim: Desim, mine: Path, command: tuple[str, ...]
) -> None:
    said = desim(*command, "--engine", "compiled")
    assert said.code == 2
    assert "--engine compiled" in said.err
    assert "SimPy engine" in said.err
    assert not (mine / "results" / "patrolled" / "shards").exists()


def test_check_says_that_all_is_well(desim: Desim, mine: Path) -> None:
    said = desim("check", "./mine.py", "--case", SMALL)
    assert said == Said(0, "policy quicker: keeps its contract\n", "")


def test_check_says_what_is_wrong_and_what_to_do(desim: Desim, mine: Path) -> None:
    (mine / "mine.py").write_text(POLICY.replace("1.0 - lever / 2.0", "0.5"))
    said = desim("check", "./mine.py", "--case", SMALL)
    assert said.code == 1
    assert "quicker: 1 fault\n  changes nothing at lever 0: ~ link up delay" in said.out
    assert "if lever == 0.0: return mechanism" in said.out


def test_check_reports_what_cannot_be_imported(desim: Desim, mine: Path) -> None:
    (mine / "mine.py").write_text("import nowhere_at_all")
    said = desim("check", "./mine.py", "--case", SMALL)
    assert said.code == 1
    assert "No module named 'nowhere_at_all'; mend its module" in said.out


def test_check_of_an_unknown_name_is_bad_input(desim: Desim) -> None:
    said = desim("check", "data_sharin")
    assert said.code == 2
    assert "did you mean 'data_sharing'" in said.err


def test_new_writes_a_policy_that_can_be_checked_on_a_new_case(
    desim: Desim, tmp_path: Path
) -> None:
    assert desim("new", "case", "my_case").code == 0
    assert "test_my_policy.py" in desim("new", "policy", "my_policy").out
    assert desim("check", "./my_policy.py", "--case", "my_case").code == 0
    again = desim("new", "policy", "my_policy")
    assert again.code == 2
    assert "nothing was written" in again.err


@pytest.mark.parametrize("command", ["run", "policies"])
@pytest.mark.parametrize("text", [None, "def", "raise SystemExit(0)"])
def test_a_place_that_cannot_be_used_is_bad_input(
    desim: Desim, mine: Path, command: str, text: str | None
) -> None:
    if text is not None:
        (mine / "yours.py").write_text(text)
    said = desim(command, "--with", "yours.py")
    assert said.code == 2
    assert "yours.py" in said.err


@pytest.mark.parametrize("command", ["diff", "run"])
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("def sooner", "1 / 0\n    def sooner", "it raised ZeroDivisionError: division by zero"),
        ("mechanism, lever, values", "mechanism", "it raised TypeError: quicker() takes 1"),
    ],
)
def test_a_policy_that_raises_is_one_sentence(
    desim: Desim, mine: Path, command: str, old: str, new: str, said: str
) -> None:
    assert old in POLICY
    (mine / "mine.py").write_text(POLICY.replace(old, new))
    found = desim(command, "--case", SMALL, "-p", "./mine.py")
    assert found.code == 2
    assert found.err.startswith(f"policy quicker: at lever 1 {said}")
    assert found.err.count("\n") == 1


def test_a_study_of_an_unknown_policy_says_how_files_are_named(desim: Desim, mine: Path) -> None:
    for command in ("experiment", "status", "advise"):
        said = desim(command, "quicker.toml")
        assert said.code == 2
        assert "are found with --with FILE.py" in said.err


def test_advice_names_the_command_as_it_must_be_typed(desim: Desim, mine: Path) -> None:
    said = desim("advise", "quicker.toml", "--with", "mine.py")
    assert said.err.endswith("run desim experiment quicker.toml --with mine.py\n")
