"""What a reform changes in the mechanism, with the places drawn together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desim.mechanism.diff import Change, diff
from desim.paper.sources import Sources

_LONG = 90


@dataclass(frozen=True, slots=True)
class Changed:
    """Changes that are the same but for the place.

    Parameters
    ----------
    what
        Where in the mechanism; ``PLACE`` stands for a prefecture.
    before, after
        Values, empty where the part was not there, or is not there any more.
    count
        In how many parts of the mechanism.
    """

    what: str
    before: str
    after: str
    count: int


def changes(sources: Sources, policy: str) -> tuple[Changed, ...]:
    """What a policy in full changes, in the order of the mechanism.

    Parameters
    ----------
    sources
        The model.
    policy
        Name of the policy.
    """
    world = sources.case.mechanism.world
    places = world.places if world else ()
    pattern = re.compile(rf"\.({'|'.join(map(re.escape, places))})\b") if places else None
    found: dict[tuple[str, str, str], int] = {}
    for change in diff(sources.case.mechanism, sources.mechanism(policy)):
        texts = (change.where, *_sides(change))
        where, before, after = (pattern.sub(".PLACE", t) if pattern else t for t in texts)
        # numbered steps of one kind are one change: land.land1, land.land2, ...
        where = re.sub(r"(?<=[a-z])\d+\b", "N", where)
        key = (where, re.sub(r"(?<=[a-z])\d+(?=\))", "N", before),
               re.sub(r"(?<=[a-z])\d+(?=\))", "N", after))  # fmt: skip
        found[key] = found.get(key, 0) + 1
    return tuple(Changed(*key, count) for key, count in found.items())


def _sides(change: Change) -> tuple[str, str]:
    return _short(change.before), _short(change.after)


def _short(text: str) -> str:
    """A value; of a whole part only its kind, since all of it is new or gone."""
    if len(text) <= _LONG:
        return text
    return f"{text.split(' ', 1)[0].lower()}, see desim diff"
