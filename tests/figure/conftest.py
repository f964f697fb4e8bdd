"""Results from which every figure can be drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.figure.synthetic import write_results


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_results(tmp_path_factory.mktemp("results"))
