"""A Dask cluster of separate processes on this machine, for tests; stopped by their own ids."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE = 60.0


@dataclass(frozen=True)
class SmallCluster:
    """A scheduler and two workers, each with one thread."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: tuple[subprocess.Popen[bytes], ...]


def _start(folder: Path, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    called = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
    return subprocess.Popen(
        called, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _address(file: Path, scheduler: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and scheduler.poll() is None:
        try:
            return str(json.loads(file.read_text())["address"])
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.1)
    raise TimeoutError("the scheduler did not say its address")


@contextmanager
def small_cluster(folder: Path) -> Iterator[SmallCluster]:
    """Start a cluster on the loopback with ports of its own choice, and stop it."""
    file = folder / "scheduler.json"
    scheduler = _start(
        folder, "dask_scheduler", "--host", "127.0.0.1", "--port", "0",
        "--scheduler-file", str(file),
    )  # fmt: skip
    workers: list[subprocess.Popen[bytes]] = []
    try:
        address = _address(file, scheduler)
        for _ in range(2):
            arguments = ("--no-nanny", "--nthreads", "1", "--local-directory", str(folder))
            workers.append(_start(folder, "dask_worker", address, *arguments))
        yield SmallCluster(address, scheduler, tuple(workers))
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()
