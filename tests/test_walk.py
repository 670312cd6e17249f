"""The walks of the guides, played as they are written, only shorter."""

import re
import shlex
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from sim.cli import main
from sim.report.screen import MOST_LINES

pytestmark = pytest.mark.usefixtures("one_figure")
ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"


def block_of(guide: Path, title: str, language: str = "") -> str:
    """The first block of code of a language in a section."""
    (block,) = re.findall(rf"## {title}.*?```{language}\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


def test_the_first_ten_minutes_take_under_ten_commands_and_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Install, run, write a staffing, compare it, open the tables in pandas and Excel, plot one thing."""
    monkeypatch.chdir(tmp_path)
    install, *lines = block_of(README, "Your own question").strip().splitlines()
    assert install == "python -m pip install ."
    python = block_of(README, "Your own question", "python")
    assert 1 + len(lines) + sum(map(bool, python.splitlines())) < 10
    for line in lines:
        program, *words = shlex.split(
            line.replace("study.weeks=8 study.replications=5", "study.weeks=2 study.replications=3")
        )
        assert program == "peered"
        assert main(words) == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert all(len(part.splitlines()) <= MOST_LINES for part in said.split("results are in"))
    found: dict[str, Any] = {}
    exec(python.replace("study.weeks=8", "study.weeks=2"), found)
    assert {*found["table"]["staffing"]} == {"ours", "peer_added"}
    (picture,) = re.findall(r'savefig\("(\w+\.png)"\)', python)
    assert (tmp_path / picture).stat().st_size > 10_000
    for name in ("first", "final"):
        assert (tmp_path / name / "answer.md").is_file()
        with ZipFile(tmp_path / name / "answer.xlsx") as workbook:
            assert "xl/workbook.xml" in workbook.namelist()
