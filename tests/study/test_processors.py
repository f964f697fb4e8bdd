"""Processors are those that may be used, within the limits of control groups."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desim.study.processors import usable


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)


def groups(folder: Path, own: str, **files: str) -> tuple[Path, Path]:
    """Control groups as Linux shows them: own is what /proc/self/cgroup says."""
    (folder / "own").write_text(own)
    for name, text in files.items():
        path = folder / "groups" / name.replace("__", "/").replace("cpu_", "cpu.")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "groups", folder / "own"


def test_what_the_process_is_bound_to_counts(tmp_path: Path) -> None:
    assert usable(tmp_path, tmp_path / "none") == 16


@pytest.mark.parametrize(
    ("limit", "count"), [("250000 100000\n", 3), ("50000 100000\n", 1), ("max 100000\n", 16)]
)
def test_a_limit_of_the_second_version_counts(tmp_path: Path, limit: str, count: int) -> None:
    assert usable(*groups(tmp_path, "0::/job\n", job__cpu_max=limit)) == count


def test_the_smallest_limit_above_the_process_counts(tmp_path: Path) -> None:
    found = groups(tmp_path, "0::/a/b\n", a__cpu_max="200000 100000", a__b__cpu_max="max 100000")
    assert usable(*found) == 2


@pytest.mark.parametrize(("quota", "count"), [("400000", 4), ("-1", 16)])
def test_a_limit_of_the_first_version_counts(tmp_path: Path, quota: str, count: int) -> None:
    files = {"cpu__job__cpu_cfs_quota_us": quota, "cpu__job__cpu_cfs_period_us": "100000"}
    assert usable(*groups(tmp_path, "3:cpuset:/\n2:cpu,cpuacct:/job\n", **files)) == count
