"""The same run has the same bits on every machine: digests that are stored, and another C library.

Whoever changes the semantics or the data of these mechanisms changes the digests on purpose, and
stores the new ones here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from desim.case import load
from desim.engine import Player
from desim.mechanism.mechanism import Mechanism
from desim.program import lower
from tests.random_mechanisms import random_mechanism

SMALL = Path(__file__).parents[1] / "cases" / "small"
STORED = {
    "small": "0f37e1760607a3bc8e73dcf84aecc88c",
    "random 3": "9499f3b44c7f3f630d8e29db0e47ecce",
    "random 11": "3cbce10325fdafb6e43ad4400c4250c7",
    "random 42": "bcb9ff27084fba29dc0f76270f457cbe",
}
"""Digests of replication 5 under seed 2022."""


def named(name: str) -> Mechanism:
    """The case of the tests, or a random mechanism by its number."""
    if name == "small":
        return load(str(SMALL)).mechanism
    return random_mechanism(Random(int(name.rpartition(" ")[2])))


def digest(name: str, engine: str) -> str:
    return Player(lower(named(name)), engine).play(seed=2022, replication=5).digest


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
@pytest.mark.parametrize("name", STORED)
def test_a_run_has_the_digest_that_is_stored(name: str, engine: str) -> None:
    assert digest(name, engine) == STORED[name]


OTHER_LIBRARY = """
#define _GNU_SOURCE
#include <dlfcn.h>
#define OTHER(name)                                                     \\
    double name(double x) {                                             \\
        double (*own)(double) = (double (*)(double))dlsym(RTLD_NEXT, #name); \\
        return own(x) * (1.0 + 1e-12);                                  \\
    }
OTHER(log) OTHER(exp) OTHER(log1p) OTHER(lgamma)
double pow(double x, double y) {
    double (*own)(double, double) = (double (*)(double, double))dlsym(RTLD_NEXT, "pow");
    return own(x, y) * (1.0 + 1e-12);
}
"""
"""A C library whose logarithm, exponential and power are wrong in the twelfth digit."""
SAYS = """
import math
from tests.engine.test_stored_digests import STORED, digest
print(math.log(2.0).hex(), *(digest(name, "compiled") for name in STORED), sep=" ")
"""


def in_a_process_of_its_own(**environment: str) -> list[str]:
    found = subprocess.run(
        [sys.executable, "-c", SAYS], check=True, capture_output=True, text=True,
        cwd=Path(__file__).parents[2], env={**os.environ, **environment},
    )  # fmt: skip
    return found.stdout.split()


@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="needs a C compiler on Linux"
)
def test_another_c_library_changes_no_digest(tmp_path: Path) -> None:
    source, library = tmp_path / "other.c", tmp_path / "libother.so"
    source.write_text(OTHER_LIBRARY, encoding="utf-8")
    flags = ["-shared", "-fPIC", "-fno-builtin", "-o", str(library)]
    subprocess.run(["cc", *flags, str(source), "-ldl"], check=True)
    plain, other = in_a_process_of_its_own(), in_a_process_of_its_own(LD_PRELOAD=str(library))
    assert plain[0] != other[0]  # else nothing was replaced
    assert plain[1:] == other[1:] == list(STORED.values())
