"""Numbers and words: they follow the results, and only what depends on a table changes with it."""

from __future__ import annotations

import pandas as pd
import pytest

from desim.paper.entry import Entry, Origin, PaperError, by_key
from desim.paper.numbers.catalogue import all_entries
from desim.paper.sources import BASELINE, FACTORIAL, MAIN, ROBUST, SEMANTICS
from desim.paper.wording import in_words
from tests.paper.conftest import Place
from tests.paper.fabricated import ALL, CASE

EFFECT = f"effect.data_sharing.{MAIN}"


def texts(place: Place) -> dict[str, str]:
    return {key: entry.text for key, entry in all_entries(place.sources).items()}


def change(place: Place, table: str, where: dict[str, object], **values: object) -> None:
    """Change some columns of the rows of a table that columns choose."""
    path = place.results / f"{table}.parquet"
    rows = pd.read_parquet(path)
    chosen = pd.Series(True, index=rows.index)
    for column, value in where.items():
        chosen &= rows[column] == value
    assert chosen.any()
    for column, value in values.items():
        rows.loc[chosen, column] = value
    rows.to_parquet(path)


def changed(place: Place, made: Place) -> set[str]:
    before, after = texts(made), texts(place)
    return {key for key in before if before[key] != after[key]}


def test_a_changed_effect_changes_its_numbers_and_no_others(made: Place, place: Place) -> None:
    where = {"outcome": MAIN, "term": "data_sharing"}
    change(place, f"{FACTORIAL}/effects", where, effect=-9.0, low=-12.0, high=-6.0)
    sentences = {f"effects.{MAIN}", f"effects.{MAIN}.capital"}
    assert changed(place, made) == {EFFECT, *sentences}


def test_a_changed_row_of_the_record_changes_its_numbers_and_no_others(
    made: Place, place: Place
) -> None:
    change(place, f"{BASELINE}/record", {"key": "gap"}, model_mean=16.2)
    assert changed(place, made) == {"record.gap.model"}


def test_a_study_that_is_played_more_often_changes_its_sizes_only(
    made: Place, place: Place
) -> None:
    from tests.paper.fabricated import write_provenance

    write_provenance(place.results, ROBUST, replications=30, runs=60)
    assert changed(place, made) == {"robust.replications", "robust.runs", "about.runs"}


@pytest.mark.parametrize(
    ("difference", "p", "word"),
    [(-4.0, 0.01, "lowers"), (4.0, 0.01, "raises"), (4.0, 0.2, "has no clear effect on")],
)
def test_a_verb_follows_sign_and_significance(
    place: Place, difference: float, p: float, word: str
) -> None:
    where = {"outcome": MAIN, "term": "data_sharing"}
    change(place, f"{FACTORIAL}/effects", where, effect=difference, p_holm=p)
    assert texts(place)[f"{EFFECT}.verb"] == word


def test_a_sentence_says_who_lowers_who_raises_and_who_does_neither(place: Place) -> None:
    effects = f"{FACTORIAL}/effects"
    raising = {"effect": 6.0, "low": 4.0, "high": 8.0}
    change(place, effects, {"outcome": MAIN, "term": "joint_regional"}, **raising)
    change(place, effects, {"outcome": MAIN, "term": "public_engagement"}, p_holm=0.6)
    said = texts(place)[f"effects.{MAIN}"]
    assert "joint regional programmes (by 6.00\N{NO-BREAK SPACE}GWh, 4.00 to 8.00) raise it" in said
    assert said.endswith("public engagement has no clear effect")


def test_interactions_are_named_only_when_they_are_clear(made: Place, place: Place) -> None:
    assert texts(made)["interactions.sentence"] == "None of the 11 interactions is clear."
    where = {"outcome": MAIN, "term": "data_sharing × joint_regional"}
    change(place, f"{FACTORIAL}/effects", where, p_holm=0.01, effect=3.0, low=1.0, high=5.0)
    said = texts(place)["interactions.sentence"]
    assert said.startswith("Of 11 interactions, one is clear: data sharing × joint regional")
    assert "do less together" in said


def test_whether_all_reforms_may_be_best_is_said_as_it_is(made: Place, place: Place) -> None:
    assert texts(made)["best.all.word"] == "is among"
    change(place, f"{FACTORIAL}/best", {"name": ALL}, may_be_best=False)
    assert texts(place)["best.all.word"] == "is not among"


def test_combinations_beyond_perfect_coordination_are_counted(made: Place, place: Place) -> None:
    assert texts(made)["gap.beyond"].startswith("no combination surely sheds less")
    where = {"outcome": MAIN, "label": "data_sharing"}
    change(place, f"{FACTORIAL}/comparison", where, gap_closed=1.3, gap_closed_low=1.1)
    found = texts(place)
    assert found["gap.beyond"].startswith("one combination surely sheds less")
    assert found["gap.largest.name"] == "data sharing"
    # means fall by one from point to point, data sharing is point 8 and perfect coordination 19
    assert found["gap.beyond"].endswith(
        "by order 11.0\N{NO-BREAK SPACE}GWh more is curtailed on average"
    )
    assert "one combination surely sheds less" in found["gap.sentence"]


def test_what_perfect_communication_leaves_of_the_gap_is_called_planning(
    made: Place, place: Place
) -> None:
    found = texts(made)
    assert found["gap.planning"].startswith("Perfect communication, with which the command keeps")
    where = {"outcome": MAIN, "label": "perfect_communication"}
    change(place, f"{FACTORIAL}/comparison", where, gap_closed=float("nan"))
    assert texts(place)["gap.planning"] == ""


def test_without_a_gap_no_share_of_it_is_told(place: Place) -> None:
    shares = ("gap_closed", "gap_closed_low", "gap_closed_high")
    none = dict.fromkeys(shares, float("nan"))
    change(place, f"{FACTORIAL}/comparison", {"outcome": MAIN}, **none)
    found = texts(place)
    assert found["gap.all"] == "not defined"
    assert found["gap.sentence"].endswith("served: there is no gap.")


def test_perfect_coordination_that_sheds_more_closes_no_gap(place: Place) -> None:
    where = {"outcome": MAIN, "label": "perfect_coordination"}
    change(place, f"{FACTORIAL}/comparison", where, difference=4.0)
    assert texts(place)["gap.sentence"].startswith("Perfect coordination raises residential")


def test_a_dose_without_a_clear_effect_is_not_called_enough(place: Place) -> None:
    where = {"dose": "data_sharing", "outcome": MAIN}
    change(place, "dose_response/doses", where, low=-3.0, high=2.0, difference=-0.5)
    found = texts(place)
    assert found[f"dose.data_sharing.{MAIN}.enough"] == "no clear effect at any dose"
    assert "no clear effect on residential energy not served" in found["dose.sentences"]


def test_scenarios_in_which_a_reform_harms_are_named(place: Place) -> None:
    where = {"label": "hotter: data_sharing", "outcome": MAIN}
    change(place, f"{ROBUST}/comparison", where, difference=9.0)
    said = texts(place)["robust.data_sharing.across"]
    assert said == (
        "Data sharing clearly lowers it in one of two scenarios and clearly raises it in hotter."
    )


def test_rows_of_the_record_that_are_missed_are_named_with_their_side(made: Place) -> None:
    found = texts(made)
    assert found["record.fit.outside"] == "Level I lowered to level II (too early)"
    assert found["record.hold_out.outside.count"] == "one"


def test_inputs_of_the_case_count_neither_as_met_nor_as_missed(made: Place, place: Place) -> None:
    uses = [row.use for row in CASE.record]
    judged = len(uses) - uses.count("input")
    found = texts(made)
    assert found["record.judged"] == str(judged)
    assert found["record.inputs"] == str(uses.count("input"))
    assert found["record.inside"] == str(judged - 2)  # two rows are missed, see fabricated.py
    change(place, f"{BASELINE}/record", {"use": "input"}, inside=False)
    assert changed(place, made) == set()


def test_outages_by_date_stand_beside_the_band_of_the_record(place: Place) -> None:
    where = {"key": "outages_crisis"}
    change(place, f"{BASELINE}/record", where, model_mean=81.5, inside=False)
    said = texts(place)["record.outages"]
    assert said.startswith("1–14 August: 2.00\N{NO-BREAK SPACE}GWh (record 2, band 0 to 40); ")
    assert "21–28 August: 81.5\N{NO-BREAK SPACE}GWh (record 15, band 0 to 60)" in said
    assert said.endswith("within the record's band in three of the four periods")


def test_indices_that_are_not_defined_are_said_to_be_so(place: Place) -> None:
    path = place.results / "what_matters" / "sobol.parquet"
    rows = pd.read_parquet(path)
    rows[rows["label"] != "public_engagement"].to_parquet(path)
    assert "no index is defined" in texts(place)["variance.public_engagement"]


def test_links_that_procedures_use_are_counted(made: Place) -> None:
    assert texts(made)["model.links.use"] == "procedures send over all of them"


def test_the_numbered_rules_are_those_of_the_document(made: Place) -> None:
    headings = SEMANTICS.read_text(encoding="utf-8").split("\n## ")
    last = max(int(h.split(".")[0]) for h in headings if h.split(".")[0].isdigit())
    assert texts(made)["model.rules"] == in_words(last)


def test_a_key_that_is_made_twice_is_refused() -> None:
    entry = Entry("same", "1", Origin("here"))
    with pytest.raises(PaperError, match="same is made twice"):
        by_key([entry, Entry("same", "2", Origin("there"))])
