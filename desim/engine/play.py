"""Play runs of a program on one of the two engines."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Literal, get_args

from desim.engine import on_simpy
from desim.engine.compiled import Machine, times_compiled
from desim.engine.error import EngineError
from desim.mechanism.process import Beside
from desim.program.program import Program
from desim.trace.trace import Trace

SEMANTICS = 4
"""Version of the numbered semantics; part of every run's name."""

Engine = Literal["auto", "compiled", "simpy"]
ENGINES: tuple[str, ...] = get_args(Engine)
PATIENCE = 1.5
"""Seconds after which it is said that the engine is being compiled."""


class Player:
    """Plays runs of one program; keeps what the engine can use again from run to run.

    Parameters
    ----------
    program
        A lowered mechanism.
    engine
        ``compiled``, ``simpy``, or ``auto``: the compiled engine, which plays every program.
    processes
        What runs beside it, in Python; then ``auto`` is the SimPy engine.

    Raises
    ------
    EngineError
        When there is no such engine, or it cannot play processes.
    """

    def __init__(
        self, program: Program, engine: str = "auto", processes: tuple[Beside, ...] = ()
    ) -> None:
        self.program, self.processes = program, processes
        self.engine = chosen(engine, processes)
        self._machine = Machine(program) if self.engine == "compiled" else None

    def take(self, program: Program, processes: tuple[Beside, ...] = ()) -> None:
        """Play another program from now on, in the memory of the last."""
        self.program, self.processes = program, processes
        chosen(self.engine, processes)
        if self._machine is not None:
            self._machine.take(program)

    def play(self, seed: int, replication: int, *, lent: bool = False) -> Trace:
        """Perform one run and return its trace.

        Parameters
        ----------
        seed, replication
            Whole numbers in [0, 2**63); the same pair gives the same trace, bit for bit, on
            either engine.
        lent
            Whether the trace may lie in memory that the next run of this player overwrites.
        """
        if not (0 <= seed < 2**63 and 0 <= replication < 2**63):
            text = f"seed and replication must be in [0, 2**63), got {seed}, {replication}"
            raise EngineError(text)
        if self._machine is not None:
            return self._machine.play(seed, replication, lent=lent)
        return on_simpy.perform(
            self.program, seed=seed, replication=replication, processes=self.processes
        )


def play(
    program: Program,
    *,
    seed: int,
    replication: int,
    engine: str = "auto",
    processes: tuple[Beside, ...] = (),
) -> Trace:
    """Perform one run and return its trace; `Player` is faster for several runs.

    Parameters
    ----------
    program, engine, processes
        As `Player`.
    seed, replication
        As `Player.play`.
    """
    return Player(program, engine, processes).play(seed, replication)


def chosen(engine: str, processes: tuple[Beside, ...] = ()) -> str:
    """The engine that is taken: for ``auto`` ``compiled``, or ``simpy`` when processes ask for it.

    Raises
    ------
    EngineError
        When there is no such engine, or it cannot play processes.
    """
    if engine not in ENGINES:
        raise EngineError(f"unknown engine {engine!r} (known: {', '.join(ENGINES)})")
    if processes and engine == "compiled":
        names = ", ".join(beside.name for beside in processes)
        raise EngineError(f"{names}: a process in Python runs on the SimPy engine only")
    if engine == "auto":
        return "simpy" if processes else "compiled"
    return engine


def warm_up(program: Program, say: Callable[[str], None]) -> float:
    """Make sure that the compiled engine is compiled, and say so when that takes a while.

    Compiling happens once on a machine, after an installation or a change of the engine; what
    comes of it is kept on disk.

    Parameters
    ----------
    program
        Any program; its first run is played.
    say
        Told in words when it takes longer than `PATIENCE`, and again when it is done.

    Returns
    -------
    float
        How long it took, seconds.
    """
    began = time.perf_counter()
    told: list[str] = []
    before, ready = times_compiled(), Event()

    def tell() -> None:
        while not told and not ready.wait(PATIENCE):
            if times_compiled() > before:  # and not only read from disk
                told.append("compiling the engine, once on this machine; a minute or more")
                say(told[0])

    teller = Thread(target=tell, daemon=True)
    teller.start()
    try:
        Machine(program).run(0, 0)
    finally:
        ready.set()
        teller.join()
    took = time.perf_counter() - began
    if told:
        say(f"compiled in {took:.0f} seconds")
    return took
