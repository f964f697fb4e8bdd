"""Tables of energy plans, terms, draws by the day and drifting errors, which may be left out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from desim.case import CaseError, load
from desim.case.load import BUILT_IN
from desim.mechanism.levels import Level
from desim.mechanism.mechanism import Mechanism, by_name
from desim.mechanism.parts import PLANS, Rule
from desim.mechanism.steps import Activate, Observe

SMALL = Path(__file__).parent.parent / "cases" / "small"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The Sichuan case, in a folder of its own."""
    return Path(shutil.copytree(BUILT_IN / "sichuan_2022", tmp_path / "case"))


def replaced(folder: Path, table: str, old: str, new: str) -> Path:
    path = folder / table
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def spoil(folder: Path, table: str, old: str, new: str) -> list[str]:
    """Replace text in a table and return the complaints."""
    with pytest.raises(CaseError) as caught:
        load(str(replaced(folder, table, old, new)))
    return list(caught.value.complaints)


def sizing(mechanism: Mechanism) -> Rule:
    return next(rule for rule in mechanism.rules if rule.name == "sizing")


def test_new_columns_may_be_left_out() -> None:
    """The small case has none of them: no energy plan, no term, draws by item, no level."""
    small = load(str(SMALL)).mechanism
    assert [(rule.energy, rule.term) for rule in small.rules] == [(None, 0.0)]
    assert {procedure.draws for procedure in small.procedures} == {"item"}
    assert {topic.level for topic in small.topics} == {None}


@pytest.mark.parametrize(("place", "plan"), list(enumerate(PLANS)))
def test_a_parameter_may_say_which_plan_by_its_place(place: int, plan: str) -> None:
    energy = sizing(load("sichuan_2022", {"decide.rule": float(place)}).mechanism).energy
    assert energy is not None
    assert energy.plan == plan


@pytest.mark.parametrize("plan", PLANS)
def test_a_plan_may_be_named(folder: Path, plan: str) -> None:
    case = load(str(replaced(folder, "rules.csv", "decide.rule,store", f"{plan},store")))
    rules = [rule for rule in case.mechanism.rules if rule.name == "level"]
    assert [rule.energy.plan for rule in rules if rule.energy] == [plan]


def test_no_plan_is_no_energy_plan(folder: Path) -> None:
    case = load(str(replaced(folder, "rules.csv", "decide.rule,store", ",store")))
    assert [rule.energy is None for rule in case.mechanism.rules] == [True, False]


@pytest.mark.parametrize(
    ("table", "old", "new", "complaint"),
    [
        (
            "rules.csv", "decide.rule,store", "budgt,store",
            "rules.csv row 2 column plan: unknown plan 'budgt'; did you mean 'budget'?",
        ),
        (
            "rules.csv", "decide.rule,store", "decide.rul,store",
            "rules.csv row 2 column plan: unknown parameter 'decide.rul'; "
            "did you mean 'decide.rule'?",
        ),
        (
            "rules.csv", "decide.rule,store", "7,store",
            "rules.csv row 2 column plan: unknown plan '7'",
        ),
        (
            "rules.csv", "decide.rule,store", "0.5,store",
            "rules.csv row 2 column plan: 0.5 is not a whole number",
        ),
        (
            "rules.csv", "decide.rule,store", "budget,stoer",
            "rules.csv row 2: rules level: unknown topic 'stoer'; did you mean 'store'?",
        ),
        (
            "rules.csv", ",growth,", ",grwth,",
            "rules.csv row 1: unknown column 'grwth'; did you mean 'growth'?",
        ),
        (
            "topics.csv", "world:store", "world:stoer",
            "topics.csv row 3: topics store: unknown world quantity 'stoer'; "
            "did you mean 'store'?",
        ),
        (
            "procedures.csv", ",day,", ",dya,",
            "procedures.csv row 68: procedures order.severity: unknown key of draws 'dya'; "
            "did you mean 'day'?",
        ),
        (
            "procedures.csv", "; persistence=", "; persistnce=",
            "procedures.csv row 2 column arguments: unknown argument of observe 'persistnce'; "
            "did you mean 'persistence'?",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_one_complaint(
    folder: Path, table: str, old: str, new: str, complaint: str
) -> None:
    assert spoil(folder, table, old, new) == [complaint]


def test_what_is_observed_and_ordered_takes_its_arguments_from_the_table() -> None:
    given = {"error.need": 0.07, "error.shared": 0.25, "error.persistence": 96.0,
             "order.unchecked": 0.125}  # fmt: skip
    mechanism = load("sichuan_2022", given).mechanism
    steps = [step for procedure in mechanism.procedures for step in procedure.steps]
    need = {s for s in steps if isinstance(s, Observe) and s.level.of == "need_ahead"}
    assert {(s.error, s.shared, s.persistence) for s in need} == {(0.07, 0.25, 96.0)}
    order = by_name(mechanism.procedures)["order.voluntary.chengdu"]
    assert [s.unchecked for s in order.steps if isinstance(s, Activate)] == [0.125]


def test_topics_say_what_of_the_world_they_are_about() -> None:
    topics = {topic.name: topic.level for topic in load("sichuan_2022").mechanism.topics}
    assert topics["store"] == Level("world", "store")
    assert topics["need.chengdu"] == Level("world", "need_ahead", "chengdu")


def test_a_misspelt_plan_hides_no_other_mistake_of_its_row(folder: Path) -> None:
    replaced(folder, "rules.csv", "decide.rule,store", "budgt,store")
    assert spoil(folder, "rules.csv", "decide.days", "decide.dyas") == [
        "rules.csv row 2 column plan: unknown plan 'budgt'; did you mean 'budget'?",
        "rules.csv row 2 column days: unknown parameter 'decide.dyas'; did you mean 'decide.days'?",
    ]


def test_only_the_first_row_of_a_procedure_says_what_its_draws_are_keyed_by(folder: Path) -> None:
    old = "order.voluntary.{place},,,activate,activate"
    found = spoil(folder, "procedures.csv", old, old.replace(",,,", ",,day,"))
    assert found == [
        "procedures.csv row 111 column draws: only the first row of a procedure says what its "
        "draws are keyed by"
    ]
