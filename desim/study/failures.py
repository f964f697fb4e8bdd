"""What can go wrong with those who play runs. All of it can be sent between processes."""

from __future__ import annotations


class WorkerDied(RuntimeError):
    """A process ended while it played a chunk.

    Parameters
    ----------
    why
        How it ended, in words that are the same whenever it ends so.
    suspect
        Place in the chunk of the run that was being played; None when that is not known.
    certain
        Whether this run is to blame for sure: it ran for longer than a run may.
    """

    def __init__(self, why: str, suspect: int | None = None, certain: bool = False) -> None:
        super().__init__(why, suspect, certain)
        self.why, self.suspect, self.certain = why, suspect, certain

    def __str__(self) -> str:
        return self.why


class WorkerRefused(RuntimeError):
    """A worker would play other runs than those that are wanted.

    Parameters
    ----------
    why
        What differs.
    who
        Its address; empty for a process on this machine.
    """

    def __init__(self, why: str, who: str = "") -> None:
        super().__init__(why, who)
        self.why, self.who = why, who

    def __str__(self) -> str:
        return f"worker {self.who} is refused: {self.why}" if self.who else self.why


class NobodyPlays(RuntimeError):
    """Those who play are gone and did not come back, or cannot start; finished runs are kept."""
