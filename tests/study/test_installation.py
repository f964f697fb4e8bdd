"""What plays runs is compared in all that runs depend on."""

from __future__ import annotations

from desim.study.installation import differences, installation


def test_this_process_is_the_same_as_itself() -> None:
    assert differences(dict(installation()), installation()) == ()


def test_everything_that_differs_is_said() -> None:
    here = {"desim": "1.0", "source": "a" * 32, "python": "3.11", "numpy": "2.4"}
    there = {"desim": "1.1", "source": "b" * 32, "python": "3.11", "scipy": "1.15"}
    assert differences(there, here) == (
        "desim 1.1 there, 1.0 here",
        "its source has digest bbbbbbbbbbbb, here it is aaaaaaaaaaaa",
        "numpy none there, 2.4 here",
        "scipy 1.15 there, none here",
    )


def test_what_runs_depend_on_is_there() -> None:
    wanted = {"desim", "source", "python", "machine", "numba", "numpy", "simpy"}
    assert wanted <= set(installation())
