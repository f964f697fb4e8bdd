"""The contract of a policy: a pure function from mechanism to mechanism, with one lever."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from desim.error import DesimError
from desim.mechanism.mechanism import Mechanism
from desim.mechanism.process import Beside, Process
from desim.parameter import Parameter

Change = Callable[[Mechanism, float, Mapping[str, float]], Mechanism]


class PolicyError(DesimError):
    """A lever or a parameter of a policy is wrong; says which and what is allowed."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A reform of a mechanism.

    Parameters
    ----------
    name, title
        Identifier and name for print.
    summary
        What it changes, in one sentence.
    change
        Function of mechanism, lever and parameter values that returns the changed mechanism. It
        must give back an equal mechanism at lever 0, keep every label it does not mean to
        change, draw no random number and change nothing it was given.
    parameters
        The policy's own uncertain quantities.
    lever
        What the lever means, in words.
    order_matters_with
        Policies with which it does not commute: what comes of both depends on which is applied
        first. A study applies the built-in ones first, in their order, then others by name.
    process
        A behaviour in Python that no step can express, for exploration: it runs beside the
        mechanism, on the SimPy engine only (see `desim.mechanism.process`).
    """

    name: str
    title: str
    summary: str
    change: Change
    parameters: tuple[Parameter, ...] = ()
    lever: str = ""
    order_matters_with: tuple[str, ...] = ()
    process: Process | None = None

    def apply(
        self, mechanism: Mechanism, lever: float, values: Mapping[str, float] | None = None
    ) -> Mechanism:
        """The mechanism under this policy.

        Parameters
        ----------
        mechanism
            What the policy starts from; it stays as it is.
        lever
            In [0, 1]: 0 is absent, 1 is full.
        values
            Parameter values by name instead of their best values.

        Raises
        ------
        PolicyError
            When the lever is outside [0, 1] or a value is unknown or outside its range.
        """
        if not (math.isfinite(lever) and 0.0 <= lever <= 1.0):
            raise PolicyError(f"policy {self.name}: lever {lever:g} is outside [0, 1]")
        changed = self.change(mechanism, float(lever), self.values(values or {}))
        if not isinstance(changed, Mechanism):
            raise PolicyError(
                f"policy {self.name}: its function gave back {type(changed).__name__} and no "
                "mechanism; end it with `return` and the changed mechanism"
            )
        return changed

    def values(self, given: Mapping[str, float]) -> dict[str, float]:
        """Every parameter of the policy at the value given, or at its best value.

        Parameters
        ----------
        given
            Values by name; those of other policies are left out.

        Raises
        ------
        PolicyError
            When a value is outside its range.
        """
        found = {parameter.name: parameter.value for parameter in self.parameters}
        for name, value in given.items():
            parameter = next((p for p in self.parameters if p.name == name), None)
            if parameter is None:
                continue  # a value for another policy
            if not parameter.low <= value <= parameter.high:
                raise PolicyError(
                    f"policy {self.name}: {name} = {value:g} is outside "
                    f"[{parameter.low:g}, {parameter.high:g}]"
                )
            found[name] = float(value)
        return found


def processes(
    policies: tuple[Policy, ...],
    levers: Mapping[str, float],
    values: Mapping[str, float] | None = None,
) -> tuple[Beside, ...]:
    """What policies let run beside the mechanism; nothing for those whose lever is 0.

    Parameters
    ----------
    policies, levers, values
        As of `apply_policies`.
    """
    return tuple(
        Beside(p.name, p.process, levers[p.name], p.values(values or {}))
        for p in policies
        if p.process is not None and levers.get(p.name, 0.0) > 0.0
    )


def apply_policies(
    mechanism: Mechanism,
    policies: tuple[Policy, ...],
    levers: Mapping[str, float],
    values: Mapping[str, float] | None = None,
) -> Mechanism:
    """The mechanism under several policies, applied in the order given.

    Parameters
    ----------
    mechanism
        The baseline.
    policies
        Policies in the order in which they are applied.
    levers
        Lever by policy name; absent means 0.
    values
        Parameter values by name, for whichever policy has them.

    Raises
    ------
    PolicyError
        For a lever without a policy, when a policy's function raises, or as `Policy.apply`.
    """
    strangers = set(levers) - {policy.name for policy in policies}
    if strangers:
        raise PolicyError(f"no policy for the levers {', '.join(sorted(strangers))}")
    for policy in policies:
        mechanism = _applied(policy, mechanism, levers.get(policy.name, 0.0), values)
    return mechanism


def _applied(
    policy: Policy, mechanism: Mechanism, lever: float, values: Mapping[str, float] | None
) -> Mechanism:
    """The mechanism under a policy; whatever its function raises names the policy."""
    try:
        return policy.apply(mechanism, lever, values)
    except DesimError:
        raise
    except Exception as error:
        text = f"policy {policy.name}: at lever {lever:g} it raised {type(error).__name__}"
        raise PolicyError(f"{text}: {error}") from error
