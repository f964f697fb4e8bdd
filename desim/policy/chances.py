"""Choices by chance with other chances."""

from __future__ import annotations

from dataclasses import replace

from desim.mechanism.steps import Choose


def scaled(step: Choose, factor: float, offset: float = 0.0) -> Choose:
    """A choice whose chances are multiplied by a factor and moved by an offset.

    Parameters
    ----------
    step
        Its branches by condition stay as they are.
    factor, offset
        Each chance c becomes c * factor + offset.
    """
    branches = tuple(
        b if b.chance is None else replace(b, chance=b.chance * factor + offset)
        for b in step.branches
    )
    return replace(step, branches=branches)
