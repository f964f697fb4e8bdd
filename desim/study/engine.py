"""Which engine a study is played on: processes of policies need SimPy."""

from __future__ import annotations

from desim.engine.play import chosen
from desim.study.question import Study, StudyError


def with_process(study: Study) -> tuple[str, ...]:
    """The policies of a study that run a process of their own."""
    policies = map(study.catalogue.policy, study.used)
    return tuple(policy.name for policy in policies if policy.process is not None)


def engine_for(study: Study, engine: str) -> str:
    """The engine on which a study is played.

    Parameters
    ----------
    study
        A checked study.
    engine
        ``compiled``, ``simpy``, or ``auto``: the compiled one where it can play the study.

    Raises
    ------
    StudyError
        When the compiled engine is wanted and cannot.
    """
    names = with_process(study)
    if names and engine == "compiled":
        raise StudyError((f"{study.name}: --engine compiled: {because(names)}",))
    return chosen("simpy" if names else engine)


def because(names: tuple[str, ...]) -> str:
    """Why policies need the SimPy engine."""
    which = f"policy {names[0]} runs" if len(names) == 1 else f"policies {', '.join(names)} run"
    return f"{which} a process in Python, which only the SimPy engine can play"
