"""Runs that end their process, never end, raise anything: failed rows, and all others are fine.

`TORTURE` in the environment plays 500 runs instead of 30.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from desim.cli import cli
from desim.plugin import discover
from desim.study.executors import Serial, Workers, local
from desim.study.plan import Plan
from desim.study.question import read_study
from desim.study.run import Report, run
from tests.study.conftest import SMALL

RUNS = 500 if "TORTURE" in os.environ else 30
PLUGIN = """
import math, os, signal, sys, time
from desim.plugin import outcome

def forever():
    while True:
        pass

POISON = {poison}

@outcome(title="Poison", unit="h", better="lower", unfinished="None.", summary="For tests.")
def poison(trace):
    if trace.replication in POISON:
        return POISON[trace.replication]()
    return 1.0

def error(kind):
    raise kind
"""
STUDY = """
question = "Does it end?"
case = "{case}"
seed = 5
replications = {runs}
outcomes = ["poison"]

[design]
kind = "single"
"""
FIVE = {
    3: "lambda: os._exit(9)",
    11: "forever",
    17: "lambda: sys.exit('left')",
    23: r"lambda: error(OSError('no file \udcff'))",
    29: "lambda: math.inf",
}
ERRORS = {
    3: "its worker process ended: exit code 9",
    11: "not finished after 5 s, the time limit of a run",
    17: "SystemExit: left",
    23: r"OSError: no file \udcff",
    29: "desim.outcome.outcome.OutcomeError: outcome poison is inf; it must be finite, or NaN "
    "where a run has no value",
}


class Desk:
    """A folder with a study of runs some of which are poison."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.plugin, self.study = folder, folder / "mine.py", folder / "poison.toml"

    def write(self, poison: dict[int, str], runs: int = RUNS) -> None:
        text = ", ".join(f"{number}: {what}" for number, what in poison.items())
        self.plugin.write_text(PLUGIN.replace("{poison}", f"{{{text}}}"), encoding="utf-8")
        self.study.write_text(STUDY.format(case=SMALL, runs=runs), encoding="utf-8")

    def played(self, start: Callable[[], Workers], say: Callable[[str], None] = print) -> Report:
        plan = Plan(read_study(self.study, discover([str(self.plugin)])), engine="simpy")
        return run(plan, self.folder / "results", lambda *_: None, start=start, say=say)

    def rows(self) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "results" / "poison" / "runs.parquet")

    def errors(self) -> dict[int, str]:
        found = self.rows()
        bad = found[found["status"] != "ok"]
        return dict(zip(bad["replication"], bad["error"], strict=True))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_five_kinds_of_poison_are_five_failed_rows_and_all_others_are_fine(desk: Desk) -> None:
    desk.write(FIVE)
    arguments = [
        "experiment", str(desk.study), "--with", str(desk.plugin), "--engine", "simpy",
        "--results", str(desk.folder / "results"), "--workers", "2", "--time-limit", "5 s",
    ]  # fmt: skip
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 1, result.output
    assert desk.errors() == ERRORS
    assert (desk.rows()["status"] == "ok").sum() == RUNS - 5
    for name in desk.rows()["run"][list(FIVE)]:
        assert name in result.output


def test_a_run_that_ends_its_worker_among_the_first_is_a_failed_row(desk: Desk) -> None:
    """The first runs are tried to say how long all take; that happens in a worker too."""
    desk.write({0: "lambda: os.kill(os.getpid(), signal.SIGSEGV)"}, 20)
    assert desk.played(partial(local, 2)).failed == 1
    assert desk.errors() == {0: "its worker process ended: SIGSEGV"}


def test_a_run_that_is_only_near_a_death_is_played_again(desk: Desk) -> None:
    """A worker that dies once, whatever it was doing, condemns nobody."""
    desk.write({2: f"lambda: once({str(desk.folder / 'died')!r})"}, 4)
    text = "\ndef once(file):\n    if os.path.exists(file):\n        return 2.0\n"
    text += "    open(file, 'w').close()\n    os._exit(1)\n"
    desk.plugin.write_text(desk.plugin.read_text() + text)
    assert desk.played(partial(local, 2)).failed == 0
    assert (desk.folder / "died").exists()


def test_what_a_plug_in_raises_here_is_a_failed_row_too(desk: Desk) -> None:
    kinds = ("SystemExit(3)", "GeneratorExit()", "BaseException('any')", "MemoryError()")
    desk.write({n: f"lambda: error({kind})" for n, kind in enumerate(kinds)}, 6)
    assert desk.played(Serial).failed == len(kinds)
    assert desk.errors()[2] == "BaseException: any"


def test_ctrl_c_that_a_plug_in_makes_itself_stops_no_worker(desk: Desk) -> None:
    desk.write({1: "lambda: error(KeyboardInterrupt())"}, 3)
    assert desk.played(partial(local, 2)).failed == 1
    assert desk.errors() == {1: "KeyboardInterrupt"}


def test_one_worker_with_a_time_limit_is_a_process(desk: Desk) -> None:
    desk.write({1: "forever"}, 3)
    assert desk.played(partial(local, 1, 5.0)).failed == 1


def test_what_a_plug_in_prints_does_not_disturb_its_worker(desk: Desk) -> None:
    desk.write({1: "lambda: print('hello', flush=True) or float(len(sys.stdin.read()))"}, 3)
    assert desk.played(partial(local, 2)).failed == 0


def test_runs_without_a_value_are_counted(desk: Desk) -> None:
    desk.write({1: "lambda: math.nan", 2: "lambda: sys.exit()"}, 4)
    assert desk.played(Serial).absent == ("1 of 3 runs have no value of poison",)
