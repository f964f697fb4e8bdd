"""Only tables that desim writes are ever removed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from desim.study.store import Store


def test_removing_a_table_spares_everything_else(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    for name in ("doses", "my_own"):
        (tmp_path / "x" / f"{name}.parquet").write_text("")
    Store(tmp_path, "x").remove("doses")
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["my_own.parquet"]


def test_a_table_without_a_known_name_is_not_written(tmp_path: Path) -> None:
    """It would stay for ever when the study no longer has it."""
    with pytest.raises(KeyError, match="see TABLE_NAMES"):
        Store(tmp_path, "x").write("my_own", pd.DataFrame({"a": [1]}))
