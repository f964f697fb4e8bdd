"""What a trace is written in: kinds of record, and the columns of records and of items."""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Kind(IntEnum):
    """What a record says."""

    ARRIVAL = 0
    QUEUE = 1
    START = 2
    FINISH = 3
    SEND = 4
    DELIVERY = 5
    ASK = 6
    GRANT = 7
    GIVE = 8
    FORK = 9
    JOIN = 10
    OBSERVE = 11
    TELL = 12
    DECIDE = 13
    ACTIVATE = 14
    DONE = 15
    FILE = 16


RECORD = np.dtype(
    [
        ("time", "<f8"),
        ("kind", "<i8"),
        ("item", "<i8"),
        ("step", "<i8"),
        ("value", "<f8"),
        ("since", "<f8"),
    ]
)
"""One record. `step` is a row of the program. `value` and `since` depend on the kind:

ARRIVAL its stream row (-1 for a child); QUEUE the urgency; SEND the attempt; DELIVERY, OBSERVE,
TELL the value carried and when it was true; ASK and GIVE the amount; GRANT 1, or 0 when an Await
gave up; FORK and JOIN the number of branches and of answers; DECIDE the gap or share found and
the mean time at which what the board showed was true; ACTIVATE the new target and when the value
behind it was true; FILE the target of an order that was not carried out, and its date.
"""

ITEM = np.dtype([("key", "<u8"), ("parent", "<i8"), ("origin", "<i8"), ("ordinal", "<i8")])
"""One item: its key, its parent's row (-1: none), its stream (or the parent's branch row), and
its ordinal in the stream (or the parent's visit to the fork)."""
