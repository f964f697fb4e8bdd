"""The clock of a mechanism, which goes by whole minutes (semantics 1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

HOUR = 60
DAY = 24 * HOUR


def minute(hour: float) -> int:
    """The whole minute of the day that is nearest to an hour of the day: 8.333 is 08:20."""
    return round(HOUR * hour)


def first_minute(start: datetime) -> int:
    """The minute of the day at which a mechanism starts."""
    return HOUR * start.hour + start.minute


def start_problems(start: object, horizon: float) -> Iterator[str]:
    """What is wrong with a start: no local time in whole minutes, or a run beyond all dates.

    Parameters
    ----------
    start
        What should be a date and time.
    horizon
        Length of the run, hours.
    """
    if not isinstance(start, datetime):
        yield "must be a date and time"
    elif start.tzinfo is not None:
        yield f"must be local time without an offset, got {start.isoformat()}"
    elif start.second or start.microsecond:
        yield f"must be a whole minute, got {start.isoformat()}"
    else:
        try:
            start + timedelta(hours=horizon)
        except (OverflowError, ValueError):
            yield "and the run would end after the year 9999"
