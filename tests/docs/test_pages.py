"""Every block of code and every number of the documentation is as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.commands import ROOT
from tests.docs.pages import faults, lay_out

DOCS = ROOT / "docs"
GUIDES = [
    ROOT / "README.md", DOCS / "index.md", *sorted(DOCS.glob("tutorial/*.md")),
    *sorted(DOCS.glob("how_to/*.md")),
]  # fmt: skip
OTHERS = [page for page in sorted(DOCS.glob("*.md")) if page not in GUIDES]


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def refute(found: list[str]) -> None:
    if found:
        pytest.fail("\n\n".join(found), pytrace=False)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what a clone has and pages use, where the page is run."""
    lay_out(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize("page", GUIDES, ids=named)
def test_a_guide_shows_what_happens(page: Path) -> None:
    refute(faults(page, numbers=True))


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize("page", OTHERS, ids=named)
def test_the_code_of_another_page_runs(page: Path) -> None:
    refute(faults(page, numbers=False))
