"""Commands that a page shows, called as a reader would call them."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from desim.cli import main

ROOT = Path(__file__).parents[2]
BELIEVED = ("git clone REPOSITORY desim && cd desim", "source .venv/bin/activate")


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it said on both channels."""

    code: int
    text: str


def call(command: str) -> Said:
    """Call a command in the present folder.

    `desim` is called in this process, and plays without workers of its own unless the page says
    where: results are the same, and starting workers takes longer than the small studies of pages.
    Of `make` only a dry run is made. Cloning and activating are believed, and of an installation
    from outside only the extra is looked up. Everything else is given to a shell.
    """
    command = os.path.expandvars(command.replace("\\\n", " "))
    words = shlex.split(command)
    if command in BELIEVED:
        return Said(0, "")
    if words[0] == "make":
        return _shell(shlex.join(["make", "--dry-run", *words[1:]]), ROOT, silent=True)
    if extra := re.fullmatch(r"pip install 'desim\[(\w+)\]'", command):
        known = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
        return Said(int(extra[1] not in known["optional-dependencies"]), "")
    if words[0] == "desim" and not set(command) & set("|><&;$"):
        return _desim(words[1:])
    return _shell(command, Path.cwd())


def _desim(words: list[str]) -> Said:
    if words[:1] == ["experiment"] and "--executor" not in words:
        words = [*words, "--executor", "serial"]
    code = 0
    text = io.StringIO()
    with patch.object(sys, "argv", ["desim", *words]), redirect_stdout(text), redirect_stderr(text):
        try:
            main()
        except SystemExit as leave:
            code = int(leave.code or 0)
    return Said(code, text.getvalue())


def _shell(command: str, folder: Path, *, silent: bool = False) -> Said:
    """What a shell says, with the package's commands at hand and as the first job of an array."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    said = subprocess.run(
        ["bash", "-ec", command], cwd=folder, check=False, capture_output=True, text=True,
        env={**os.environ, "PATH": path, "SLURM_ARRAY_TASK_ID": "1"},
    )  # fmt: skip
    return Said(said.returncode, "" if silent else said.stdout + said.stderr)
