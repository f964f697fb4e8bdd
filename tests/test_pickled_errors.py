"""Every error of the package is the same after a journey between processes, and as a copy."""

from __future__ import annotations

import copy
import importlib
import pickle
import pkgutil
from collections.abc import Iterator
from inspect import Parameter, signature
from pathlib import Path
from types import ModuleType

import pytest

import desim
from desim.mechanism.complaint import Complaint
from desim.testing.fault import Fault

FAULT = Fault("rule", "what was seen", "what to do")
SAMPLES: dict[str, object] = {
    "str": "text",
    "str | Sequence[Any]": ("one", "other"),
    "int | None": 3,
    "bool": True,
    "Path": Path("results/file"),
    "tuple[str, ...]": ("one", "other"),
    "tuple[Complaint, ...]": (Complaint("units", "office", "", "is wrong"),),
    "tuple[Fault, ...]": (FAULT,),
    "Fault": FAULT,
}
"""A value for every type that an error is made of."""


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(desim.__path__, "desim."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def errors() -> list[type[Exception]]:
    found = {
        thing
        for module in modules()
        for thing in vars(module).values()
        if isinstance(thing, type)
        and issubclass(thing, Exception)
        and thing.__module__.partition(".")[0] == "desim"
    }
    return sorted(found, key=lambda each: (each.__module__, each.__name__))


def sample(kind: type[Exception]) -> Exception:
    own = [each for each in kind.__mro__ if each.__module__.partition(".")[0] == "desim"]
    if not any("__init__" in vars(each) for each in own):
        return kind("what is wrong")
    wanted = list(signature(kind).parameters.values())
    assert all(each.kind is Parameter.POSITIONAL_OR_KEYWORD for each in wanted)
    return kind(*(SAMPLES[str(each.annotation)] for each in wanted))


@pytest.mark.parametrize("kind", errors(), ids=lambda kind: kind.__name__)
def test_an_error_survives_pickle_and_copy(kind: type[Exception]) -> None:
    error = sample(kind)
    assert str(error)
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is kind
        assert str(again) == str(error)
        assert vars(again) == vars(error)
        assert again.args == error.args
