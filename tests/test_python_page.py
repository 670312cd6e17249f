"""Every block of Python in docs/python.md runs as it stands, one after the other, in an empty folder."""

import re
from pathlib import Path

import matplotlib
import pytest
from matplotlib import pyplot

from sim.cli import main

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "python.md"
COMMAND = ["study.staffing=[traditional,peer_added]", "output=answer"]
QUICK = ["study.weeks=1", "study.warm_up_weeks=0", "study.replications=2", "study.demand_levels=[1.0]"]


def blocks() -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


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
    assert {"roster.png", "answer.xlsx", "run.xlsx", "scenario.xlsx", "answer"} <= written


def test_the_page_says_what_read_parquet_needs() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "`pd.read_parquet` needs pyarrow" in text
    assert "```r\n" in text
