"""Results and pictures from which the paper can be built, and the manuscript's folder."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from desim.paper.sources import Sources
from desim.study.question import Study
from tests.paper.fabricated import (
    CASE,
    EXPERIMENTS,
    PAPER,
    study,
    write_figures,
    write_results,
)


@dataclass(frozen=True)
class Place:
    """Folders of one paper."""

    results: Path
    figures: Path
    paper: Path

    @property
    def sources(self) -> Sources:
        return Prepared(self.results, EXPERIMENTS)


class Prepared(Sources):
    """With the true case and the true study files, which are read once for all tests."""

    case = CASE

    def study(self, name: str) -> Study:
        return study(name)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Made once; tests that change something take `place`."""
    root = tmp_path_factory.mktemp("paper")
    return lay_out(root, write_results(root / "results"), write_figures(root / "figures"))


@pytest.fixture
def place(made: Place, tmp_path: Path) -> Place:
    """A copy that may be changed."""
    shutil.copytree(made.results, tmp_path / "results")
    return lay_out(tmp_path, tmp_path / "results", made.figures)


def lay_out(root: Path, results: Path, figures: Path) -> Place:
    shutil.copytree(PAPER, root / "paper", ignore=shutil.ignore_patterns("build"))
    return Place(results, figures, root / "paper")
