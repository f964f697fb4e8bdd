"""Study files are checked before anything runs; complaints name file, key and nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from desim.study.design import points
from desim.study.question import StudyError, read_study, study_from
from tests.study.conftest import SMALL, TEXT


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
        ("seed = 5", "seed = 9223372036854775808",
         "key seed: must be at most 9223372036854775807, got 9223372036854775808"),
        ("seed = 5", "seed = 5\nparameters = 3",
         "key parameters: must be a table of values, got 3"),
        ("seed = 5", "seed = 5\nprofile = 'lagre'",
         "key profile: unknown profile 'lagre'; did you mean 'large'?"),
        ("bounds = true", 'bounds = "no"', "key design.bounds: must be true or false, got 'no'"),
        ("bounds = true", "points = 5", "key design.points: a design of kind factorial has none"),
        ('"joint_regional"]', '"clear_responsibilities"]',
         "key design.policies: 'clear_responsibilities' stands twice"),
        ('"referrals"', '"peak_shortfall"',
         "key outcomes: 'peak_shortfall' needs a world, and case small has none"),
        ('"ages"]', '"series"]', "key tables: 'series' needs a world, and case small has none"),
        ("replications = 6", "replications = { at_least = 3, at_most = 9 }",
         "key replications.at_most: means nothing without precision, differences or luck"),
        ("replications = 6",
         "replications = { at_least = 3, precision = { referrals = { relative = 0.1 } } }",
         "key replications.at_most: is missing; a precision may never be reached"),
        ("replications = 6",
         "replications = { at_least = 3, at_most = 9, precision = { referals = {} } }",
         "key replications.precision.referals: unknown outcome 'referals'; did you mean "
         "'referrals'?"),
        ("seed = 5", 'seed = 5\nuncertainties = "all"',
         "key uncertainties: a design of kind factorial has none"),
        ("bounds = true", "buonds = true", "key design.buonds: unknown key 'buonds'; did you "
         "mean 'bounds'?"),
    ],
)  # fmt: skip
def test_bad_input_is_named(study_file: Path, old: str, new: str, complaint: str) -> None:
    assert f"small_study.toml: {complaint}" in complaints(study_file, old, new)


DESIGNS = {
    "single with policies": (
        'kind = "single"\npolicies = ["data_sharing"]',
        "key design.policies: a design of kind single has none",
    ),
    "points that are no list": (
        'kind = "list"\npoints = 5',
        "key design.points: must be a list of levers, got 5",
    ),
    "levers that are no table": (
        'kind = "list"\npoints = [3]',
        "key design.points 1: must be a table of levers, got 3",
    ),
    "unknown dose": (
        'kind = "dose_response"\ndoses = { data_shraing = [1.0] }',
        "key design.doses.data_shraing: unknown policy or parameter of a policy 'data_shraing'; "
        "did you mean 'data_sharing'?",
    ),
    "dose outside its range": (
        'kind = "dose_response"\ndoses = { data_sharing = [0.5, 2.0] }',
        "key design.doses.data_sharing: 2 is outside [0, 1]",
    ),
    "unknown scenario value": (
        'kind = "scenarios"\npoints = [{}]\nscenarios = { slow = { "delay.upp" = 1.0 } }',
        "key design.scenarios.slow.delay.upp: unknown parameter 'delay.upp'; did you mean "
        "'delay.up'?",
    ),
    "unknown generator": (
        'kind = "fractional"\npolicies = ["data_sharing"]\ngenerators = { joint_regional = [] }',
        "key design.generators.joint_regional: unknown policy 'joint_regional'",
    ),
    "base that is no power of two": (
        'kind = "sobol"\nbase = 12',
        "key design.base: must be a power of two, got 12",
    ),
    "odd levels": (
        'kind = "morris"\ntrajectories = 2\nlevels = 3',
        "key design.levels: must be an even number, got 3",
    ),
    "sample without uncertainties": (
        'kind = "morris"\ntrajectories = 2',
        'key uncertainties: a morris design needs them: "all", a list, or a table',
    ),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_a_bad_design_is_named(study_file: Path, name: str) -> None:
    design, complaint = DESIGNS[name]
    text = study_file.read_text(encoding="utf-8")
    study_file.write_text(text[: text.index("[design]")] + "[design]\n" + design)
    with pytest.raises(StudyError) as caught:
        read_study(study_file)
    assert f"small_study.toml: {complaint}" in caught.value.complaints


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ('["delay.upp"]', "key uncertainties: unknown parameter 'delay.upp'; did you mean "
         "'delay.up'?"),
        ('["joint_regional.trucks"]', "key uncertainties: joint_regional.trucks means nothing, no "
         "point has policy joint_regional"),
        ('{ "delay.up" = { law = "normal" } }', "key uncertainties.delay.up: unknown law 'normal' "
         "(known: uniform, triangular, loguniform, integer, categorical)"),
        ('{ "delay.up" = { low = 0.1 } }', "key uncertainties.delay.up: 0.1 is outside [0.5, 4]"),
        ('{ "delay.up" = { values = [1.0] } }', "key uncertainties.delay.up: a categorical input "
         "needs two values at least"),
    ],
)  # fmt: skip
def test_a_bad_uncertainty_is_named(study_file: Path, given: str, complaint: str) -> None:
    text = study_file.read_text(encoding="utf-8")
    head = text[: text.index("[design]")] + f"uncertainties = {given}\n"
    study_file.write_text(head + '[design]\nkind = "sobol"\nbase = 8\n')
    with pytest.raises(StudyError) as caught:
        read_study(study_file)
    assert caught.value.complaints == (f"small_study.toml: {complaint}",)


def test_a_file_that_is_no_text_is_named(study_file: Path) -> None:
    study_file.write_bytes(b"question = '\xff'")
    with pytest.raises(StudyError, match="not UTF-8 text: byte 13 is 0xff"):
        read_study(study_file)


def test_all_outcomes_are_those_that_the_case_can_have(study_file: Path) -> None:
    text = study_file.read_text(encoding="utf-8")
    begin, end = text.index("outcomes"), text.index("tables")
    study_file.write_text(text[:begin] + 'outcomes = "all"\n' + text[end:])
    outcomes = read_study(study_file).outcomes
    assert "coordination_hours" in outcomes
    assert "peak_shortfall" not in outcomes


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
        "clear_responsibilities + joint_regional", "no_coordination", "local_response",
        "perfect_communication", "perfect_coordination",
    ]  # fmt: skip


def test_the_studies_of_the_package_are_valid() -> None:
    folder = Path(__file__).parents[2] / "experiments"
    studies = [read_study(file) for file in sorted(folder.glob("*.toml"))]
    assert {"baseline_against_record", "four_reforms"} <= {study.name for study in studies}


SICHUAN = """
question = "Does it work?"
case = "sichuan_2022"
seed = 5
replications = 2
outcomes = ["energy_curtailed"]
"""
UNFIT = "does not fit: rules.csv row 2 column"
CHOSEN = 'is a choice and has no chances: list its values, "decide.rule" = { values = [...] }'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('parameters = { "decide.rule" = 0.5 }\n[design]\nkind = "single"',
         f"key parameters.decide.rule: decide.rule = 0.5 {UNFIT} plan: 0.5 is not a whole number"),
        ('parameters = { "decide.days" = 2.5 }\n[design]\nkind = "single"',
         "key parameters.decide.days: decide.days = 2.5 does not fit: value of decide.days: "
         "value 2.5 is not a whole number"),
        ('[design]\nkind = "scenarios"\npoints = [{ data_sharing = 1.0 }]\n'
         '[design.scenarios]\na = { "decide.rule" = 1.5 }',
         f"key design.scenarios.a.decide.rule: decide.rule = 1.5 {UNFIT} plan: 1.5 is not a whole "
         "number"),
        ('[design]\nkind = "sample"\nnames = ["decide.rule"]\nrows = [[0.0], [0.5]]',
         f"key design.rows 2: decide.rule = 0.5 {UNFIT} plan: 0.5 is not a whole number"),
        ('[design]\nkind = "morris"\ntrajectories = 2\n'
         '[uncertainties]\n"decide.rule" = { values = [0, 0.5] }',
         f"key uncertainties.decide.rule: decide.rule = 0.5 {UNFIT} plan: 0.5 is not a whole "
         "number"),
        ('[design]\nkind = "morris"\ntrajectories = 2\n'
         '[uncertainties]\n"decide.rule" = { law = "uniform" }',
         f"key uncertainties.decide.rule: decide.rule = 0.74 {UNFIT} plan: 0.74 is not a whole "
         "number"),
        ('uncertainties = ["decide.rule", "decide.days"]\n[design]\nkind = "sobol"\nbase = 2',
         f"key uncertainties: decide.rule {CHOSEN}"),
        ('[design]\nkind = "sobol"\nbase = 2\n[uncertainties]\n"decide.rule" = {}',
         f"key uncertainties.decide.rule: {CHOSEN}"),
        ('[design]\nkind = "sobol"\nbase = 2\n'
         '[uncertainties]\n"decide.rule" = { values = [1, 1] }',
         "key uncertainties.decide.rule.values: a value stands twice in [1, 1]"),
        ('[design]\nkind = "sobol"\nbase = 2\n'
         '[uncertainties]\n"decide.rule" = { law = "categoricl", values = [0, 1] }',
         "key uncertainties.decide.rule.law: unknown law 'categoricl'; did you mean "
         "'categorical'?"),
    ],
)  # fmt: skip
def test_a_value_that_the_tables_cannot_take_is_named(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "x.toml"
    path.write_text(SICHUAN + text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_study(path)
    assert caught.value.complaints == (f"x.toml: {complaint}",)


@pytest.mark.parametrize("kind", ['sobol"\nbase = 2', 'morris"\ntrajectories = 2'])
def test_a_choice_is_sampled_where_its_values_are_listed(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x.toml"
    listed = '[uncertainties]\n"decide.rule" = { values = [0, 1, 2] }'
    path.write_text(f'{SICHUAN}[design]\nkind = "{kind}\n{listed}', encoding="utf-8")
    (found,) = read_study(path).uncertainties
    assert (found.law, found.values) == ("categorical", (0.0, 1.0, 2.0))


HUGE = "1" + "0" * 400
SAMPLED = 'uncertainties = "all"\n[design]\nkind = '


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[design]\nkind = ["list"]', "key design.kind: unknown design \"['list']\""),
        ("[design]\nkind = { a = 1 }", "key design.kind: unknown design \"{'a': 1}\""),
        ('[design]\nkind = "sample"\nstored = ["x"]', "key design.stored: unknown sample"),
        ('[design]\nkind = "factorial"\npolicies = 5', "key design.policies: must be a list of "
         "names"),
        (f'[design]\nkind = "list"\npoints = [{{ data_sharing = {HUGE} }}]',
         "key design.points 1: lever data_sharing = a whole number of about 400 digits is outside"),
        (f'parameters = {{ "work.report" = {HUGE} }}\n[design]\nkind = "single"',
         "key parameters.work.report: a whole number of about 400 digits is outside [0.1, 2]"),
        (SAMPLED + '"morris"\ntrajectories = 1000000000',
         "key design.trajectories: must be at most 1048576, got 1000000000"),
        (SAMPLED + f'"morris"\ntrajectories = 2\nlevels = {HUGE}',
         "key design.levels: must be 2 to 1000, got a whole number of about 400 digits"),
        (SAMPLED + '"sobol"\nbase = 4611686018427387904', "key design.base: must be at most"),
        (SAMPLED + '"latin_hypercube"\nsamples = 1000000000000', "key design.samples: must be at"),
        ('[design]\nkind = "list"\npoints = [{ data_sharing = 1 }, {}]', "key design.points 2: is "
         "the same as the baseline, which is there anyway"),
        ('[design]\nkind = "list"\npoints = [{ data_sharing = 0 }]', "key design.points 1: is the "
         "same as the baseline, which is there anyway"),
        ('[design]\nkind = "list"\npoints = [{ data_sharing = 1 }, { data_sharing = 1.0 }]',
         "key design.points 2: is the same as point 1"),
    ],
)  # fmt: skip
def test_a_value_that_means_nothing_is_one_complaint(text: str, complaint: str) -> None:
    start = f'question = "?"\ncase = "{SMALL}"\nseed = 1\nreplications = 2\n'
    with pytest.raises(StudyError) as caught:
        study_from(f'{start}outcomes = ["referrals"]\n{text}', "x.toml")
    (found,) = caught.value.complaints
    assert found.startswith(f"x.toml: {complaint}")


def test_a_byte_order_mark_is_no_mistake(study_file: Path) -> None:
    study_file.write_bytes(b"\xef\xbb\xbf" + study_file.read_bytes())
    assert read_study(study_file).seed == 5


def test_a_question_that_moves_the_cursor_is_refused(study_file: Path) -> None:
    text = study_file.read_text(encoding="utf-8")
    text = text.replace('question = "', 'question = "\\u001b]0;x\\u0007')
    study_file.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="key question: holds letters that cannot be printed"):
        read_study(study_file)


def test_a_file_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_bytes(b"#" * 5_000_000)
    with pytest.raises(StudyError, match="this is no study"):
        read_study(path)
