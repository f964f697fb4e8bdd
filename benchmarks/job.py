"""Jobs: measurements that each run in a process of their own, one at a time."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.engines import ROOT

PATIENCE = 1800.0
"""Seconds after which a job has failed."""


@dataclass(frozen=True, slots=True)
class Job:
    """One measurement.

    Parameters
    ----------
    key
        What it measures: the section that asks for it, and what tells it from the section's other
        jobs. Jobs of one key are repetitions.
    words
        What to call; it prints one line of JSON.
    environment
        Variables beside those of this process.
    """

    key: tuple[str, ...]
    words: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Results:
    """What the jobs found, by key, and which failed and why."""

    found: dict[tuple[str, ...], list[dict[str, Any]]] = field(default_factory=dict)
    failed: dict[tuple[str, ...], str] = field(default_factory=dict)

    def of(self, *key: str) -> list[dict[str, Any]]:
        """All repetitions with a key; none when they failed."""
        return self.found.get(key, [])

    def add(self, job: Job) -> None:
        """Run a job and keep what it found."""
        try:
            self.found.setdefault(job.key, []).append(run(job))
        except JobFailed as failure:
            self.failed[job.key] = str(failure)


class JobFailed(RuntimeError):
    """A job ended badly, took too long, or printed no result."""


def run(job: Job) -> dict[str, Any]:
    """Run a job; what it printed, and under ``wall`` how long its process took.

    Raises
    ------
    JobFailed
        With the last line it complained with.
    """
    began = time.perf_counter()
    try:
        ended = subprocess.run(
            job.words, cwd=ROOT, env={**os.environ, **job.environment}, capture_output=True,
            text=True, check=True, timeout=PATIENCE,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(ended.stdout.strip().splitlines()[-1])
    except subprocess.CalledProcessError as error:
        complaint = error.stderr.strip().splitlines() or [f"exit code {error.returncode}"]
        raise JobFailed(complaint[-1]) from error
    except subprocess.TimeoutExpired as error:
        raise JobFailed(f"took longer than {PATIENCE:.0f} s") from error
    except (IndexError, ValueError) as error:
        raise JobFailed("printed no result") from error
    except OSError as error:
        raise JobFailed(str(error)) from error
    return {**found, "wall": time.perf_counter() - began}
