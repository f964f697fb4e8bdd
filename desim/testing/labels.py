"""Which labels and names a policy changed: what keeps its label keeps its luck (semantics 8, 9)."""

from __future__ import annotations

from collections.abc import Iterator

from desim.mechanism.mechanism import Mechanism
from desim.mechanism.parts import Procedure
from desim.testing.fault import Fault

_ADVICE = "keep the name, since draws are named by it and paired differences rest on them"


def renamed(before: Mechanism, after: Mechanism) -> Iterator[Fault]:
    """Steps, procedures and streams that are there under another name."""
    pairs = [*_steps(before, after), *_procedures(before, after), *_streams(before, after)]
    for old, new in pairs[:3]:
        yield Fault("keeps labels", f"{old} is now called {new}", _ADVICE)


def _steps(before: Mechanism, after: Mechanism) -> Iterator[tuple[str, str]]:
    """Labels that are gone while a new step of the same kind is there."""
    index = {procedure.name: procedure for procedure in after.procedures}
    for old in before.procedures:
        new = index.get(old.name, Procedure(old.name, ()))
        fresh = [s for s in new.steps if s.label not in {step.label for step in old.steps}]
        kept = {step.label for step in new.steps}
        for step in old.steps:
            alike = [s for s in fresh if type(s) is type(step)]
            if step.label not in kept and alike:
                fresh.remove(alike[0])
                yield f"step {old.name}.{step.label}", f"{new.name}.{alike[0].label}"


def _procedures(before: Mechanism, after: Mechanism) -> Iterator[tuple[str, str]]:
    there, known = {p.name for p in after.procedures}, {p.name for p in before.procedures}
    fresh = {tuple(s.label for s in p.steps): p.name for p in after.procedures}
    for old in before.procedures:
        new = fresh.get(tuple(step.label for step in old.steps), "")
        if old.name not in there and new and new not in known:
            yield f"procedure {old.name}", new


def _streams(before: Mechanism, after: Mechanism) -> Iterator[tuple[str, str]]:
    there, known = {a.name for a in after.arrivals}, {a.name for a in before.arrivals}
    fresh = {a.procedure: a.name for a in after.arrivals if a.name not in known}
    for old in before.arrivals:
        if old.name not in there and old.procedure in fresh:
            yield f"stream {old.name}", fresh[old.procedure]
