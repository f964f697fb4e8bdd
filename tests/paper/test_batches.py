"""The runs behind a calibration's tables are those of its batches."""

from __future__ import annotations

from pathlib import Path

import pytest

from desim.figure.validation import VALIDATION
from desim.paper import manifest, provenance
from desim.paper.batches import BEHIND, all_batches, batches_of
from desim.paper.build import build
from desim.paper.sources import CALIBRATION, FACTORIAL, THEORY
from tests.paper.conftest import Place
from tests.paper.fabricated import _runs, study, write_posterior

PLAYED = ("wave_1", "wave_2", "reference", "generation_01_move_1", "predictive_prior", "ends")


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for name in PLAYED:
        (tmp_path / f"calibration_{name}").mkdir()
    return tmp_path


def test_every_table_that_a_figure_reads_has_its_batches() -> None:
    read = [table.partition("/") for figure in VALIDATION for table in figure.inputs]
    assert {table for folder, _, table in read if folder == CALIBRATION} <= set(BEHIND)


def test_the_posterior_rests_on_waves_and_sequence_and_predictions_on_their_own_runs(
    results: Path,
) -> None:
    of_posterior = ["generation_01_move_1", "reference", "wave_1", "wave_2"]
    assert batches_of("marginals", results) == tuple(f"calibration_{n}" for n in of_posterior)
    assert batches_of("predictive", results) == ("calibration_predictive_prior",)
    assert batches_of("worse_ends", results) == ("calibration_ends",)


def test_every_batch_is_behind_some_table(results: Path) -> None:
    told = {name for table in BEHIND for name in batches_of(table, results)}
    assert told == set(all_batches(results))


def test_figures_of_calibration_name_its_runs_and_those_of_theory_say_that_none_is_kept(
    place: Place,
) -> None:
    sources = place.sources
    sources.check = lambda: None  # type: ignore[method-assign]  # it has no file of its own yet
    sources.posterior, sources.calibrated = write_posterior(place.results), True
    sources.study = lambda name: study(  # type: ignore[method-assign]
        FACTORIAL if name == sources.posterior else name
    )
    (place.results / "calibration_predictive_prior").mkdir()
    batch = place.results / "calibration_predictive_prior" / "runs.parquet"
    _runs("calibration_predictive_prior", 3).to_parquet(batch)
    by_name = {figure.name: figure for figure in VALIDATION}
    sources.supplement = (by_name["figure_s3_predictive"], by_name["figure_s6_crossover"])
    build(sources, place.paper, place.figures)
    found = manifest.read(place.paper / "build" / "manifest.json")

    def told(name: str) -> str:
        thing = provenance.find(found, name)[0]
        return "\n".join(provenance.told(thing, found, sources, all_runs=False))

    assert "calibration_predictive_prior-0-0" in told("figure S3")
    assert f"{THEORY}/crossover.parquet" in told("figure S6")
    assert "not kept: desim theory plays them again" in told("figure S6")
