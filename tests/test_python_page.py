"""Every block of Python in docs/python.md runs as it stands, one after the other, in an empty folder."""

import re
from pathlib import Path

import duckdb
import matplotlib
import pytest
from matplotlib import pyplot

import sim
from sim.cli import main

pytestmark = pytest.mark.end_to_end

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "python.md"
COMMAND = ["study.staffing=[traditional,peer_added]", "output=answer"]
QUICK = ["study.weeks=1", "study.warm_up_weeks=0", "study.replications=2", "study.demand_levels=[1.0]"]

GROWTH = (('"growth": 1.1', '"growth": 0.2'), ("demand.growth=1.1", "demand.growth=0.2"))
"""Few visits instead of many in the one run whose every row goes to a workbook."""


def blocks() -> list[str]:
    """The Python of the page, with few visits."""
    text = PAGE.read_text(encoding="utf-8")
    for many, few in GROWTH:
        assert text.count(many) == 1
        text = text.replace(many, few)
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.usefixtures("one_figure")
def test_every_block_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    matplotlib.use("Agg")
    typed = [f'"{word}"' if "[" in word else word for word in COMMAND]
    assert " ".join(["peered", *typed]) in PAGE.read_text(encoding="utf-8")
    assert main([*COMMAND, *QUICK]) == 0
    assert len(blocks()) >= 8
    names: dict[str, object] = {}
    try:
        for block in blocks():
            exec(compile(block, str(PAGE), "exec"), names)
    finally:
        pyplot.close("all")
    written = {path.name for path in tmp_path.iterdir()}
    assert {
        "roster.png",
        "journey.png",
        "answer.xlsx",
        "run.xlsx",
        "scenario.xlsx",
        "answer",
        "grown",
        "pays",
    } <= written

    # What R asks is SQL for DuckDB, of the same folder.
    queries = re.findall(r'dbGetQuery\(con, "(.*)"\)', PAGE.read_text(encoding="utf-8"))
    assert len(queries) == 2
    for query in queries:
        assert len(duckdb.sql(query).df()) > 100


def test_the_page_says_what_read_parquet_needs_and_shows_every_function() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "`pd.read_parquet` needs pyarrow" in text
    assert all(f"sim.{name}" in text for name in sim.__all__)
