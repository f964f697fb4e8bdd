"""Dask: workers that differ are refused, late ones are used, and nobody is waited for for ever."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import distributed
import pytest
from click.testing import CliRunner

import desim
from desim.cli import cli
from desim.plugin import discover
from desim.study import cluster as on_dask
from desim.study.cluster import Cluster
from desim.study.failures import NobodyPlays
from desim.study.plan import Plan
from desim.study.question import StudyError, read_study
from desim.study.run import Report, run
from desim.study.store import Store
from tests.study.cluster import SmallCluster, small_cluster
from tests.study.conftest import SMALL

PLUGIN = """
import os, time
from desim.plugin import outcome

@outcome(title="Slow", unit="h", better="lower", unfinished="None.", summary="For tests.")
def slow(trace):
    if trace.replication == {deadly}:
        os._exit(7)
    time.sleep({seconds})
    return {value}
"""
STUDY = """
question = "Who plays?"
case = "{case}"
seed = 5
replications = {runs}
outcomes = ["slow"]

[design]
kind = "single"
"""


class Desk:
    """A folder with a study and a plug-in that takes its time."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "slow_study.toml"
        self.results = folder / "results"
        self.said: list[str] = []

    def write(
        self, runs: int, *, seconds: float = 0.0, deadly: int = -1, name: str = "mine.py"
    ) -> None:
        self.file.write_text(STUDY.format(case=SMALL, runs=runs), encoding="utf-8")
        self.place = self.folder / name
        text = PLUGIN.format(seconds=seconds, deadly=deadly, value=1.0)
        self.place.write_text(text, encoding="utf-8")

    def played(
        self, start: Callable[[], Cluster], progress: Callable[[int, int], None] | None = None
    ) -> Report:
        plan = Plan(read_study(self.file, discover([str(self.place)])), engine="simpy")
        show = progress or (lambda done, total: None)
        return run(plan, self.results, show, start=start, say=self.said.append)

    def finished(self) -> int:
        return len(Store(self.results, "slow_study", ("slow",)).finished())

    def command(self, cluster: SmallCluster, *more: str) -> tuple[int, str]:
        arguments = [
            "experiment", str(self.file), "--engine", "simpy", "--results", str(self.results),
            "--executor", "dask", "--scheduler", cluster.address, *more,
        ]  # fmt: skip
        result = CliRunner().invoke(cli, arguments)
        if isinstance(result.exception, ValueError | RuntimeError):
            return 2, str(result.exception)
        return result.exit_code, result.output


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may need minutes to start a worker."""
    monkeypatch.setattr(on_dask, "PATIENCE", 240.0)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def edited_copy(folder: Path) -> Path:
    """A folder with a desim whose outcomes are 1000 too large, and which says another version."""
    source = Path(desim.__file__).parent
    place = folder / "edited"
    shutil.copytree(source, place / "desim", ignore=shutil.ignore_patterns("__pycache__"))
    observe = place / "desim" / "study" / "observe.py"
    observe.write_text(observe.read_text().replace("return value\n", "return value + 1000.0\n"))
    version = place / "desim" / "__init__.py"
    version.write_text(version.read_text().replace(desim.__version__, "9.9.9"))
    return place


def test_a_worker_with_another_source_is_refused_and_gives_no_row(desk: Desk) -> None:
    desk.write(4)
    with small_cluster(desk.folder, workers=0) as cluster:
        cluster.add_worker(edited_copy(desk.folder))
        code, said = desk.command(cluster, "--with", str(desk.place))
        assert code == 2
        assert "worker tcp://127.0.0.1:" in said
        assert "is refused: desim 9.9.9 there" in said
        assert "its source has digest" in said
        assert not desk.results.exists()
        cluster.add_worker()
        with distributed.Client(cluster.address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=on_dask.PATIENCE)
        report = desk.played(partial(Cluster, cluster.address))
    assert (report.played, report.failed) == (4, 0)
    assert [text for text in desk.said if "is refused: desim 9.9.9 there" in text]
    rows = Store(desk.results, "slow_study", ("slow",)).runs(("slow",))
    assert rows is not None
    assert rows["slow"].to_pylist() == [1.0] * 4


def test_a_worker_with_another_plug_in_is_refused_and_gives_no_row(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = desk.folder / "own", desk.folder / "other"
    own.mkdir()
    other.mkdir()
    desk.write(4, name="own/mine_there.py")
    shutil.copy(desk.place, other)
    desk.place.write_text(desk.place.read_text() + "# edited\n")
    monkeypatch.syspath_prepend(str(own))
    desk.place = Path("mine_there")
    with small_cluster(desk.folder, workers=0) as cluster:
        cluster.add_worker(other)
        with pytest.raises(StudyError, match=r"tcp://.* is refused: outcome slow is not the one"):
            desk.played(partial(Cluster, cluster.address))
    assert desk.finished() == 0


def test_a_run_that_ends_its_process_costs_no_worker_of_the_cluster(desk: Desk) -> None:
    desk.write(6, deadly=2)
    with small_cluster(desk.folder, workers=1) as cluster:
        report = desk.played(partial(Cluster, cluster.address))
        assert cluster.workers[0].poll() is None
    assert (report.played, report.failed) == (6, 1)
    assert report.errors == ("its worker process ended: exit code 7",)


def test_workers_that_come_late_are_used_and_the_last_one_is_waited_for(desk: Desk) -> None:
    desk.write(60, seconds=0.5)
    with small_cluster(desk.folder, workers=1) as cluster:
        workers = Cluster(cluster.address, patience=240.0)
        counts: list[int] = []

        def progress(done: int, total: int) -> None:
            counts.append(workers.count)
            if done and len(cluster.workers) == 1:
                cluster.workers[0].kill()
                cluster.add_worker()
                cluster.add_worker()

        report = desk.played(lambda: workers, progress)
    assert (report.played, report.failed) == (60, 0)
    assert max(counts) == 2
    assert [text for text in desk.said if text.startswith("no worker is there; waiting for one")]


def test_a_scheduler_that_is_gone_is_given_up_in_words(desk: Desk) -> None:
    desk.write(400, seconds=0.2)
    with small_cluster(desk.folder, workers=1) as cluster:

        def kill(done: int, total: int) -> None:
            if done:
                cluster.scheduler.kill()

        with pytest.raises(NobodyPlays, match=r"it did not come back within 2 s; finished runs"):
            desk.played(partial(Cluster, cluster.address, patience=2.0), kill)
    assert [text for text in desk.said if "is gone" in text]
    assert 0 < desk.finished() < 400


def test_a_port_that_says_nothing_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "PATIENCE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(StudyError, match=r"no cluster with a worker there: no answer within"):
            Cluster(f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        assert time.monotonic() - began < 20.0


def test_the_address_is_tried_before_anything_is_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write(2)
    monkeypatch.setattr(on_dask, "PATIENCE", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        address = f"tcp://127.0.0.1:{nobody.getsockname()[1]}"
        silent = SmallCluster(desk.folder, address, subprocess.Popen(["true"]))
        code, said = desk.command(silent, "--with", str(desk.place))
    assert (code, "no cluster with a worker there" in said) == (2, True)
    assert not desk.results.exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--scheduler", "tls://127.0.0.1:1"), "needs --tls-ca, --tls-cert and --tls-key"),
        (("--scheduler", "tls://127.0.0.1:1", "--tls-ca", "ca.pem"), "belong together"),
        (
            (
                "--scheduler",
                "tcp://127.0.0.1:1",
                "--tls-ca",
                "a",
                "--tls-cert",
                "b",
                "--tls-key",
                "c",
            ),
            "with --scheduler tls://",
        ),
    ],
)
def test_files_for_tls_are_all_there_or_it_is_said(
    desk: Desk, options: tuple[str, ...], said: str
) -> None:
    desk.write(2)
    arguments = ["experiment", str(desk.file), "--executor", "dask", *options]
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert said in result.output
