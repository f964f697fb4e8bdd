"""The one kind of error that says that desim was given something it cannot use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class DesimError(ValueError):
    """What was given cannot be used; carries every complaint, one line each.

    Errors are sent between processes, so all of them are made from their complaints alone.

    Parameters
    ----------
    complaints
        Sentences, or what reads as one; a single sentence may be given as it is.
    """

    complaints: tuple[Any, ...]

    def __init__(self, complaints: str | Sequence[Any]) -> None:
        self.complaints = (complaints,) if isinstance(complaints, str) else tuple(complaints)
        super().__init__(self.complaints)

    def __str__(self) -> str:
        return "\n".join(map(str, self.complaints))
