"""One decorated function is an outcome."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator

from desim.outcome.outcome import Outcome, OutcomeError
from desim.trace.trace import Trace

BETTER = ("lower", "higher", "neither")
Measure = Callable[[Trace], float]


def outcome(
    *,
    title: str,
    unit: str,
    better: str,
    unfinished: str,
    summary: str = "",
    needs_world: bool = False,
) -> Callable[[Measure], Outcome]:
    """Make a function of a trace an outcome of the function's name.

    Parameters
    ----------
    title, unit, better, unfinished, needs_world
        As `Outcome`.
    summary
        Its definition; the function's docstring when not given.

    Raises
    ------
    OutcomeError
        When the declaration is wrong, with every complaint.
    """

    def declared(measure: Measure) -> Outcome:
        name = getattr(measure, "__name__", "")
        text = summary or (inspect.getdoc(measure) or "").partition("\n")[0]
        made = Outcome(name, title, unit, better, text, unfinished, measure, needs_world)
        wrong = tuple(_problems(made))
        if wrong:
            raise OutcomeError("\n".join(f"outcome {name}: {problem}" for problem in wrong))
        return made

    return declared


def _problems(made: Outcome) -> Iterator[str]:
    if not made.name.isidentifier():
        yield f"{made.name!r} is no name; decorate a function with a name of its own"
    if made.better not in BETTER:
        yield f"better must be one of {', '.join(BETTER)}, got {made.better!r}"
    for key in ("title", "unit", "summary", "unfinished"):
        if not getattr(made, key):
            yield f"{key} is empty"
