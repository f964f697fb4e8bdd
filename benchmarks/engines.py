"""The engines that are compared: where each is found, and how it is called."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.peer import COORDINATION, NETWORK, SINGLE_QUEUE, WORKLOADS

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-bench" / "bin" / "python"
"""The interpreter with the peers' packages; `make bench` sets it up."""
LOOP = ROOT / "benchmarks" / "build" / "loop"
SOURCE = ROOT / "benchmarks" / "peers" / "loop.cpp"
COMPILER = ("g++", "-O3", "-march=native", "-std=c++17")

SIZES = {SINGLE_QUEUE: 1_000_000.0, NETWORK: 20_000.0, COORDINATION: 20_000.0}
"""Customers of W1, hours of W2 and W3: about two million events each."""
QUICK_SIZES = {SINGLE_QUEUE: 50_000.0, NETWORK: 1_000.0, COORDINATION: 1_000.0}
WARM_UP = 0.002
"""Share of a workload's size that an engine plays before it is timed, if it asks for no more."""


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine, or a way to use one.

    Parameters
    ----------
    name, title
        Identifier, and what the tables call it.
    place
        Module and name of its `benchmarks.peers.peer.Plays`; empty for the C++ loop.
    package
        The package it is installed as; empty when it needs none.
    peer
        Whether it is played by the peers' interpreter instead of this one.
    share
        Part of a workload's size that it plays: slow engines play less.
    runs
        Runs timed in one process: fast engines play several, of which the median counts.
    grown
        Whether it warms up with a run of the full size, because its memory grows then and stays.
    workloads
        What it can say.
    """

    name: str
    title: str
    place: str = ""
    package: str = ""
    peer: bool = False
    share: float = 1.0
    runs: int = 1
    grown: bool = False
    workloads: tuple[str, ...] = WORKLOADS

    def command(self, peers: Path, workload: str, size: float, seed: int, runs: int) -> list[str]:
        """What to call for some runs of a workload; `size` is played, whatever the share."""
        if not self.place:
            return [str(LOOP), workload, repr(size), str(seed), str(runs)]
        interpreter = str(peers) if self.peer else sys.executable
        warm_up = size if self.grown else min(size, WARM_UP * SIZES[workload])
        words = [self.place, workload, repr(size), repr(warm_up), str(seed), str(runs)]
        return [interpreter, "-m", "benchmarks.play", *words]


CPP, COMPILED, TRACED, ON_SIMPY, SIMPY = "cpp", "compiled", "traced", "on_simpy", "simpy"
ENGINES = (
    Engine(CPP, "C++, `std::priority_queue`", runs=5),
    Engine(
        COMPILED, "**desim, compiled engine**", "benchmarks.peers.in_desim:COMPILED",
        runs=5, grown=True,
    ),
    Engine(
        TRACED, "**desim, compiled engine, with its trace**", "benchmarks.peers.in_desim:TRACED",
        share=0.1, runs=5, grown=True,
    ),
    Engine(
        "cimba", "Cimba (C) from Python", "benchmarks.peers.in_cimba:PLAYS", "cimba", peer=True,
        runs=5,
    ),
    Engine(
        ON_SIMPY, "desim, SimPy engine, with its trace", "benchmarks.peers.in_desim:ON_SIMPY",
        share=0.05,
    ),
    Engine(
        SIMPY, "SimPy, a process a customer", "benchmarks.peers.in_simpy:PLAYS", "simpy",
        share=0.05,
    ),
    Engine(
        "ciw", "Ciw", "benchmarks.peers.in_ciw:PLAYS", "ciw", peer=True, share=0.02,
        workloads=(SINGLE_QUEUE, NETWORK),
    ),
    Engine(
        "salabim", "salabim, monitors on", "benchmarks.peers.in_salabim:PLAYS", "salabim",
        peer=True, share=0.005,
    ),
)  # fmt: skip
SIMMER = "simmer (R/C++)"


def build_loop() -> float | None:
    """Compile the C++ loop; how long it took in seconds, ``None`` where that cannot be done."""
    LOOP.unlink(missing_ok=True)
    if shutil.which(COMPILER[0]) is None:
        return None
    LOOP.parent.mkdir(exist_ok=True)
    began = time.perf_counter()
    built = subprocess.run([*COMPILER, str(SOURCE), "-o", str(LOOP)], check=False)
    return None if built.returncode else time.perf_counter() - began


def missing(engine: Engine, peers: Path) -> str:
    """Why an engine cannot be played here, in words; empty when it can."""
    if engine.name == CPP:
        return "" if LOOP.exists() else f"no {COMPILER[0]} here that can compile it"
    if not engine.peer:
        return ""
    if not peers.exists():
        return "not installed: `make bench` installs it"
    question = f"import importlib.util as u, sys; sys.exit(u.find_spec({engine.package!r}) is None)"
    found = subprocess.run([str(peers), "-c", question], check=False, cwd="/")
    return "not installed for this Python" if found.returncode else ""


def simmer_missing() -> str:
    """Why simmer is not measured."""
    if shutil.which("Rscript") is None:
        return "there is no R here"
    return "R is there, but nobody has written the workloads for it"
