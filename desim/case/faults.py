"""What is wrong with the mechanism that the tables describe, each fault with its row."""

from __future__ import annotations

import re

from desim.case.reading import Reading
from desim.mechanism.checks import complaints
from desim.mechanism.mechanism import Mechanism

_NUMBER = re.compile(r"\d+(\.\d+)?")


def find_faults(reading: Reading, mechanism: Mechanism) -> None:
    """Complain about the mechanism, naming file and row; one mistake is one complaint.

    A row with ``for_each`` makes a part for every place, and a row with a pattern makes several
    steps: what is wrong with each of them in the same way is one mistake in the row.
    """
    told: set[tuple[str, str]] = set()
    owners: dict[tuple[str, str], tuple[str, str]] = {}
    for complaint in complaints(mechanism):
        step = reading.origin.get((complaint.collection, complaint.name, complaint.label))
        where = step or reading.origin.get((complaint.collection, complaint.name, ""))
        if where is None:
            reading.complaints.append(str(complaint))
            continue
        anywhere = _without_places(complaint.text, reading.places)
        owner = (complaint.name, complaint.label)
        first = owners.setdefault((where, _NUMBER.sub("#", anywhere)), owner)
        if first == owner and (where, anywhere) not in told:
            reading.complaints.append(f"{where}: {complaint}")
        told.add((where, anywhere))


def _without_places(text: str, places: tuple[str, ...]) -> str:
    """A complaint without its hint, the same for every place."""
    for place in sorted(places, key=len, reverse=True):
        text = text.replace(place, "{place}")
    return text.partition("; did you mean")[0]
