"""Play random mechanisms with the compiled engine on arrays whose every index is checked.

Run as a script with NUMBA_BOUNDSCHECK=1: the engine itself hands on bare addresses, and the same
functions take arrays.
"""

from __future__ import annotations

import sys
from random import Random
from typing import Any

import numpy as np
from numba import njit

from desim.engine import play
from desim.engine.compiled import machine
from desim.engine.compiled.kernel import loop
from desim.program import lower
from tests.random_mechanisms import random_mechanism


@njit
def checked(code: Any, state: Any, world: Any) -> None:
    """As `desim.engine.compiled.entry.play`, on arrays."""
    reals = state.view(np.float64)
    loop(code, code.view(np.float64), state, reals, reals, world)


def main(count: int) -> None:
    """Play so many mechanisms, and compare with the SimPy engine."""
    machine.play = checked
    for number in range(count):
        program = lower(random_mechanism(Random(number)))
        found = machine.Machine(program).play(number, 0)
        assert found.digest == play(program, seed=number, replication=0, engine="simpy").digest
    print(f"{count} mechanisms within bounds")


if __name__ == "__main__":
    main(int(sys.argv[1]))
