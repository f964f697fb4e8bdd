"""The command line: every command does what it says, and bad input is named and writes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from desim import __version__
from desim.case import load
from desim.cli import cli, main
from desim.figure import draw as drawing
from desim.figure.horizontal_linkage import HORIZONTAL_LINKAGE
from desim.figure.vertical_linkage import VERTICAL_LINKAGE
from desim.study import structure
from desim.study.failures import NobodyPlays
from desim.study.lock import locked
from desim.study.store import Store

SMALL = Path(__file__).parent / "cases" / "small"
HEAVY = {
    "numpy", "pandas", "scipy", "statsmodels", "numba", "simpy", "pyarrow", "matplotlib", "seaborn",
    "rich",
}  # fmt: skip
STUDY = """
question = "Does [it] work?"
case = "{case}"
seed = 5
replications = 3
quick_replications = 2
outcomes = ["coordination_hours", "referrals"]

[design]
kind = "list"
points = [{{ clear_responsibilities = 0.5 }}]
"""


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Desim = Callable[..., Said]


@pytest.fixture
def desim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desim:
    """Call the command line as a terminal does, from an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["desim", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as leave:
            code = int(leave.code or 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A copy of the small case, to be broken."""
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


@pytest.fixture
def study(tmp_path: Path, case: Path) -> Path:
    """A study of that case."""
    path = tmp_path / "study.toml"
    path.write_text(STUDY.format(case=case), encoding="utf-8")
    return path


def replaced(path: Path, old: str, new: str) -> None:
    """Replace a text that is there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def below(folder: Path) -> dict[str, bytes]:
    """Every file in a folder and its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


# How it starts


@pytest.mark.parametrize("command", ["", *sorted(cli.commands)])
def test_help_imports_nothing_heavy(command: str) -> None:
    words = [word for word in (command, "--help") if word]
    called = [sys.executable, "-X", "importtime", "-m", "desim.cli", *words]
    said = subprocess.run(called, capture_output=True, text=True, check=True)
    names = (line.rpartition("|")[2].strip() for line in said.stderr.splitlines())
    imported = {name.partition(".")[0] for name in names}
    assert said.stdout.startswith("Usage:")
    assert "click" in imported
    assert not imported & HEAVY


def test_the_version_is_said(desim: Desim) -> None:
    assert desim("--version").out.strip().endswith(__version__)


def test_bad_input_of_a_real_process_ends_with_two_and_no_traceback(tmp_path: Path) -> None:
    called = [sys.executable, "-m", "desim.cli", "explain", "--case", "sichuan_2021"]
    said = subprocess.run(called, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert said.returncode == 2
    assert said.stderr == "unknown case 'sichuan_2021'; did you mean 'sichuan_2022'?\n"
    assert said.stdout == ""


# explain


def test_explain_describes_every_part(desim: Desim) -> None:
    said = desim("explain", "--case", SMALL)
    assert said.code == 0
    for name in ("office Office", "up: team to office", "report: Water level report", "pumps (2)"):
        assert name in said.out


def test_explain_describes_one_procedure_step_by_step(desim: Desim) -> None:
    said = desim("explain", "--case", SMALL, "report")
    labels = [line.split()[0] for line in said.out.splitlines()[3:]]
    assert labels == ["observe", "compile", "up", "receive", "tell"]


def test_explain_shows_the_mechanism_under_a_policy(desim: Desim) -> None:
    said = desim("explain", "--case", SMALL, "-p", "clear_responsibilities", "decide")
    assert "to land.wrong1 with chance 0.072" in said.out


def test_explain_works_on_the_built_in_case(desim: Desim) -> None:
    assert "State Council" in desim("explain").out


def test_explain_of_an_unknown_procedure_gives_the_nearest_name(desim: Desim) -> None:
    said = desim("explain", "--case", SMALL, "reprt")
    assert (said.code, said.out) == (2, "")
    assert said.err == "unknown procedure 'reprt'; did you mean 'report'?\n"


# diff


def test_diff_shows_each_change_and_their_number(desim: Desim) -> None:
    lines = desim("diff", "--case", SMALL, "-p", "joint_regional").out.splitlines()
    assert lines == ["~ pool pumps stock: 2 -> 3", "1 change"]


def test_diff_without_policies_finds_nothing(desim: Desim) -> None:
    assert desim("diff", "--case", SMALL).out == "0 changes\n"


def test_diff_at_lever_zero_finds_nothing(desim: Desim) -> None:
    assert desim("diff", "--case", SMALL, "-p", "data_sharing=0").out == "0 changes\n"


# run


def test_run_prints_outcomes_with_their_units(desim: Desim) -> None:
    said = desim("run", "--case", SMALL)
    assert said.code == 0
    assert any(
        line.startswith("Work spent on coordination") and line.endswith("staff hours")
        for line in said.out.splitlines()
    )


def test_run_leaves_out_what_needs_a_world_the_case_has_not(desim: Desim) -> None:
    assert "energy not served" not in desim("run", "--case", SMALL).out


def test_run_says_the_same_for_the_same_seed(desim: Desim) -> None:
    arguments = ("run", "--case", SMALL, "--seed", "3", "-r", "4")
    assert desim(*arguments) == desim(*arguments)


@pytest.mark.parametrize("other", [("--seed", "4"), ("-r", "1"), ("-p", "data_sharing=1")])
def test_run_says_another_digest_when_anything_differs(
    desim: Desim, other: tuple[str, str]
) -> None:
    base = desim("run", "--case", SMALL, "--seed", "3")
    changed = desim("run", "--case", SMALL, "--seed", "3", *other)
    assert base.out.splitlines()[0] != changed.out.splitlines()[0]


def test_a_policy_without_lever_is_in_full(desim: Desim) -> None:
    full = desim("run", "--case", SMALL, "-p", "joint_regional=1")
    assert desim("run", "--case", SMALL, "-p", "joint_regional") == full


# trace


def test_trace_lists_the_streams_and_their_items(desim: Desim) -> None:
    lines = desim("trace", "--case", SMALL).out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["34", "items", "report/1"],
        ["17", "items", "decide/1"],
    ]


def test_trace_tells_the_story_of_an_item(desim: Desim) -> None:
    lines = desim("trace", "--case", SMALL, "report/2").out.splitlines()
    assert lines[0] == "report/2"
    assert lines[1].split() == ["01", "Jan", "06:00", "begins", "report"]
    assert lines[-2].endswith("is done")


def test_trace_writes_every_record(desim: Desim, tmp_path: Path) -> None:
    said = desim("trace", "--case", SMALL, "--csv", tmp_path / "new" / "log.csv")
    table = pd.read_csv(tmp_path / "new" / "log.csv")
    assert said.out.startswith(f"{len(table)} records written to ")
    assert list(table) == ["time", "item", "event", "step", "value", "since"]


def test_trace_of_an_unknown_item_gives_the_nearest_name_and_writes_nothing(
    desim: Desim, tmp_path: Path
) -> None:
    said = desim("trace", "--case", SMALL, "decid/17", "--csv", tmp_path / "log.csv")
    assert (said.code, said.out) == (2, "")
    assert said.err == "unknown item 'decid/17'; did you mean 'decide/17'?\n"
    assert not (tmp_path / "log.csv").exists()


# experiment


def test_experiment_leaves_tables_and_says_how_many_runs(
    desim: Desim, study: Path, tmp_path: Path
) -> None:
    said = desim("experiment", study, "--workers", "1")
    assert said.code == 0
    assert "6 runs played, 0 taken from earlier, 0 failed" in said.err
    summary = pd.read_parquet(tmp_path / "results" / "study" / "summary.parquet")
    assert set(summary["replications"]) == {3}


def test_experiment_says_the_question_as_it_is_written(desim: Desim, study: Path) -> None:
    """Square brackets would be mark-up."""
    assert "study: Does [it] work?" in desim("experiment", study, "--workers", "1").err


def test_a_second_experiment_does_nothing_and_says_why(
    desim: Desim, study: Path, tmp_path: Path
) -> None:
    desim("experiment", study, "--workers", "1")
    before = below(tmp_path / "results")
    said = desim("experiment", study, "--workers", "1")
    assert "nothing to do: all 6 runs and their tables are there and unchanged" in said.err
    assert below(tmp_path / "results") == before


def test_a_quick_experiment_plays_few_replications(desim: Desim, study: Path) -> None:
    assert "4 runs played" in desim("experiment", study, "--quick", "--workers", "1").err


def test_all_runs_every_study_in_experiments(desim: Desim, study: Path, tmp_path: Path) -> None:
    (tmp_path / "experiments").mkdir()
    for name in ("one", "two"):
        shutil.copy(study, tmp_path / "experiments" / f"{name}.toml")
    said = desim("experiment", "--all", "--quick", "--workers", "1", "--results", "elsewhere")
    assert said.code == 0
    assert {path.name for path in (tmp_path / "elsewhere").iterdir()} == {"one", "two"}


def test_an_experiment_with_failed_runs_ends_with_one(
    desim: Desim, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlucky(*_: object) -> None:
        raise RuntimeError("bad luck")

    monkeypatch.setattr("desim.study.work.Plays.play", unlucky)
    said = desim("experiment", study, "--workers", "1")
    assert said.code == 1
    assert "failed: RuntimeError: bad luck" in said.err


def test_the_engine_is_said_and_can_be_chosen(desim: Desim, study: Path, tmp_path: Path) -> None:
    replaced(study, "replications = 3", "replications = 12")
    said = desim("experiment", study, "--workers", "1", "--engine", "simpy")
    assert "runs to play on the simpy engine, about" in said.err
    about = json.loads((tmp_path / "results" / "study" / "provenance.json").read_text())
    assert about["engine"] == "simpy"


def test_large_studies_are_played_by_name_only(desim: Desim, study: Path, tmp_path: Path) -> None:
    replaced(study, "seed = 5", 'seed = 5\nprofile = "large"')
    (tmp_path / "experiments").mkdir()
    shutil.move(study, tmp_path / "experiments" / "huge.toml")
    assert "runs played" not in desim("experiment", "--all", "--workers", "1").err
    assert "6 runs played" in desim("experiment", "experiments/huge.toml", "--workers", "1").err


def test_parts_are_played_apart_and_merged(desim: Desim, study: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        part = ("--shard", f"{number}/2", "--workers", "1", "--results", f"part{number}")
        assert (
            f"this was part {number} of 2: desim merge them"
            in desim("experiment", study, *part).err
        )
    said = desim("merge", "part1", "part2", "--results", "whole")
    assert said.out == ("study: 6 runs taken, 0 were there already; tables written of all 6 runs\n")
    assert (tmp_path / "whole" / "study" / "summary.parquet").is_file()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--shard", "3/2"), "--shard 3/2: must be I/N with 1 <= I <= N, such as 2/8"),
        (("--shard", "half"), "--shard half: must be I/N with 1 <= I <= N, such as 2/8"),
        (("--executor", "dask"), "--executor dask and --scheduler ADDRESS belong together"),
        (("--scheduler", "tcp://x:1"), "--executor dask and --scheduler ADDRESS belong together"),
        (
            ("--time-limit", "1 s", "--executor", "serial"),
            "--time-limit: a run can only be ended in a process of its own; not --executor serial",
        ),
    ],
)
def test_options_that_mean_nothing_are_refused(
    desim: Desim, study: Path, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    assert desim("experiment", study, *options) == Said(2, "", message + "\n")
    assert not (tmp_path / "results").exists()


def test_a_time_limit_that_is_no_length_of_time_is_refused(desim: Desim, study: Path) -> None:
    said = desim("experiment", study, "--time-limit", "soon")
    assert said.code == 2
    assert "'soon' is no length of time; write 90 s, 10 min or 1 h 30 min" in said.err


def test_merging_parts_of_which_runs_failed_is_an_error_as_playing_them_is(
    desim: Desim, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("nothing works")

    with monkeypatch.context() as patched:
        patched.setattr("desim.study.work.Plays.play", broken)
        assert desim("experiment", study, "--shard", "1/1", "--workers", "1").code == 1
    said = desim("merge", "results", "--results", "whole")
    assert said.code == 1
    assert said.out.endswith("tables written of all 6 runs, 6 failed\n")
    assert desim("merge", "results", "--results", "whole").out == said.out.replace(
        "6 runs taken, 0 were", "0 runs taken, 6 were"
    )


def test_a_table_or_rows_that_are_gone_are_made_again(
    desim: Desim, study: Path, tmp_path: Path
) -> None:
    desim("experiment", study, "--workers", "1")
    folder = tmp_path / "results" / "study"
    wanted = {path.name: path.read_bytes() for path in folder.glob("*.*")}
    (folder / "summary.parquet").unlink()
    assert desim("status", study).err == "note: table summary is gone\n"
    said = desim("experiment", study, "--workers", "1").err
    assert "table summary is gone; what is missing is made again" in said
    assert "0 runs played, 6 taken from earlier" in said
    next((folder / "chunks").glob("*/*.zip")).unlink()
    assert desim("check-results", "study").code == 1
    assert "6 runs played, 0 taken" in desim("experiment", study, "--workers", "1").err
    assert {path.name: path.read_bytes() for path in folder.glob("*.*")} == wanted
    assert desim("check-results").code == 0


def test_playing_again_sets_earlier_results_aside(
    desim: Desim, study: Path, tmp_path: Path
) -> None:
    desim("experiment", study, "--workers", "1")
    folder = tmp_path / "results" / "study"
    wanted = {path.name: path.read_bytes() for path in folder.glob("*.*")}
    (folder / "my_own.parquet").write_bytes(b"mine")
    assert "6 runs played, 0 taken" in desim("experiment", study, "--again", "--workers", "1").err
    earlier = folder / "earlier" / "1"
    assert {path.name: path.read_bytes() for path in earlier.glob("*.*")} == wanted
    assert len(list((earlier / "chunks").glob("*/*.zip"))) == 1
    assert (folder / "my_own.parquet").read_bytes() == b"mine"
    assert "nothing to do" in desim("experiment", study).err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("theory", "theory.toml: results/theory is for desim theory; rename the file\n"),
        ("calibration", "results/calibration is for desim calibrate"),
        ("calibration_wave", "studies of a calibration are called calibration_...; rename"),
        ("..", "a study's name must not begin with a dot"),
        (".hidden", "a study's name must not begin with a dot"),
    ],
)
def test_a_study_whose_folder_is_taken_is_refused(
    desim: Desim, study: Path, tmp_path: Path, name: str, said: str
) -> None:
    file = tmp_path / f"{name}.toml"
    shutil.move(study, file)
    found = desim("experiment", file)
    assert found.code == 2
    assert said in found.err
    assert not (tmp_path / "results").exists()


def test_another_study_of_the_same_name_does_not_take_the_folder(
    desim: Desim, study: Path, tmp_path: Path
) -> None:
    desim("experiment", study, "--workers", "1")
    other = tmp_path / "elsewhere" / study.name
    other.parent.mkdir()
    shutil.copy(study, other)
    assert "nothing to do" in desim("experiment", other).err
    replaced(other, "replications = 3", "replications = 4")
    said = desim("experiment", other)
    assert said.code == 2
    assert f"holds results of {study.resolve()}" in said.err
    study.unlink()  # it was moved, then
    assert desim("experiment", other, "--workers", "1").code == 0


def test_a_study_that_is_being_written_is_refused(
    desim: Desim, study: Path, tmp_path: Path
) -> None:
    with locked(tmp_path / "results" / "study" / "chunks"):
        said = desim("experiment", study, "--workers", "1")
    assert said.code == 2
    assert f"is being written by process {os.getpid()} on" in said.err
    assert not (tmp_path / "results" / "study" / "provenance.json").exists()


# status, advise, replay, audit


def test_status_says_how_far_a_study_is(desim: Desim, study: Path) -> None:
    assert desim("status", study).out.startswith("0 of 6 runs finished, 0 failed\n")
    desim("experiment", study, "--workers", "1")
    lines = desim("status", study).out.splitlines()
    assert lines[0] == "6 of 6 runs finished, 0 failed, compiled engine"
    assert lines[2] == "tables are there and current"


def test_advise_says_how_many_replications_are_needed(desim: Desim, study: Path) -> None:
    desim("experiment", study, "--workers", "1")
    lines = desim("advise", study).out.splitlines()
    assert any(line.startswith("baseline, mean of coordination_hours: ") for line in lines)


def test_advise_tells_the_share_of_luck_in_a_sampling_design(desim: Desim, study: Path) -> None:
    text = study.read_text()
    head = text[: text.index("[design]")].replace("[design]", "")
    design = '[design]\nkind = "latin_hypercube"\nsamples = 12\n'
    study.write_text(f'{head}uncertainties = ["delay.up", "work.report"]\n{design}')
    desim("experiment", study, "--workers", "1")
    lines = desim("advise", study).out.splitlines()
    found = [line for line in lines if line.startswith("baseline, value of coordination_hours: ")]
    assert len(found) == 1
    assert "% of what differs between rows, wanted at most 10%: " in found[0]


def test_advise_before_anything_was_played_says_so(desim: Desim, study: Path) -> None:
    said = desim("advise", study)
    assert said.code == 2
    assert "too little was played to advise; run desim experiment" in said.err


def test_a_run_can_be_replayed_with_its_story(desim: Desim, study: Path, tmp_path: Path) -> None:
    desim("experiment", study, "--workers", "1")
    runs = pd.read_parquet(tmp_path / "results" / "study" / "runs.parquet")
    said = desim("replay", runs["run"][4], "report/2")
    lines = said.out.splitlines()
    assert lines[0].startswith("study, clear_responsibilities 0.5, replication 1: ")
    assert lines[1:3] == ["the trace is what it was", "report/2"]


def test_an_audit_counts_and_is_kept(desim: Desim, study: Path, tmp_path: Path) -> None:
    desim("experiment", study, "--workers", "1")
    said = desim("audit", study, "--share", "0.5")
    assert said.code == 0
    assert said.out.startswith("3 of 6 runs replayed on the simpy engine, 0 differ\n")
    about = json.loads((tmp_path / "results" / "study" / "provenance.json").read_text())
    assert about["audit"] == {"runs": 3, "differing": 0, "engine": "simpy", "share": 0.5}
    assert "nothing to do" in desim("experiment", study).err


# figures


def test_figures_are_drawn_from_results_once(
    desim: Desim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mechanism = load("sichuan_2022").mechanism
    store = Store(tmp_path / "results", "baseline_against_record")
    store.write("units", structure.units(mechanism))
    store.write("links", structure.links(mechanism))
    monkeypatch.setattr(drawing, "FIGURES", (VERTICAL_LINKAGE, HORIZONTAL_LINKAGE))
    assert desim("figures").out == "2 of 2 figures drawn in figures\n"
    assert (tmp_path / "figures" / "figure_1_vertical_linkage.svg").is_file()
    assert desim("figures").out.startswith("nothing to draw: all 2 figures are there")


def test_figures_without_results_are_refused_and_nothing_is_written(
    desim: Desim, tmp_path: Path
) -> None:
    said = desim("figures", "--results", "nowhere")
    assert (said.code, said.out) == (2, "")
    assert (
        "figure_3_timeline: there is no table baseline_against_record/series; run its experiment "
        "first" in said.err
    )
    assert below(tmp_path) == {}


# Bad input: a case

BROKEN = {
    "misspelt unit": (
        "procedures.csv", "unit=team;", "unit=taem;",
        "procedures.csv row 3: procedures report, step compile: unknown unit 'taem'; "
        "did you mean 'team'?",
    ),
    "misspelt link": (
        "procedures.csv", "link=up", "link=upp",
        "procedures.csv row 4: procedures report, step up: unknown link 'upp'; did you mean 'up'?",
    ),
    "misspelt label": (
        "procedures.csv", "when.end=", "when.ned=",
        "procedures.csv row 10: procedures decide, step same: unknown label 'ned'; "
        "did you mean 'end'?",
    ),
    "negative duration": (
        "procedures.csv", "constant(0.1)", "constant(-0.1)",
        "procedures.csv row 5 column duration: value of a constant is negative (-0.1)",
    ),
    "infinite duration": (
        "procedures.csv", "constant(0.1)", "constant(inf)",
        "procedures.csv row 5 column duration: value of a constant is not finite (inf)",
    ),
    "duration that is no number": (
        "links.csv", "office,donor,horizontal,phone,constant(0.1)",
        "office,donor,horizontal,phone,constant(nan)",
        "links.csv row 4 column delay: value of a constant is not finite (nan)",
    ),
    "chance above one": (
        "procedures.csv", "chance=0.3", "chance=1.3",
        "procedures.csv row 12: procedures decide, step land.land1: chance of land.wrong1 1.3 is "
        "outside [0, 1]",
    ),
    "negative loss": (
        "links.csv", ",0.05,", ",-0.05,",
        "links.csv row 2: links up: loss -0.05 is outside [0, 1]",
    ),
    "unit without staff": (
        "units.csv", "0:1,Field team", "0:0,Field team",
        "units.csv row 3: units team: has no staff in any shift",
    ),
    "stock never given back": (
        "procedures.csv", "decide,,give,give,pool=pumps,field,,\n", "",
        "procedures.csv row 7: procedures decide: takes from pool 'pumps' and on some path never "
        "gives back",
    ),
    "step nobody comes to": (
        "procedures.csv", "report,,tell,tell,",
        "report,,leap,choose,chance.end=1,,,\nreport,,tell,tell,",
        "procedures.csv row 7: procedures report, step tell: no path leads to this step",
    ),
    "empty table": (
        "links.csv", "", "",
        "links.csv: the table is empty",
    ),
}  # fmt: skip


@pytest.fixture(params=BROKEN)
def complaint(request: pytest.FixtureRequest, case: Path) -> str:
    """Break the case in one way; the complaint that this must lead to."""
    table, old, new, text = BROKEN[request.param]
    if old or new:
        replaced(case / table, old, new)
    else:
        (case / table).write_text((case / table).read_text().split("\n")[0] + "\n")
    return text


@pytest.mark.parametrize("command", ["explain", "diff", "run", "trace"])
def test_a_broken_case_is_refused_by_every_command(
    desim: Desim, case: Path, complaint: str, command: str
) -> None:
    said = desim(command, "--case", case)
    assert (said.code, said.out) == (2, "")
    assert complaint in said.err.splitlines()


def test_a_trace_of_a_broken_case_writes_nothing(
    desim: Desim, case: Path, complaint: str, tmp_path: Path
) -> None:
    assert desim("trace", "--case", case, "--csv", tmp_path / "log.csv").code == 2
    assert not (tmp_path / "log.csv").exists()


def test_a_study_of_a_broken_case_is_refused_before_anything_is_written(
    desim: Desim, study: Path, complaint: str, tmp_path: Path
) -> None:
    before = below(tmp_path)
    said = desim("experiment", study)
    assert said.code == 2
    assert f"study.toml: key case: {complaint}" in said.err.splitlines()
    assert below(tmp_path) == before


# Bad input: levers, names and numbers


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-p", "data_shring"), "--policy data_shring: unknown policy 'data_shring'; did you mean "
         "'data_sharing'?"),
        (("-p", "data_sharing=1.5"), "policy data_sharing: lever 1.5 is outside [0, 1]"),
        (("-p", "data_sharing=-0.1"), "policy data_sharing: lever -0.1 is outside [0, 1]"),
        (("-p", "data_sharing=nan"), "policy data_sharing: lever nan is outside [0, 1]"),
        (("-p", "data_sharing=half"), "--policy data_sharing=half: 'half' is not a number"),
        (("-p", "data_sharing="), "--policy data_sharing=: '' is not a number"),
        (("-p", "data_sharing", "-p", "data_sharing=0"), "--policy data_sharing: given twice"),
        (("--case", "sichuan_2021"), "unknown case 'sichuan_2021'; did you mean 'sichuan_2022'?"),
    ],
)  # fmt: skip
def test_a_bad_argument_is_named(desim: Desim, arguments: tuple[str, ...], message: str) -> None:
    assert desim("run", *arguments) == Said(2, "", message + "\n")


@pytest.mark.parametrize("option", ["--seed", "--replication"])
@pytest.mark.parametrize("value", ["-1", str(2**63), "1.5"])
def test_a_seed_or_replication_that_is_none_is_named(desim: Desim, option: str, value: str) -> None:
    said = desim("run", "--case", SMALL, option, value)
    assert (said.code, said.out) == (2, "")
    assert f"'{option}'" in said.err.replace(" / '-r'", "")


def test_a_misspelt_command_gives_the_nearest_name(desim: Desim) -> None:
    said = desim("exprience")
    assert said.code == 2
    assert "experiment" in said.err


# Bad input: studies and their results


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"referrals"', '"referals"', "key outcomes: unknown outcome 'referals'; did you mean "
         "'referrals'?"),
        ("clear_responsibilities = 0.5", "clear_responsibility = 0.5", "key design.points 1: "
         "unknown policy 'clear_responsibility'; did you mean 'clear_responsibilities'?"),
        ("clear_responsibilities = 0.5", "clear_responsibilities = 1.5", "key design.points 1: "
         "lever clear_responsibilities = 1.5 is outside [0, 1]"),
        ("seed = 5", "sead = 5", "key sead: unknown key 'sead'; did you mean 'seed'?"),
        ('kind = "list"', 'kind = "lists"', "key design.kind: unknown design 'lists'; did you "
         "mean 'list'?"),
    ],
)  # fmt: skip
def test_a_bad_study_is_refused_before_anything_is_written(
    desim: Desim, study: Path, tmp_path: Path, old: str, new: str, message: str
) -> None:
    replaced(study, old, new)
    before = below(tmp_path)
    said = desim("experiment", study)
    assert said.code == 2
    assert f"study.toml: {message}" in said.err.splitlines()
    assert below(tmp_path) == before


def test_a_study_of_an_unknown_case_gives_the_nearest_name(desim: Desim, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(STUDY.format(case="sichuan_2021"))
    assert desim("experiment", "s.toml") == Said(
        2, "", "s.toml: key case: unknown case 'sichuan_2021'; did you mean 'sichuan_2022'?\n"
    )


def test_one_bad_study_keeps_the_others_from_running(
    desim: Desim, study: Path, tmp_path: Path
) -> None:
    said = desim("experiment", study, "nowhere.toml")
    assert (said.code, said.err) == (2, "nowhere.toml: no such study file\n")
    assert not (tmp_path / "results").exists()


def test_results_of_another_version_are_refused_and_stay_as_they_are(
    desim: Desim, study: Path, tmp_path: Path
) -> None:
    desim("experiment", study, "--workers", "1")
    path = tmp_path / "results" / "study" / "provenance.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "desim": "9.9.9"}))
    before = below(tmp_path / "results")
    said = desim("experiment", study, "--workers", "1")
    assert said == Said(
        2, "", f"study/provenance.json: written by desim 9.9.9, this is desim {__version__}; "
        "move the folder away or name another with --results\n",
    )  # fmt: skip
    assert below(tmp_path / "results") == before


def test_results_of_another_version_keep_all_studies_from_running(
    desim: Desim, study: Path, tmp_path: Path
) -> None:
    second = Path(shutil.copy(study, tmp_path / "later.toml"))
    (tmp_path / "results" / "later").mkdir(parents=True)
    (tmp_path / "results" / "later" / "provenance.json").write_text('{"desim": "9.9.9"}')
    assert desim("experiment", study, second).code == 2
    assert not (tmp_path / "results" / "study").exists()


def test_experiment_wants_studies_or_all(desim: Desim) -> None:
    said = desim("experiment")
    assert said.code == 2
    assert said.err.startswith("name studies, or give --all")


def test_all_and_named_studies_exclude_each_other(desim: Desim, study: Path) -> None:
    assert desim("experiment", study, "--all").code == 2


def test_all_without_studies_says_where_it_looked(desim: Desim, tmp_path: Path) -> None:
    said = desim("experiment", "--all")
    assert said == Said(2, "", f"there is no study in {tmp_path / 'experiments'}\n")


def test_two_studies_of_one_name_are_refused(desim: Desim, study: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    twin = shutil.copy(study, tmp_path / "other")
    said = desim("experiment", study, twin)
    assert said.code == 2
    assert "two studies are called study; results go by that name" in said.err


def test_an_interrupted_experiment_ends_with_130_and_says_how_to_go_on(
    desim: Desim, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("desim.study.run.run", interrupted)
    said = desim("experiment", study)
    assert said.code == 130
    assert "finished runs are kept, the same command goes on" in said.err


def test_workers_that_are_gone_end_an_experiment_with_1_and_a_sentence(
    desim: Desim, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise NobodyPlays("no worker came within 5 min; finished runs are kept")

    monkeypatch.setattr("desim.study.run.run", gone)
    said = desim("experiment", study)
    assert said.code == 1
    assert said.err.endswith("no worker came within 5 min; finished runs are kept\n")
