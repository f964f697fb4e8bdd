"""Studies with plug-ins: names are looked up, runs named by source, levers are factors."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from desim.plugin import discover
from desim.study.audit import audit
from desim.study.cluster import Cluster
from desim.study.executors import Serial, local
from desim.study.outputs import Outputs
from desim.study.plan import Plan
from desim.study.question import Study, StudyError, read_study
from desim.study.run import run
from desim.study.store import Store
from tests.study.cluster import small_cluster

SMALL = Path(__file__).parents[1] / "cases" / "small"
PLUGIN = """
from desim.plugin import Parameter, outcome, policy, replace

LEFT = Parameter("quicker.left", 0.5, 0.1, 1.0, note="for tests")

@policy(title="Quicker", summary="Quicker.", parameters=[LEFT])
def quicker(mechanism, lever, values):
    left = 1.0 - lever * (1.0 - values["quicker.left"])
    return mechanism.mapped(links=lambda k: replace(k, delay=k.delay.scaled(left)))

@outcome(title="Records", unit="count", better="neither", unfinished="Counts all.")
def records(trace):
    "How many records there are."
    return float(len(trace.records))
"""
PROCESS = """
from desim.plugin import policy

def patrol(run, lever, values):
    while True:
        yield run.wait(0.25)
        run.staff("office", 0 if run.now < 6.0 else 1)

@policy(title="Patrol", summary="Nobody is there early.", process=patrol)
def patrolled(mechanism, lever, values):
    return mechanism
"""
HEAD = """
question = "Does it work?"
case = "{case}"
seed = 5
replications = 2
outcomes = ["coordination_hours"{outcome}]
{more}
[design]
"""
LIST = 'kind = "list"\npoints = [{ quicker = 1.0 }, { data_sharing = 1.0 }]'


class Desk:
    """A folder with a plug-in and a study that are written anew."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "mine.py"

    def study(
        self, design: str, *, plugin: str = PLUGIN, more: str = "", outcome: str = ""
    ) -> Study:
        self.file.write_text(plugin, encoding="utf-8")
        path = self.folder / "study.toml"
        path.write_text(HEAD.format(case=SMALL, more=more, outcome=outcome) + design)
        return read_study(path, discover([str(self.file)]))

    def played(self, study: Study, start: object = Serial) -> int:
        found = run(Plan(study), self.folder / "results", lambda *_: None, start=start)  # type: ignore[arg-type]
        assert found.failed == 0
        return found.played

    def table(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "results" / "study" / f"{name}.parquet")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_worker_processes_find_the_plug_ins_of_a_file(desk: Desk) -> None:
    assert desk.played(desk.study(LIST, outcome=', "records"'), partial(local, 2)) == 6
    assert set(desk.table("comparison")["outcome"]) == {"coordination_hours", "records"}


def test_workers_of_a_cluster_find_the_plug_ins_of_a_file(desk: Desk) -> None:
    asked = desk.study(LIST, outcome=', "records"')
    desk.played(asked)
    alone = desk.table("comparison")
    shutil.rmtree(desk.folder / "results")
    with small_cluster(desk.folder) as cluster:
        assert desk.played(asked, partial(Cluster, cluster.address)) == 6
    pd.testing.assert_frame_equal(desk.table("comparison"), alone)


def test_an_edited_plug_in_has_only_its_own_runs_played_again(desk: Desk) -> None:
    assert desk.played(desk.study(LIST)) == 6
    assert desk.played(desk.study(LIST)) == 0
    assert desk.played(desk.study(LIST, plugin=PLUGIN.replace("0.5, 0.1", "0.4, 0.1"))) == 2


def test_an_edited_outcome_has_all_runs_played_again(desk: Desk) -> None:
    assert desk.played(desk.study(LIST, outcome=', "records"')) == 6
    edited = PLUGIN.replace("float(len", "2.0 * float(len")
    assert desk.played(desk.study(LIST, outcome=', "records"', plugin=edited)) == 6


def test_a_plug_in_that_is_not_used_names_no_run(desk: Desk) -> None:
    design = 'kind = "list"\npoints = [{ data_sharing = 1.0 }]'
    assert desk.played(desk.study(design)) == 4
    assert desk.played(desk.study(design, plugin=PLUGIN + "# edited\n")) == 0


def test_large_designs_are_named_by_the_plug_ins_source_too(desk: Desk) -> None:
    design = 'kind = "latin_hypercube"\nsamples = 40\npoints = [{ quicker = 1.0 }]'
    one = desk.study(design, more='uncertainties = ["quicker.left"]')
    mine = Plan(one).keys
    two = desk.study(design, more='uncertainties = ["quicker.left"]', plugin=PLUGIN + "# new\n")
    its = Plan(two).keys
    assert len(mine) == 80
    assert (mine[0::2] == its[0::2]).all()
    assert not (mine[1::2] == its[1::2]).any()


def test_the_provenance_says_where_plug_ins_come_from(desk: Desk) -> None:
    study = desk.study(LIST)
    desk.played(study)
    (found,) = Store(desk.folder / "results", "study").provenance()["plugins"]
    digest = study.catalogue.origin("policy", "quicker").digest
    assert found["name"] == "quicker"
    assert found["source_digest"] == digest


def test_a_study_file_names_and_executes_nothing(desk: Desk) -> None:
    trap = desk.folder / "trap.py"
    trap.write_text(f"open({str(desk.folder / 'sprung')!r}, 'w')\n" + PLUGIN)
    with pytest.raises(StudyError, match="unknown policy"):
        desk.study(f'kind = "list"\npoints = [{{ "{trap}" = 1.0 }}]')
    assert not (desk.folder / "sprung").exists()


def test_a_study_without_the_plug_in_says_that_there_is_none(desk: Desk) -> None:
    desk.study(LIST)
    with pytest.raises(StudyError, match=r"key design.points 1: unknown policy 'quicker'"):
        read_study(desk.folder / "study.toml")


def test_a_broken_plug_in_is_named_where_a_study_uses_it(desk: Desk, tmp_path: Path) -> None:
    broken = tmp_path / "quicker.py"
    broken.write_text("raise RuntimeError('no licence')")
    desk.study(LIST)
    with pytest.raises(StudyError, match=r"policy quicker of .* RuntimeError: no licence"):
        read_study(desk.folder / "study.toml", discover([str(broken)]))


# Levers as factors

MORRIS = 'kind = "morris"\ntrajectories = 4\n'


def test_a_lever_that_is_named_is_a_factor_of_a_point_of_its_own(desk: Desk) -> None:
    desk.played(desk.study(MORRIS, more='uncertainties = ["quicker", "work.report"]'))
    table = desk.table("morris").set_index(["label", "quantity", "factor"])["mu_star"]
    assert set(desk.table("points")["label"]) == {"baseline", "quicker sampled"}
    assert table["baseline", "value", "quicker"] == 0.0
    assert table["quicker sampled", "value", "work.report"] > 0.0


def test_the_table_of_points_holds_the_levers_that_were_drawn(desk: Desk) -> None:
    desk.played(desk.study(MORRIS, more='uncertainties = ["quicker", "work.report"]'))
    points = desk.table("points")
    assert (points.loc[points["label"] == "baseline", "quicker"] == 0.0).all()
    drawn = points.loc[points["label"] != "baseline", "quicker"]
    assert drawn.between(0.0, 1.0).all()
    assert drawn.nunique() > 1


def test_both_engines_give_a_study_with_levers_the_same_runs(desk: Desk) -> None:
    study = desk.study(MORRIS, more='uncertainties = ["quicker", "quicker.left"]')
    for engine in ("compiled", "simpy"):
        run(Plan(study, engine=engine), desk.folder / engine, lambda *_: None, start=Serial)
    digests = [
        pd.read_parquet(desk.folder / engine / "study" / "runs.parquet")["digest"].tolist()
        for engine in ("compiled", "simpy")
    ]
    assert digests[0] == digests[1]
    assert len(set(digests[0])) > 8


def test_a_point_can_hold_a_sampled_lever_beside_a_fixed_one(desk: Desk) -> None:
    design = MORRIS + 'points = [{ quicker = "sampled", data_sharing = 1.0 }, { quicker = 0.5 }]'
    plan = Plan(desk.study(design, more='uncertainties = ["quicker", "work.report"]'))
    labels = [setting.label for setting in plan.design.settings]
    assert labels == ["baseline", "data_sharing + quicker sampled", "quicker 0.5"]
    drawn = {plan.design.point(3 * row + 1).levers["quicker"] for row in range(4)}
    assert len(drawn) > 1
    assert plan.design.point(5).levers["quicker"] == 0.5


def test_a_range_of_a_lever_can_be_narrowed(desk: Desk) -> None:
    more = "[uncertainties.quicker]\nlow = 0.5\nhigh = 1.0"
    plan = Plan(desk.study('kind = "latin_hypercube"\nsamples = 8', more=more))
    assert all(0.5 <= plan.design.point(2 * row + 1).levers["quicker"] <= 1.0 for row in range(8))


@pytest.mark.parametrize(
    ("design", "more", "complaint"),
    [
        (MORRIS + 'points = [{ quicker = "sampled" }]', 'uncertainties = ["work.report"]',
         "quicker is sampled, and uncertainties do not name quicker"),
        ('kind = "list"\npoints = [{ quicker = "sampled" }]', "",
         "quicker is sampled, and uncertainties do not name quicker"),
        (MORRIS, "[uncertainties.quicker]\nlow = -1.0", r"-1 is outside \[0, 1\]"),
        (MORRIS, 'uncertainties = ["quickr"]', "did you mean 'quicker'"),
    ],
)  # fmt: skip
def test_a_wrong_lever_is_named(desk: Desk, design: str, more: str, complaint: str) -> None:
    with pytest.raises(StudyError, match=complaint):
        desk.study(design, more=more)


# Processes in Python

PATROL = 'kind = "list"\npoints = [{ patrolled = 1.0 }]'


def test_a_study_with_a_process_is_played_on_simpy(desk: Desk) -> None:
    study = desk.study(PATROL, plugin=PROCESS)
    desk.played(study)
    assert set(desk.table("runs")["engine"]) == {"simpy"}
    digests = desk.table("runs").groupby("point")["digest"].agg(set)
    assert not digests[0] & digests[1]


def test_the_compiled_engine_is_refused_with_the_reason(desk: Desk) -> None:
    study = desk.study(PATROL, plugin=PROCESS)
    with pytest.raises(StudyError, match="--engine compiled: policy patrolled runs a process in"):
        run(Plan(study, engine="compiled"), desk.folder / "r", lambda *_: None, start=Serial)


def test_an_audit_of_a_process_is_refused_with_the_reason(desk: Desk) -> None:
    study = desk.study(PATROL, plugin=PROCESS)
    desk.played(study)
    plan = Plan(study)
    outputs = Outputs(plan, Store(desk.folder / "results", "study", study.outcomes), 2)
    with pytest.raises(StudyError, match="no other engine can play it: policy patrolled"):
        audit(outputs, 1.0, lambda *_: None)


def test_runs_with_a_process_are_named_by_its_lever(desk: Desk) -> None:
    design = 'kind = "list"\npoints = [{ patrolled = 0.5 }, { patrolled = 1.0 }]'
    assert len(set(Plan(desk.study(design, plugin=PROCESS)).keys)) == 3
