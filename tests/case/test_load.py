"""Cases are read from tables, and every complaint names file, row, column and the nearest name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desim.case import CaseError, load
from desim.case.load import Tables, names
from desim.mechanism.diff import digest

SMALL = Path(__file__).parent.parent / "cases" / "small"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def spoil(folder: Path, table: str, old: str, new: str) -> tuple[str, ...]:
    """Replace text in a table and return the complaints."""
    path = folder / table
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        load(str(folder))
    return caught.value.complaints


def test_sichuan_is_built_in() -> None:
    assert "sichuan_2022" in names()


def test_a_folder_of_tables_is_a_case() -> None:
    case = load(str(SMALL))
    assert [unit.name for unit in case.mechanism.units] == ["office", "team", "donor"]
    assert case.record[0].key == "pumping"


def test_loading_twice_gives_the_same_mechanism() -> None:
    assert digest(load("sichuan_2022").mechanism) == digest(load("sichuan_2022").mechanism)


def test_a_value_replaces_that_of_the_table() -> None:
    changed = load(str(SMALL), {"delay.up": 3.0})
    assert changed.mechanism.links[0].delay.mean == pytest.approx(3.0)
    assert next(p for p in changed.parameters if p.name == "delay.up").value == 3.0


@pytest.mark.parametrize(
    ("table", "old", "new", "complaint"),
    [
        (
            "procedures.csv", "unit=team;", "unit=taem;",
            "procedures.csv row 3: procedures report, step compile: unknown unit 'taem'; "
            "did you mean 'team'?",
        ),
        (
            "procedures.csv", "link=up", "link=upp",
            "procedures.csv row 4: procedures report, step up: unknown link 'upp'; "
            "did you mean 'up'?",
        ),
        (
            "procedures.csv", "when.end=", "when.ned=",
            "procedures.csv row 10: procedures decide, step same: unknown label 'ned'; "
            "did you mean 'end'?",
        ),
        (
            "procedures.csv", "rule=pump", "rule=pumps",
            "procedures.csv row 9: procedures decide, step size: unknown rule 'pumps'; "
            "did you mean 'pump'?",
        ),
        (
            "procedures.csv", "constant(0.1)", "constant(-0.1)",
            "procedures.csv row 5 column duration: value of a constant is negative (-0.1)",
        ),
        (
            "procedures.csv", "constant(0.1)", "constant(inf)",
            "procedures.csv row 5 column duration: value of a constant is not finite (inf)",
        ),
        (
            "procedures.csv", "constant(0.1)", "exponental(1)",
            "procedures.csv row 5 column duration: unknown distribution 'exponental'; "
            "did you mean 'exponential'?",
        ),
        (
            "procedures.csv", "(work.report,", "(work.reprot,",
            "procedures.csv row 3 column duration: unknown parameter 'work.reprot'; "
            "did you mean 'work.report'?",
        ),
        (
            "procedures.csv", "report,,tell,tell,", "report,,tell,tel,",
            "procedures.csv row 6 column step: unknown step 'tel'; did you mean 'tell'?",
        ),
        (
            "procedures.csv",
            "pool=pumps,field,,\ndecide,,order",
            "pool=pump,field,,\ndecide,,order",
            "procedures.csv row 13: procedures decide, step take: unknown pool 'pump'; "
            "did you mean 'pumps'?",
        ),
        (
            "procedures.csv", "decide,,give,give,pool=pumps,field,,\n", "",
            "procedures.csv row 7: procedures decide: takes from pool 'pumps' and on some path "
            "never gives back",
        ),
        (
            "procedures.csv", "chance=0.3", "chance=1.3",
            "procedures.csv row 12: procedures decide, step land.land1: chance of land.wrong1 1.3 "
            "is outside [0, 1]",
        ),
        (
            "units.csv", "0:1,Field team", "0:0,Field team",
            "units.csv row 3: units team: has no staff in any shift",
        ),
        (
            "units.csv", "8:2 20:1", "8-2 20:1",
            "units.csv row 2 column staff: '8-2' is not of the form hour:people",
        ),
        (
            "links.csv", "office,donor", "office,doner",
            "links.csv row 4: links across: unknown unit 'doner'; did you mean 'donor'?",
        ),
        (
            "links.csv", "vertical,written", "vertical,writen",
            "links.csv row 2: links up: unknown channel 'writen'; did you mean 'written'?",
        ),
        (
            "arrivals.csv", "constant(6)", "constant(0)",
            "arrivals.csv row 2: arrivals report: interval must have a positive mean",
        ),
        (
            "parameters.csv", "0.5,4,uniform", "2,4,uniform",
            "parameters.csv row 2 column value: delay.up: value 1.5 is outside [2, 4]",
        ),
        (
            "parameters.csv", "h,written report,,assumed", "h,written report,,guessed",
            "parameters.csv row 2 column value: delay.up: unknown tag 'guessed' "
            "(known: reported, derived, assumed)",
        ),
        (
            "parameters.csv", "h,written report,,assumed", "h,written report,T2,assumed",
            "parameters.csv row 2 column source: unknown source 'T2'; did you mean 'T1'?",
        ),
        (
            "record.csv", "first_at_least", "first_at_last",
            "record.csv row 2 column kind: unknown kind 'first_at_last'; "
            "did you mean 'first_at_least'?",
        ),
        (
            "units.csv", "name,for_each", "nome,for_each",
            "units.csv row 1: unknown column 'nome'; did you mean 'name'?",
        ),
        (
            "units.csv", "name,for_each", "kkkk,for_each",
            "units.csv row 1: column name is missing",
        ),
        (
            "case.toml", "horizon = 200", "horizn = 200",
            "case.toml key horizn: unknown key 'horizn'; did you mean 'horizon'?",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_named(folder: Path, table: str, old: str, new: str, complaint: str) -> None:
    assert complaint in spoil(folder, table, old, new)


def test_one_mistake_gives_one_complaint(folder: Path) -> None:
    assert len(spoil(folder, "procedures.csv", "unit=team;", "unit=taem;")) == 1


def test_an_empty_table_is_named(folder: Path) -> None:
    (folder / "units.csv").write_text("name,for_each,tier,staff,title,title_zh,source\n")
    with pytest.raises(CaseError) as caught:
        load(str(folder))
    assert caught.value.complaints == ("units.csv: the table is empty",)


def test_a_missing_table_is_named(folder: Path) -> None:
    (folder / "links.csv").unlink()
    with pytest.raises(CaseError) as caught:
        load(str(folder))
    assert caught.value.complaints == ("links.csv: there is no such table",)


def test_complaints_of_several_tables_come_together(folder: Path) -> None:
    path = folder / "arrivals.csv"
    path.write_text(path.read_text().replace("constant(6)", "constant(-6)"))
    found = spoil(folder, "links.csv", "0.05", "1.5x")
    assert any(text.startswith("arrivals.csv row 2 column interval") for text in found)
    assert any(text.startswith("links.csv row 2 column loss") for text in found)


def test_an_unknown_case_gets_the_nearest_name() -> None:
    with pytest.raises(CaseError, match="unknown case 'sichuan_2021'; did you mean 'sichuan_2022'"):
        load("sichuan_2021")


def test_an_unknown_value_gets_the_nearest_parameter() -> None:
    with pytest.raises(CaseError, match=r"did you mean 'delay\.up'"):
        load(str(SMALL), {"delay.upp": 1.0})


def test_a_value_outside_its_range_is_refused() -> None:
    with pytest.raises(CaseError, match=r"value of delay.up: value 99 is outside \[0.5, 4\]"):
        load(str(SMALL), {"delay.up": 99.0})


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_cases_made_from_open_tables_are_those_loaded_anew(data: st.DataObject) -> None:
    tables = Tables("sichuan_2022")
    names = [p for p in tables.case(checked=False).parameters if p.low < p.high]
    for _ in range(4):
        some = data.draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
        values = {p.name: data.draw(st.sampled_from((p.low, p.value, p.high))) for p in some}
        again = tables.case(values, checked=False)
        anew = load("sichuan_2022", values, checked=False)
        assert again.parameters == anew.parameters
        assert again.record == anew.record
        assert digest(again.mechanism) == digest(anew.mechanism)


def test_open_tables_complain_each_time_and_go_on() -> None:
    tables = Tables(str(SMALL))
    complaints = []
    for _ in range(2):
        with pytest.raises(CaseError) as caught:
            tables.case({"work.verfy": 1.0})
        complaints.append(caught.value.complaints)
    assert complaints[0] == complaints[1]
    assert tables.case().mechanism == load(str(SMALL)).mechanism
