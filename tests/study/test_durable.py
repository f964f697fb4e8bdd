"""Files are there whole or not at all, and nothing is written through somebody else's link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desim.study import durable
from desim.study.durable import move, sweep, write_atomically


def test_a_file_and_its_folders_are_synchronised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without this, a loss of power leaves empty files, or none."""
    true_fsync, kinds = os.fsync, []

    def noted(handle: int) -> None:
        kinds.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")
        true_fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    write_atomically(tmp_path / "new" / "file", b"content")
    assert (tmp_path / "new" / "file").read_bytes() == b"content"
    assert kinds == ["folder", "file", "folder"]


def test_a_write_that_fails_leaves_the_earlier_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_atomically(tmp_path / "file", b"earlier")

    def full(handle: int, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(tmp_path / "file", b"later")
    assert (tmp_path / "file").read_bytes() == b"earlier"
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_in_the_place_of_the_partial_file_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when its name is guessed."""
    monkeypatch.setattr(durable.secrets, "token_hex", lambda count: "0" * 16)
    (tmp_path / "victim").write_text("mine")
    (tmp_path / f".file.{'0' * 16}.partial").symlink_to(tmp_path / "victim")
    with pytest.raises(FileExistsError):
        write_atomically(tmp_path / "file", b"content")
    assert (tmp_path / "victim").read_text() == "mine"


def test_only_partial_files_are_swept(tmp_path: Path) -> None:
    for name in (f".x.zip.{'a' * 16}.partial", ".hidden", "x.partial", ".x.12.partial"):
        (tmp_path / name).write_text("")
    sweep(tmp_path)
    sweep(tmp_path / "absent")
    assert sorted(os.listdir(tmp_path)) == [".hidden", ".x.12.partial", "x.partial"]


def test_what_is_moved_replaces_nothing(tmp_path: Path) -> None:
    for text in ("first", "second"):
        (tmp_path / "x").write_text(text)
        move(tmp_path / "x", tmp_path / "aside")
    assert [(tmp_path / "aside" / n).read_text() for n in ("x", "x.2")] == ["first", "second"]
