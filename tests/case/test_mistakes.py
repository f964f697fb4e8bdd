"""One mistake in the tables of a case is one complaint, whatever the mistake brings with it."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desim.case import CaseError, load
from desim.case.case import RECORD_KINDS
from desim.case.load import BUILT_IN
from desim.case.record import REFERS
from desim.mechanism.steps import Activate, Join, Work

SMALL = Path(__file__).parent.parent / "cases" / "small"
PLACES = """name,title,title_zh,residential,commercial,industrial,essential,households,heat,weight,\
line_margin,tag,source
north,North,北,1,1,1,1,1,0,1,1.5,assumed,T1
south,South,南,2,1,1,1,1,0,1,1.5,assumed,T1
west,West,西,3,1,1,1,1,0,1,1.5,assumed,T1
""".replace("\\\n", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small case, in a folder of its own."""
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


@pytest.fixture
def spread(folder: Path) -> Path:
    """The small case with three places, and a unit, a link, a procedure and a stream in each."""
    (folder / "places.csv").write_text(PLACES, encoding="utf-8")
    append(folder, "units.csv", "crew.{place},place,county,0:1,Crew,队,assumed")
    append(
        folder,
        "links.csv",
        "to.{place},place,team,crew.{place},vertical,road,constant(residential),,,,assumed",
    )
    append(
        folder,
        "procedures.csv",
        "crew.{place},place,go,send,link=to.{place},field,Crew,T1",
        "crew.{place},,work,work,"
        '"unit=crew.{place}; duration=exponential(work.report); urgency=1",field,,',
        'crew.{place},,land,refer,"chance=0.1; unit=crew.{place}; back=to.{place}; '
        'triage=constant(1); times=2",,,',
    )
    append(folder, "arrivals.csv", "crew.{place},place,crew.{place},constant(9),,,,,,,,,T1")
    return folder


def append(folder: Path, table: str, *lines: str) -> None:
    with (folder / table).open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def replaced(folder: Path, table: str, old: str, new: str) -> None:
    path = folder / table
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def complaints(folder: Path, **values: float) -> list[str]:
    """What is wrong with a case."""
    with pytest.raises(CaseError) as caught:
        load(str(folder), values)
    return list(caught.value.complaints)


def spoil(folder: Path, table: str, old: str, new: str) -> list[str]:
    replaced(folder, table, old, new)
    return complaints(folder)


def test_the_cases_that_are_spoilt_here_are_sound(spread: Path) -> None:
    case = load(str(spread))
    assert {f"crew.{place}" for place in ("north", "south", "west")} <= {
        unit.name for unit in case.mechanism.units
    }


# Whole numbers, and yes or no.

WORK = "procedures.csv", "unit=team; duration=lognormal(work.report, 0.5)"
ASKED = "procedures.csv", "chance=0.3; unit=donor; back=across; triage=constant(0.3)"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("urgncy", "unknown parameter 'urgncy'"),
        ("1.5", "1.5 is not a whole number"),
        ("nan", "nan is not a whole number"),
        ("inf", "inf is not a whole number"),
        ("1e12", "1e+12 is too large"),
        ("returned", "0.2 is not a whole number"),
    ],
)
def test_an_urgency_must_be_a_whole_number(folder: Path, text: str, complaint: str) -> None:
    found = spoil(folder, *WORK, f"{WORK[1]}; urgency={text}")
    assert found == [f"procedures.csv row 3 column urgency: {complaint}"]


def test_an_urgency_may_be_below_zero(folder: Path) -> None:
    replaced(folder, *WORK, f"{WORK[1]}; urgency=-1")
    step = load(str(folder)).mechanism.procedures[0].steps[1]
    assert isinstance(step, Work)
    assert step.urgency == -1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("tims", "unknown parameter 'tims'"),
        ("2.5", "2.5 is not a whole number"),
        ("-1", "-1 is less than 1"),
        ("0", "0 is less than 1"),
        ("inf", "inf is not a whole number"),
    ],
)
def test_referrals_happen_a_whole_number_of_times(folder: Path, text: str, complaint: str) -> None:
    found = spoil(folder, *ASKED, f"{ASKED[1]}; times={text}")
    assert found == [f"procedures.csv row 12 column times: {complaint}"]


@pytest.mark.parametrize("step", ["consult,branches=answer;", "join,fork=ask;"])
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("quorm", "unknown parameter 'quorm'"),
        ("0.5", "0.5 is not a whole number"),
        ("0", "0 is less than 1"),
        ("nan", "nan is not a whole number"),
    ],
)
def test_a_quorum_must_be_a_whole_number(
    folder: Path, step: str, text: str, complaint: str
) -> None:
    append(
        folder,
        "procedures.csv",
        "answer,,consider,work,unit=office; duration=constant(1),,,",
        "asking,,ask,fork,branches=answer,,,",
        f"asking,,answers,{step} quorum={text},,,",
    )
    assert complaints(folder) == [f"procedures.csv row 19 column quorum: {complaint}"]


def test_a_quorum_of_a_join_is_read(folder: Path) -> None:
    append(
        folder,
        "procedures.csv",
        "answer,,consider,work,unit=office; duration=constant(1),,,",
        "asking,,ask,fork,branches=answer,,,",
        "asking,,answers,join,fork=ask; quorum=1,,,",
    )
    step = load(str(folder)).mechanism.procedures[-1].steps[1]
    assert isinstance(step, Join)
    assert step.quorum == 1


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("inf", "inf is not a whole number"),
        ("nan", "nan is not a whole number"),
        ("0.5", "0.5 is not a whole number"),
        ("1e300", "1e+300 is too large"),
        ("high", "unknown parameter 'high'"),
    ],
)
def test_the_urgency_of_a_stream_must_be_a_whole_number(
    folder: Path, text: str, complaint: str
) -> None:
    found = spoil(folder, "arrivals.csv", ",,1,assessment", f",,{text},assessment")
    assert found == [f"arrivals.csv row 3 column urgency: {complaint}"]


@pytest.mark.parametrize("word", ["8:--5", "1.2.3:4", "8:²", "8:1.5", "8:inf", "nan:1", "8:", "8"])
def test_staff_that_is_no_number_is_named(folder: Path, word: str) -> None:
    found = spoil(folder, "units.csv", "8:2 20:1", f"{word} 20:1")
    text = f"units.csv row 2 column staff: {word!r} is not of the form hour:people"
    assert found == [text]


def test_too_many_people_are_named(folder: Path) -> None:
    found = spoil(folder, "units.csv", "8:2 20:1", "8:99999999999 20:1")
    assert found == ["units.csv row 2 column staff: '99999999999' are too many people"]


@pytest.mark.parametrize("number", ["1_000", "1,5", "12 h", "0x10"])
def test_a_number_in_other_digits_or_signs_is_none(folder: Path, number: str) -> None:
    (found,) = spoil(folder, "pools.csv", "pumps,,2,", f'pumps,,"{number}",')
    said = f"pools.csv row 2 column stock: {number!r} is not a number"
    assert found == f"{said}; write it like 1000 or 0.5"


def test_a_long_cell_is_not_repeated_whole(folder: Path) -> None:
    (found,) = spoil(folder, "pools.csv", "pumps,,2,", f"pumps,,{'x' * 100_000},")
    assert len(found) < 300


def test_a_mixture_within_a_mixture_is_one_complaint_however_deep(folder: Path) -> None:
    deep = "mixture(1: " * 5000 + "constant(1)" + ")" * 5000
    (found,) = spoil(folder, "arrivals.csv", "constant(6)", f'"{deep}"')
    assert found.endswith("column interval: a mixture may not contain a mixture")


def test_a_table_that_nobody_reads_is_named(folder: Path) -> None:
    (folder / "unitz.csv").write_text("name\n")
    assert complaints(folder) == ["unitz.csv: unknown table 'unitz.csv'; did you mean 'units.csv'?"]


@pytest.mark.parametrize(("sign", "called"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_table_of_a_spreadsheet_is_told_how_to_be_saved(
    folder: Path, sign: str, called: str
) -> None:
    path = folder / "pools.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", sign), encoding="utf-8")
    (found,) = complaints(folder)
    assert found.startswith(f"pools.csv: row 1 has {called} between its cells; save it as CSV")


def test_a_quote_that_never_closes_is_named_with_its_row(folder: Path) -> None:
    append(folder, "pools.csv", 'more,,1,,,"Open,assumed')
    rows = len((folder / "pools.csv").read_text(encoding="utf-8").splitlines())
    assert complaints(folder) == [f"pools.csv: row {rows}: a quote is opened and not closed"]


def test_empty_columns_on_the_right_are_no_mistake(folder: Path) -> None:
    path = folder / "pools.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\n", ",,,\n"), encoding="utf-8")
    assert load(str(folder)).mechanism.pools


@pytest.mark.parametrize(
    ("law", "complaint"),
    [
        ("loguniform", "a loguniform range must be positive, got [0, 9]"),
        ("integer", "value 0.5 is not a whole number"),
    ],
)
def test_a_range_must_fit_its_law(folder: Path, law: str, complaint: str) -> None:
    append(folder, "parameters.csv", f"odd.one,0.5,0,9,{law},h,odd,,assumed,")
    assert complaints(folder)[0].endswith(f"column value: odd.one: {complaint}")


def test_yes_and_no_are_the_only_answers(folder: Path) -> None:
    found = spoil(folder, "pools.csv", "donor,,Pumps", "donor,Yes,Pumps")
    assert found == ["pools.csv row 2 column overtaking: 'Yes' is neither yes nor no"]


@pytest.mark.parametrize(("text", "add"), [("yes", True), ("no", False)])
def test_an_activation_adds_when_it_says_yes(folder: Path, text: str, add: bool) -> None:
    replaced(folder, "procedures.csv", "place=valley", f"place=valley; add={text}")
    steps = load(str(folder)).mechanism.procedures[1].steps
    assert [step.add for step in steps if isinstance(step, Activate)] == [add]


def test_an_activation_that_adds_perhaps_is_named(folder: Path) -> None:
    found = spoil(folder, "procedures.csv", "place=valley", "place=valley; add=maybe")
    assert found == ["procedures.csv row 15 column add: 'maybe' is neither yes nor no"]


def test_an_argument_that_stands_twice_is_named(folder: Path) -> None:
    found = spoil(folder, "procedures.csv", "link=up", "link=up; link=up")
    assert found == ["procedures.csv row 4 column arguments: link stands twice"]


# Rows of the record.

PUMPING = "first_at_least,pumping,valley,0.9,,"


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("first_at_least,pumpin,valley,1,,", "of: unknown measure 'pumpin'; did you mean "
         "'pumping'?"),
        ("first_at_least,pumping,vally,1,,", "at: unknown place of pumping 'vally'; did you mean "
         "'valley'?"),
        ("last_below,pumping,,1,,", "at: unknown place of pumping ''"),
        ("last_below,,valley,1,,", "of: unknown measure ''"),
        ("starts,pumpin,,,,", "of: unknown measure 'pumpin'; did you mean 'pumping'?"),
        ("starts,pumping,valley,,,", "at: starts does not look at 'valley': leave it empty"),
        ("field_lag,pumpin,,,,", "of: unknown measure 'pumpin'; did you mean 'pumping'?"),
        ("field_lag_p90,pumpin,,,,", "of: unknown measure 'pumpin'; did you mean 'pumping'?"),
        ("energy,pumpin,,,0,24", "of: unknown measure 'pumpin'; did you mean 'pumping'?"),
        ("energy,pumping,,,24,24", "end: 24 is not after 24 and within 200 hours"),
        ("energy,pumping,,,24,999", "end: 999 is not after 24 and within 200 hours"),
        ("energy,pumping,,,-1,24", "begin: -1 is not within the run of 200 hours"),
        ("profile,watr,,,0,", "of: unknown profile 'watr'; did you mean 'water'?"),
        ("profile,water,pumpin,,0,", "at: unknown measure 'pumpin'; did you mean 'pumping'?"),
        ("profile,water,,,200,", "begin: 200 is not within the run of 200 hours"),
        ("signal_lag,pumping,pumpin,,,", "at: unknown measure 'pumpin'; did you mean 'pumping'?"),
        ("signal_lag,pumping,,,,", "at: unknown measure ''"),
        ("peak,need,,,0,24", "kind: peak looks at the world, and the case has none"),
        ("gap,,,,0,24", "kind: gap looks at the world, and the case has none"),
    ],
)  # fmt: skip
def test_a_row_of_the_record_must_refer_to_what_there_is(
    folder: Path, row: str, complaint: str
) -> None:
    assert spoil(folder, "record.csv", PUMPING, row) == [f"record.csv row 2 column {complaint}"]


@pytest.mark.parametrize(
    "row",
    [
        "last_below,pumping,valley,1,,", "starts,pumping,,,,", "field_lag,pumping,,,,",
        "energy,pumping,,,0,200", "profile,water,,,0,", "profile,water,pumping,,0,",
        "signal_lag,pumping,pumping,,,",
    ],
)  # fmt: skip
def test_a_row_of_the_record_that_refers_to_what_there_is_is_read(folder: Path, row: str) -> None:
    replaced(folder, "record.csv", PUMPING, row)
    assert load(str(folder)).record[0].kind == row.partition(",")[0]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("peak,ned,,,0,24", "of: unknown world quantity 'ned'; did you mean 'need'?"),
        ("mean,need@chengd,,,0,24", "of: unknown world quantity 'need@chengd'; did you mean "
         "'need@chengdu'?"),
        ("day_energy,need,,,816,", "begin: 816 is not within the run of 816 hours"),
        ("ratio,need,,,0,816", "end: 816 is not within the run of 816 hours"),
        ("mean,need,chengdu,,0,24", "at: mean does not look at 'chengdu': leave it empty"),
        ("gap,need,,,0,24", "of: gap does not look at 'need': leave it empty"),
        ("shed_hours,,dazou,,0,24", "at: unknown place 'dazou'; did you mean 'dazhou'?"),
        ("shed_hours,need,dazhou,,0,24", "of: shed_hours does not look at 'need': leave it empty"),
    ],
)  # fmt: skip
def test_a_row_of_the_record_must_refer_to_the_world(
    tmp_path: Path, row: str, complaint: str
) -> None:
    folder = Path(shutil.copytree(BUILT_IN / "sichuan_2022", tmp_path / "case"))
    header = (folder / "record.csv").read_text(encoding="utf-8").splitlines()[0]
    line = f"key,Label,{row},1,0,2,GW,fit,,assumed"
    (folder / "record.csv").write_text(f"{header}\n{line}\n", encoding="utf-8")
    assert complaints(folder) == [f"record.csv row 2 column {complaint}"]


def test_every_kind_of_row_says_what_it_refers_to() -> None:
    assert set(REFERS) == set(RECORD_KINDS)


def test_a_key_of_the_record_stands_once(folder: Path) -> None:
    line = (folder / "record.csv").read_text(encoding="utf-8").splitlines()[1]
    append(folder, "record.csv", line)
    assert complaints(folder) == ["record.csv row 3 column key: pumping stands twice"]


def test_mistakes_in_the_record_come_with_those_in_the_mechanism(folder: Path) -> None:
    replaced(folder, "record.csv", "pumping,valley", "pumping,vally")
    replaced(folder, "procedures.csv", "unit=team;", "unit=taem;")
    assert len(complaints(folder)) == 2


# Files and rows.


def test_a_row_longer_than_the_header_is_named(folder: Path) -> None:
    found = spoil(folder, "topics.csv", "relief,,0,m", "relief,,0,m,5")
    assert found == ["topics.csv row 3: has 5 cells under 4 columns"]


def test_rows_are_counted_as_they_stand_in_the_file(folder: Path) -> None:
    replaced(folder, "topics.csv", "relief,,0,m", "\n\nrelief,,0,m,5")
    assert complaints(folder) == ["topics.csv row 5: has 5 cells under 4 columns"]


@pytest.mark.parametrize("table", ["units.csv", "parameters.csv", "record.csv", "case.toml"])
def test_a_file_that_is_not_utf_8_is_named(folder: Path, table: str) -> None:
    content = (folder / table).read_bytes()
    (folder / table).write_bytes(content + "\n# 现场".encode("gb18030"))
    where = len(content) + 3
    assert complaints(folder) == [f"{table}: is not UTF-8 (byte 0xcf at {where})"]


def test_a_byte_order_mark_is_no_mistake(folder: Path) -> None:
    for table in ("units.csv", "case.toml"):
        content = (folder / table).read_bytes()
        (folder / table).write_bytes(b"\xef\xbb\xbf" + content)
    assert load(str(folder)).name == "small"


def test_a_file_that_is_no_table_is_named(folder: Path) -> None:
    append(folder, "topics.csv", f"big,,{'0' * (csv.field_size_limit() + 1)},m")
    (found,) = complaints(folder)
    assert found.startswith("topics.csv: is not a CSV table: field larger than field limit")


def test_a_table_without_a_procedure_column_is_named(folder: Path) -> None:
    found = spoil(folder, "procedures.csv", "procedure,for_each", "xxxx,for_each")
    assert found == [
        "procedures.csv row 1: column procedure is missing",
        "procedures.csv row 1: unknown column 'xxxx'",
    ]


def test_a_column_that_stands_twice_is_named(folder: Path) -> None:
    found = spoil(folder, "topics.csv", "name,for_each,initial,unit", "name,for_each,initial,name")
    assert found == [
        "topics.csv row 1: column unit is missing",
        "topics.csv row 1: column name stands twice",
    ]


# One mistake, one complaint.

HEADERS = [
    ("units.csv", "tier", "teir"),
    ("units.csv", "staff", "stuff"),
    ("units.csv", "name", "nome"),
    ("links.csv", "delay", "dealy"),
    ("links.csv", "name", "nome"),
    ("pools.csv", "stock", "stok"),
    ("topics.csv", "initial", "initail"),
    ("measures.csv", "effect", "efect"),
    ("measures.csv", "places", "plases"),
    ("rules.csv", "needs", "neds"),
    ("rules.csv", "capacities", "capacity"),
    ("arrivals.csv", "interval", "intervall"),
    ("arrivals.csv", "urgency", "urgancy"),
    ("procedures.csv", "procedure", "procedur"),
    ("procedures.csv", "label", "lable"),
    ("procedures.csv", "step", "steps"),
    ("procedures.csv", "arguments", "argument"),
    ("procedures.csv", "for_each", "for_eech"),
    ("parameters.csv", "name", "nome"),
    ("parameters.csv", "value", "vale"),
    ("parameters.csv", "low", "loww"),
    ("parameters.csv", "law", "lawe"),
    ("parameters.csv", "tag", "tagg"),
    ("parameters.csv", "source", "sorce"),
    ("sources.csv", "key", "keyy"),
    ("sources.csv", "citation", "citaton"),
    ("profiles.csv", "profile", "profil"),
    ("profiles.csv", "value", "vaule"),
    ("record.csv", "kind", "kynd"),
    ("record.csv", "of", "off"),
    ("record.csv", "value", "vaule"),
    ("record.csv", "tag", "tagg"),
    ("places.csv", "name", "nome"),
    ("places.csv", "residential", "residental"),
]


@pytest.mark.parametrize(("table", "column", "wrong"), HEADERS)
def test_a_wrong_column_is_one_complaint(spread: Path, table: str, column: str, wrong: str) -> None:
    path = spread / table
    header, _, rest = path.read_text(encoding="utf-8").partition("\n")
    columns = [wrong if name == column else name for name in header.split(",")]
    assert wrong in columns
    path.write_text(",".join(columns) + "\n" + rest, encoding="utf-8")
    assert complaints(spread) == [
        f"{table} row 1: unknown column {wrong!r}; did you mean {column!r}?"
    ]


@pytest.mark.parametrize("table", [file.name for file in sorted(SMALL.glob("*.csv"))])
def test_a_wrong_column_does_not_hide_what_else_is_wrong(folder: Path, table: str) -> None:
    replaced(folder, table, (folder / table).read_text().split(",")[0] + ",", "surprise,")
    append(folder, "case.toml", "surplus = 1")
    assert "case.toml key surplus: unknown key 'surplus'" in complaints(folder)


def test_a_wrong_column_does_not_hide_a_wrong_cell(folder: Path) -> None:
    replaced(folder, "links.csv", "name,for_each,origin", "name,for_each,orign")
    found = spoil(folder, "links.csv", "constant(0.1)", "constat(0.1)")
    assert found == [
        "links.csv row 1: unknown column 'orign'; did you mean 'origin'?",
        "links.csv row 3 column delay: unknown distribution 'constat'; did you mean 'constant'?",
        "links.csv row 4 column delay: unknown distribution 'constat'; did you mean 'constant'?",
    ]


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("parameters.csv", "there is no such table"),
        ("sources.csv", "there is no such table"),
        ("topics.csv", "there is no such table"),
        ("units.csv", "there is no such table"),
        ("procedures.csv", "there is no such table"),
    ],
)
def test_a_missing_table_is_one_complaint(spread: Path, table: str, text: str) -> None:
    (spread / table).unlink()
    assert complaints(spread) == [f"{table}: {text}"]


@pytest.mark.parametrize("table", ["parameters.csv", "sources.csv", "places.csv"])
def test_an_empty_table_is_one_complaint(spread: Path, table: str) -> None:
    header = (spread / table).read_text(encoding="utf-8").partition("\n")[0]
    (spread / table).write_text(header, encoding="utf-8")
    assert complaints(spread) == [f"{table}: the table is empty"]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "work.report,0.5,0.1",
            "work.report,half,0.1",
            "parameters.csv row 3 column value: unknown parameter 'half'",
        ),
        (
            "work.report,0.5,0.1",
            "work.report,nan,0.1",
            "parameters.csv row 3 column value: work.report: value, low and high must be finite",
        ),
        (
            "work.report,0.5,0.1",
            "work.report,,0.1",
            "parameters.csv row 3 column value: is empty where a number or a parameter is wanted",
        ),
        (
            "work.report,0.5,0.1",
            "work.report,-5,0.1",
            "parameters.csv row 3 column value: work.report: value -5 is outside [0.1, 2]",
        ),
        (
            "work.report,0.5,0.1",
            "work.report,0.5,low",
            "parameters.csv row 3 column low: unknown parameter 'low'",
        ),
        (
            "delay.up,1.5,0.5,4,uniform",
            "delay.up,1.5,0.5,4,unifrm",
            "parameters.csv row 2 column value: delay.up: unknown law 'unifrm' "
            "(known: uniform, triangular, loguniform, integer, choice)",
        ),
    ],
)
def test_a_wrong_parameter_is_one_complaint(
    spread: Path, old: str, new: str, complaint: str
) -> None:
    assert spoil(spread, "parameters.csv", old, new) == [complaint]


def test_a_wrong_value_given_is_one_complaint(spread: Path) -> None:
    found = complaints(spread, **{"work.report": -1.0})
    assert found == ["value of work.report: value -1 is outside [0.1, 2]"]


def test_a_wrong_number_of_a_place_is_one_complaint(spread: Path) -> None:
    found = spoil(spread, "places.csv", "North,北,1,", "North,北,one,")
    assert found == ["places.csv row 2 column residential: unknown parameter 'one'"]


@pytest.mark.parametrize(
    ("table", "old", "new", "complaint"),
    [
        (
            "links.csv", "constant(residential)", "constant(-1)",
            "links.csv row 5 column delay: value of a constant is negative (-1)",
        ),
        (
            "links.csv", "constant(residential)", "constant(residental)",
            "links.csv row 5 column delay: unknown parameter 'residental'; "
            "did you mean 'residential'?",
        ),
        (
            "links.csv", "crew.{place},vertical,road", "crw.{place},vertical,road",
            "links.csv row 5: links to.north: unknown unit 'crw.north'; did you mean 'crew.north'?",
        ),
        (
            "procedures.csv", "urgency=1", "urgency=1.5",
            "procedures.csv row 18 column urgency: 1.5 is not a whole number",
        ),
        (
            "procedures.csv", '"unit=crew.{place}; duration=exp', '"unit=crw.{place}; duration=exp',
            "procedures.csv row 18: procedures crew.north, step work: unknown unit 'crw.north'; "
            "did you mean 'crew.north'?",
        ),
        (
            "procedures.csv", "back=to.{place}", "back=too.{place}",
            "procedures.csv row 19: procedures crew.north, step land.pass1: unknown link "
            "'too.north'; did you mean 'to.north'?",
        ),
        (
            "procedures.csv", "chance=0.1", "chance=1.1",
            "procedures.csv row 19: procedures crew.north, step land.land1: "
            "chance of land.wrong1 1.1 is outside [0, 1]",
        ),
        (
            "procedures.csv", "crew.{place},,work,work", "crew.{place},,work,wrk",
            "procedures.csv row 18 column step: unknown step 'wrk'; did you mean 'work'?",
        ),
        (
            "arrivals.csv", "crew.{place},place,crew.{place}", "crew.{place},place,crw.{place}",
            "arrivals.csv row 4: arrivals crew.north: unknown procedure 'crw.north'; "
            "did you mean 'crew.north'?",
        ),
        (
            "arrivals.csv", "constant(9)", "constant(0)",
            "arrivals.csv row 4: arrivals crew.north: interval must have a positive mean",
        ),
        (
            "units.csv", "county,0:1", "county,0:0",
            "units.csv row 5: units crew.north: has no staff in any shift",
        ),
        (
            "units.csv", "crew.{place},place", "crew.{place},plaice",
            "units.csv row 5 column for_each: unknown expansion 'plaice'; did you mean 'place'?",
        ),
        (
            "units.csv", "crew.{place},place", "crew.{place},place exept north",
            "units.csv row 5 column for_each: unknown word 'exept'; did you mean 'except'?",
        ),
        (
            "units.csv", "crew.{place},place", "crew.{place},place except nord",
            "units.csv row 5 column for_each: unknown place 'nord'; did you mean 'north'?",
        ),
        (
            "measures.csv", "supply,,valley,1", "supply,,all,-1",
            "measures.csv row 2: measures pumping: effect at north is negative (-1)",
        ),
        (
            "procedures.csv", "crew.{place},,land", "crew.{place},place,land",
            "procedures.csv row 19 column for_each: only the first row of a procedure says for "
            "which places",
        ),
    ],
)  # fmt: skip
def test_a_mistake_in_a_row_for_every_place_is_one_complaint(
    spread: Path, table: str, old: str, new: str, complaint: str
) -> None:
    if table == "measures.csv":
        replaced(spread, "procedures.csv", "place=valley", "place=north")
        replaced(spread, "record.csv", "pumping,valley", "pumping,north")
    assert spoil(spread, table, old, new) == [complaint]


def test_two_mistakes_in_a_row_for_every_place_are_two_complaints(spread: Path) -> None:
    replaced(spread, "procedures.csv", "link=to.{place}", "link=too.{place}")
    found = spoil(
        spread, "procedures.csv", '"unit=crew.{place}; duration=exp', '"unit=x; duration=exp'
    )
    assert [text.partition(":")[0] for text in found] == [
        "procedures.csv row 17",
        "procedures.csv row 18",
    ]


def test_two_mistakes_in_a_cell_are_two_complaints(folder: Path) -> None:
    found = spoil(folder, "procedures.csv", "link=up", "lnk=up; way=up; link=up")
    assert found == [
        "procedures.csv row 4 column arguments: unknown argument of send 'lnk'; "
        "did you mean 'link'?",
        "procedures.csv row 4 column arguments: unknown argument of send 'way'",
    ]


def test_rows_for_places_need_places(folder: Path) -> None:
    append(folder, "units.csv", "crew.{place},place,county,0:1,Crew,队,assumed")
    assert complaints(folder) == ["units.csv row 5 column for_each: the case has no places"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            lambda text: text.replace("horizon", "horizn"),
            ["case.toml key horizn: unknown key 'horizn'; did you mean 'horizon'?"],
        ),
        (
            lambda text: text.replace("horizon = 200", "horizon = nan"),
            ["case.toml key horizon: must be a positive number of hours"],
        ),
        (
            lambda text: text.replace("horizon = 200", 'horizon = "200"'),
            ["case.toml key horizon: must be a positive number of hours"],
        ),
        (
            lambda text: text.replace("horizon = 200", "horizon = true"),
            ["case.toml key horizon: must be a positive number of hours"],
        ),
        (
            lambda text: text.replace("2024-01-01T00:00:00", "2024-01-01"),
            ["case.toml key start: must be a date and time"],
        ),
        (lambda text: text.replace("horizon = 200", ""), ["case.toml key horizon: is missing"]),
    ],
)
def test_a_mistake_in_the_case_file_is_one_complaint(
    folder: Path, change: Callable[[str], str], found: list[str]
) -> None:
    path = folder / "case.toml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert complaints(folder) == found


@pytest.mark.parametrize("place", ["", "valley"])
def test_a_loop_in_the_tables_that_takes_no_time_is_named(folder: Path, place: str) -> None:
    replaced(folder, "procedures.csv", "when.end=change:pumping == 0", "when.same=stock:pumps > 0")
    assert complaints(folder) == [
        "procedures.csv row 10: procedures decide, step same: an item can go round for ever while "
        "no time passes (same)"
    ]


def test_a_request_above_the_stock_is_named(folder: Path) -> None:
    replaced(
        folder,
        "procedures.csv",
        "pool=pumps,field,,\ndecide,,order",
        "pool=pumps; amount=3,field,,\ndecide,,order",
    )
    found = spoil(
        folder, "procedures.csv", "give,give,pool=pumps", "give,give,pool=pumps; amount=3"
    )
    assert found == [
        "procedures.csv row 13: procedures decide, step take: takes 3 of pool 'pumps', which never "
        "has more than 2"
    ]


def test_the_unit_of_a_pool_must_exist(folder: Path) -> None:
    found = spoil(folder, "pools.csv", "pumps,,2,donor", "pumps,,2,doner")
    assert found == ["pools.csv row 2: pools pumps: unknown unit 'doner'; did you mean 'donor'?"]


def test_a_capacity_must_not_be_negative(folder: Path) -> None:
    found = spoil(folder, "rules.csv", "pumping,2,", "pumping,-2,")
    assert found == ["rules.csv row 2: rules pump: capacity of pumping is negative (-2)"]


def test_a_stream_must_end_at_a_time(folder: Path) -> None:
    found = spoil(folder, "arrivals.csv", "constant(12),3,,", "constant(12),3,inf,")
    assert found == ["arrivals.csv row 3: arrivals decide: until is not finite (inf)"]


# What is left.


@pytest.fixture
def sichuan(tmp_path: Path) -> Path:
    """The built-in case, in a folder of its own."""
    return Path(shutil.copytree(BUILT_IN / "sichuan_2022", tmp_path / "case"))


@pytest.mark.parametrize(
    ("table", "old", "new", "complaint"),
    [
        (
            "case.toml", "horizon = 200", "horizon =",
            "case.toml: not valid TOML: Invalid value (at line 4, column 10)",
        ),
        (
            "record.csv", "fit,T1", "fit,T2",
            "record.csv row 2 column source: unknown source 'T2'; did you mean 'T1'?",
        ),
        (
            "procedures.csv", "link=up", "link",
            "procedures.csv row 4 column arguments: 'link' is not of the form key=value",
        ),
        (
            "procedures.csv", "take,pool=pumps", "await,when=",
            "procedures.csv row 13 column arguments: await needs a condition",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_named(folder: Path, table: str, old: str, new: str, complaint: str) -> None:
    assert spoil(folder, table, old, new)[0] == complaint


@pytest.mark.parametrize(
    ("table", "complaint"),
    [("hourly.csv", "has 23 hours, wanted 24"), ("daily.csv", "covers 792 h of 816")],
)
def test_a_series_that_is_too_short_is_one_complaint(
    sichuan: Path, table: str, complaint: str
) -> None:
    path = sichuan / table
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    assert complaints(sichuan) == [f"{table}: {complaint}"]


@pytest.mark.parametrize("table", ["hourly.csv", "daily.csv"])
def test_a_series_without_a_column_is_one_complaint(sichuan: Path, table: str) -> None:
    path = sichuan / table
    column = path.read_text(encoding="utf-8").partition(",")[2].partition(",")[0]
    found = spoil(sichuan, table, f",{column},", ",zzzz,")
    assert found == [
        f"{table} row 1: column {column} is missing",
        f"{table} row 1: unknown column 'zzzz'",
    ]


def test_what_is_wrong_with_the_world_as_a_whole_is_named(sichuan: Path) -> None:
    with (sichuan / "places.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (sichuan / "places.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows({**row, "weight": "-1"} for row in rows)
    assert complaints(sichuan) == ["world sichuan_2022: weights holds a negative number"]


def test_a_run_shorter_than_its_days_is_one_complaint(sichuan: Path) -> None:
    found = spoil(sichuan, "case.toml", "horizon = 816", "horizon = 12")
    text = "covers 816 h, and the run has 12: days and run must end together"
    assert found == [f"daily.csv: {text}"]


def test_a_number_of_a_place_that_is_none_is_named_once(sichuan: Path) -> None:
    found = spoil(sichuan, "places.csv", ",0.5,1.3,", ",0.5,wide,")
    assert found == ["places.csv row 2 column line_margin: unknown parameter 'wide'"]
