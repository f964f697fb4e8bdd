"""What is said of replications: whether the precision asked for was met, or the cap came first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from desim.paper.numbers.catalogue import all_entries
from desim.paper.numbers.precision import NAMED, sentence
from desim.paper.sources import FACTORIAL, MAIN
from desim.study.question import Replications
from desim.study.replications import advise
from desim.study.target import Precision
from tests.paper.conftest import Place
from tests.paper.fabricated import LABELS, study, tables

RULE = Replications(24, 96, differences={MAIN: Precision(absolute=20.0)})
SPACE = "\N{NO-BREAK SPACE}"


def asked(widths: dict[str, float], *, enough: bool = True, more: int | None = 40) -> pd.DataFrame:
    """Differences with some half-widths; those within the limit are met and kept, if `enough`."""
    rows = [
        {
            "outcome": MAIN, "quantity": "difference", "label": label, "half_width": width,
            "limit": 20.0, "enough": 30 if enough and width <= 20.0 else None,
            "more": 0 if width <= 20.0 else more,
        }
        for label, width in widths.items()
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"enough": "Int64", "more": "Int64"})


def test_all_that_was_asked_is_met_before_the_cap() -> None:
    said = sentence(asked({"data_sharing": 12.0, "joint_regional": 19.0}), RULE, 57)
    assert said == (
        "57 replications were simulated. "
        "All 2 differences reached the precision asked for and kept it."
    )


def test_the_cap_is_said_to_be_reached_and_what_it_left_open_is_named() -> None:
    said = sentence(asked({"data_sharing": 31.4, "joint_regional": 19.0}), RULE, 96)
    assert said == (
        "96 replications were simulated, the most that were allowed. 1 of the 2 differences "
        "reached the precision asked for and kept it. Left open for residential energy not "
        f"served: data sharing (half-width 31.4{SPACE}GWh, about 40{SPACE}more replications)."
    )


def test_of_many_left_open_the_widest_are_named_and_the_others_counted() -> None:
    widths = {label: 30.0 + place for place, label in enumerate(LABELS[1:8])}
    said = sentence(asked(widths), RULE, 96)
    assert said.count("half-width") == NAMED
    assert said.index("36.0") < said.index("35.0") < said.index("33.0")
    assert said.endswith(f"; three others, about 40{SPACE}more replications.")
    assert "None of the 7 differences reached the precision" in said


def test_what_is_met_only_at_the_end_is_neither_met_nor_open() -> None:
    said = sentence(asked({"data_sharing": 19.9}, enough=False), RULE, 96)
    assert said.endswith("One more reached it at the end only.")
    assert "Left open" not in said


def test_a_forecast_beyond_what_a_study_may_have_is_not_a_number() -> None:
    said = sentence(asked({"data_sharing": 31.0}, more=None), RULE, 96)
    assert "more than 100,000 replications in all" in said


def test_a_fixed_number_of_replications_meets_nothing() -> None:
    assert sentence(pd.DataFrame(), Replications(24, 24), 24) == "24 replications were simulated."


def test_the_columns_read_are_those_that_studies_write() -> None:
    values = pd.DataFrame(np.random.default_rng(1).normal(size=(30, 3)), columns=[0, 1, 2])
    table = advise({MAIN: values}, {}, RULE.differences).assign(label=["data_sharing", "all"])
    assert sentence(table, RULE, 30).endswith(
        "All 2 differences reached the precision asked for and kept it."
    )
    assert set(table) <= set(tables()[f"{FACTORIAL}/replications"])


def test_the_paper_says_what_the_study_file_asks(made: Place) -> None:
    found = {key: entry.text for key, entry in all_entries(made.sources).items()}
    rule = study(FACTORIAL).replications
    assert found["precision.at_most"] == str(rule.at_most)
    for name, wanted in rule.differences.items():
        assert f"{wanted.absolute:.0f}{SPACE}GWh for " in found["precision.asked"], name
    assert found["precision.asked"].endswith("(paired differences from the baseline)")
