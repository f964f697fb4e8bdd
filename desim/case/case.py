"""What a case holds: a mechanism, its parameters, the record it is compared with, its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desim.error import DesimError
from desim.mechanism.mechanism import Mechanism
from desim.parameter import Parameter


class CaseError(DesimError):
    """A case cannot be loaded; one line a complaint: file, row, column, what is wrong."""

    complaints: tuple[str, ...]


USES = ("input", "fit", "hold_out")
RECORD_KINDS: dict[str, str] = {
    "first_at_least": "hour at which measure `of` at `at` first has a target of `threshold`",
    "last_below": "hour at which it falls below `threshold` for the last time",
    "day_energy": "GWh of world quantity `of` on the day that begins at hour `begin`",
    "peak": "largest GW of world quantity `of` between `begin` and `end`",
    "mean": "mean GW of world quantity `of` between `begin` and `end`",
    "ratio": "GWh on the day at `end` over GWh on the day at `begin`, less 1",
    "starts": "how often measure `of` was raised by an added amount",
    "energy": "GWh supplied by measure `of` between `begin` and `end`",
    "field_lag": "median hours from decision to activation of measure `of`",
    "field_lag_p90": "90th percentile of the same hours",
    "gap": "largest GW of need without measures over what was served between `begin` and `end`",
    "window_energy": "GWh of world quantity `of` between `begin` and `end`",
    "profile": "profile `of` at hour `begin`, plus GW that supply measure `at` then adds",
    "signal_lag": "median hours from the first activation of `of` to that of signal `at`",
    "shed_hours": "hours between `begin` and `end` in which a resident at `at` had no supply",
}


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One number of the record, and how the model's counterpart is read from a trace.

    Parameters
    ----------
    key, label
        Identifier and words.
    kind
        One of `RECORD_KINDS`.
    of, at, threshold, begin, end
        What the kind refers to; hours from the start.
    value, low, high, unit
        The record and the band within which the model counts as roughly right.
    use
        ``input`` (the case was built on it), ``fit`` or ``hold_out``.
    source, tag
        Where it comes from.
    """

    key: str
    label: str
    kind: str
    of: str
    at: str
    threshold: float
    begin: float
    end: float
    value: float
    low: float
    high: float
    unit: str
    use: str
    source: str
    tag: str


@dataclass(frozen=True, slots=True)
class Case:
    """An emergency, ready to be played.

    Parameters
    ----------
    name, title
        Identifier and name for print.
    mechanism
        The baseline.
    parameters
        Every uncertain number, at the values the mechanism was built with.
    record
        What happened, where it is known.
    sources
        Citation by source key.
    """

    name: str
    title: str
    mechanism: Mechanism
    parameters: tuple[Parameter, ...]
    record: tuple[RecordRow, ...]
    sources: Mapping[str, str]
