"""Tables and numbers as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

NONE = "–"
"""A cell without a value."""


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A table, line by line."""
    heads = list(heads)
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def significant(value: float) -> str:
    """A number with two or three significant digits, and no more decimals than these need."""
    if value >= 100.0:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}" if value >= 10.0 else f"{value:.2g}"


def megabytes(size: float) -> str:
    """Bytes as whole MB."""
    return f"{size / 1e6:,.0f}"
