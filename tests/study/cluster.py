"""A Dask cluster of separate processes on this machine, for tests; stopped by their own ids."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0


@dataclass
class SmallCluster:
    """A scheduler, and workers each with one thread."""

    folder: Path
    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add_worker(self, *places: Path) -> subprocess.Popen[bytes]:
        """Start a worker that imports from places before all others."""
        arguments = ("--no-nanny", "--nthreads", "1", "--local-directory", str(self.folder))
        path = os.pathsep.join([*map(str, places), os.environ.get("PYTHONPATH", "")])
        worker = _start(
            self.folder, "dask_worker", self.address, *arguments, PYTHONPATH=path.strip(os.pathsep)
        )
        self.workers.append(worker)
        return worker


def _start(
    folder: Path, module: str, *arguments: str, **environment: str
) -> subprocess.Popen[bytes]:
    called = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
    return subprocess.Popen(
        called, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )  # fmt: skip


def _address(file: Path, scheduler: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and scheduler.poll() is None:
        try:
            return str(json.loads(file.read_text())["address"])
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.1)
    raise TimeoutError("the scheduler did not say its address")


@contextmanager
def small_cluster(folder: Path, workers: int = 2) -> Iterator[SmallCluster]:
    """Start a cluster on the loopback with ports of its own choice, and stop it."""
    file = folder / "scheduler.json"
    scheduler = _start(
        folder, "dask_scheduler", "--host", "127.0.0.1", "--port", "0",
        "--scheduler-file", str(file),
    )  # fmt: skip
    cluster = SmallCluster(folder, "", scheduler)
    try:
        cluster.address = _address(file, scheduler)
        for _ in range(workers):
            cluster.add_worker()
        yield cluster
    finally:
        for process in (*cluster.workers, scheduler):
            process.kill()
            process.wait()
