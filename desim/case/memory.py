"""What was made from the rows of tables, for as long as the values it was made from hold.

A study of sampled values builds a case ten thousand times, and from one to the next one or two
values change. What depends on a value is not declared but noted while it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")
KEPT = 3
"""How many variants of each thing are kept: designs go back and forth between a few values."""
Used = dict[tuple[str, str], float]
"""Values by place and name."""


class Memory:
    """Things by key, each with the values that were read while it was made.

    Parameters
    ----------
    look_up
        Gives the value of a name at a place, as it is now; None when there is none.
    """

    def __init__(self, look_up: Callable[[str, str], float | None]) -> None:
        self._look_up = look_up
        self._made: dict[Hashable, list[tuple[Used, Any]]] = {}
        self._open: list[Used] = []

    def note(self, place: str, name: str, value: float) -> None:
        """Note that a value was read for what is being made."""
        if self._open:
            self._open[-1][place, name] = value

    def made(self, key: Hashable, make: Callable[[], T], sound: Callable[[], bool]) -> T:
        """What was made under a key from the same values, or else what is made now.

        Parameters
        ----------
        key
            Names the thing; whatever it is made from beside values must follow from it.
        make
            Makes it; may ask for things that other things are made from.
        sound
            Whether it may be kept, asked when it is made.
        """
        variants = self._made.setdefault(key, [])
        for i, (used, thing) in enumerate(variants):
            if all(self._look_up(*name) == value for name, value in used.items()):
                if i:
                    variants.insert(0, variants.pop(i))
                self._also(used)
                found: T = thing
                return found
        self._open.append({})
        try:
            made = make()
        finally:
            used = self._open.pop()
            self._also(used)
        if sound():
            variants.insert(0, (used, made))
            del variants[KEPT:]
        return made

    def _also(self, used: Used) -> None:
        """What a part depends on, the whole depends on."""
        if self._open:
            self._open[-1].update(used)


class Noting(Mapping[str, float]):
    """Values by name, at one place; which are read is noted.

    Parameters
    ----------
    values
        The values.
    place
        The place, empty when values are the same everywhere.
    memory
        Where it is noted.
    """

    def __init__(self, values: Mapping[str, float], place: str, memory: Memory) -> None:
        self._values, self._place, self._memory = values, place, memory

    def __getitem__(self, name: str) -> float:
        value = self._values[name]
        self._memory.note(self._place, name, value)
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
