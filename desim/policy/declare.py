"""One decorated function is a policy."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator

from desim.mechanism.process import Process
from desim.parameter import Parameter
from desim.policy.policy import Change, Policy, PolicyError


def policy(
    *,
    title: str,
    summary: str = "",
    parameters: Iterable[Parameter] = (),
    lever: str = "",
    order_matters_with: Iterable[str] = (),
    process: Process | None = None,
) -> Callable[[Change], Policy]:
    """Make a function of mechanism, lever and parameter values a policy of the function's name.

    Parameters
    ----------
    title
        Name for print.
    summary
        What it changes, in one sentence; the function's docstring when not given.
    parameters
        Its uncertain quantities, each called ``policy.quantity``, with range, unit and source.
    lever, order_matters_with, process
        As `Policy`.

    Raises
    ------
    PolicyError
        When the declaration is wrong, with every complaint.
    """

    def declared(change: Change) -> Policy:
        name = getattr(change, "__name__", "")
        purpose = summary or (inspect.getdoc(change) or "").partition("\n")[0]
        made = Policy(
            name, title, purpose, change, tuple(parameters), lever, tuple(order_matters_with),
            process,
        )  # fmt: skip
        wrong = tuple(_problems(made))
        if wrong:
            raise PolicyError("\n".join(f"policy {name}: {text}" for text in wrong))
        return made

    return declared


def _problems(made: Policy) -> Iterator[str]:
    if not made.name.isidentifier():
        yield f"{made.name!r} is no name; decorate a function with a name of its own"
    if not made.title or not made.summary:
        yield "needs a title, and a summary or a docstring"
    if made.process is not None and not inspect.isgeneratorfunction(made.process):
        yield "its process never waits; `yield run.wait(hours)` in it"
    names = [parameter.name for parameter in made.parameters]
    for parameter in made.parameters:
        if not parameter.name.startswith(f"{made.name}."):
            yield f"parameter {parameter.name}: call it {made.name}.{parameter.name}"
        if names.count(parameter.name) > 1:
            yield f"parameter {parameter.name}: stands twice"
        yield from (f"parameter {parameter.name}: {text}" for text in parameter.problems())
