"""What is wrong with a plug-in: which rule it breaks, how it shows, and what to do."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule.

    Parameters
    ----------
    rule
        The rule, in a few words.
    shown
        How it shows.
    advice
        What to do.
    """

    rule: str
    shown: str
    advice: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.shown}; {self.advice}"


class NotConforming(AssertionError):
    """A plug-in breaks rules; carries every fault."""

    def __init__(self, name: str, faults: tuple[Fault, ...]) -> None:
        super().__init__(name, faults)  # so that pickle and copy can make it again
        self.name, self.faults = name, faults

    def __str__(self) -> str:
        return "\n".join([f"{self.name} does not conform:", *(f"  {f}" for f in self.faults)])


def demand(name: str, faults: tuple[Fault, ...]) -> None:
    """Raise `NotConforming` when there is a fault."""
    if faults:
        raise NotConforming(name, faults)


def said(error: BaseException) -> str:
    """An error in words, with the last line of a plug-in's own code that it came through."""
    text = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__)
        if not Path(frame.filename).is_relative_to(PACKAGE)
    ]  # fmt: skip
    return f"{text} (line {frames[-1].lineno}: {frames[-1].line})" if frames else text
