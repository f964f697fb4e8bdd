"""What print calls policies, settings, outcomes and parameters."""

from __future__ import annotations

from desim.outcome import find_outcome
from desim.paper.wording import in_words, listed
from desim.policy.catalogue import POLICIES, REFORMS

BASELINE = "baseline"
_TITLES = {policy.name: policy.title.lower() for policy in POLICIES}


def policy(name: str) -> str:
    """A policy's title within a sentence."""
    return _TITLES.get(name, name.replace("_", " "))


def setting(label: str) -> str:
    """A setting's label, such as ``data_sharing + joint_regional``, within a sentence."""
    names = label.split(" + ")
    if set(names) == {reform.name for reform in REFORMS}:
        return f"all {in_words(len(REFORMS))} reforms"
    return "the baseline" if label == BASELINE else listed([policy(name) for name in names])


def term(name: str) -> str:
    """A term of an analysis of effects, such as ``data_sharing × joint_regional``."""
    return " × ".join(policy(part) for part in name.split(" × "))


def outcome(name: str) -> str:
    """An outcome's title within a sentence."""
    title = find_outcome(name).title
    return title[:1].lower() + title[1:]


def unit(name: str) -> str:
    """An outcome's unit."""
    return find_outcome(name).unit


def agree(names: list[str], one: str, several: str) -> str:
    """The verb that goes with what is named: titles such as *clear responsibilities* are plural."""
    return several if len(names) > 1 or names[0].endswith("s") or " and " in names[0] else one
