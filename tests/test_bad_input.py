"""Whatever stands in tables, studies, plug-ins and paths: a sentence and a code, no traceback.

Inputs are made by spoiling sound ones; `desim` is called as a terminal calls it.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desim.cli import main

SMALL = Path(__file__).parent / "cases" / "small"
TABLES = sorted(path.name for path in SMALL.iterdir())
SIZES = settings(
    max_examples=40, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
ODD = st.one_of(
    st.sampled_from(
        [
            "", "0", "-1", "1e400", "nan", "inf", "1_000", "9" * 400, "9" * 5000, "١٢", "1,5", '"',
            "\0", "\ufeff", "\n", ";", "{place}", "work.report*work.report", "place except x",
            "mixture(1: " * 400, "exponential(", "lognormal(1, 1e200)", "weibull(1, 0.001)",
            "constant(-1)", "measure:a@b >= 4", "8:1 8:2", "0:1000000000", "../..", "x" * 3000,
        ]
    ),
    st.text(max_size=12),
    st.floats().map(str),
)  # fmt: skip
VALUES = st.sampled_from(
    [
        "1", "-1", "1.5", "true", '"all"', '["x"]', "[]", "{}", "{ a = 1 }", "[[1]]", "1e308",
        "inf", "nan", "9" * 400, "9" * 5000, "2022-01-01", "2022-01-01T00:00:00Z", '"\\u0000"',
        '"../.."', "4611686018427387904", "[" * 200, '"sampled"', "0", '"\\u001b]0;x\\u0007"',
    ]
)  # fmt: skip
STUDY = {
    "question": '"Does it work?"', "case": f'"{SMALL}"', "seed": "5", "replications": "2",
    "outcomes": '["referrals"]', "tables": "[]", "parameters": "{}",
}  # fmt: skip
DESIGNS = (
    {"kind": '"list"', "points": "[{ clear_responsibilities = 0.5 }]"},
    {"kind": '"factorial"', "policies": '["clear_responsibilities"]', "bounds": "false"},
    {"kind": '"sobol"', "base": "2"},
    {"kind": '"morris"', "trajectories": "2", "levels": "4"},
    {"kind": '"latin_hypercube"', "samples": "4"},
    {"kind": '"sample"', "names": '["work.report"]', "rows": "[[0.5]]"},
    {"kind": '"dose_response"', "doses": "{ clear_responsibilities = [0.5] }"},
    {"kind": '"scenarios"', "scenarios": "{ a = {} }", "points": "[{}]"},
)
PLUGIN = """
from desim.plugin import outcome, policy
{first}
@policy(title="T", summary="S")
def mine({arguments}):
    {body}
"""


def called(*arguments: str) -> tuple[int, str]:
    """The exit code of a command, and what it said."""
    before, said = sys.argv, StringIO()
    sys.argv = ["desim", *arguments]
    try:
        with redirect_stdout(said), redirect_stderr(said):
            main()
    except SystemExit as leave:
        return int(leave.code or 0), said.getvalue()
    finally:
        sys.argv = before
    return 0, said.getvalue()


def in_order(*arguments: str) -> None:
    """Call a command and see that it ended as it should, whatever it was given."""
    code, said = called(*arguments)
    assert code in (0, 1, 2), said
    assert "Traceback" not in said
    assert "nobody foresaw" not in said
    assert len(said) < 20_000


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as place:
        yield Path(place)


@SIZES
@given(st.data())
def test_a_cell_may_hold_anything(folder: Path, data: st.DataObject) -> None:
    case = folder / "case"
    shutil.rmtree(case, ignore_errors=True)
    shutil.copytree(SMALL, case)
    path = case / data.draw(st.sampled_from(TABLES))
    lines = path.read_text(encoding="utf-8").splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    cells = lines[number].split(",")
    cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(ODD)
    lines[number] = ",".join(cells)
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    in_order("explain", "--case", str(case))


@SIZES
@given(st.data())
def test_a_key_of_a_study_may_hold_anything(folder: Path, data: st.DataObject) -> None:
    study, design = dict(STUDY), dict(data.draw(st.sampled_from(DESIGNS)))
    if "base" in design or "trajectories" in design or "samples" in design:
        study["uncertainties"] = '["work.report", "delay.up"]'
    for table in (study, design):
        if data.draw(st.booleans()):
            table[data.draw(st.sampled_from([*table, "stranger"]))] = data.draw(VALUES)
    text = "\n".join(f"{key} = {value}" for key, value in study.items())
    text += "\n[design]\n" + "\n".join(f"{key} = {value}" for key, value in design.items())
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    in_order("status", str(path), "--results", str(folder / "results"))


@SIZES
@given(st.binary(max_size=60), st.sampled_from(["status", "calibrate", "advise", "audit"]))
def test_a_file_may_hold_any_bytes(folder: Path, given_bytes: bytes, command: str) -> None:
    path = folder / "bytes.toml"
    path.write_bytes(given_bytes)
    in_order(command, str(path), "--results", str(folder / "results"))


@SIZES
@given(
    st.sampled_from(["", "1 / 0", "raise SystemExit(3)", "def", "import nowhere", "\udcff", "\0"]),
    st.sampled_from(["mechanism, lever, values", "", "mechanism", "*, lever"]),
    st.sampled_from(["return mechanism", "return 1", "1 / 0", "raise SystemExit", "while", "pass"]),
    st.sampled_from(["", "=0.5", "=2", "=nan", "=", "=1e999", ":mine", ":other=1"]),
)
def test_a_plug_in_may_be_anything(
    folder: Path, first: str, arguments: str, body: str, lever: str
) -> None:
    text = PLUGIN.format(first=first, arguments=arguments, body=body)
    path = folder / "plug.py"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    in_order("diff", "--case", str(SMALL), "-p", f"{path}{lever}")


@SIZES
@given(
    st.sampled_from(["explain", "status", "experiment", "merge", "figures", "policies", "check"]),
    st.one_of(
        st.sampled_from(
            [
                "/dev/null", "/dev/full", "/proc/1/mem", "/proc/nowhere/x", "", ".", "/", "~", "-",
                "x" * 5000, "a\nb", "\udcff", "/dev", "//", "a:b", "...toml", "\u202e",
            ]
        ),
        st.text(max_size=8).filter(lambda text: "\0" not in text),
    ),
)  # fmt: skip
def test_a_path_may_be_anything(folder: Path, command: str, path: str) -> None:
    named = {
        "explain": ["--case", path],
        "policies": ["--with", path],
        "figures": ["--results", path],
    }
    arguments = named.get(command, ["--", path])
    if command in ("status", "experiment", "merge"):
        arguments = ["--results", str(folder / "results"), *arguments]
    if command == "figures":
        arguments += ["--figures", str(folder / "figures")]
    in_order(command, *arguments)
