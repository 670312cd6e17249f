"""The notebook is played cell by cell, in a process of its own, short; what it asserts on its way must hold.

That the test can fail is shown by a cell that does.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "notebooks" / "founding_question.py"

PLAY = """
import sys
import jupytext
import matplotlib
matplotlib.use("Agg")
played = {}
for number, cell in enumerate(jupytext.read(sys.argv[1]).cells):
    if cell.cell_type == "code":
        exec(compile(cell.source, f"<cell {number}>", "exec"), played)
"""


def play(path: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the code cells in order, as a reader would, in an empty folder."""
    return subprocess.run(
        [sys.executable, "-c", PLAY, str(path)],
        env={**os.environ, "PEERED_NOTEBOOK_QUICK": "1"},
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_notebook_runs_from_top_to_bottom_and_answers_every_question(tmp_path: Path) -> None:
    asked = play(NOTEBOOK, tmp_path)
    assert asked.returncode == 0, asked.stderr
    assert "clinical columns" in asked.stdout
    assert "changed: none" in asked.stdout
    assert "No benefit was assumed" in asked.stdout
    assert "Same money" in asked.stdout
    assert "effects=evidence (ONE-SIDED)" in asked.stdout
    assert re.search(r"^effects=both$", asked.stdout, re.MULTILINE)
    assert list(tmp_path.iterdir()) == [], "reading it leaves no files behind"


def test_a_cell_that_fails_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "cells.py"
    path.write_text("# %%\nanswer = 1\n\n# %% [markdown]\n# words\n\n# %%\nassert answer == 2\n")
    asked = play(path, tmp_path)
    assert asked.returncode == 1
    assert "<cell 2>" in asked.stderr


def test_every_register_id_the_notebook_names_exists() -> None:
    known = set(re.findall(r"^([A-Z]{3,4}\d\d),", (ROOT / "sim/data/assumptions.csv").read_text(), re.MULTILINE))
    named = set(re.findall(r"`([A-Z]{3,4}\d\d)`", NOTEBOOK.read_text()))
    assert len(named) > 10
    assert named - known == set()


@pytest.mark.parametrize("words", ["What this cannot say", "hope, dignity, stigma"])
def test_the_notebook_ends_with_its_limits(words: str) -> None:
    last = jupytext.read(NOTEBOOK).cells[-1]
    assert last.cell_type == "markdown"
    assert words in last.source
