"""A page that says anything but what happens is a fault, and one that says it is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import faults
from tests.docs.test_pages import clone

__all__ = ["clone"]

FLOOD = "examples/county_flood/county_flood/flood"
RIGHT = f"""
# A page

There are 3<!--= 1 + 2 --> of them, since 2022.

```console
$ desim diff --case {FLOOD}
0 changes
$ desim explain --case {FLOOD}
...
Units (7)
...
$ desim explain --case {FLOOD} nothing
unknown procedure 'nothing'
$ echo $?
2
```

```python
>>> 20 + 1
21

```

```toml title="{FLOOD}/case.toml"
...
horizon = 72
```

```toml title="mine.toml"
question = "What?"
```

```bash
test -f mine.toml
```
"""


def found(text: str, folder: Path) -> list[str]:
    page = folder / "page.md"
    page.write_text(text, encoding="utf-8")
    return faults(page, numbers=True)


@pytest.mark.usefixtures("clone")
def test_a_page_that_is_right_has_no_fault(tmp_path: Path) -> None:
    assert found(RIGHT, tmp_path) == []


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("3<!--= 1 + 2 -->", "4<!--= 1 + 2 -->", "it says 4, but it is 3"),
        ("3<!--= 1 + 2 -->", "3", "the number 3 is backed by nothing"),
        ("Units (7)", "Units (8)", "Units (7)"),
        ("'nothing'\n$", "'nowhere'\n$", "unknown procedure 'nothing'"),
        ("$ echo $?\n2", "$ echo $?\n0", "but says:\n2"),
        ("$ echo $?\n2\n", "", "ended with 2"),
        ("\n21\n", "\n22\n", "Got:\n    21"),
        ("20 + 1", "20 + one", "NameError"),
        ("horizon = 72", "horizon = 73", "is now:"),
        ("test -f mine.toml", "test -f yours.toml", "it ended with 1"),
        ("```bash", "```zsh", "nobody runs a block of kind 'zsh'"),
        (f"desim diff --case {FLOOD}", "make nothing_like_it", "ended with 2"),
        (f"desim diff --case {FLOOD}", "pip install 'desim[nothing]'", "ended with 1"),
    ],
)
def test_a_page_that_is_wrong_says_what_is_right(
    tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert RIGHT.count(right) == 1
    assert said in "\n".join(found(RIGHT.replace(right, wrong), tmp_path))
