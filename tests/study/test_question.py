"""Study files are checked before anything runs; complaints name file, key and nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from desim.study.design import points
from desim.study.question import StudyError, read_study
from tests.study.conftest import TEXT


def complaints(path: Path, old: str, new: str) -> tuple[str, ...]:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_study(path)
    return caught.value.complaints


def test_a_study_file_is_read(study_file: Path) -> None:
    study = read_study(study_file)
    assert (study.name, study.seed, study.replications.at_least) == ("small_study", 5, 6)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"referrals"', '"referals"', "key outcomes: unknown outcome 'referals'; did you mean "
         "'referrals'?"),
        ('"joint_regional"', '"joint_region"', "key design.policies: unknown policy "
         "'joint_region'; did you mean 'joint_regional'?"),
        ('kind = "factorial"', 'kind = "factorail"', "key design.kind: unknown design "
         "'factorail'; did you mean 'factorial'?"),
        ("seed = 5", "seed = -5", "key seed: must be a whole number of at least 0, got -5"),
        ("seed = 5", "sede = 5", "key sede: unknown key 'sede'; did you mean 'seed'?"),
        ("replications = 6", "replications = 1",
         "key replications: must be a whole number of at least 2, got 1"),
        ('"ages"]', '"agse"]', "key tables: unknown table 'agse'; did you mean 'ages'?"),
        ("bounds = true", "buonds = true", "key design.buonds: unknown key 'buonds'; did you "
         "mean 'bounds'?"),
    ],
)  # fmt: skip
def test_bad_input_is_named(study_file: Path, old: str, new: str, complaint: str) -> None:
    assert f"small_study.toml: {complaint}" in complaints(study_file, old, new)


def test_an_unknown_case_is_named(tmp_path: Path) -> None:
    path = tmp_path / "small_study.toml"
    path.write_text(TEXT.format(case="sichuan_2023", replications=3), encoding="utf-8")
    with pytest.raises(StudyError, match="key case: unknown case 'sichuan_2023'; did you mean"):
        read_study(path)


def test_a_lever_outside_its_range_is_named(study_file: Path) -> None:
    text = study_file.read_text(encoding="utf-8")
    begin = text.index("[design]")
    study_file.write_text(
        text[:begin] + '[design]\nkind = "list"\npoints = [{ data_sharing = 1.5 }]\n'
    )
    with pytest.raises(StudyError, match=r"lever data_sharing = 1.5 is outside \[0, 1\]"):
        read_study(study_file)


def test_an_unknown_parameter_gets_the_nearest_name(study_file: Path) -> None:
    found = complaints(study_file, "[design]", '[parameters]\n"delay.upp" = 1.0\n\n[design]')
    assert found == (
        "small_study.toml: key parameters.delay.upp: unknown parameter 'delay.upp'; "
        "did you mean 'delay.up'?",
    )


def test_all_complaints_come_together(study_file: Path) -> None:
    study_file.write_text(study_file.read_text().replace("seed = 5", "seed = 'x'"))
    found = complaints(study_file, '"referrals"', '"referals"')
    assert len(found) == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no such study file"):
        read_study(tmp_path / "nowhere.toml")


def test_a_factorial_has_every_corner_and_the_bounds(study_file: Path) -> None:
    labels = [point.label for point in points(read_study(study_file))]
    assert labels == [
        "baseline", "joint_regional", "clear_responsibilities",
        "clear_responsibilities + joint_regional", "no_coordination", "perfect_coordination",
    ]  # fmt: skip


def test_the_studies_of_the_package_are_valid() -> None:
    folder = Path(__file__).parents[2] / "experiments"
    studies = [read_study(file) for file in sorted(folder.glob("*.toml"))]
    assert {"baseline_against_record", "four_reforms"} <= {study.name for study in studies}
