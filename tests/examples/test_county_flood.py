"""The example package, installed into an environment of its own, is found and played."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "county_flood"
Desim = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment that sees this one's libraries, with the example in it.

    What is installed here is only seen, so that nothing has to be fetched.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site = Path(subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip())
    seen = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    (site / "seen.pth").write_text("\n".join(seen), encoding="utf-8")
    source = Path(shutil.copytree(EXAMPLE, folder / "county_flood"))
    subprocess.run(
        [
            sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet",
            "--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check",
            str(source),
        ],
        check=True,
    )  # fmt: skip
    shutil.rmtree(source)
    return python


@pytest.fixture
def desim(python: Path, tmp_path: Path) -> Desim:
    """Call the command line of that environment, from an empty folder."""

    def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        called = [str(python), "-m", "desim.cli", *map(str, arguments)]
        return subprocess.run(called, capture_output=True, text=True, check=False, cwd=tmp_path)

    return call


def test_policies_of_the_package_are_listed_with_version_and_lever(desim: Desim) -> None:
    said = desim("policies").stdout
    assert "boats_in_advance, county-flood 0.1.0: Boats wait in the villages" in said
    assert "lever [0, 1]: share of the fleet that is stationed in advance" in said
    assert "outcome hours_to_rescue, county-flood 0.1.0" in said
    assert "case county_flood, county-flood 0.1.0" in said


def test_a_run_gives_the_same_on_both_engines_and_shows_the_outcome(desim: Desim) -> None:
    asked = ("run", "--case", "county_flood", "-p", "boats_in_advance=0.5", "--engine")
    compiled, simpy = (desim(*asked, engine).stdout for engine in ("compiled", "simpy"))
    assert compiled == simpy
    assert "Hours from a call to its rescue" in compiled


@pytest.mark.parametrize("name", ["boats_in_advance", "hours_to_rescue", "county_flood"])
def test_each_plug_in_keeps_its_contract(desim: Desim, name: str) -> None:
    said = desim("check", name, "--case", "county_flood")
    assert said.returncode == 0, said.stdout + said.stderr
    assert "keeps its contract" in said.stdout


@pytest.mark.parametrize("name", ["with_reforms", "what_matters"])
def test_a_study_gives_the_same_runs_on_both_engines(
    desim: Desim, name: str, tmp_path: Path
) -> None:
    study, digests = EXAMPLE / "studies" / f"{name}.toml", []
    # worker processes must find the plug-ins too; once is enough
    workers = 2 if name == "with_reforms" else 1
    for engine, count in (("compiled", workers), ("simpy", 1)):
        asked = ("--engine", engine, "--workers", count, "--results", engine)
        said = desim("experiment", study, "--quick", *map(str, asked))
        assert said.returncode == 0, said.stderr
        digests.append(pd.read_parquet(tmp_path / engine / name / "runs.parquet")["digest"])
    assert digests[0].tolist() == digests[1].tolist()
    assert digests[0].nunique() > 4


def test_levers_are_factors_of_the_screening(desim: Desim, tmp_path: Path) -> None:
    study = EXAMPLE / "studies" / "what_matters.toml"
    assert desim("experiment", study, "--quick", "--executor", "serial").returncode == 0
    table = pd.read_parquet(tmp_path / "results" / "what_matters" / "morris.parquet")
    mine = table[table["label"].str.contains("sampled")].set_index(["quantity", "factor"])
    assert mine.loc[("value", "boats_in_advance"), "mu"] < 0.0
    base = table[table["label"] == "baseline"].set_index("factor")
    assert base.loc["boats_in_advance", "mu_star"] == 0.0


def test_the_policy_takes_at_most_25_lines() -> None:
    text = (EXAMPLE / "county_flood" / "policy.py").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if line.strip()]) <= 25
