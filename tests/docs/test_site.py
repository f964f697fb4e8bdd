"""The site is built without a warning, needs nothing from elsewhere, and misses no link."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from desim.case import load
from tests.docs.commands import ROOT

FETCHED = re.compile(r"<(?:script|img|iframe)[^>]+src=\"?https?:|<link[^>]+stylesheet[^>]+https?:")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
FEW = f"""
INHERIT: {ROOT / "mkdocs.yml"}
docs_dir: pages
site_dir: site
hooks: []
plugins: []
nav: [stop_and_resume.md, look.md]
"""


def built(folder: Path) -> tuple[int, str]:
    """Exit code and messages of the build of `make docs`, which must not be quiet to be strict."""
    said = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return said.returncode, said.stdout + said.stderr


def test_the_site_is_built_without_a_warning_and_fetches_nothing(tmp_path: Path) -> None:
    """One test, for with several each worker of the suite would build the site."""
    code, words = built(tmp_path)
    assert code == 0, words
    assert "WARNING" not in words
    pages = {str(p.relative_to(tmp_path)): p.read_text("utf-8") for p in tmp_path.rglob("*.html")}
    assert [name for name, page in pages.items() if FETCHED.search(page)] == []
    world = load("sichuan_2022").mechanism.world
    assert world is not None
    needs = pages["mechanism/procedures/report.need.html"]
    assert needs.count("observe world:need_ahead@") == len(world.places)
    assert "float64 (hours, quantities)" in pages["reference/trace.html"]


def test_what_is_fetched_from_elsewhere_would_be_noticed() -> None:
    assert FETCHED.search('<script src="https://example.org/x.js">')
    assert FETCHED.search('<link rel="stylesheet" href="https://example.org/x.css">')


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """A site of two pages under the same rules."""
    (tmp_path / "pages").mkdir()
    shutil.copy(ROOT / "docs" / "how_to" / "stop_and_resume.md", tmp_path / "pages")
    text = "# Look\n\nSee [more](stop_and_resume.md#stop-and-resume).\n"
    (tmp_path / "pages" / "look.md").write_text(text)
    (tmp_path / "mkdocs.yml").write_text(FEW)
    return tmp_path


def test_a_site_without_mistakes_is_built(few: Path) -> None:
    build(load_config(str(few / "mkdocs.yml"), strict=True))
    assert (few / "site" / "look.html").is_file()


@pytest.mark.parametrize("broken", ["nowhere.md", "stop_and_resume.md#nowhere", "/look.md"])
def test_a_broken_link_fails_the_build(few: Path, broken: str) -> None:
    page = few / "pages" / "look.md"
    page.write_text(page.read_text().replace("stop_and_resume.md#stop-and-resume", broken))
    with pytest.raises(Abort):
        build(load_config(str(few / "mkdocs.yml"), strict=True))


def test_a_page_that_nobody_lists_fails_the_build(few: Path) -> None:
    shutil.copy(few / "pages" / "look.md", few / "pages" / "forgotten.md")
    with pytest.raises(Abort):
        build(load_config(str(few / "mkdocs.yml"), strict=True))


def test_make_docs_is_strict_and_not_quiet() -> None:
    line = next(
        line
        for line in (ROOT / "Makefile").read_text("utf-8").split("\n")
        if "mkdocs build" in line
    )
    assert "--strict" in line
    assert "--quiet" not in line


def test_links_of_the_readme_lead_somewhere() -> None:
    links = LINK.findall((ROOT / "README.md").read_text("utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
