"""The Sichuan case: complete, sourced, roughly like the record, and sampled as configured."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from desim.case import load
from desim.case.case import USES
from desim.case.load import Tables
from desim.engine import Player, play
from desim.engine.on_simpy import Performance
from desim.mechanism.diff import digest
from desim.mechanism.parts import TIERS
from desim.mechanism.steps import Activate, Await, Observe, Send, Work
from desim.outcome.record import evaluate
from desim.program import lower
from desim.trace import Kind

CASE = load("sichuan_2022")
PROGRAM = lower(CASE.mechanism)
SAMPLES = 2000


def test_every_tier_has_units() -> None:
    assert {unit.tier for unit in CASE.mechanism.units} == set(TIERS)


def test_there_are_twenty_one_prefectures_with_government_bureau_and_company() -> None:
    assert CASE.mechanism.world is not None
    places = CASE.mechanism.world.places
    assert len(places) == 21
    units = {unit.name for unit in CASE.mechanism.units}
    for kind in ("government", "economy_bureau", "power_company", "county", "enterprises"):
        assert {f"{kind}.{place}" for place in places} <= units


def test_every_unit_has_an_english_and_a_chinese_name() -> None:
    assert all(unit.title and unit.title_zh for unit in CASE.mechanism.units)


def test_the_industrial_stop_spares_panzhihua_and_liangshan() -> None:
    stop = next(m for m in CASE.mechanism.measures if m.name == "industrial")
    assert len(stop.effects) == 19
    assert not {"panzhihua", "liangshan"} & set(stop.effects)


def test_every_parameter_has_a_tag_and_a_reason_or_source() -> None:
    for parameter in CASE.parameters:
        assert parameter.note or parameter.source, parameter.name


def test_every_parameter_is_used() -> None:
    """An idle one would be drawn, calibrated and reported without a meaning."""
    tables, ours = Tables("sichuan_2022"), digest(CASE.mechanism)
    idle = [
        p.name
        for p in CASE.parameters
        if p.low < p.high
        and digest(tables.case({p.name: p.low}, checked=False).mechanism) == ours
        and digest(tables.case({p.name: p.high}, checked=False).mechanism) == ours
    ]
    assert idle == []


def test_residents_need_what_was_published() -> None:
    """130 GWh a day normal, 473 on 22, 340 on 27 and 277 on 29 August: one line in temperature."""
    assert CASE.mechanism.world is not None
    residents = CASE.mechanism.world.need[:, :, 0].sum(axis=1).reshape(-1, 24).sum(axis=1)
    assert residents[[21, 26, 28]] == pytest.approx([473.0, 340.0, 277.0], rel=0.005)


def test_need_peaks_at_sixty_five_gigawatts() -> None:
    assert CASE.mechanism.world is not None
    assert CASE.mechanism.world.need.sum(axis=(1, 2)).max() == pytest.approx(65.0, abs=1.0)


def test_every_row_of_the_record_can_be_read_from_a_trace() -> None:
    trace = play(PROGRAM, seed=1, replication=0)
    values = [evaluate(trace, row) for row in CASE.record]
    assert len(values) >= 25
    assert np.isfinite(values).sum() >= len(values) - 2


def test_what_the_case_was_built_on_comes_out_of_it() -> None:
    trace = play(PROGRAM, seed=1, replication=0)
    for row in CASE.record:
        if row.use == "input":
            assert row.low <= evaluate(trace, row) <= row.high, row.key


def test_level_one_is_declared_in_every_run_around_the_day_of_the_record() -> None:
    """Only reports gather errors on their way: an approved level is put into force as approved."""
    row = next(row for row in CASE.record if row.key == "level_one")
    player = Player(PROGRAM)
    hours = np.array([evaluate(player.play(1, replication), row) for replication in range(12)])
    assert not np.isnan(hours).any()
    assert abs(np.median(hours) - row.value) < 36.0


WRONG = {link.name for link in CASE.mechanism.links if link.error > 0.0}


def test_errors_are_on_no_link_that_carries_a_decision() -> None:
    """What meters show is a report too: what is then ordered again is read off the plan."""
    carried = {
        step.purpose
        for procedure in CASE.mechanism.procedures
        for step in procedure.steps
        if isinstance(step, Send) and step.link in WRONG
    }
    assert carried == {"report", "consultation", "monitoring"}


def test_what_is_carried_out_is_what_was_decided() -> None:
    """Between the plan that is read and what is set in the field no error strikes."""
    for procedure in CASE.mechanism.procedures:
        wrong = False
        for step in procedure.steps:
            if isinstance(step, Observe):
                wrong = step.error > 0.0
            elif isinstance(step, Send):
                wrong |= step.link in WRONG
            elif isinstance(step, Activate) and step.amount is None:
                assert not wrong, f"{procedure.name}, step {step.label}"


def test_the_record_is_split_into_input_fit_and_hold_out() -> None:
    assert {row.use for row in CASE.record} == set(USES)


def steps_with_laws() -> list[tuple[int, int, str]]:
    """Row, law and label of every step of the baseline that takes a random time."""
    mechanism = CASE.mechanism
    links = {link.name: row for row, link in enumerate(mechanism.links)}
    every = [s for p in mechanism.procedures for s in (*p.steps, None)]
    found = []
    for row, step in enumerate(every):
        if isinstance(step, Work) or (isinstance(step, Await) and step.deadline is not None):
            found.append((row, int(PROGRAM.steps.law[row]), PROGRAM.labels[row]))
        elif isinstance(step, Send):
            found.append((row, int(PROGRAM.links.delay[links[step.link]]), PROGRAM.labels[row]))
    return found


def configured_means() -> dict[str, float]:
    """Mean of the configured distribution by full label, read from the mechanism itself."""
    delays = {link.name: link.delay.mean for link in CASE.mechanism.links}
    means = {}
    for procedure in CASE.mechanism.procedures:
        for step in procedure.steps:
            label = f"{procedure.name}.{step.label}"
            if isinstance(step, Work):
                means[label] = step.duration.mean
            elif isinstance(step, Send):
                means[label] = delays[step.link]
            elif isinstance(step, Await) and step.deadline is not None:
                means[label] = step.deadline.mean
    return means


def test_sampled_mean_is_the_configured_mean_for_every_step() -> None:
    """Each step draws, with its own keys, from the distribution that the tables give it.

    The interval is 99.9 % for the whole family of steps (Bonferroni), and its half-width must be
    below 20 % of the mean, so that a wide interval cannot hide a wrong distribution.
    """
    steps, means = steps_with_laws(), configured_means()
    assert len(steps) > 1500
    assert {label for _, _, label in steps} == set(means)
    performance = Performance(PROGRAM, 123, 0)
    z = stats.norm.isf(0.0005 / len(steps))
    wrong = []
    for row, law, label in steps:
        stem = performance.stem[row]
        drawn = np.array([performance.sample(law, stem, i, 0, 0) for i in range(SAMPLES)])
        width = z * drawn.std(ddof=1) / np.sqrt(SAMPLES)
        if width > 0.2 * means[label] or abs(drawn.mean() - means[label]) > width + 1e-12:
            wrong.append((label, drawn.mean(), means[label], width))
    assert wrong == []


def test_work_in_traces_takes_the_configured_time() -> None:
    """Over several runs, what was worked equals what the distributions promise, by purpose."""
    means = configured_means()
    by_purpose: dict[int, list[float]] = {}
    for replication in range(3):
        records = play(PROGRAM, seed=4, replication=replication).select(Kind.START, Kind.FINISH)
        begun: dict[tuple[int, int], float] = {}
        for record in records:
            key = (int(record["item"]), int(record["step"]))
            if record["kind"] == Kind.START:
                begun[key] = float(record["time"])
            else:
                ratio = (float(record["time"]) - begun[key]) / means[PROGRAM.labels[key[1]]]
                by_purpose.setdefault(int(PROGRAM.purpose[key[1]]), []).append(ratio)
    assert len(by_purpose) > 6
    for purpose, ratios in by_purpose.items():
        sample = np.array(ratios)
        width = stats.t.isf(0.0005 / len(by_purpose), len(sample) - 1) * sample.std(ddof=1)
        width /= np.sqrt(len(sample))
        assert abs(sample.mean() - 1.0) <= width, (purpose, sample.mean(), width)
