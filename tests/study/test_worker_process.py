"""Worker processes: only they end, and they are told apart from what they should be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from desim.study.executors import Processes
from desim.study.failures import NobodyPlays, WorkerRefused
from desim.study.installation import installation
from desim.study.plan import Plan
from desim.study.question import read_study
from desim.study.work import Chunk
from desim.study.worker_process import WorkerProcesses


@pytest.fixture
def chunk(study_file: Path) -> Chunk:
    """One run."""
    plan = Plan(read_study(study_file), engine="simpy")
    (names,) = [names for points, names in plan.slabs(2, 1)]
    return Chunk(plan.frame, (plan.runs_of(0, [0], names, 0, 2),))


def test_no_other_child_of_the_host_is_ended(chunk: Chunk) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as own:
        workers = Processes(1)
        assert len(workers.submit(chunk).result().runs) == 1
        workers.stop(now=True)
        assert own.poll() is None
        own.kill()


def test_a_process_that_is_something_else_is_refused(chunk: Chunk) -> None:
    workers = WorkerProcesses(wanted={**installation(), "desim": "9.9.9"})
    with pytest.raises(WorkerRefused, match=r"desim .* there, 9\.9\.9 here"):
        workers.play(chunk)


def test_a_process_that_cannot_start_is_said(chunk: Chunk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(NobodyPlays, match="a worker process cannot start: exit code 1"):
        WorkerProcesses().play(chunk)


def test_processes_that_were_stopped_start_no_more(chunk: Chunk) -> None:
    workers = WorkerProcesses()
    workers.stop(now=True)
    with pytest.raises(NobodyPlays, match="stopped"):
        workers.play(chunk)
